"""Every rule about names: what is a legal object name, what a URI says, whose folder a key is in, and how a key is
written as a path on a local disk. Nothing else in this package converts between these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from .errors import LeapError

MAX_KEY_BYTES = 1024
MAX_DISK_SEGMENT_BYTES = 255
TEMPORARY_FOLDER = ".leap-buckets-temporary"
"""Where a local store keeps unfinished uploads; never part of the bucket."""

UPLOAD_ID = "[A-Za-z0-9_-]{22,64}"
"""What names an upload session, in addresses and as a file: hard to guess, and no path."""

_PROVIDERS = {"gs": "gcs", "s3": "s3"}
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]")
_TO_ESCAPE = re.compile(r"%*(|\.|\.\.)")
_ESCAPED = re.compile(r"%+(|\.|\.\.)")


def check_key(key: str) -> str:
    """Returns the key if it is a legal object name by Google's rules, else raises 400 with the reason.
    https://cloud.google.com/storage/docs/objects#naming"""
    if key == "":
        raise _bad_name("empty-name", "An object needs a name.")
    if key in (".", ".."):
        raise _bad_name("reserved-name", f"An object cannot be named {key!r}.")
    if key.startswith(".well-known/acme-challenge/"):
        raise _bad_name("reserved-name", "Names that start with .well-known/acme-challenge/ are reserved.")
    return _check_text(key)


def check_prefix(prefix: str) -> str:
    """Returns the prefix of a folder (`""` is the whole bucket), else raises 400 with the reason."""
    if prefix and not prefix.endswith("/"):
        raise LeapError(
            400,
            "bad-prefix",
            f"The prefix {prefix!r} does not end in a slash.",
            "Put the rest into startsWith.",
        )
    return _check_text(prefix)


def check_starts_with(prefix: str, text: str) -> str:
    """Returns the beginning of names to look for inside the folder `prefix`, else raises 400 with the reason."""
    if "/" in text:
        raise LeapError(400, "bad-starts-with", "startsWith cannot contain a slash.", "Put the folder into the prefix.")
    _check_text(prefix + text)
    return text


def _check_text(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise _bad_name("line-break-in-name", "A name cannot contain a line break.")
    try:
        length = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise _bad_name(
            "invalid-unicode", "The name is not valid Unicode: it holds half of a surrogate pair."
        ) from None
    if length > MAX_KEY_BYTES:
        raise _bad_name(
            "name-too-long",
            f"The name has {length:,} bytes; at most {MAX_KEY_BYTES:,} are possible, folders included.",
        )
    return text


def _bad_name(reason: str, message: str) -> LeapError:
    return LeapError(400, reason, message, "Choose another name.")


def split_uri(uri: str) -> tuple[str, str, str]:
    """`gs://bucket/a/b` -> `("gcs", "bucket", "a/b")`; 400 for anything that is not a bucket's URI."""
    scheme, separator, rest = uri.partition("://")
    bucket, _, prefix = rest.partition("/")
    if not separator or scheme not in _PROVIDERS or not _BUCKET_NAME.fullmatch(bucket):
        raise LeapError(400, "bad-uri", f"{uri!r} is not a bucket's address.", "Write it as gs://bucket/folder.")
    return _PROVIDERS[scheme], bucket, _check_text(prefix)


def folder_of(uri: str) -> str:
    """The path of the folder that a local bucket's URI (`file:///folder`) names."""
    return unquote(urlsplit(uri).path)


def as_folder(prefix: str) -> str:
    """`"user"` -> `"user/"`; `""` stays, being the whole bucket."""
    return check_prefix(prefix if prefix == "" or prefix.endswith("/") else prefix + "/")


def parent(key: str) -> str:
    """The prefix of the folder that an object, or a folder (which ends in a slash), is in."""
    return key[: key[:-1].rfind("/") + 1]


def outside_owner(key: str, homes: Iterable[str]) -> str | None:
    """Whose folder a key is in when it is outside all of `homes` (its first segment), else None. A home of `""` is the
    whole bucket."""
    if any(key.startswith(home) for home in homes):
        return None
    return key.partition("/")[0]


def to_disk(key: str) -> str:
    """The path below a local bucket's root for a key, or for a folder's prefix without its last slash.

    A segment stands for itself, unless it is empty, `.` or `..` behind any number of `%`: one `%` is then put before
    it. So every file that is already there has a key, and `a//b` and `x/../z` stay different from `a/b` and `z`.
    Raises 400 for what no disk can hold.
    """
    if "\0" in key:
        raise _bad_name("nul-in-name", "A file on disk cannot have a NUL character in its name.")
    segments = key.split("/")
    for segment in segments:
        if len(segment.encode("utf-8")) > MAX_DISK_SEGMENT_BYTES:
            raise _bad_name(
                "name-too-long-for-disk",
                f"This bucket is a folder on disk: one part of a name has at most {MAX_DISK_SEGMENT_BYTES} bytes.",
            )
    if segments[0] == TEMPORARY_FOLDER:
        raise _bad_name("reserved-name", f"The folder {TEMPORARY_FOLDER} holds unfinished uploads.")
    return "/".join("%" + segment if _TO_ESCAPE.fullmatch(segment) else segment for segment in segments)


def from_disk(name: str) -> str:
    """The segment of a key for one name on disk: the inverse of `to_disk` for one segment."""
    return name[1:] if _ESCAPED.fullmatch(name) else name
