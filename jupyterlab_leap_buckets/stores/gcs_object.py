"""What Google says about an object, in JSON or in a download's headers, as facts; and preconditions the other way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from multidict import CIMultiDictProxy

from ..errors import LeapError
from .base import Details, ObjectInfo, changed, object_entry

OBJECT_FIELDS = "name,size,updated,timeCreated,generation,contentType,storageClass,crc32c,contentEncoding"
DETAIL_FIELDS = OBJECT_FIELDS + ",md5Hash,cacheControl,metadata"


def object_info(item: Mapping[str, Any]) -> ObjectInfo:
    """Google's object resource as facts; what `fields` left out is None. 502 when it is no object: a proxy's own JSON,
    or an error that came with 200."""
    if not isinstance(item.get("name"), str):
        raise LeapError(502, "store-failed", "The store answered with something else than an object.", "Try again.")
    return ObjectInfo(
        key=item["name"],
        size=int(item.get("size", 0)),
        updated=item.get("updated", ""),
        generation=str(item.get("generation", "")),
        content_type=item.get("contentType"),
        storage_class=item.get("storageClass"),
        crc32c=item.get("crc32c"),
        encoding=item.get("contentEncoding") or None,
        created=item.get("timeCreated"),
    )


def entry(item: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Google's object resource as the entry of a list of `prefix`."""
    get = item.get
    return object_entry(
        prefix,
        item["name"],
        int(get("size", 0)),
        get("updated", ""),
        get("generation", ""),
        get("contentType"),
        get("storageClass"),
        get("timeCreated"),
    )


def details(item: Mapping[str, Any], public: bool | None) -> Details:
    """Google's object resource in full."""
    return Details(
        info=object_info(item),
        md5=item.get("md5Hash"),
        cache_control=item.get("cacheControl"),
        metadata=item.get("metadata") or {},
        public=public,
    )


def described(key: str, status: int, headers: CIMultiDictProxy[str]) -> tuple[ObjectInfo, int]:
    """The facts in the headers of a download, and its first byte: a read costs one request, not two."""
    start, size = 0, headers.get("X-Goog-Stored-Content-Length") or headers.get("Content-Length")
    if status == 206:
        parsed = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
        if not parsed:
            raise LeapError(502, "store-failed", f"The store did not say which bytes of {key!r} it sent.", "Try again.")
        start, size = int(parsed[1]), parsed[2]
    hashes = re.search(r"crc32c=([^,\s]+)", ",".join(headers.getall("X-Goog-Hash", [])))
    modified = headers.get("Last-Modified")
    info = ObjectInfo(
        key=key,
        size=int(size or 0),
        updated=parsedate_to_datetime(modified).strftime("%Y-%m-%dT%H:%M:%SZ") if modified else "",
        generation=headers.get("X-Goog-Generation", ""),
        content_type=headers.get("Content-Type"),
        storage_class=headers.get("X-Goog-Storage-Class"),
        crc32c=hashes[1] if hashes else None,
        encoding=headers.get("Content-Encoding"),
    )
    return info, start


def condition(key: str, if_generation: str | None) -> str | None:
    """Google's generations are numbers: another text is of another store and cannot match."""
    if if_generation is not None and not re.fullmatch(r"[0-9]{1,19}", if_generation):
        raise changed(key, if_generation)
    return if_generation


def hash_header(crc32c: str | None) -> dict[str, str]:
    """Has the store compare before it makes the object: https://cloud.google.com/storage/docs/data-validation"""
    return {"X-Goog-Hash": f"crc32c={crc32c}"} if crc32c else {}


def is_mismatch(status: int, body: bytes) -> bool:
    """Whether the store says that a checksum told to it is not that of the bytes: 400, in words alone."""
    return status == 400 and b"crc32c" in body.lower()
