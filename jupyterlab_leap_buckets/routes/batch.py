"""POST batch: many small files in one body of frames, the answer one line of JSON for each."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import LeapError
from ..paths import check_key, check_prefix
from .base import ANY_SIZE, LeapHandler
from .content import check_content_type
from .writing import check_generation, check_may_write

if TYPE_CHECKING:
    from ..batch import Batch, Wanted
    from ..discovery import Bucket
    from ..frames import Frame

LINES = "application/x-ndjson"


class BatchHandler(LeapHandler):
    """Files are written while the body still arrives; a browser reads no answer before it has sent everything."""

    body_limit = ANY_SIZE

    def initialize(self) -> None:
        super().initialize()
        self._batch: Batch | None = None
        self._silence: asyncio.TimerHandle | None = None

    async def begin_body(self) -> None:
        if self.request.method == "POST":
            await self._begin()

    @authorized
    async def _begin(self) -> None:
        from ..batch import Batch

        bucket = self.leap.bucket(self.query("bucket"))
        prefix = check_prefix(self.query("prefix"))
        self.request.connection.set_max_body_size(ANY_SIZE)
        store = self.leap.store(bucket)
        self._batch = Batch(self.leap.batches, store, lambda frame: self._check(bucket, prefix, frame))
        self._expect_more()

    def _check(self, bucket: Bucket, prefix: str, frame: Frame) -> Wanted:
        """What a frame asks for; a refusal is that file's alone."""
        from ..batch import MAX_FILE, Wanted

        key = check_key(frame.key and prefix + frame.key)
        check_may_write(self, bucket, key)
        if frame.size > MAX_FILE:
            raise LeapError(
                413,
                "too-large-for-batch",
                f"{key!r} has {frame.size:,} bytes; in a batch a file has at most {MAX_FILE:,}.",
                "Upload it in pieces instead: POST uploads.",
            )
        content_type = check_content_type(frame.header.get("contentType"))
        checksum = _checksum(frame.header.get("crc32c"))
        if_generation = check_generation(frame.header.get("ifGenerationMatch"))
        if if_generation is None:
            raise LeapError(
                428,
                "precondition-required",
                f"Writing {key!r} needs to say what it replaces.",
                "Send ifGenerationMatch: 0 for a new object, or the generation of the one to replace.",
            )
        return Wanted(key, checksum, content_type, if_generation)

    # The body

    async def data_received(self, chunk: bytes) -> None:
        if self._batch is not None and not self._refused:
            self._stop_waiting()
            await self._batch.feed(chunk)
            self._expect_more()

    def _expect_more(self) -> None:
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(self.leap.pieceTimeout, self.request.connection.close)

    def _stop_waiting(self) -> None:
        if self._silence is not None:
            self._silence.cancel()

    def on_finish(self) -> None:
        self._stop_waiting()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._stop_waiting()
        if self._batch is not None:
            self._batch.break_off()

    # The answer

    @web.authenticated
    @authorized
    async def post(self) -> None:
        self._stop_waiting()
        batch = self._batch
        batch.end()
        self.set_header("Content-Type", LINES)
        self.set_header("Cache-Control", "no-store")
        try:
            async for lines in batch.lines():
                self.write(lines)
                await self.flush()
        except StreamClosedError:
            return  # the sender went away; what has arrived is settled all the same
        self.finish(set_content_type=LINES)


def _checksum(value: object) -> str:
    """A crc32c as Google writes it: base64 of the four big-endian bytes."""
    try:
        if isinstance(value, str) and len(base64.b64decode(value, validate=True)) == 4:
            return value
    except (ValueError, binascii.Error):
        pass
    raise LeapError(
        400,
        "bad-checksum",
        "Every file of a batch needs its crc32c, base64 of four bytes.",
        "Compute it over the bytes that are sent.",
    )
