"""Faults that the stand-in store commits when asked to, and the requests it has seen."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from aiohttp import web

KINDS = ("status", "reset", "lost", "slow", "late", "cut", "corrupt", "flip")


@dataclass
class Fault:
    """Something that goes wrong with the next `times` requests that match.

    kind: `status` answers with `status` and does nothing; `reset` breaks the connection and does nothing; `lost` does
    what was asked and breaks the connection before the answer; `slow` waits `seconds` first; `late` does what was
    asked and waits `seconds` before the answer; `cut` breaks a download or an upload after `after` bytes; `corrupt`
    keeps the first byte of a piece or a small object wrong, and `flip` gets it wrong, which the store may see. method
    and path (a regular expression searched in path and query) choose requests.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    status: int = 503
    seconds: float = 0.0
    after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")

    def takes(self, request: web.Request) -> bool:
        if self.times < 1 or (self.method and self.method != request.method):
            return False
        return re.search(self.path, request.raw_path) is not None


@dataclass
class Seen:
    """A request: its method, its path with the query, its Content-Range, and the page's origin if one sent it."""

    method: str
    path: str
    content_range: str
    origin: str


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.seen: list[Seen] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def next(self, request: web.Request) -> Fault | None:
        """Notes the request; the fault to commit on it, used up by one."""
        content_range, origin = (request.headers.get(name, "") for name in ("Content-Range", "Origin"))
        self.seen.append(Seen(request.method, request.raw_path, content_range, origin))
        for fault in self.waiting:
            if fault.takes(request):
                fault.times -= 1
                return fault
        return None

    async def control(self, request: web.Request) -> web.StreamResponse:
        """`/standin/requests` and `/standin/faults`: GET, DELETE to forget, POST a fault's fields to plan it."""
        what = request.path.rpartition("/")[2]
        if request.method == "DELETE":
            (self.seen if what == "requests" else self.waiting).clear()
        elif request.method == "POST":
            known = {field.name for field in fields(Fault)}
            asked: dict[str, Any] = await request.json()
            self.add(Fault(**{name: value for name, value in asked.items() if name in known}))
        return web.json_response([asdict(one) for one in (self.seen if what == "requests" else self.waiting)])


def break_connection(request: web.Request) -> None:
    """Reset, as seen by the other side: no answer, or half of one."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
