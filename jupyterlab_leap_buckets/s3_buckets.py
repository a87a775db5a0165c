"""Which buckets the connections to S3 have, and which of those cannot be reached: asked at `GET buckets`, for 2 seconds
at most, and not again while an answer may still come."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .connections import Connection, keys_of, read_connections
from .discovery import Bucket, s3_id, unique
from .errors import LeapError
from .paths import split_uri
from .stores.s3_connection import S3Connection

if TYPE_CHECKING:
    from .stores.s3_client import Keys, S3Clients

WAIT_SECONDS = 2.0
LISTED_SECONDS = 60.0
"""A connection that told its buckets is asked again after this long, not sooner."""
FAILED_SECONDS = 10.0
NOT_REFUSED = ("bad-keys", "no-keys", "wrong-region", "connection-gone", "file-broken", "file-too-large")
"""Reasons other than that the keys may not list buckets."""
MOST = 1000
"""Buckets shown of one connection."""


@dataclass(frozen=True)
class Answer:
    """names: of buckets. error: why there are no more, or None."""

    names: tuple[str, ...] = ()
    error: str | None = None


class S3Buckets:
    """The limits are those of `S3Client`, in seconds. surprised: told of mistakes of our own."""

    def __init__(
        self,
        connect_timeout: float,
        read_timeout: float,
        deadline: float,
        surprised: Callable[[BaseException], None],
    ) -> None:
        self.buckets: list[Bucket] = []
        self._limits = (connect_timeout, read_timeout, deadline)
        self._surprised = surprised
        self._clients: S3Clients | None = None
        self._asking: dict[object, asyncio.Task[None]] = {}
        self._answers: dict[object, tuple[float, Answer]] = {}

    @property
    def clients(self) -> S3Clients:
        if self._clients is None:
            from .stores.s3_client import S3Clients

            self._clients = S3Clients(_remote_keys, *self._limits)
        return self._clients

    def named(self, bucket_id: str, known: Sequence[Bucket]) -> Bucket | None:
        """A bucket of a connection by its id alone, before anybody has asked which there are."""
        who, _, name = bucket_id.rpartition("~")
        if not who or not name:
            return None
        for connection in read_connections(os.environ):
            if not connection.error and s3_id(connection.name, name) == bucket_id:
                return _bucket(connection, name) if _is_name(name) else None
        return None

    async def look(self, known: Sequence[Bucket]) -> Callable[[Sequence[Bucket]], list[Bucket]]:
        """Asks each connection for its buckets, and each bucket of S3 that comes from elsewhere whether it is there.
        What is known after 2 seconds, as a function that puts it into a list of `known`."""
        connections = await asyncio.to_thread(read_connections, os.environ)
        fixed = [bucket for bucket in known if bucket.connection and not bucket.error and bucket not in self.buckets]
        if fixed or any(not connection.error for connection in connections):
            await self._load()  # no wait for a store
        for connection in connections:
            if not connection.error:
                self._ask(connection, self._list(connection))
        for bucket in fixed:
            self._ask(bucket.place, self._try(bucket))
        if self._asking:
            await asyncio.wait(list(self._asking.values()), timeout=WAIT_SECONDS)
        others = [bucket for bucket in known if bucket not in self.buckets]
        shown: list[Bucket] = []
        for connection in connections:
            for bucket in self._of(connection):
                if not any(one.place == bucket.place for one in others):
                    shown.append(unique(bucket, [*others, *shown], "s3"))
        self.buckets = [replace(bucket, error=None) for bucket in shown if bucket.uri]
        failed = {bucket.id: error for bucket in fixed if (error := self._answer(bucket.place).error)}

        def told(buckets: Sequence[Bucket]) -> list[Bucket]:
            mine = {bucket.id for bucket in others}
            kept = [replace(one, error=failed.get(one.id, one.error)) for one in buckets if one.id in mine]
            return [*kept, *shown]

        return told

    async def _load(self) -> None:
        from .stores.s3_client import load_library

        with suppress(LeapError):  # each bucket says so by itself
            await asyncio.to_thread(load_library)

    def _of(self, connection: Connection) -> list[Bucket]:
        """What to show of a connection: its buckets, or one entry that says why there are none."""
        answer = Answer((), connection.error) if connection.error else self._answer(connection)
        named = filter(_is_name, connection.buckets)
        names = list(dict.fromkeys([*named, *answer.names]))[:MOST]
        if not names:
            text = answer.error or f"The connection {connection.name} has no buckets yet."
            return [Bucket(s3_id(connection.name, ""), "", "s3", connection.name, error=text, access="read-only")]
        return [replace(_bucket(connection, name), error=answer.error) for name in names]

    def _answer(self, about: object) -> Answer:
        if about in self._answers:
            return self._answers[about][1]
        return Answer(error=f"The store did not answer within {WAIT_SECONDS:.0f} seconds.")

    def _ask(self, about: object, question: Coroutine[None, None, Answer]) -> None:
        when, answer = self._answers.get(about, (float("-inf"), Answer(error="")))
        fresh = FAILED_SECONDS if answer.error is not None else LISTED_SECONDS
        if about in self._asking or time.monotonic() - when < fresh:
            question.close()
        else:
            self._asking[about] = asyncio.create_task(self._settle(about, question))

    async def _settle(self, about: object, question: Coroutine[None, None, Answer]) -> None:
        answer = Answer(error="This server failed to ask; its log says more.")
        try:
            answer = await question
        except LeapError as error:
            answer = Answer(error=f"{error.message} {error.hint}".strip())
        except Exception as error:
            self._surprised(error)
        finally:
            self._answers[about] = time.monotonic(), answer
            del self._asking[about]

    async def _list(self, connection: Connection) -> Answer:
        client = self.clients.get(_asked(connection))
        try:
            told = await client.call("list_buckets", f"the buckets of {connection.name}", repeat=False)
        except LeapError as error:
            if error.status < 500 and error.reason not in NOT_REFUSED:
                hint = f"The keys of {connection.name} may not list its buckets: name them in the connection."
                return Answer(error=None if connection.buckets else hint)
            raise
        names = (bucket.get("Name", "") for bucket in told.get("Buckets", []))
        return Answer(tuple(name for name in names if _is_name(name)))

    async def _try(self, bucket: Bucket) -> Answer:
        assert bucket.connection is not None  # noqa: S101 - for the type checker
        client = self.clients.get(bucket.connection)
        name = split_uri(bucket.uri)[1]
        try:
            await client.call("head_bucket", f"the bucket {name!r}", repeat=False, Bucket=name)
        except LeapError as error:
            if error.reason == "no-permission":
                return Answer()  # keys for a part of the bucket may not look at it
            if error.status == 404:
                return Answer(error=f"There is no bucket {name!r} in the store. Check its name.")
            raise
        return Answer()

    async def forget(self, name: str, known: Sequence[Bucket]) -> None:
        """A connection of this name has come or gone: nothing that was known of it holds, and its keys are dropped.
        Nothing goes on at where it led, unless a bucket of `known` that comes from elsewhere leads there too."""
        about = [one for one in {*self._answers, *self._asking} if isinstance(one, Connection) and one.name == name]
        for one in about:
            if one in self._asking:
                self._asking[one].cancel()
                await asyncio.gather(self._asking[one], return_exceptions=True)
            self._answers.pop(one, None)
        there = {bucket.connection for bucket in known if bucket.connection and bucket not in self.buckets}
        self.buckets = [one for one in self.buckets if one.connection is None or one.connection.profile != name]
        if self._clients is not None:
            connections = await asyncio.to_thread(read_connections, os.environ)
            await self._clients.forget(name, there | {_asked(connection) for connection in connections})

    async def close(self) -> None:
        """Stop asking, and give back connections."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._clients is not None:
            await self._clients.close()


def _is_name(name: str) -> bool:
    """Whether a bucket can have this name: it becomes part of ids and addresses."""
    try:
        return split_uri(f"s3://{name}") == ("s3", name, "")
    except LeapError:
        return False


def _asked(connection: Connection) -> S3Connection:
    remote = connection.remote if connection.own_keys else None
    return S3Connection(connection.endpoint, connection.region, connection.profile, connection.anonymous, remote)


def _bucket(connection: Connection, name: str) -> Bucket:
    access = "read-only" if connection.anonymous else "read-write"
    return Bucket(
        s3_id(connection.name, name),
        f"s3://{name}",
        "s3",
        f"{name} ({connection.name})",
        access=access,
        own=("",),
        anonymous=connection.anonymous,
        connection=_asked(connection),
    )


def _remote_keys(remote: str) -> Keys | None:
    for connection in read_connections(os.environ):
        if connection.own_keys and connection.remote == remote and (keys := keys_of(connection, os.environ)):
            return keys.access_key_id, keys.secret_access_key, keys.session_token
    return None
