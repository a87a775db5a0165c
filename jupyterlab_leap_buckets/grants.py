"""Upload grants: what another computer holds so that it can ask for limited tokens, again and again until an end."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from .errors import LeapError
from .grant_files import MAX_DAYS, Grant, GrantFiles

MAX_GRANTS = 50
PREFIX = "leap-grant-"
"""How a grant begins, so that scanners for secrets can find one that got lost."""

USES_A_MINUTE = 60
"""Of one grant: each worker process of a cluster renews its own token."""
CLOCK_SLACK = 300
"""Seconds by which the clock may be set back after a grant was made."""
WRONG_A_MINUTE = 30
"""Of all that is no grant. Whoever holds a grant is not held up by others who guess."""


class Limit:
    """At most `most` calls in any 60 seconds."""

    def __init__(self, most: int) -> None:
        self._times: deque[float] = deque(maxlen=most)

    def check(self) -> None:
        """Count a call; 429 with `Retry-After` for one too many, which does not count."""
        now = time.monotonic()
        if len(self._times) == self._times.maxlen and now - self._times[0] < 60:
            wait = math.ceil(60 - (now - self._times[0]))
            raise LeapError(
                429,
                "too-many-requests",
                "This server is asked for tokens too often.",
                f"Ask again after {wait} seconds.",
                {"Retry-After": str(wait)},
            )
        self._times.append(now)


class Grants:
    """All grants of this server. `now`: seconds since 1970."""

    def __init__(self, files: GrantFiles, now: Callable[[], float] = time.time) -> None:
        self._files = files
        self._now = now
        self._grants: dict[str, Grant] | None = None
        self._uses: dict[tuple[str, bool], Limit] = {}
        self._wrong = Limit(WRONG_A_MINUTE)
        self._changing = asyncio.Lock()

    async def check_room(self) -> None:
        """429 when there are as many as there may be."""
        if len(await self.list()) >= MAX_GRANTS:
            raise LeapError(
                429, "too-many-grants", f"This server has {MAX_GRANTS} upload grants.", "Revoke one that is not needed."
            )

    async def add(
        self, bucket: str, uri: str, prefix: str, expires: float, keep_awake: bool, read_only: bool
    ) -> tuple[Grant, str]:
        """A new one, and what its holder has to show, which is told this once."""
        await self.check_room()
        secret = PREFIX + secrets.token_urlsafe(32)
        grant = Grant(
            secrets.token_urlsafe(16),
            _hash(secret),
            bucket,
            uri,
            prefix,
            self._now(),
            float(expires),
            keep_awake,
            read_only,
        )
        async with self._changing:
            if not await asyncio.to_thread(self._files.write, grant):
                raise LeapError(
                    507,
                    "grant-not-kept",
                    "The upload grant cannot be written to this server's disk, so it would end with the server.",
                    "See whether your home folder is full.",
                )
            self._known[grant.id] = grant
        return grant, secret

    async def list(self) -> list[Grant]:
        """Those that have not ended, the oldest first. The files of others are removed."""
        async with self._changing:
            await self._open()
            for grant in [grant for grant in self._known.values() if not self._is_valid(grant)]:
                await self._forget(grant)
        return sorted(self._known.values(), key=lambda grant: (grant.created, grant.id))

    async def revoke(self, grant_id: str) -> Grant:
        """404 for an unknown one."""
        async with self._changing:
            await self._open()
            grant = self._known.get(grant_id)
            if grant is None:
                raise LeapError(404, "unknown-grant", "There is no such upload grant.", "Look at the list again.")
            if not await self._forget(grant):
                raise LeapError(
                    507,
                    "grant-file-left",
                    "The upload grant is revoked, but its file cannot be removed: it would be back after a restart.",
                    "See whether your home folder can be written to, and restart your server.",
                )
        return grant

    async def check(self, secret: str, is_heartbeat: bool = False) -> Grant:
        """The grant that a caller shows. 401 `bad-grant` for one that is unknown, ended or revoked; 429 for one that is
        used too often, heartbeats counted apart, and for wrong ones."""
        await self.list()
        shown = _hash(secret)
        found = None
        # Every one is compared, so that how long it takes tells nothing.
        for grant in self._known.values():
            if hmac.compare_digest(grant.hash, shown):
                found = grant
        if found is None:
            self._wrong.check()
            raise bad_grant()
        self._uses.setdefault((found.id, is_heartbeat), Limit(USES_A_MINUTE)).check()
        return found

    async def confirm(self, grant: Grant, is_heartbeat: bool = False) -> None:
        """Count a use, just before a token is told; a heartbeat is none. 401 for a grant that ended or was revoked
        meanwhile, also by removing its file."""
        async with self._changing:
            known = self._known.get(grant.id)
            if known is None:
                raise bad_grant()
            if not self._is_valid(known) or await asyncio.to_thread(self._files.read, known.id) is None:
                await self._forget(known)
                raise bad_grant()
            if is_heartbeat:
                return
            used = replace(known, last_used=self._now(), uses=known.uses + 1)
            self._known[used.id] = used
            await asyncio.to_thread(self._files.write, used)

    async def close(self) -> None:
        async with self._changing:
            self._grants = None
            await asyncio.to_thread(self._files.close)

    @property
    def _known(self) -> dict[str, Grant]:
        if self._grants is None:
            raise bad_grant()  # the server is about to stop
        return self._grants

    async def _open(self) -> None:
        if self._grants is None:
            await asyncio.to_thread(self._files.open)
            self._grants = await asyncio.to_thread(self._files.read_all)

    def _is_valid(self, grant: Grant) -> bool:
        # An edited file makes no grant last longer than any other, nor does a clock that was wrong when it was made.
        is_made = grant.created <= self._now() + CLOCK_SLACK
        return is_made and self._now() < grant.expires <= grant.created + MAX_DAYS * 24 * 3600

    async def _forget(self, grant: Grant) -> bool:
        """Whether its file is gone too: it is not valid any more in any case."""
        self._known.pop(grant.id, None)
        for is_heartbeat in (False, True):
            self._uses.pop((grant.id, is_heartbeat), None)
        try:
            await asyncio.to_thread(self._files.remove, grant.id)
        except OSError:
            return False
        return True


def bad_grant() -> LeapError:
    return LeapError(
        401,
        "bad-grant",
        "This upload grant is not valid: it has ended, was revoked, or is not of this server.",
        "Make a new one in JupyterLab: Cloud Buckets, Generate Upload Token.",
        {"WWW-Authenticate": "Bearer"},
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
