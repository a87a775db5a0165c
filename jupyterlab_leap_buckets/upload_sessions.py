"""All upload sessions of this server: those in memory, and those on disk that another one began."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from .errors import LeapError
from .stores.base import Upload
from .upload_files import Record, UploadFiles
from .uploads import Session

FINISHED_LIFETIME = 600
"""Seconds for which an upload that is over still answers, in case its last answer got lost."""
TOUCH_SECONDS = 3600
"""Seconds of use after which a file is marked as used again."""
SWEEP_SECONDS = 600
ABORT_SECONDS = 5


class UploadSessions:
    """limit: how many may be under way. lifetime: seconds after which an unused one is given up. resume: the upload of
    a record, LeapError or ValueError when there is none any more. tell: hears of failures behind anybody's back."""

    def __init__(
        self,
        limit: int,
        lifetime: float,
        files: UploadFiles,
        resume: Callable[[Record], Awaitable[Upload]],
        tell: Callable[[BaseException], None],
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._files = files
        self._resume = resume
        self._tell = tell
        self._sessions: dict[str, Session] = {}
        self._stored: set[str] = set()
        self._dropped: set[str] = set()
        self._swept: float | None = None
        self._loading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeping = asyncio.Lock()

    async def check_room(self) -> None:
        """429 when too many uploads are under way, here or on disk."""
        await self._sweep()
        under_way = {session_id for session_id, session in self._sessions.items() if not session.over}
        if len(under_way | (self._stored - self._sessions.keys())) >= self._limit:
            raise LeapError(
                429,
                "too-many-uploads",
                f"{self._limit:,} uploads are under way on this server.",
                "Finish or cancel some of them.",
            )

    async def add(self, upload: Upload, record: Record, session_id: str | None = None) -> Session:
        """A session that is on disk, where that is possible, before anybody hears of it. `session_id`: as its page
        chose it, so that it can ask again when the answer got lost."""
        await self._open()
        session = Session(upload, record.bucket, record.key, record.size)
        session.id = session_id or session.id
        session.record = record
        session.is_kept = await asyncio.to_thread(self._files.write, session.id, record)
        self._sessions[session.id] = session
        return session

    async def get(self, session_id: str) -> Session:
        """404 for one that is neither in memory nor on disk."""
        await self._open()
        session = self._sessions.get(session_id)
        if session is None:
            async with self._loading:
                session = self._sessions.get(session_id) or await self._load(session_id)
        if session is None:
            raise LeapError(404, "unknown-upload", "This server has no such upload: it has ended.", "Start it again.")
        return session

    async def _load(self, session_id: str) -> Session | None:
        """A session that another server began. What is not usable any more is removed, and given up if that can be."""
        found = None if session_id in self._dropped else await asyncio.to_thread(self._files.read, session_id)
        if found is None:
            return None
        record, age = found
        try:
            upload = await self._resume(record)
        except (LeapError, ValueError):
            await self._remove(session_id)
            return None
        session = Session(upload, record.bucket, record.key, record.size, session_id, is_kept=True, sum=None)
        session.record = record
        if age > self._lifetime:
            self._give_up(session)
            return None
        self._sessions[session_id] = session
        return session

    async def drop(self, session: Session) -> None:
        """Forget a session and, if it is not complete, delete what has arrived. It stays when that fails."""
        self._dropped.add(session.id)
        try:
            self._sessions.pop(session.id, None)
            await session.stop()
            if not session.over:
                await session.upload.abort()
            await self._remove(session.id)
        except BaseException:
            self._sessions[session.id] = session
            raise
        finally:
            self._dropped.discard(session.id)

    def answered(self, session: Session) -> None:
        """The browser has an answer: of a session that is over no file is needed any more."""
        if session.is_kept and session.over:
            session.is_kept = False
            self._later(self._remove(session.id))
        elif session.is_kept and session.upload.steps != session.steps:
            self._later(self._keep(session))
        elif session.is_kept and time.monotonic() - session.kept > TOUCH_SECONDS:
            session.kept = time.monotonic()
            self._later(asyncio.to_thread(self._files.touch, session.id))

    async def _keep(self, session: Session) -> None:
        """Write down how far a store that cannot tell it by itself has got."""
        async with self._keeping:
            steps = session.upload.steps
            if session.is_kept and session.record and session.steps != steps and session.id in self._sessions:
                record = replace(session.record, state=session.upload.state())
                await asyncio.to_thread(self._files.write, session.id, record)
                session.steps, session.kept = steps, time.monotonic()

    async def close(self) -> int:
        """Keep what is on disk, drop the rest; how many of these the store may still hold."""
        tasks = asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(tasks, ABORT_SECONDS)
        under_way = [session for session in self._sessions.values() if not session.over]
        ends = [session.stop() if session.is_kept else self.drop(session) for session in under_way]
        results = await asyncio.gather(*(asyncio.wait_for(end, ABORT_SECONDS) for end in ends), return_exceptions=True)
        await asyncio.to_thread(self._files.close)
        return sum(isinstance(result, BaseException) for result in results)

    # What is too old

    async def _open(self) -> None:
        """The first use after a start finds what is on disk."""
        if self._swept is None:
            await self._sweep()

    async def _sweep(self) -> None:
        """Give up, in the background, what nobody has used for long."""
        for session in [session for session in self._sessions.values() if self._is_old(session)]:
            self._give_up(session)
        async with self._loading:
            if self._swept is not None and time.monotonic() - self._swept < SWEEP_SECONDS:
                return
            if self._swept is None:
                await asyncio.to_thread(self._files.open)
            ages = await asyncio.to_thread(self._files.ages)
            self._swept = time.monotonic()
            old = {found for found, age in ages.items() if age > self._lifetime and found not in self._sessions}
            self._stored = set(ages) - old
        if old:
            self._later(self._load_all(old))

    def _is_old(self, session: Session) -> bool:
        lifetime = FINISHED_LIFETIME if session.over else self._lifetime
        return not session.busy and time.monotonic() - session.used > lifetime

    async def _load_all(self, old: set[str]) -> None:
        """Loading gives up what is too old."""
        for session_id in old:
            async with self._loading:
                await self._load(session_id)

    def _give_up(self, session: Session) -> None:
        self._dropped.add(session.id)
        self._sessions.pop(session.id, None)
        self._later(self._drop_or_forget(session))

    async def _drop_or_forget(self, session: Session) -> None:
        """A store that cannot be asked forgets by itself, and the disk's leftovers are swept."""
        try:
            await asyncio.wait_for(self.drop(session), ABORT_SECONDS)
        except (LeapError, asyncio.TimeoutError):
            self._sessions.pop(session.id, None)
            await self._remove(session.id)

    async def _remove(self, session_id: str) -> None:
        self._stored.discard(session_id)
        async with self._keeping:
            await asyncio.to_thread(self._files.remove, session_id)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._tell(error)
