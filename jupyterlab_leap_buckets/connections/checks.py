"""What the form may send. No refusal repeats what was typed: a key may have got into the wrong field."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..errors import LeapError
from .model import Keys

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
# Visible ASCII that AWS's tools and rclone all take as it is; quotes and backslashes mean something to one of them.
_KEY = re.compile(r"[^\x00-\x20\x7f-\U0010ffff\"'`\\]{1,4096}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\]")
_FIELDS = {"name", "endpoint", "region", "accessKeyId", "secretAccessKey", "sessionToken", "buckets"}


@dataclass(frozen=True)
class Wanted:
    name: str
    endpoint: str
    region: str | None
    keys: Keys
    buckets: tuple[str, ...]

    @property
    def provider(self) -> str:
        """rclone's word for it, which decides about small things such as how a region is sent."""
        host = (urlsplit(self.endpoint).hostname or "").lower()
        if host.endswith(".amazonaws.com"):
            return "AWS"
        return "Ceph" if host.endswith((".osn.mghpcc.org", ".osn.xsede.org")) else "Other"


def wanted(asked: Mapping[str, Any]) -> Wanted:
    """The body of `POST connections`; 400 with a reason for each field."""
    if asked.keys() - _FIELDS:
        raise LeapError(400, "bad-parameter", "The body has fields that are not known here.", "Leave them out.")
    buckets = asked.get("buckets") or []
    if not isinstance(buckets, list) or len(buckets) > 100:
        raise _bad("buckets", "The buckets are a list of at most 100 names.", "Name the buckets that you use.")
    for bucket in buckets:
        _text(bucket, _BUCKET, "buckets", "A bucket's name has letters, digits and . _ - alone.")
    return Wanted(
        name(asked.get("name")),
        _endpoint(asked.get("endpoint")),
        _text(asked["region"], _REGION, "region", "A region has letters, digits and - alone.")
        if asked.get("region")
        else None,
        Keys(
            _key(asked.get("accessKeyId"), "access-key-id", "The access key ID"),
            _key(asked.get("secretAccessKey"), "secret-access-key", "The secret access key"),
            _key(asked["sessionToken"], "session-token", "The session token") if asked.get("sessionToken") else None,
        ),
        tuple(dict.fromkeys(buckets)),
    )


def name(value: Any) -> str:
    text = _text(
        value,
        _NAME,
        "name",
        "A name has 1 to 64 letters, digits, _ and -, and begins with a letter or digit.",
    )
    if text.lower() == "default":
        raise _bad("name", "The name default is AWS's own.", "Choose another name.")
    return text


def _endpoint(value: Any) -> str:
    """Without the final slash. Keys go there, so the way has to be private: https, or this machine."""
    said = "An endpoint is an address such as https://nyu1.osn.mghpcc.org, without a folder."
    if not isinstance(value, str) or re.search(r"[^\x21-\x7e]", value):
        raise _bad("endpoint", said)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _bad("endpoint", said) from None
    netloc = re.sub(r":\d{1,5}$", "", parts.netloc)
    if not _HOST.fullmatch(netloc) or parts.path not in ("", "/") or "?" in value or "#" in value:
        raise _bad("endpoint", said)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise _bad("endpoint", "An endpoint begins with https://. Only this machine's own may begin with http://.")
    return value.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(value: Any, field: str, title: str) -> str:
    return _text(value, _KEY, field, f"{title} is missing, or has blanks, quotes or other signs that no key has.")


def _text(value: Any, pattern: re.Pattern[str], field: str, message: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _bad(field, message)
    return value


def _bad(field: str, message: str, hint: str = "Correct it and try again.") -> LeapError:
    return LeapError(400, f"bad-{field}", message, hint)
