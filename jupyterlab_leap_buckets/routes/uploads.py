"""POST uploads starts an upload, PUT passes a piece straight through to the store, DELETE gives up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from ..errors import LeapError
from ..paths import check_key
from ..uploads import PART_SIZE, Piece, Session
from .base import ANY_SIZE, LeapHandler
from .content import check_content_type
from .writing import check_generation, check_may_write

MAX_OBJECT_SIZE = 5 * 1024**4
CHUNK_SIZE = 256 * 1024


class UploadsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def post(self) -> None:
        asked = self.read_json()
        bucket = self.leap.bucket(_text(asked, "bucket"))
        key = check_key(_text(asked, "key"))
        size = _size(asked.get("size"))
        content_type = check_content_type(asked.get("contentType"))
        if_generation = check_generation(asked.get("ifGenerationMatch"))
        check_may_write(self, bucket, key)
        await self.leap.uploads.check_room()
        upload = await self.leap.store(bucket).begin_upload(key, size, content_type, if_generation)
        session = self.leap.uploads.add(upload, key, size)
        relay = url_path_join(self.base_url, "leap-buckets", "uploads", session.id)
        self.finish_json({"id": session.id, "partSize": PART_SIZE, "relayUrl": relay, "directUrl": None}, 201)


class UploadHandler(LeapHandler):
    """The relay. A piece starts on its way while it still arrives; never more than a few chunks of it are here."""

    body_limit = ANY_SIZE

    def initialize(self) -> None:
        super().initialize()
        self._held = ExitStack()
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=2)
        self._relay: asyncio.Task[None] | None = None

    async def begin_body(self) -> None:
        if self.request.method == "PUT":
            await self._begin()

    @authorized
    async def _begin(self) -> None:
        session = self.leap.uploads.get(self.path_kwargs["upload_id"])
        piece = Piece.parse(self.request.headers.get("Content-Range", ""))
        length = self.request.headers.get("Content-Length")
        session.check(piece, int(length) if length and length.isdigit() else None)
        self._held.enter_context(session.alone())
        if session.result is None:
            await session.locate()
        if session.result is None and piece.start is not None and piece.stop is not None:
            self.request.connection.set_max_body_size(ANY_SIZE)
            self._relay = asyncio.create_task(session.send(piece, self._chunks(piece.stop - piece.start)))

    async def data_received(self, chunk: bytes) -> None:
        if self._relay is None or self._relay.done():
            return
        self._body += chunk
        if len(self._body) >= CHUNK_SIZE:
            await self._pass_on()

    async def _pass_on(self) -> None:
        """Hand the collected bytes to the relay, waiting for it, unless it has ended."""
        chunk, self._body = bytes(self._body), bytearray()
        await self._offer(chunk)

    async def _offer(self, chunk: bytes | None) -> None:
        assert self._relay is not None
        offer = asyncio.ensure_future(self._queue.put(chunk))
        await asyncio.wait({offer, self._relay}, return_when=asyncio.FIRST_COMPLETED)
        offer.cancel()

    async def _chunks(self, length: int) -> AsyncIterator[bytes]:
        """The piece as it arrives; a body of another length, or one that stops arriving, breaks it off."""
        while (chunk := await asyncio.wait_for(self._queue.get(), self.leap.pieceTimeout)) is not None:
            length -= len(chunk)
            if length < 0:
                break
            yield chunk
        if length:
            raise LeapError(
                400, "wrong-length", "The body does not have the length of its range.", "Send it again."
            )

    @web.authenticated
    @authorized
    async def put(self, upload_id: str) -> None:
        if self._refusal is not None:
            raise self._refusal
        session = self.leap.uploads.get(upload_id)
        if self._relay is not None:
            await self._pass_on()
            await self._offer(None)
            await self._relay
        elif session.result is None and session.total == 0:
            await session.finish_empty()
        self._answer(session)

    def _answer(self, session: Session) -> None:
        if session.result is not None:
            self.finish_json(session.result.as_json())
            return
        self.set_status(308)
        for name, value in session.range_header().items():
            self.set_header(name, value)
        self.set_header("Cache-Control", "no-store")
        self.finish()

    @web.authenticated
    @authorized
    async def delete(self, upload_id: str) -> None:
        self.body()
        session = self.leap.uploads.get(upload_id)
        with session.alone():
            await self.leap.uploads.drop(session)
        self.set_status(204)
        self.finish()

    def on_finish(self) -> None:
        self._held.close()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._relay is None or self._relay.done():
            self._held.close()
        else:
            self._relay.add_done_callback(lambda _: self._held.close())
            self._relay.cancel()


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise LeapError(400, "bad-parameter", f"The body needs {name!r}, a text.", "")
    return value


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise LeapError(400, "bad-parameter", "The body needs 'size', a whole number of bytes.", "")
    if value > MAX_OBJECT_SIZE:
        raise LeapError(413, "object-too-large", "An object has at most 5 TiB.", "Split the data.")
    return value
