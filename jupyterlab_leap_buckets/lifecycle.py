"""After how many days objects are deleted, as their buckets say: asked once, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from .discovery import Bucket
from .errors import LeapError
from .stores.base import Expiry, Store

WAIT_SECONDS = 2.0
AGAIN_SECONDS = 60.0
"""A store that failed is asked again after this long, not sooner."""


class Lifecycles:
    """What buckets say about when their objects are deleted, kept as long as the server runs once it is known; that
    this server may not know it is known too. store: opens that of a bucket. surprised: told of mistakes of our own."""

    def __init__(self, store: Callable[[Bucket], Store], surprised: Callable[[BaseException], None]) -> None:
        self._store = store
        self._surprised = surprised
        self._known: dict[object, Sequence[Expiry]] = {}
        self._asking: dict[object, asyncio.Task[None]] = {}
        self._failed: dict[object, float] = {}

    async def dated(self, buckets: Sequence[Bucket]) -> list[Bucket]:
        """The buckets with what is known about them within 2 seconds. Whoever did not answer by then is not asked
        again while the answer may still come. Configuration comes before the bucket's rules, and those before what
        discovery supposed."""
        for bucket in buckets:
            if self._is_to_ask(bucket):
                self._asking[bucket.place] = asyncio.create_task(self._ask(bucket))
        asked = [self._asking[bucket.place] for bucket in buckets if bucket.place in self._asking]
        if asked:
            await asyncio.wait(asked, timeout=WAIT_SECONDS)
        return [self._with_days(bucket) for bucket in buckets]

    def _is_to_ask(self, bucket: Bucket) -> bool:
        if bucket.provider == "local" or bucket.error or bucket.keeps_days or bucket.anonymous:
            return False
        if bucket.place in self._known or bucket.place in self._asking:
            return False
        return time.monotonic() - self._failed.get(bucket.place, -AGAIN_SECONDS) >= AGAIN_SECONDS

    async def _ask(self, bucket: Bucket) -> None:
        try:
            self._known[bucket.place] = await self._store(bucket).expiries()
        except LeapError as error:
            if error.status in (401, 403, 404):
                self._known[bucket.place] = ()
            else:
                self._failed[bucket.place] = time.monotonic()
        except Exception as error:
            self._failed[bucket.place] = time.monotonic()
            self._surprised(error)
        finally:
            del self._asking[bucket.place]

    def _with_days(self, bucket: Bucket) -> Bucket:
        if bucket.keeps_days:
            return bucket
        # A rule for a part of the home alone says nothing about the rest of it.
        days = [rule.days for rule in self._known.get(bucket.place, ()) if bucket.home.startswith(rule.prefix)]
        return replace(bucket, expires_after_days=min(days)) if days else bucket

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
