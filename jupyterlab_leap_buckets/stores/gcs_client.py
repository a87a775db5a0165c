"""HTTP to Google's storage: addresses, sign-in, repeats with full jitter, and what a failure means.

No text of an HTTP library's exception is passed on: such texts hold addresses of upload sessions.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from ..errors import LeapError
from ..json_text import loads
from .google_auth import Anonymous, GoogleAuth

GOOGLE = "https://storage.googleapis.com"
REPEATED = frozenset({408, 429, 500, 502, 503, 504})
FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
READ_BUFFER = 256 * 1024
ANONYMOUS_SECONDS = 2.0

BROKEN = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What a connection that failed or went silent raises."""


class HasStatus(Protocol):
    status: int


Result = TypeVar("Result", bound=HasStatus)


@dataclass(frozen=True)
class Answer:
    """A whole answer. repeated: it is not the first attempt's, so the call may have had its effect before."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: bool = False

    def json(self) -> dict[str, Any]:
        """The body as an object; 502 for anything else, such as a proxy's page."""
        try:
            value = loads(self.body)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise LeapError(502, "store-failed", "The store answered with something else than JSON.", "Try again.")
        return value


class GcsClient:
    """base: the address of the service. connect_timeout, read_timeout: seconds for a connection and for the next
    bytes. deadline: seconds during which a call is repeated."""

    def __init__(
        self,
        base: str,
        auth: GoogleAuth | Anonymous,
        connect_timeout: float,
        read_timeout: float,
        deadline: float,
    ) -> None:
        self._base = base
        self._auth = auth
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout, sock_read=read_timeout)
        self._deadline = deadline
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_environment(
        cls, connect_timeout: float, read_timeout: float, deadline: float, anonymous: bool = False
    ) -> GcsClient:
        """A client for Google, or for the emulator that `STORAGE_EMULATOR_HOST` names with or without a scheme."""
        base = os.environ.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
        if not base:
            return cls(GOOGLE, Anonymous() if anonymous else GoogleAuth(), connect_timeout, read_timeout, deadline)
        base = base if "://" in base else "http://" + base
        return cls(base, Anonymous(), connect_timeout, read_timeout, deadline)

    def is_same_service(self, other: GcsClient) -> bool:
        return self._base == other._base

    def is_own(self, address: str) -> bool:
        """Whether an address that was kept elsewhere is one of this service."""
        return address.startswith(self._base + "/") and re.fullmatch("[!-~]{1,4096}", address) is not None

    def is_open_to_browsers(self, address: str, headers: Mapping[str, str]) -> bool:
        """Whether a page may be sent to an upload session, which `headers` announced: encrypted, or at an emulator that
        answers as Google does. Sessions of fake-gcs-server end when they are asked how far they got."""
        return address.startswith("https://") or (self._base != GOOGLE and "X-GUploader-UploadID" in headers)

    def url(self, path: str, *names: str, **query: str | int | None) -> str:
        """`path` with each `{}` replaced by a name, every byte of it that could mean something in a URL quoted."""
        given = {name: value for name, value in query.items() if value is not None}
        text = urlencode(given, quote_via=quote, safe="")
        return self._base + path.format(*(quote(name, safe="") for name in names)) + ("?" + text if text else "")

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | bytearray | None = None,
        repeat: bool = True,
    ) -> Answer:
        """The answer, whatever its status. `repeat` only for what may happen twice."""

        async def once() -> Answer:
            async with await self._send(method, url, headers or {}, data) as response:
                return Answer(response.status, response.headers, await response.read())

        answer, repeated = await self._repeat(once, repeat)
        return Answer(answer.status, answer.headers, answer.body, repeated)

    async def open(self, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """An answer whose body is still to be read; the caller closes it."""
        response, _ = await self._repeat(lambda: self._send("GET", url, headers, None), True)
        return response

    async def anonymous_status(self, url: str) -> int | None:
        """The status that somebody without credentials gets, None when it is not there within 2 seconds. Asked once."""
        try:
            response = await asyncio.wait_for(self._plain("GET", url, {}, None), ANONYMOUS_SECONDS)
        except BROKEN:
            return None
        response.close()
        return response.status

    async def session_call(
        self,
        method: str,
        uri: str,
        headers: Mapping[str, str],
        data: AsyncIterator[bytes] | bytes,
        repeat: bool,
    ) -> Answer:
        """A call to an upload session, whose address is all the authority it needs."""

        async def once() -> Answer:
            async with await self._plain(method, uri, headers, data) as response:
                return Answer(response.status, response.headers, await response.read())

        answer, _ = await self._repeat(once, repeat)
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | bytearray | None
    ) -> aiohttp.ClientResponse:
        response = await self._plain(method, url, {**headers, **await self._auth.headers()}, data)
        if response.status == 401:
            response.release()
            response = await self._plain(method, url, {**headers, **await self._auth.headers(renew=True)}, data)
        return response

    async def _plain(
        self, method: str, url: str, headers: Mapping[str, str], data: AsyncIterator[bytes] | bytes | bytearray | None
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            # Bytes pass as they are stored: decoding would break sizes, ranges and checksums.
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                auto_decompress=False,
                read_bufsize=READ_BUFFER,
                skip_auto_headers=["Content-Type"],
                headers={"Accept-Encoding": "identity", "User-Agent": "jupyterlab-leap-buckets"},
            )
            # aiohttp would silently send PUT and DELETE once more after a broken connection: a piece whose bytes are
            # gone, a delete that was not ours to repeat. What may be repeated is decided here alone.
            self._session._retry_connection = False
        if isinstance(data, bytearray):
            # aiohttp would hold a copy of what the connection does not take at once.
            headers = {**headers, "Content-Length": str(len(data))}
            data = _slices(data)
        # A 308 means "go on" here, and aiohttp must not try to follow it.
        return await self._session.request(
            method, URL(url, encoded=True), headers=headers, data=data, allow_redirects=False
        )

    async def _repeat(self, once: Callable[[], Awaitable[Result]], repeat: bool) -> tuple[Result, bool]:
        """Full jitter: https://cloud.google.com/storage/docs/retry-strategy"""
        started = time.monotonic()
        attempt = 0
        while True:
            delay = jitter(attempt)
            last = not repeat or time.monotonic() - started + delay > self._deadline
            try:
                result = await once()
                if last or result.status not in REPEATED:
                    return result, attempt > 0
                if isinstance(result, aiohttp.ClientResponse):
                    result.release()
            except BROKEN as error:
                if last:
                    raise unreachable(error) from None
            await asyncio.sleep(delay)
            attempt += 1


async def _slices(data: bytearray) -> AsyncIterator[bytes]:
    for start in range(0, len(data), READ_BUFFER):
        yield bytes(data[start : start + READ_BUFFER])


def jitter(attempt: int) -> float:
    """Seconds to wait before the attempt after number `attempt`."""
    return random.uniform(0, min(LONGEST_DELAY, FIRST_DELAY * 2**attempt))  # noqa: S311 - not a secret


def unreachable(error: BaseException) -> LeapError:
    """The store could not be reached, or fell silent."""
    if isinstance(error, asyncio.TimeoutError):
        return LeapError(504, "store-timeout", "The store did not answer in time.", "Try again in a minute.")
    return LeapError(
        502, "store-unreachable", "The connection to the store failed.", "Check the network and try again."
    )


def failure(status: int, what: str, body: bytes = b"") -> LeapError:
    """What an unexpected status of the store means for `what` (an object or bucket, as named to people)."""
    said = _said(body)
    if status in (401, 403):
        return LeapError(
            403,
            "no-permission",
            f"The store does not let this server do that to {what}.{said}",
            "Ask for access, or choose a place of your own.",
        )
    if status in (408, 429):
        return LeapError(503, "store-busy", "The store asks to slow down.", "Try again in a minute.")
    if 400 <= status < 500:
        return LeapError(
            status if status != 499 else 400,
            "store-refused",
            f"The store refused {what} ({status}).{said}",
            "",
        )
    return LeapError(502, "store-failed", f"The store failed ({status}) for {what}.", "Try again in a minute.")


def _said(body: bytes) -> str:
    """Google's own sentence, which names the account and the permission. Nothing that looks like an address."""
    try:
        text = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f" It says: {text[:300]}" if isinstance(text, str) and "://" not in text else ""
