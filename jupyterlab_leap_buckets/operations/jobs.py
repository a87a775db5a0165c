"""Operations as the browser sees them: an id, a state, how far it is and what failed."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ..errors import LeapError, from_status
from ..stores.base import ObjectInfo
from .request import Request

ENDED_LIFETIME = 3600
"""Seconds for which an operation that is over is still told."""
ENDED_KEPT = 100
FAILURES_KEPT = 100
AT_ONCE = 4
"""Operations that run at once; the others are queued."""
GRACE = 1.5
"""Seconds that a cancelled operation has to finish the objects it is at."""


class Stopped(Exception):
    """An operation that was cancelled has stopped before its end."""


Work = Callable[["Operation"], Awaitable[None]]


@dataclass
class Operation:
    """`work` raises Stopped when `stopping` made it stop before its end.

    objects, bytes: what is done. skipped: how many of these objects were left as they are, their names being taken.
    stopping: set when it shall end."""

    request: Request
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    state: str = "queued"
    objects: int = 0
    bytes: int = 0
    skipped: int = 0
    objects_total: int | None = None
    bytes_total: int | None = None
    failures: list[dict[str, str]] = field(default_factory=list)
    failures_total: int = 0
    matches: list[dict[str, Any]] = field(default_factory=list)
    matches_total: int = 0
    started: str | None = None
    ended: str | None = None
    ended_at: float = 0.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def count(self, info: ObjectInfo, skipped: bool = False) -> None:
        """One object is done."""
        self.objects += 1
        self.bytes += info.size
        self.skipped += skipped

    def fail(self, key: str, error: LeapError) -> None:
        self.failures_total += 1
        if len(self.failures) < FAILURES_KEPT:
            message = f"{error.message} {error.hint}".strip()
            self.failures.append({"key": key, "reason": error.reason, "message": message})

    @property
    def is_over(self) -> bool:
        return self.ended is not None

    def as_json(self, matches: bool = True) -> dict[str, Any]:
        """`matches`: with those of a search, of which there may be many."""
        found: dict[str, Any] = {}
        if self.request.kind == "search":
            found = {"matchesTotal": self.matches_total, **({"matches": self.matches} if matches else {})}
        return {
            "id": self.id,
            "kind": self.request.kind,
            "state": self.state,
            "objects": self.objects,
            "objectsTotal": self.objects_total,
            "bytes": self.bytes,
            "bytesTotal": self.bytes_total,
            "skipped": self.skipped,
            "failures": self.failures,
            "failuresTotal": self.failures_total,
            "source": self.request.source_json(),
            "destination": self.request.destination_json(),
            "startedAt": self.started,
            "endedAt": self.ended,
            **found,
        }

    async def run(self, work: Work, turn: asyncio.Semaphore) -> None:
        """Do the work when it is this one's turn. Ends in a state, whatever happens."""
        try:
            async with turn:
                self.state, self.started = "running", _now()
                await work(self)
            self.state = "failed" if self.failures_total else "succeeded"
        except Stopped:
            self.state = "cancelled"
        except LeapError as error:
            self.fail(self.request.where, error)
            self.state = "failed"
        except asyncio.CancelledError:
            self.state = "cancelled"
        except Exception:
            self.fail(self.request.where, from_status(500))
            self.state = "failed"
            raise
        finally:
            self._end()

    def _end(self) -> None:
        self.ended, self.ended_at = _now(), time.monotonic()

    async def cancel(self) -> None:
        """End it soon: objects under way have a moment to be finished, so that what it counted is what it did."""
        self.stopping.set()
        if self.task is not None and not self.task.done():
            if self.state == "queued":
                self.task.cancel()
            await asyncio.wait({self.task}, timeout=GRACE)
            self.task.cancel()
            await asyncio.wait({self.task})
            if self.ended is None:  # it had not even begun
                self.state = "cancelled"
                self._end()


class Operations:
    """limit: how many may be queued or running."""

    def __init__(self, limit: int, surprised: Callable[[BaseException], None]) -> None:
        """surprised: told of exceptions that nobody foresaw."""
        self._limit = limit
        self._surprised = surprised
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._known: dict[str, Operation] = {}

    def check_room(self) -> None:
        """429 when too many operations are under way."""
        if sum(not one.is_over for one in self._known.values()) >= self._limit:
            raise LeapError(
                429,
                "too-many-operations",
                f"{self._limit:,} operations are under way on this server.",
                "Wait until one of them has ended, or cancel one.",
            )

    def start(self, request: Request, work: Work) -> Operation:
        self._forget()
        operation = Operation(request)
        self._known[operation.id] = operation
        operation.task = asyncio.create_task(operation.run(work, self._turn))
        operation.task.add_done_callback(self._look)
        return operation

    def _look(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._surprised(error)

    def get(self, operation_id: str) -> Operation:
        self._forget()
        operation = self._known.get(operation_id)
        if operation is None:
            raise LeapError(
                404,
                "unknown-operation",
                "This server has no such operation: it ended long ago, or the server was restarted.",
                "Refresh the list to see what was done.",
            )
        return operation

    def newest_first(self) -> list[Operation]:
        self._forget()
        return list(reversed(self._known.values()))

    def _forget(self) -> None:
        ended = [one for one in reversed(self._known.values()) if one.is_over]
        for rank, one in enumerate(ended):
            if rank >= ENDED_KEPT or time.monotonic() - one.ended_at > ENDED_LIFETIME:
                del self._known[one.id]

    async def close(self) -> None:
        """Cancel what is under way."""
        await asyncio.gather(*(one.cancel() for one in self._known.values() if not one.is_over))


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
