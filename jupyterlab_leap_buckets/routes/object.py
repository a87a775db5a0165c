"""GET, HEAD, PUT and DELETE of one object. What is read is somebody else's bytes: never a page on this origin."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import LeapError
from ..paths import check_key
from .base import LeapHandler
from .content import SANDBOX, check_content_type, disposition, shown_type
from .writing import check_may_write, precondition

if TYPE_CHECKING:
    from ..discovery import Bucket
    from ..stores.base import ByteRange, ObjectInfo

LARGE = 4 * 1024 * 1024
"""Bodies of more bytes, and those of unknown length, are taken a few at a time: they are held in memory."""
LARGE_TIMEOUT = 600.0
"""Seconds in which a large body has to arrive, so that one that never ends does not keep the others waiting."""


class ObjectHandler(LeapHandler):
    too_large_hint = "Upload it in pieces instead: POST uploads."

    def initialize(self) -> None:
        super().initialize()
        self._turn = ExitStack()
        self._whole = False

    async def begin_body(self) -> None:
        if (self.content_length or 0) > LARGE or "Transfer-Encoding" in self.request.headers:
            await self.leap.large_bodies.acquire()
            self._turn.callback(self.leap.large_bodies.release)
            self.request.connection.set_body_timeout(LARGE_TIMEOUT)

    def on_finish(self) -> None:
        self._drop_body()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if not self._whole:  # else `put` runs, and ends with `on_finish`
            self._drop_body()

    def _drop_body(self) -> None:
        self._body = bytearray()  # a connection that is kept open keeps this handler alive
        self._turn.close()

    @property
    def body_limit(self) -> int:  # type: ignore[override]
        return self.leap.smallWriteLimit

    @property
    def content_security_policy(self) -> str:
        return SANDBOX

    @web.authenticated
    @authorized
    async def get(self) -> None:
        bucket, key = self._named()
        wanted = parse_range(self.request.headers.get("Range"))
        reading = await self.leap.store(bucket).read(key, wanted)
        try:
            self._describe(reading.info, reading.stop - reading.start)
            if self.check_etag_header():
                self._not_modified()
                return
            if wanted:
                self.set_status(206)
                self.set_header("Content-Range", f"bytes {reading.start}-{reading.stop - 1}/{reading.info.size}")
            await self.flush()
            async for chunk in reading.chunks:
                self.write(chunk)
                await self.flush()
        except StreamClosedError:
            return  # the reader went away
        except LeapError as error:
            # The status is sent already: a connection cut short is the only true way left to say that it failed.
            self.log.warning("Leap buckets stopped an answer: %s", error)
            self.detach().close()
            return
        finally:
            reading.release()
        self.finish(set_content_type=self._headers["Content-Type"])

    @web.authenticated
    @authorized
    async def head(self) -> None:
        bucket, key = self._named()
        info = await self.leap.store(bucket).head(key)
        self._describe(info, info.size)
        if self.check_etag_header():
            self._not_modified()
            return
        self.finish(set_content_type=self._headers["Content-Type"])

    @web.authenticated
    @authorized
    async def put(self) -> None:
        self._whole = True
        bucket, key = self._named()
        if_generation = precondition(self)
        if if_generation is None:
            raise LeapError(
                428,
                "precondition-required",
                f"Writing {key!r} needs to say what it replaces.",
                'Send If-None-Match: * for a new object, or If-Match: "<generation>".',
            )
        check_may_write(self, bucket, key)
        content_type = check_content_type(self.request.headers.get("Content-Type"))
        store = self.leap.store(bucket)
        info = await store.write(key, self.body, content_type, if_generation)
        self.set_header("ETag", f'"{info.generation}"')
        if store.race_safe is False:
            self.set_header("X-Leap-Race-Safe", "no")  # what another wrote at the same moment may be lost
        self.finish_json(info.as_json())

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        bucket, key = self._named()
        if_generation = precondition(self)
        check_may_write(self, bucket, key)
        await self.leap.store(bucket).delete(key, if_generation)
        self.set_status(204)
        self.finish()

    def _named(self) -> tuple[Bucket, str]:
        return self.leap.bucket(self.query("bucket")), check_key(self.query("key"))

    def _describe(self, info: ObjectInfo, length: int) -> None:
        content_type, inline = shown_type(info.content_type)
        name = info.key.rstrip("/").rpartition("/")[2] or "object"
        self.set_header("Content-Type", content_type)
        self.set_header("Content-Disposition", disposition("inline" if inline else "attachment", name))
        self.set_header("Content-Length", str(length))
        self.set_header("ETag", f'"{info.generation}"')
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Cache-Control", "private, no-cache")
        if info.encoding:
            self.set_header("Content-Encoding", info.encoding)
        if info.updated:
            moment = datetime.fromisoformat(info.updated.replace("Z", "+00:00"))
            self.set_header("Last-Modified", format_datetime(moment.astimezone(timezone.utc), usegmt=True))

    def _not_modified(self) -> None:
        self.set_status(304)
        self.finish()


def parse_range(header: str | None) -> ByteRange | None:
    """One range of bytes, None without the header; 416 for several ranges or anything else."""
    from ..stores.base import ByteRange

    if header is None:
        return None
    parsed = re.fullmatch(r"bytes=(\d{0,19})-(\d{0,19})", header.replace(" ", ""))
    first, last = (parsed[1], parsed[2]) if parsed else ("", "")
    if first and (not last or int(first) <= int(last)):
        return ByteRange(int(first), int(last) if last else None)
    if not first and last and int(last) > 0:
        return ByteRange(-int(last))
    raise LeapError(416, "bad-range", "Range has to name one range of bytes.", "Send Range: bytes=first-last.")
