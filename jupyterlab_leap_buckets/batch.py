"""Many small files in one body: each is written while the next ones arrive, and the line about it is kept for the end.

A file is held as a whole until it is settled, so the bytes held are counted: those of all batches of a server together
stay below `HELD`, and what would exceed it stays unread on its connection.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from .checksum import crc32c
from .errors import LeapError, from_status
from .frames import Frame, FrameReader
from .stores.base import ObjectInfo, Store, damaged

MAX_FILE = 8 * 1024 * 1024
HELD = 16 * 1024 * 1024
AT_ONCE = 64
"""Files that are written at the same time, those of all batches together."""
OUTAGE = 32
"""After so many failures of the store in a row, each after its repeats, or so many refusals, the rest of a body is not
tried any more."""
OUTAGES = frozenset({"store-busy", "store-failed", "store-timeout", "store-unreachable"})


@dataclass(frozen=True)
class Wanted:
    """What a frame asks for, checked. key: in the bucket."""

    key: str
    crc32c: str
    content_type: str
    if_generation: str


class Room:
    """Bytes to be held, given out in the order in which they are asked for."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> None:
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            self.give_back(size if turn.done() and not turn.cancelled() else 0)
            raise

    def give_back(self, size: int) -> None:
        self._free += size
        while self._waiting and (self._waiting[0][0] <= self._free or self._waiting[0][1].done()):
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= size
                turn.set_result(None)


class Batches:
    """What the batches of a server share, and the files of theirs that are under way."""

    def __init__(self, tell_surprise: Callable[[BaseException], None]) -> None:
        self.room = Room(HELD)
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.tell_surprise = tell_surprise
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, task: asyncio.Task[None]) -> None:
        """Keep a task: it goes on although whoever sent the file has gone away."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, timeout: float = 5) -> None:
        """Let what has arrived whole be settled for `timeout` seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class Batch:
    """One body. check: what a frame asks for, or its refusal. Each frame gets one line, and one that refuses the body
    comes last."""

    def __init__(self, batches: Batches, store: Store, check: Callable[[Frame], Wanted]) -> None:
        self._batches = batches
        self._store = store
        self._check = check
        self._reader = FrameReader()
        self._wanted: Wanted | None = None
        self._taken = 0
        self._unsettled = 0
        self._lines: list[bytes] = []
        self._news = asyncio.Event()
        self._outage = 0
        self._refused = 0
        self._failure: LeapError | None = None
        self._over = False

    async def feed(self, chunk: bytes) -> None:
        """Take the next part of the body, once there is room for it."""
        if self._over:
            return
        try:
            for frame in self._reader.feed(chunk):
                if not frame.whole:
                    await self._begin(frame)
                elif self._wanted is not None:
                    self._start(frame, self._wanted)
                if self._over:
                    return
        except LeapError as error:
            self._failure = error
            self.break_off()

    async def _begin(self, frame: Frame) -> None:
        try:
            self._wanted = self._check(frame)
        except LeapError as error:
            self._wanted, frame.data = None, None
            self._settle(frame, error)
            return
        await self._batches.room.take(frame.size)
        if self._over:
            self._batches.room.give_back(frame.size)
        else:
            self._taken = frame.size

    def _start(self, frame: Frame, wanted: Wanted) -> None:
        self._taken = 0
        self._unsettled += 1
        self._batches.start(asyncio.create_task(self._write(frame, wanted)))

    def end(self) -> None:
        """All of the body has arrived."""
        if not self._over:
            try:
                self._reader.end()
            except LeapError as error:
                self._failure = error
            self.break_off()

    def break_off(self) -> None:
        """Nothing more comes: a file that has arrived in part is dropped, the others are settled."""
        self._over = True
        if self._reader.frame is not None:
            self._reader.frame.data = None
        self._batches.room.give_back(self._taken)
        self._taken = 0

    async def lines(self) -> AsyncIterator[bytes]:
        """One or more lines of the answer, as their files are settled."""
        while self._lines or self._unsettled:
            if not self._lines:
                self._news.clear()
                await self._news.wait()
            settled, self._lines = b"".join(self._lines), []
            yield settled
        if self._failure is not None:
            yield _line(None, self._failure)

    async def _write(self, frame: Frame, wanted: Wanted) -> None:
        result: ObjectInfo | LeapError = from_status(500)
        try:
            async with self._batches.turns:
                result = await self._written(frame.data or bytearray(), wanted)
            self._outage = self._refused = 0
        except LeapError as error:
            result = error
            self._outage = self._outage + 1 if error.reason in OUTAGES else 0
            self._refused = self._refused + 1 if error.status == 403 else 0
        except Exception as error:
            self._batches.tell_surprise(error)
        finally:
            frame.data = None
            self._batches.room.give_back(frame.size)
            self._unsettled -= 1
            self._settle(frame, result)

    async def _written(self, data: bytearray, wanted: Wanted) -> ObjectInfo:
        ours = crc32c(data)
        if ours not in (None, wanted.crc32c):
            raise LeapError(
                502,
                "checksum-mismatch",
                f"{wanted.key!r} arrived damaged at this server, so it was not written.",
                "Upload the file again.",
            )
        if self._outage >= OUTAGE:
            raise LeapError(
                503,
                "store-busy",
                f"{wanted.key!r} was not tried: the store failed for {self._outage:,} files before it.",
                "Try again in a minute.",
            )
        if self._refused >= OUTAGE:
            raise LeapError(
                403,
                "no-permission",
                f"{wanted.key!r} was not tried: the store refused the {self._refused:,} files before it.",
                "Ask for access, or choose a place of your own.",
            )
        try:
            made = await self._store.write(wanted.key, data, wanted.content_type, wanted.if_generation, wanted.crc32c)
        except LeapError as error:
            if error.status != 412:
                raise
            made = await self._same(data, wanted)
            if made is None:
                raise
        if made.size != len(data) or made.crc32c not in (None, wanted.crc32c):
            raise damaged(wanted.key, await self._removed(made))
        return made

    async def _same(self, data: bytearray, wanted: Wanted) -> ObjectInfo | None:
        """The object that is there already, if it has these very bytes: then the answer to an earlier batch got lost,
        or there is nothing to decide between the two."""
        try:
            found = await self._store.existing({wanted.key: len(data)})
        except LeapError:
            return None  # not to be found out: then it counts as another one
        same = [info for info in found if (info.size, info.crc32c) == (len(data), wanted.crc32c)]
        return same[0] if same else None

    async def _removed(self, made: ObjectInfo) -> bool:
        """Whether what was written is gone; what somebody wrote in its place is theirs."""
        try:
            await self._store.delete(made.key, made.generation)
        except LeapError as error:
            return error.status in (404, 412)
        return True

    def _settle(self, frame: Frame, result: ObjectInfo | LeapError) -> None:
        self._lines.append(_line(frame.key, result))
        self._news.set()


def _line(key: str | None, result: ObjectInfo | LeapError) -> bytes:
    line: dict[str, Any] = {"key": key}
    if isinstance(result, LeapError):
        line["error"] = {"status": result.status, **result.as_json()}
    else:
        line["object"] = result.as_json()
    # Half a surrogate pair has no UTF-8; its backslash form is legal JSON.
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"
