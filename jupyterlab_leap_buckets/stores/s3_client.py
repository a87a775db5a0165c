"""Calls to S3: one client of aiobotocore for each place and set of keys, repeats with full jitter, headers of our own.

aiobotocore is imported with the first call. No text of its exceptions is passed on: such texts hold addresses.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from weakref import WeakValueDictionary

from ..errors import LeapError
from .gcs_client import BROKEN, jitter, unreachable
from .s3_answers import check, no_storage
from .s3_connection import S3Connection
from .s3_errors import failure, is_passing, no_connection, no_keys
from .s3_session import load_library, make_config, make_session, stay

__all__ = ["S3Client", "S3Clients", "load_library"]

HEADERS = "LeapHeaders"
"""The parameter that carries headers which some version of botocore has no parameter for."""
KEYS_SECONDS = 3.0
Keys = tuple[str, str, str | None]
"""Access key, secret key and session token."""


class S3Client:
    """honoured: for kinds of calls whether preconditions are kept, once that is known; unknown: those with which they
    must not even be sent. is_gone: whether the user has taken its connection away: no key goes there any more.
    keys: gives them, or None where the profile or the environment has them.
    connect_timeout, read_timeout: seconds. deadline: seconds during which a call is repeated."""

    def __init__(
        self,
        connection: S3Connection,
        keys: Callable[[], Keys | None],
        connect_timeout: float,
        read_timeout: float,
        deadline: float,
    ) -> None:
        self.connection = connection
        self.honoured: dict[str, bool] = {}
        self.unknown: set[str] = set()
        self.is_gone = False
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._keys = keys
        self._timeouts = connect_timeout, read_timeout
        self._deadline = deadline
        self._making = asyncio.Lock()
        self._client: Any = None
        self._made = 0.0
        self._closing: list[asyncio.Future[None]] = []

    @property
    def place(self) -> str:
        """Where its buckets are, to compare with another's."""
        return (self.connection.endpoint or "aws").rstrip("/")

    def turn(self, key: str) -> asyncio.Lock:
        """Held by whoever looks at an object before writing it, so that at least this server is one after another."""
        return self._turns.setdefault(key, asyncio.Lock())

    async def call(
        self,
        operation: str,
        what: str,
        *,
        repeat: bool = True,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        """The answer to `operation`, as boto3 names it. what: the object or bucket, as named to people. `repeat` only
        for what may happen twice. S3Error when the store refuses, LeapError when it cannot be reached."""
        client = await self.open()
        asked = {name: value for name, value in params.items() if value is not None}
        if headers:
            asked[HEADERS] = dict(headers)
        started = time.monotonic()
        attempt = 0
        while True:
            delay = jitter(attempt)
            last = not repeat or time.monotonic() - started + delay > self._deadline
            if body is not None:
                asked["Body"] = io.BytesIO(body)
            try:
                answer: dict[str, Any] = await getattr(client, operation)(**asked)
            except Exception as error:
                if self.is_gone:
                    raise no_connection() from None
                told = self._told(error, what, attempt > 0)
                if told.reason in ("bad-keys", "no-keys"):
                    self._forget(client)
                if last or not is_passing(told):
                    raise told from None
            else:
                check(operation, answer, what)
                return answer
            await asyncio.sleep(delay)
            attempt += 1

    def _told(self, error: Exception, what: str, repeated: bool) -> LeapError:
        from botocore import exceptions as botocore
        from botocore.parsers import ResponseParserError

        if isinstance(error, botocore.ClientError):
            return failure(error.response, what, repeated, self.connection.profile)
        if isinstance(error, ResponseParserError):
            return no_storage(what)
        if isinstance(error, (botocore.ReadTimeoutError, botocore.ConnectTimeoutError)):
            return unreachable(asyncio.TimeoutError())
        if isinstance(error, (botocore.ConnectionError, botocore.HTTPClientError, *BROKEN)):
            return unreachable(error)
        if isinstance(error, botocore.BotoCoreError):
            return no_keys(self.connection.profile, type(error).__name__)
        raise error

    def _forget(self, client: Any) -> None:
        """The next call but those soon after reads the keys again: somebody may have corrected them."""
        if self._client is client and time.monotonic() - self._made > KEYS_SECONDS:
            self._client = None
            self._closing.append(asyncio.ensure_future(client.__aexit__(None, None, None)))

    async def open(self) -> Any:
        """The client, made when there is none. Takes some hundred milliseconds the first time; asks no store. 410 when
        its connection was taken away."""
        async with self._making:
            if self.is_gone:
                raise no_connection()
            if self._client is None:
                self._client = await self._connect()
                self._made = time.monotonic()
        return self._client

    async def _connect(self) -> Any:
        session = await asyncio.to_thread(self._load)
        from botocore.exceptions import BotoCoreError

        connection = self.connection
        keys = None if connection.anonymous else await asyncio.to_thread(self._keys)
        access, secret, token = keys or (None, None, None)
        try:
            client = await session.create_client(
                "s3",
                region_name=connection.region or session.get_config_variable("region") or "us-east-1",
                endpoint_url=connection.endpoint,
                aws_access_key_id=access,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=make_config(connection.anonymous, *self._timeouts),
            ).__aenter__()
        except (BotoCoreError, ValueError) as error:
            raise no_keys(connection.profile, type(error).__name__) from None
        stay(client)
        events = client.meta.events
        events.register_first("before-parameter-build.s3", _take_headers)
        events.register_last("before-call.s3", _put_headers)
        return client

    def _load(self) -> Any:
        """Runs in a thread: it reads files."""
        session = make_session(self.connection.profile, self.connection.anonymous or bool(self.connection.remote))
        # Dates stay text: parsing those of a page of 1,000 objects would take most of its time.
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=lambda text: text)
        return session

    async def close(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            await client.__aexit__(None, None, None)
        await asyncio.gather(*self._closing, return_exceptions=True)


class S3Clients:
    """One client for each connection, made when first asked for. keys_of: the keys of an rclone remote, by its name.
    The limits are those of `S3Client`, in seconds."""

    def __init__(
        self, keys_of: Callable[[str], Keys | None], connect_timeout: float, read_timeout: float, deadline: float
    ) -> None:
        self._keys_of = keys_of
        self._limits = (connect_timeout, read_timeout, deadline)
        self._clients: dict[S3Connection, S3Client] = {}

    def get(self, connection: S3Connection) -> S3Client:
        if connection not in self._clients:
            remote = connection.remote
            keys = (lambda: self._keys_of(remote)) if remote else (lambda: None)
            self._clients[connection] = S3Client(connection, keys, *self._limits)
        self._clients[connection].is_gone = False
        return self._clients[connection]

    def nobody(self, connection: S3Connection) -> S3Client:
        """A client of the same place without keys."""
        return self.get(S3Connection(connection.endpoint, connection.region, anonymous=True))

    async def forget(self, profile: str, there: Collection[S3Connection]) -> None:
        """The keys of this profile; the next call reads them again, where the connection is `there` still."""
        for connection, client in list(self._clients.items()):
            if connection.profile == profile:
                client.is_gone = connection not in there
                await client.close()

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()


def _take_headers(params: dict[str, Any], context: dict[str, Any], **kwargs: Any) -> None:
    context["leap_headers"] = params.pop(HEADERS, {})


def _put_headers(params: dict[str, Any], context: dict[str, Any], **kwargs: Any) -> None:
    params["headers"].pop("Expect", None)  # a gateway that never says "100 Continue" would be waited for
    params["headers"].update(context.get("leap_headers", {}))
