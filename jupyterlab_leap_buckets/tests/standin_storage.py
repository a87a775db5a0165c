"""What the stand-in for Google Cloud Storage keeps: buckets, objects in byte order, and upload sessions.

Written from Google's documentation of the JSON API. It is small, holds everything in memory, and can pretend to hold a
million objects.
"""

from __future__ import annotations

import base64
import bisect
import hashlib
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

from ..checksum import crc32c

GRANULE = 256 * 1024
MAX_RESULTS = 1000


class Refused(Exception):
    """An error as Google's JSON API answers it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Object:
    name: str
    data: bytes
    generation: int
    content_type: str
    updated: datetime
    encoding: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else its resource says, such as `cacheControl`."""

    def resource(self, bucket: str) -> dict[str, Any]:
        time = self.updated.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{self.name}/{self.generation}",
            "bucket": bucket,
            "name": self.name,
            "size": str(len(self.data)),
            "generation": str(self.generation),
            "metageneration": "1",
            "contentType": self.content_type,
            "storageClass": "STANDARD",
            "timeCreated": time,
            "updated": time,
            "md5Hash": self.md5,
            "crc32c": crc32c(self.data),
            "etag": base64.b64encode(str(self.generation).encode()).decode(),
            **({"contentEncoding": self.encoding} if self.encoding else {}),
            **self.more,
        }

    @property
    def md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.data, usedforsecurity=False).digest()).decode()

    def headers(self) -> dict[str, str]:
        """Those of a download."""
        return {
            "Content-Type": self.content_type,
            "ETag": f'"{self.generation}"',
            "Last-Modified": format_datetime(self.updated, usegmt=True),
            "X-Goog-Generation": str(self.generation),
            "X-Goog-Hash": f"crc32c={crc32c(self.data)},md5={self.md5}",
            "X-Goog-Storage-Class": "STANDARD",
            "X-Goog-Stored-Content-Length": str(len(self.data)),
            "X-Goog-Stored-Content-Encoding": self.encoding or "identity",
            **({"Content-Encoding": self.encoding} if self.encoding else {}),
        }


@dataclass
class Session:
    """A resumable upload under way; `received` only ever grows."""

    name: str
    content_type: str
    preconditions: dict[str, str]
    received: bytearray = field(default_factory=bytearray)
    done: Object | None = None


class Bucket:
    """Objects by name. Names are kept sorted by their UTF-8 bytes, the order in which Google lists."""

    _numbers = itertools.count(1_700_000_000_000_000)

    def __init__(self, name: str) -> None:
        self.name = name
        self.public = False
        self.lifecycle: Any = None
        """Rules as Google writes them. The stand-in tells them, and deletes nothing."""
        self.sessions: dict[str, Session] = {}
        self._objects: dict[bytes, Object] = {}
        self._names: list[bytes] = []

    def pretend(self, prefix: str, count: int) -> None:
        """`count` empty objects below `prefix` that exist in listings without using memory for their contents."""
        self._names = sorted({*self._names, *(f"{prefix}{n:07d}.bin".encode() for n in range(count))})

    def get(self, name: str, query: dict[str, str]) -> Object:
        """404 when it is not there or is another generation, 412 when a precondition does not hold."""
        found = self._find(name)
        if found is None or query.get("generation", str(found.generation)) != str(found.generation):
            raise Refused(404, f"No such object: {self.name}/{name}")
        self.check(name, query)
        return found

    def check(self, name: str, query: dict[str, str]) -> None:
        found = self._find(name)
        generation = str(found.generation) if found else "0"
        if query.get("ifGenerationMatch", generation) != generation:
            raise Refused(412, "At least one of the pre-conditions you specified did not hold.")
        if query.get("ifGenerationNotMatch") == generation:
            raise Refused(412, "At least one of the pre-conditions you specified did not hold.")

    def put(
        self,
        name: str,
        data: bytes,
        content_type: str,
        preconditions: dict[str, str],
        encoding: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Object:
        check_name(name)
        self.check(name, preconditions)
        key = name.encode()
        made = Object(name, data, next(self._numbers), content_type, datetime.now(timezone.utc), encoding, more or {})
        if self._find(name) is None:
            bisect.insort(self._names, key)
        self._objects[key] = made
        return made

    def rewritten(self, name: str, target: Bucket, to_name: str, query: dict[str, str]) -> Object:
        """What a rewrite reads, once its preconditions hold at both ends."""
        names = {"generation": "sourceGeneration", "ifGenerationMatch": "ifSourceGenerationMatch"}
        check_name(to_name)
        found = self.get(name, {ours: query[theirs] for ours, theirs in names.items() if theirs in query})
        target.check(to_name, query)
        return found

    def adopt(self, source: Object, name: str, preconditions: dict[str, str]) -> Object:
        """A copy of another object, with all that is said about it."""
        return self.put(name, source.data, source.content_type, preconditions, source.encoding, source.more)

    def delete(self, name: str, query: dict[str, str]) -> None:
        self.get(name, query)
        self._objects.pop(name.encode(), None)
        self._names.pop(bisect.bisect_left(self._names, name.encode()))

    def start(self, name: str, content_type: str, preconditions: dict[str, str]) -> str:
        check_name(name)
        self.check(name, preconditions)
        session_id = secrets.token_urlsafe(24)
        self.sessions[session_id] = Session(name, content_type, preconditions)
        return session_id

    def finish(self, session: Session) -> Object:
        session.done = self.put(session.name, bytes(session.received), session.content_type, session.preconditions)
        session.received.clear()
        return session.done

    def page(
        self, prefix: str, delimiter: str, limit: int, token: str, start_offset: str = "", end_offset: str = ""
    ) -> dict[str, Any]:
        """Objects and prefixes counted and ordered together, as Google pages them; names from `start_offset` on and
        before `end_offset` alone: https://cloud.google.com/storage/docs/json_api/v1/objects/list"""
        start = prefix.encode()
        at = bisect.bisect_left(self._names, max(start, start_offset.encode()))
        stop = bisect.bisect_left(self._names, end_offset.encode()) if end_offset else len(self._names)
        if token:
            after = decode_token(token)
            at = max(at, self._after(after, delimiter)) if after >= start else at
        items: list[dict[str, Any]] = []
        prefixes: list[str] = []
        last = b""
        while at < stop and self._names[at].startswith(start):
            if len(items) + len(prefixes) == limit:
                break
            name = self._names[at]
            cut = name.find(delimiter.encode(), len(start)) if delimiter else -1
            if cut >= 0:
                last = name[: cut + len(delimiter)]
                prefixes.append(last.decode())
                at = self._after(last, delimiter)
            else:
                last = name
                items.append(self._find(name.decode()).resource(self.name))
                at += 1
        more = at < stop and self._names[at].startswith(start)
        page: dict[str, Any] = {"kind": "storage#objects"}
        if prefixes:
            page["prefixes"] = prefixes
        if items:
            page["items"] = items
        if more:
            page["nextPageToken"] = base64.urlsafe_b64encode(last).decode()
        return page

    def _after(self, name: bytes, delimiter: str) -> int:
        """Where listing goes on after an object, or after a whole folder when `name` ends as one."""
        if delimiter and name.endswith(delimiter.encode()):
            return bisect.bisect_left(self._names, name[:-1] + bytes([name[-1] + 1]))
        return bisect.bisect_right(self._names, name)

    def _find(self, name: str) -> Object | None:
        key = name.encode()
        if key in self._objects:
            return self._objects[key]
        at = bisect.bisect_left(self._names, key)
        if at < len(self._names) and self._names[at] == key:
            return Object(name, b"", 1, "application/octet-stream", datetime(2026, 1, 1, tzinfo=timezone.utc))
        return None


def check_name(name: str) -> None:
    """https://cloud.google.com/storage/docs/objects#naming"""
    if not name or name in (".", "..") or "\r" in name or "\n" in name:
        raise Refused(400, "Disallowed unicode characters present in object name")
    if len(name.encode()) > 1024:
        raise Refused(400, "The maximum object length is 1024 characters")


def decode_token(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise Refused(400, "Invalid argument.") from None
