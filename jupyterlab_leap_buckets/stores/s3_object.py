"""What S3 says about an object, in lists or in headers, as facts."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from .base import ABSENT, Details, ObjectInfo, changed, object_entry

SUM = "leap-crc32c"
"""The name of our own metadata that holds the crc32c of an object."""
MARK = "leap-upload"
"""The name of our own metadata that tells by which write an object was made."""
PLAIN = re.compile("[0-9a-f]{32}")
"""An ETag that is the MD5 of the bytes, unless they are encrypted by the store."""
NEVER = "00000000000000000000000000000000"
"""An ETag that nothing has."""


def etag(text: object) -> str:
    """An ETag as a generation: without its quotes."""
    return str(text or "").strip('"')


def moment(text: object) -> str:
    """A date of S3, in XML or a header, as RFC 3339 with `Z`; "" where there is none."""
    said = str(text or "")
    if said.endswith("Z"):
        return said[:19] + "Z"  # headers have no fractions, and one object has one date
    try:
        return parsedate_to_datetime(said).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError):
        return ""


def listed(item: Mapping[str, Any]) -> ObjectInfo:
    """An object of a list, which tells neither its type nor its crc32c."""
    updated = moment(item.get("LastModified"))
    generation = etag(item.get("ETag"))
    return ObjectInfo(
        key=item["Key"],
        size=int(item.get("Size", 0)),
        updated=updated,
        generation=generation,
        content_type=None,
        storage_class=item.get("StorageClass"),
        created=updated,
        digest=generation,
    )


def entry(item: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """An object of a list as the entry of a list of `prefix`."""
    updated = moment(item.get("LastModified"))
    size, generation = int(item.get("Size", 0)), etag(item.get("ETag"))
    return object_entry(prefix, item["Key"], size, updated, generation, None, item.get("StorageClass"), updated)


def described(key: str, headers: Mapping[str, Any], size: int) -> ObjectInfo:
    """The facts in the answer to HeadObject or GetObject, for an object of `size` bytes."""
    updated = moment(headers.get("LastModified"))
    generation = etag(headers.get("ETag"))
    metadata = headers.get("Metadata") or {}
    # Some libraries store how a body was framed on its way as if it were the object's encoding.
    encodings = [word.strip() for word in str(headers.get("ContentEncoding") or "").split(",")]
    return ObjectInfo(
        key=key,
        size=size,
        updated=updated,
        generation=generation,
        content_type=headers.get("ContentType"),
        storage_class=headers.get("StorageClass") or "STANDARD",
        crc32c=_sum(metadata),
        encoding=", ".join(word for word in encodings if word and word != "aws-chunked") or None,
        created=updated,
        digest=generation,
    )


def details(key: str, headers: Mapping[str, Any], public: bool | None) -> Details:
    """The answer to HeadObject in full."""
    info = described(key, headers, int(headers.get("ContentLength", 0)))
    plain = PLAIN.fullmatch(info.generation) and not is_encrypted(headers)
    metadata = {name: text for name, text in (headers.get("Metadata") or {}).items() if name not in (SUM, MARK)}
    return Details(
        info=info,
        md5=base64.b64encode(bytes.fromhex(info.generation)).decode() if plain else None,
        cache_control=headers.get("CacheControl"),
        metadata=metadata,
        public=public,
    )


def is_encrypted(answer: Mapping[str, Any]) -> bool:
    """Whether the store's ETag is not made of the bytes as they were sent."""
    return str(answer.get("ServerSideEncryption") or "").startswith("aws:kms") or "SSECustomerAlgorithm" in answer


def is_damaged(tag: str, answer: Mapping[str, Any], md5: str) -> bool:
    """Whether an ETag says that the bytes sent are not those of this MD5, in hex."""
    return PLAIN.fullmatch(tag) is not None and tag != md5 and not is_encrypted(answer)


def _sum(metadata: Mapping[str, str]) -> str | None:
    told = metadata.get(SUM, "")
    return told if re.fullmatch(r"[A-Za-z0-9+/]{6}==", told) else None


def tagged_sum(tag: str, generation: str) -> str | None:
    """The crc32c in a tag, if it was set for this very generation."""
    told, _, whose = tag.partition("@")
    return _sum({SUM: told}) if whose == generation else None


def condition(key: str, if_generation: str) -> dict[str, str]:
    """The header for a precondition. Generations of other stores cannot match."""
    if if_generation == ABSENT:
        return {"If-None-Match": "*"}
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", if_generation):
        raise changed(key, if_generation)
    return {"If-Match": f'"{if_generation}"'}


def md5_header(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
