"""POST uploads starts an upload, GET tells of it, PUT passes a piece straight through to the store, DELETE gives up."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from ..errors import LeapError
from ..paths import UPLOAD_ID, check_key
from .base import ANY_SIZE, LeapHandler
from .content import check_content_type
from .writing import check_generation, check_may_write

if TYPE_CHECKING:
    from ..uploads import Session

CRC32C = re.compile("crc32c=([A-Za-z0-9+/]{6}==)")
ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
MAX_OBJECT_SIZE = 5 * 1024**4
CHUNK_SIZE = 256 * 1024


class _Telling(LeapHandler):
    def told(self, session: Session) -> dict[str, Any]:
        """What a page has to know to send pieces. `directUrl` is a credential, and no other site's page gets it."""
        from ..uploads import PART_SIZE

        relay = url_path_join(self.base_url, "leap-buckets", "uploads", session.id)
        is_ours = self.request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
        may_direct = self.leap.directUploads and is_ours and not session.over
        direct = session.upload.address if may_direct else None
        return {"id": session.id, "partSize": PART_SIZE, "relayUrl": relay, "directUrl": direct}


class UploadsHandler(_Telling):
    def initialize(self) -> None:
        super().initialize()
        self._gone = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        from ..upload_files import Record

        asked = self.read_json()
        bucket = self.leap.bucket(_text(asked, "bucket"))
        key = check_key(_text(asked, "key"))
        size = _size(asked.get("size"))
        content_type = check_content_type(asked.get("contentType"))
        if_generation = check_generation(asked.get("ifGenerationMatch"))
        check_may_write(self, bucket, key)
        session_id = _session_id(asked.get("id"))
        if session_id and (known := await self._known(session_id, bucket.id, key, size)):
            return self.finish_json(self.told(known), 201)
        await self.leap.uploads.check_room()
        upload = await self.leap.store(bucket).begin_upload(key, size, content_type, if_generation, self._origin())
        record = Record(bucket.id, bucket.uri, key, size, content_type, if_generation, time.time(), upload.state())
        session = await self.leap.uploads.add(upload, record, session_id)
        if self._gone:
            await self.leap.uploads.drop(session)  # nobody will ever know its id
        self.finish_json(self.told(session), 201)

    async def _known(self, session_id: str, bucket: str, key: str, size: int) -> Session | None:
        """The session that the page has begun before, without hearing of it; 409 when that id means another upload."""
        try:
            session = await self.leap.uploads.get(session_id)
        except LeapError as error:
            if error.status == 404:
                return None
            raise
        if (session.bucket, session.key, session.total) != (bucket, key, size):
            raise LeapError(409, "upload-id-taken", "This id belongs to another upload.", "Choose another one.")
        return session

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._gone = True

    def _origin(self) -> str | None:
        """That of the page that asks, if it may send pieces to the store itself."""
        origin = self.request.headers.get("Origin", "")
        return origin if self.leap.directUploads and ORIGIN.fullmatch(origin) else None


class UploadHandler(_Telling):
    """The relay. A piece starts on its way while it still arrives; never more than a few chunks of it are here."""

    body_limit = ANY_SIZE

    def initialize(self) -> None:
        super().initialize()
        self._alone = ExitStack()
        self._session: Session | None = None
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=2)
        self._relay: asyncio.Task[None] | None = None
        self._whole = False
        self._gone = False
        self._broken: LeapError | None = None

    async def begin_body(self) -> None:
        if self.request.method == "PUT":
            await self._begin()

    @authorized
    async def _begin(self) -> None:
        from ..uploads import Piece

        # Kept: `delete` may forget the session while this piece is under way.
        session = self._session = await self.leap.uploads.get(self.path_kwargs["upload_id"])
        piece = Piece.parse(self.request.headers.get("Content-Range", ""))
        session.check(piece, self.content_length)
        self._alone.enter_context(session.alone())
        if session.result is None:
            await session.locate(piece)
        if session.result is None and not piece.is_question and not self._gone:
            self.request.connection.set_max_body_size(ANY_SIZE)
            # Fewer reads than with Tornado's own 64 KiB.
            self.request.connection.stream.read_chunk_size = CHUNK_SIZE
            self._relay = session.start(piece, self._chunks(piece.length), self._checksum())
            self._relay.add_done_callback(self._relay_ended)

    def _checksum(self) -> str | None:
        """The crc32c of the whole object, which the last piece tells; 400 for a header that is none."""
        header = self.request.headers.get("X-Goog-Hash")
        if header is None:
            return None
        if not (found := CRC32C.fullmatch(header)):
            raise LeapError(400, "bad-checksum", "X-Goog-Hash is crc32c=<base64 of four bytes> here.", "Leave it out.")
        return found[1]

    def _relay_ended(self, relay: asyncio.Task[None]) -> None:
        self._alone.close()
        if not relay.cancelled():
            relay.exception()  # told to the browser by `put`, unless it has gone away

    # The piece, from the browser to the relay

    async def data_received(self, chunk: bytes) -> None:
        if self._relay is None or self._relay.done():
            return
        if not self._body and len(chunk) >= CHUNK_SIZE:
            await self._offer(chunk)
            return
        self._body += chunk
        if len(self._body) >= CHUNK_SIZE:
            await self._pass_on()

    async def _pass_on(self) -> None:
        chunk, self._body = bytes(self._body), bytearray()
        await self._offer(chunk)

    async def _offer(self, chunk: bytes | None) -> None:
        """Wait until the relay has room for a chunk (None is the end), unless it has ended."""
        if not self._queue.full():
            self._queue.put_nowait(chunk)
            return
        offer = asyncio.ensure_future(self._queue.put(chunk))
        await asyncio.wait({offer, self._relay}, return_when=asyncio.FIRST_COMPLETED)
        offer.cancel()

    async def _chunks(self, length: int) -> AsyncIterator[bytes]:
        """The piece as it arrives; a body of another length, or one that stops arriving, breaks it off."""
        while (chunk := await self._next()) is not None and length >= len(chunk):
            length -= len(chunk)
            yield chunk
        if chunk is not None or length:
            raise self._break_off(
                LeapError(400, "wrong-length", "The body is not as long as its range.", "Send the piece again.")
            )

    async def _next(self) -> bytes | None:
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            return await asyncio.wait_for(self._queue.get(), self.leap.pieceTimeout)
        except asyncio.TimeoutError:
            self.request.connection.close()
            raise self._break_off(
                LeapError(408, "piece-stalled", "The piece stopped arriving.", "Ask for the offset and go on.")
            ) from None

    def _break_off(self, error: LeapError) -> LeapError:
        """Remembered, because the HTTP library shows its own exception in its place."""
        self._broken = error
        return error

    # The answers

    @web.authenticated
    @authorized
    async def get(self, upload_id: str) -> None:
        session = await self.leap.uploads.get(upload_id)
        about = {"bucket": session.bucket, "key": session.key, "size": session.total}
        self.finish_json({**self.told(session), **about})

    @web.authenticated
    @authorized
    async def put(self, upload_id: str) -> None:
        session = self._session
        if self._relay is not None:
            await self._pass_on()
            await self._offer(None)
            self._whole = True
            await asyncio.wait({self._relay})
            self._raise_failure(self._relay)
        elif session.result is None and session.total == 0:
            await session.finish_empty()
        self._answer(session)

    def _raise_failure(self, relay: asyncio.Task[None]) -> None:
        if self._broken is not None:
            raise self._broken
        if relay.cancelled():
            raise LeapError(410, "upload-gone", "The upload was cancelled.", "Start it again.")
        if error := relay.exception():
            raise error

    def _answer(self, session: Session) -> None:
        if session.result is not None:
            with suppress(LeapError):  # a bucket may have gone meanwhile
                if self.leap.store(self.leap.bucket(session.bucket)).race_safe is False:
                    self.set_header("X-Leap-Race-Safe", "no")
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
        await self.leap.uploads.drop(await self.leap.uploads.get(upload_id))
        self.set_status(204)
        self.finish()

    def on_finish(self) -> None:
        self._alone.close()
        if self._session is not None and not self._gone:
            self.leap.uploads.answered(self._session)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._gone = True
        # A piece that has arrived whole goes on: its answer can be asked for again.
        if self._relay is not None and not self._whole:
            self._relay.cancel()
        elif self._relay is None:
            self._alone.close()


def _session_id(value: object) -> str | None:
    if value is None or (isinstance(value, str) and re.fullmatch(UPLOAD_ID, value)):
        return value
    raise LeapError(400, "bad-parameter", "An id has 22 to 64 letters, digits, '-' and '_'.", "Leave it out.")


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
