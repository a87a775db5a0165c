"""A folder or a selection as one zip, made while it is sent: nothing is held but a few MiB and the list of names."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
import time
import zipfile
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from .archive_entries import Entries
from .archive_names import ArchiveNames
from .errors import LeapError
from .gzipped import decoded, is_decoded
from .paths import parent
from .stores.base import LINKED_FOLDER, ObjectInfo, Reading, Store

AHEAD = 8
"""Objects that are opened before their turn; of those of at most `SMALL` bytes also what is in them is held."""
SMALL = 256 * 1024
SEND = 256 * 1024
SEND_SECONDS = 0.5
"""What is ready is sent when it has so many bytes or is so old, so that a download is seen to begin."""
EXPANSION = 1100
"""More than any byte of deflated data can become."""
WAITING = 100
WAITING_SECONDS = 60.0
FIRST_YEAR = datetime(1980, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Wanted:
    """An object for the archive. base: the part of its key that its path leaves out. info: None where not yet known."""

    base: str
    key: str
    info: ObjectInfo | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read, as in what only stands for a folder."""
        return self.info is not None and self.info.size == 0


async def pack(store: Store, keys: Sequence[str]) -> AsyncIterator[bytes]:
    """The bytes of a zip of `keys`: one that ends in a slash is everything below it, `""` everything.

    LeapError for what is not there or cannot be read: a zip without its end, which no program takes for a whole one.
    """
    pieces, names = _Pieces(), ArchiveNames()
    archive = zipfile.ZipFile(pieces, "w")  # type: ignore[call-overload] - it only writes
    entries = Entries()
    archive.filelist = entries  # type: ignore[assignment]
    archive.NameToInfo = entries.by_name
    try:
        async with contextlib.aclosing(_ahead(store, _wanted(store, keys))) as opened:
            async for wanted, reading in opened:
                if reading is None:
                    path = names.of(wanted.base, wanted.key)
                    archive.open(_header(path, wanted.info, 0), "w").close()
                else:
                    with contextlib.ExitStack() as stack:
                        stack.callback(reading.release)
                        path = names.file(wanted.base, wanted.key)
                        encoded = is_decoded(reading.info)
                        most = reading.info.size * (EXPANSION if encoded else 1)
                        chunks = decoded(wanted.key, reading.chunks) if encoded else reading.chunks
                        target = stack.enter_context(archive.open(_header(path, reading.info, most), "w"))
                        async for chunk in chunks:
                            target.write(chunk)
                            if pieces.ready:
                                yield pieces.take()
                if pieces.ready:
                    yield pieces.take()
        archive.close()
        end = pieces.take()
        for start in range(0, len(end), SEND):
            yield end[start : start + SEND]
    finally:
        archive.fp = None  # else it would write its end when it is collected


class _Pieces:
    """A file that can only be written, until its bytes are taken away to be sent."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._since = time.monotonic()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        pass

    @property
    def ready(self) -> bool:
        return len(self._data) >= SEND or (len(self._data) > 0 and time.monotonic() - self._since > SEND_SECONDS)

    def take(self) -> bytes:
        data, self._data = bytes(self._data), bytearray()
        self._since = time.monotonic()
        return data


def _header(path: str, info: ObjectInfo | None, most: int) -> zipfile.ZipInfo:
    """most: bytes that it has at most; from 2 GiB on its sizes are written in 8 bytes."""
    modified = _modified(info)
    header = zipfile.ZipInfo(path, max(modified, FIRST_YEAR).timetuple()[:6])
    seconds = int(modified.timestamp())
    if 0 <= seconds < 1 << 31:
        # The format's own time is local to nobody knows where; this one is UTC.
        header.extra = struct.pack("<2sHBl", b"UT", 5, 1, seconds)
    header.create_system = 3  # Unix, so that the mode below counts
    header.external_attr = (0o40755 << 16 | 0x10) if path.endswith("/") else 0o100644 << 16
    header.file_size = most
    return header


def _modified(info: ObjectInfo | None) -> datetime:
    if info is None or not info.updated:
        return FIRST_YEAR
    return datetime.fromisoformat(info.updated[:19] + "+00:00")


# What goes into it


async def _wanted(store: Store, keys: Sequence[str]) -> AsyncIterator[Wanted]:
    for key in keys:
        if key and not key.endswith("/"):
            yield Wanted(parent(key), key)
            continue
        is_empty = key != ""
        async for info in _below(store, key, ()):
            is_empty = False
            yield Wanted(parent(key), info.key, info)
        if is_empty:
            raise LeapError(
                404,
                "no-such-folder",
                f"There is no file below {key!r}.",
                "It may have been deleted or moved: refresh the list.",
            )


async def _below(store: Store, prefix: str, above: tuple[str, ...]) -> AsyncIterator[ObjectInfo]:
    """Everything below a prefix, links to folders followed. above: addresses of the folders on the way here that hold
    such links; a link that leads to one of them, or above it, would never end."""
    async for page in store.walk(prefix):
        for info in page:
            if info.content_type != LINKED_FOLDER:
                yield info
                continue
            target, holder = await store.addresses([info.key, parent(info.key)])
            if not any(one.startswith(target) for one in (*above, holder)):
                async for deeper in _below(store, info.key, (*above, holder)):
                    yield deeper


async def _ahead(store: Store, wanted: AsyncIterator[Wanted]) -> AsyncIterator[tuple[Wanted, Reading | None]]:
    """Objects being read, in their order, None for those without a byte. The next ones are opened
    meanwhile, except those known to be large: their time goes into bytes, not into asking."""
    waiting: deque[tuple[Wanted, asyncio.Task[Reading] | None]] = deque()

    async def first() -> tuple[Wanted, Reading | None]:
        one, task = waiting.popleft()
        if one.is_empty:
            return one, None
        return one, await (task or _open(store, one.key))

    try:
        async with contextlib.aclosing(wanted):  # type: ignore[type-var]
            async for one in wanted:
                soon = not one.is_empty and (one.info is None or one.info.size <= SMALL)
                waiting.append((one, asyncio.create_task(_open(store, one.key)) if soon else None))
                if len(waiting) == AHEAD:
                    yield await first()
        while waiting:
            yield await first()
    finally:
        tasks = [task for _, task in waiting if task]
        for task in tasks:
            task.cancel()
        for left in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(left, Reading):
                left.release()


async def _open(store: Store, key: str) -> Reading:
    """An object being read; a small one is read already."""
    reading = await store.read(key, None)
    if reading.info.size > SMALL:
        return reading
    try:
        data = [chunk async for chunk in reading.chunks]
    finally:
        reading.release()
    return replace(reading, chunks=_held(data), release=lambda: None)


async def _held(data: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in data:
        yield chunk


# Selections that wait for their download


class Archives:
    """Selections, each to be fetched once and within a minute. An id cannot be guessed."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[float, str, Sequence[str]]] = {}

    def add(self, bucket_id: str, keys: Sequence[str]) -> str:
        now = time.monotonic()
        self._waiting = {name: one for name, one in self._waiting.items() if one[0] > now}
        if len(self._waiting) >= WAITING:
            raise LeapError(
                503, "too-many-archives", f"{WAITING} downloads wait to be fetched already.", "Try again in a minute."
            )
        archive_id = secrets.token_urlsafe(24)
        self._waiting[archive_id] = (now + WAITING_SECONDS, bucket_id, keys)
        return archive_id

    def take(self, archive_id: str) -> tuple[str, Sequence[str]]:
        """The bucket's id and the keys; 404 when this was fetched before or waited for too long."""
        until, bucket_id, keys = self._waiting.pop(archive_id, (0.0, "", ()))
        if until <= time.monotonic():
            raise LeapError(
                404, "unknown-archive", "This download is over, or waited for too long.", "Choose the files again."
            )
        return bucket_id, keys
