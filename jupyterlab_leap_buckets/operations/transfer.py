"""One object from one place to another, checked before anybody relies on it."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace

from ..checksum import Crc32c
from ..errors import LeapError
from ..gzipped import decoded, is_decoded
from ..stores.base import ByteRange, ObjectInfo, Store, Upload, changed
from ..uploads import PART_SIZE
from .jobs import Stopped

STREAMS = 4
"""Objects whose bytes pass through at once, each holding one piece."""
SLICE = 256 * 1024
ATTEMPTS = 5
"""Times that one piece is sent."""
DELAY = 0.5
"""Seconds to wait before the second time, twice as long before the third, and so on."""


class Sum:
    """A running checksum: crc32c, or zlib's own where the machine has no library for that one."""

    def __init__(self) -> None:
        self._crc32c = Crc32c()
        self._plain = 0

    def update(self, data: bytes) -> None:
        self._crc32c.update(data)
        if self.crc32c is None:
            self._plain = zlib.crc32(data, self._plain)

    @property
    def crc32c(self) -> str | None:
        return self._crc32c.value

    @property
    def value(self) -> str:
        return self.crc32c or str(self._plain)


class Transfer:
    """Copies from one store to another. certain: a copy of which nobody knows whether it is whole is a failure.
    stopping: set when bytes that pass through shall stop, by raising Stopped."""

    def __init__(self, source: Store, target: Store, certain: bool, stopping: asyncio.Event) -> None:
        self._source = source
        self._target = target
        self._certain = certain
        self._stopping = stopping
        self._streams = asyncio.Semaphore(STREAMS)

    async def copy(self, info: ObjectInfo, key: str, if_generation: str) -> None:
        """Copy `info`, in that generation alone, to `key`. 412 when one of the two has changed, 502 when it arrived
        damaged; what did is removed again."""
        made = await self._target.copy(self._source, info, key, if_generation)
        if made is None:
            async with self._streams:
                await self._stream(info, key, if_generation)
        elif made.size != info.size or (made.crc32c and info.crc32c and made.crc32c != info.crc32c):
            raise await self._damaged(made)
        elif self._certain and not (made.crc32c and info.crc32c) and not await self._is_same(info, made):
            raise _unsure(info.key)

    async def _is_same(self, info: ObjectInfo, made: ObjectInfo) -> bool:
        """Whether a copy that the store made has the same bytes. Where its digests depend on more, both are read."""
        if made.digest is None or made.digest == info.digest:
            return made.digest is not None
        async with self._streams:
            sums = [await self._sum(store, one) for store, one in ((self._source, info), (self._target, made))]
        return sums[0] == sums[1]

    async def _sum(self, store: Store, info: ObjectInfo) -> str:
        """A checksum of an object's bytes in this generation; 412 when it has another one."""
        total = Sum()
        reading = await store.read(info.key, None)
        try:
            if reading.info.generation != info.generation:
                raise changed(info.key, info.generation)
            async for chunk in reading.chunks:
                if self._stopping.is_set():
                    raise Stopped
                total.update(chunk)
        finally:
            reading.release()
        return total.value

    async def _stream(self, info: ObjectInfo, key: str, if_generation: str) -> None:
        wanted = info
        if is_decoded(info):
            size = 0
            async for chunk in self._read(info, Sum()):
                size += len(chunk)
            wanted = replace(info, size=size, crc32c=None)
        stored, total = Sum(), Sum()
        content_type = info.content_type or "application/octet-stream"
        async with contextlib.aclosing(self._read(info, stored)) as chunks:  # type: ignore[type-var]
            beginning = await anext(chunks, b"")  # what cannot be read is known before anything is begun
            upload = await self._target.begin_upload(key, wanted.size, content_type, if_generation)
            try:
                made = await self._send(upload, wanted, _after(beginning, chunks), total)
            except BaseException:
                with contextlib.suppress(LeapError):
                    await asyncio.shield(upload.abort())
                raise
        if stored.crc32c and info.crc32c and stored.crc32c != info.crc32c:
            raise await self._damaged(made)
        await self._check(wanted, made, total)

    async def _read(self, info: ObjectInfo, stored: Sum) -> AsyncIterator[bytes]:
        """The bytes for the copy; those that are stored go into a sum."""
        reading = await self._source.read(info.key, None)
        try:
            if info.generation != reading.info.generation:
                raise changed(info.key, info.generation)
            chunks = _summed(reading.chunks, stored)
            async for chunk in decoded(info.key, chunks) if is_decoded(info) else chunks:
                if self._stopping.is_set():
                    raise Stopped
                yield chunk
        finally:
            reading.release()

    async def _send(self, upload: Upload, wanted: ObjectInfo, chunks: AsyncIterator[bytes], total: Sum) -> ObjectInfo:
        made = None
        if wanted.size == 0:
            made = await self._send_piece(upload, b"")
        async for piece in _pieces(chunks):
            total.update(piece)
            is_last = upload.offset + len(piece) == wanted.size
            # What arrives damaged replaces nothing where the store compares by itself.
            made = await self._send_piece(upload, piece, (wanted.crc32c or total.crc32c) if is_last else None)
        if made is None:
            raise LeapError(502, "store-failed", f"The store did not finish {wanted.key!r}.", "Try again.")
        return made

    async def _send_piece(self, upload: Upload, piece: bytes, crc32c: str | None = None) -> ObjectInfo | None:
        """A piece whose fate is unknown, or that the store has in part, is sent again from where the store has it.
        crc32c: of the whole object, with its last piece."""
        start = upload.offset
        attempt = 0
        while True:
            rest = piece[upload.offset - start :]
            try:
                made = await upload.send(len(rest), _slices(rest), crc32c)
            except LeapError as error:
                attempt += 1
                is_final = error.status < 500 or error.reason == "checksum-mismatch" or attempt == ATTEMPTS
                if is_final or not upload.unsure:
                    raise
                await asyncio.sleep(DELAY * attempt)
                made = await upload.find_offset()
            else:
                attempt += upload.offset < start + len(piece)
            if made is not None or upload.offset == start + len(piece):
                return made
            if upload.offset < start or attempt == ATTEMPTS:
                raise LeapError(502, "store-failed", "The store lost a part of what it was sent.", "Try again.")

    async def _check(self, info: ObjectInfo, made: ObjectInfo, total: Sum) -> None:
        known = {one for one in (info.crc32c, made.crc32c, total.crc32c) if one}
        if made.size != info.size or len(known) > 1:
            raise await self._damaged(made)
        if not self._certain or (made.crc32c and total.crc32c):
            return
        if made.crc32c:
            raise _unsure(info.key)
        again = Sum()
        reading = await self._target.read(made.key, ByteRange(0) if made.size else None)
        try:
            async for chunk in reading.chunks:
                again.update(chunk)
        finally:
            reading.release()
        if again.value != total.value:
            raise await self._damaged(made)

    async def _damaged(self, made: ObjectInfo) -> LeapError:
        """The failure, after the copy was removed, in exactly that generation."""
        with contextlib.suppress(LeapError):
            await self._target.delete(made.key, made.generation)
        return LeapError(502, "checksum-mismatch", f"The copy {made.key!r} arrived damaged.", "Try again.")


def _unsure(key: str) -> LeapError:
    return LeapError(
        502,
        "not-verified",
        f"{key!r} was copied, but the copy cannot be checked here, so the original stays.",
        "Compare the two, then delete the original.",
    )


async def _summed(chunks: AsyncIterator[bytes], total: Sum) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        total.update(chunk)
        yield chunk


async def _after(beginning: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for chunk in chunks:
        yield chunk


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of `PART_SIZE`, the last one shorter."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= PART_SIZE:
            piece = bytes(held[:PART_SIZE])
            del held[:PART_SIZE]
            yield piece
    if held:
        yield bytes(held)


async def _slices(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), SLICE):
        yield data[start : start + SLICE]
