"""An upload session as the browser sees it: an id, an offset, and at most one piece under way.

Pure bookkeeping around a store's `Upload`.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .checksum import Crc32c
from .errors import LeapError
from .stores.base import ObjectInfo, Upload, damaged, damaged_on_the_way

if TYPE_CHECKING:
    from .upload_files import Record

PART_SIZE = 8 * 1024 * 1024
GRANULE = 256 * 1024
"""Every piece but the last is a multiple of this many bytes."""

_PIECE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")
_QUESTION = re.compile(r"bytes \*/([0-9]{1,19})")


@dataclass(frozen=True)
class Piece:
    """Bytes `start` to `stop` (not included) of `total`; without bytes it is the question how far the upload got."""

    total: int
    start: int = 0
    stop: int = 0

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def is_question(self) -> bool:
        return self.length == 0

    @classmethod
    def parse(cls, header: str) -> Piece:
        """A `Content-Range` header; 400 when it is not one of a piece or a question."""
        if question := _QUESTION.fullmatch(header):
            return cls(int(question[1]))
        piece = _PIECE.fullmatch(header)
        if not piece or int(piece[1]) > int(piece[2]):
            raise LeapError(
                400,
                "bad-content-range",
                "A piece needs the header Content-Range: bytes first-last/total.",
                "Send bytes */total to ask for the offset.",
            )
        return cls(int(piece[3]), int(piece[1]), int(piece[2]) + 1)


@dataclass
class Session:
    """sum: of what has arrived up to the offset, None when nobody has seen all of it. is_kept: whether it is on disk
    too, as `record`, where `kept` is when it was last said to be in use and `steps` those of the upload by then."""

    upload: Upload
    bucket: str
    key: str
    total: int
    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    result: ObjectInfo | None = None
    failure: LeapError | None = None
    running: asyncio.Task[None] | None = None
    used: float = field(default_factory=time.monotonic)
    busy: bool = False
    is_kept: bool = False
    kept: float = field(default_factory=time.monotonic)
    sum: Crc32c | None = field(default_factory=Crc32c)
    record: Record | None = None
    steps: int = 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One request at a time: a store's session is sequential. 409 for a second one."""
        if self.busy:
            raise LeapError(
                409,
                "upload-busy",
                f"Another request is sending to the upload of {self.key!r}.",
                "Wait for it, then ask for the offset.",
            )
        self.busy = True
        try:
            yield
        finally:
            self.busy = False
            self.used = time.monotonic()

    def check(self, piece: Piece, announced: int | None) -> None:
        """400 or 409 for a piece that cannot be the next one; `announced` is its Content-Length."""
        if piece.total != self.total:
            raise LeapError(
                400,
                "wrong-total",
                f"The upload of {self.key!r} was started for {self.total:,} bytes, not {piece.total:,}.",
                "Start a new upload: the file has changed.",
            )
        if piece.is_question:
            return
        if piece.stop > self.total:
            raise LeapError(400, "past-the-end", "The piece reaches past the end of the object.", "Check its range.")
        if piece.stop < self.total and piece.length % GRANULE:
            raise LeapError(
                400,
                "misaligned",
                f"Every piece but the last has to be a multiple of {GRANULE:,} bytes.",
                "Send pieces of partSize bytes.",
            )
        if announced is not None and announced != piece.length:
            raise LeapError(
                400,
                "wrong-length",
                f"The body has {announced:,} bytes, its range {piece.length:,}.",
                "Send the range named.",
            )

    async def locate(self, piece: Piece) -> None:
        """Make sure of the offset before a piece or as the answer to a question. The store is asked only when it may
        have more or less than is known here: one emulator takes the question for the end of the object."""
        if self.failure is not None:
            raise self.failure
        if self.result is None and (self.upload.unsure or self._may_have_moved(piece)):
            known = self.upload.offset
            result = await self._unless_gone(self.upload.find_offset())
            if self.upload.offset != known:
                self.sum = None
            await self._finish(result)

    def _may_have_moved(self, piece: Piece) -> bool:
        """Whether the page may have sent bytes to the store itself, which nobody has told here."""
        return self.upload.address is not None and (piece.is_question or piece.start != self.upload.offset)

    def start(self, piece: Piece, chunks: AsyncIterator[bytes], crc32c: str | None) -> asyncio.Task[None]:
        """Begin to pass a piece on; `stop` may break it off. crc32c: of the whole object, with its last piece."""
        self.running = asyncio.create_task(self._send(piece, chunks, crc32c if piece.stop == self.total else None))
        return self.running

    async def stop(self) -> None:
        """Break off the piece under way, if there is one."""
        if self.running is not None:
            self.running.cancel()
            await asyncio.wait({self.running})

    async def _send(self, piece: Piece, chunks: AsyncIterator[bytes], crc32c: str | None) -> None:
        """409 with the true `Range` when the piece does not begin at the offset, 502 when what arrived is not what was
        sent: then nothing is replaced by it."""
        if piece.start != self.upload.offset:
            raise LeapError(
                409,
                "wrong-offset",
                f"The next byte of {self.key!r} is number {self.upload.offset:,}, not {piece.start:,}.",
                "Go on from the end of Range.",
                self.range_header(),
            )
        running = self.sum.copy() if self.sum else None
        watch = _Watch(chunks, running, crc32c)
        try:
            result = await self._unless_gone(self.upload.send(piece.length, watch.chunks(), crc32c))
        except LeapError as error:
            told = damaged_on_the_way(self.key) if watch.refused else error
            if told.reason == "checksum-mismatch":
                self.failure = told
                with suppress(LeapError):  # what cannot be reached ends by itself
                    await self.upload.abort()
            raise told from None
        # The store may have kept a part of it only; the checksum of that part is not known.
        self.sum = running if self.upload.offset == piece.stop else None
        await self._finish(result)

    async def finish_empty(self) -> None:
        await self._finish(await self._unless_gone(self.upload.send(0, _nothing())))

    def range_header(self) -> dict[str, str]:
        return {"Range": f"bytes=0-{self.upload.offset - 1}"} if self.upload.offset else {}

    @property
    def over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.result is not None or self.failure is not None

    async def _unless_gone(self, answer: Awaitable[ObjectInfo | None]) -> ObjectInfo | None:
        """Remembers that the store has given the upload up."""
        try:
            return await answer
        except LeapError as error:
            if error.status == 410:
                self.failure = error
            raise

    async def _finish(self, result: ObjectInfo | None) -> None:
        """What differs from what was sent does not stay in the bucket."""
        if result is None:
            return
        ours = self.sum.value if self.sum else None
        is_short = result.size != self.total
        if is_short or (ours and result.crc32c and ours != result.crc32c):
            removed = await self._discard(result)
            self.failure = (
                _cut_short(self.key, result.size, self.total) if is_short and removed else damaged(self.key, removed)
            )
            raise self.failure
        self.result = replace(result, crc32c=result.crc32c or ours)

    async def _discard(self, result: ObjectInfo) -> bool:
        """Whether the object is gone; one that somebody wrote in its place is theirs."""
        try:
            await self.upload.discard(result)
        except LeapError as error:
            return error.status in (404, 412)
        return True


def _cut_short(key: str, kept: int, total: int) -> LeapError:
    """Not final: whoever has the bytes may begin again. One emulator ends an upload when it is asked for the offset."""
    return LeapError(
        410,
        "upload-gone",
        f"The store ended the upload of {key!r} after {kept:,} of {total:,} bytes; they were removed again.",
        "Start it again.",
    )


class _Watch:
    """A piece that passes the checksum. Its last chunk is held back until the sum is that of the whole object: what
    became another on its way never replaces anything. refused: whether it did."""

    def __init__(self, chunks: AsyncIterator[bytes], running: Crc32c | None, wanted: str | None) -> None:
        self._chunks = chunks
        self._running = running
        self._wanted = wanted
        self.refused = False

    async def chunks(self) -> AsyncIterator[bytes]:
        held = b""
        async for chunk in self._chunks:
            if self._running is not None:
                self._running.update(chunk)
            if held:
                yield held
            held = chunk
        known = self._running.value if self._running else None
        if None not in (known, self._wanted) and known != self._wanted:
            self.refused = True
            raise damaged_on_the_way("")
        if held:
            yield held


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
