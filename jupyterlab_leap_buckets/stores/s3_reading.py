"""An object of S3 on its way to whoever reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from ..errors import LeapError
from .base import ByteRange, ObjectInfo
from .gcs_client import BROKEN, jitter, unreachable

READ_SIZE = 256 * 1024
READ_ATTEMPTS = 5
"""Connections in a row that may break without a byte before a read fails."""

Open = Callable[[str, ByteRange | None, str | None], Awaitable[dict[str, Any]]]


class Body:
    """An object's bytes. A connection that breaks is opened again where it broke, on the same generation: `reopen` is
    given the key, the range and that."""

    def __init__(self, reopen: Open, info: ObjectInfo, body: Any, start: int, stop: int) -> None:
        self.stop = stop
        self._reopen = reopen
        self._info = info
        self._body = body
        self._position = start

    async def chunks(self) -> AsyncIterator[bytes]:
        from botocore.exceptions import BotoCoreError

        broken = 0
        while self._position < self.stop:
            try:
                while chunk := await self._body.read(READ_SIZE):
                    broken = 0
                    self._position += len(chunk)
                    yield chunk
                if self._position < self.stop:
                    raise ConnectionError
            except (BotoCoreError, *BROKEN) as error:
                self.release()
                broken += 1
                if broken == READ_ATTEMPTS:
                    raise unreachable(error) from None
                await asyncio.sleep(jitter(broken))
                rest = ByteRange(self._position, self.stop - 1)
                self._body = (await self._reopen(self._info.key, rest, self._info.generation))["Body"]

    def release(self) -> None:
        self._body.close()


def position(answer: Mapping[str, Any]) -> tuple[int, int]:
    """The first byte of an answer, and the size of its object; 502 when it does not say."""
    told = answer.get("ContentRange")
    if not told:
        return 0, int(answer.get("ContentLength", 0))
    words = str(told).removeprefix("bytes ").replace("/", "-").split("-")
    if len(words) != 3 or not all(word.isdigit() for word in words):
        raise LeapError(502, "store-failed", "The store did not say which bytes it sent.", "Try again.")
    return int(words[0]), int(words[2])


def range_header(wanted: ByteRange | None) -> str | None:
    if wanted is None:
        return None
    if wanted.start < 0:
        return f"bytes={wanted.start}"
    return f"bytes={wanted.start}-{'' if wanted.end is None else wanted.end}"
