"""Tokens that reach one bucket and the objects whose names begin with one prefix.

Google's token exchange cuts the server's own token down to a Credential Access Boundary. That it did is not believed:
the new token is tried before it is given to anybody.
https://cloud.google.com/iam/docs/downscoping-short-lived-credentials
"""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from .credentials import EXCHANGE_SCOPE, AccessToken, TokenBroker, is_token, redact
from .discovery import Bucket
from .errors import LeapError
from .paths import check_prefix, split_uri
from .stores.gcs_client import Answer, GcsClient

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a kind of token
WRITER = "inRole:roles/storage.objectUser"
"""Lists, reads, writes and deletes objects; changes nobody's rights, as objectAdmin would."""
READER = "inRole:roles/storage.objectViewer"
PERMISSIONS = {WRITER: ("list", "read", "write", "delete"), READER: ("list", "read")}
MAX_EXPRESSION = 2048
"""Characters of a condition that Google takes."""
PROBE = "-leap-buckets-probe"


@dataclass(frozen=True)
class Scope:
    """What a limited token reaches: the objects of `bucket` whose names begin with `prefix`."""

    bucket: Bucket
    prefix: str

    @classmethod
    def parse(cls, bucket: Bucket, prefix: str) -> Scope:
        """400 for what no limited token can be had for."""
        check_prefix(prefix)
        if bucket.provider != "gcs":
            raise LeapError(
                400, "not-google", f"{bucket.label!r} is not a Google bucket.", "Choose a bucket of Google Cloud."
            )
        if bucket.anonymous:
            raise LeapError(
                400, "public-bucket", f"Anybody may read {bucket.label!r}: no token is needed.", "Read it without one."
            )
        scope = cls(bucket, prefix)
        if len(scope.expression or "") > MAX_EXPRESSION:
            raise LeapError(
                400,
                "prefix-too-long",
                "Google limits tokens to folders with shorter names only.",
                "Choose a folder further up.",
            )
        return scope

    @property
    def name(self) -> str:
        """The bucket's name for Google."""
        return split_uri(self.bucket.uri)[1]

    @property
    def role(self) -> str:
        return READER if self.bucket.access == "read-only" else WRITER

    @property
    def expression(self) -> str | None:
        """The condition in Google's Common Expression Language; None for the whole bucket."""
        if not self.prefix:
            return None
        objects = quote(f"projects/_/buckets/{self.name}/objects/{self.prefix}")
        listed = "api.getAttribute('storage.googleapis.com/objectListPrefix', '')"
        return f"resource.name.startsWith({objects}) || {listed}.startsWith({quote(self.prefix)})"

    def boundary(self) -> dict[str, Any]:
        """The Credential Access Boundary."""
        rule: dict[str, Any] = {
            "availableResource": f"//storage.googleapis.com/projects/_/buckets/{self.name}",
            "availablePermissions": [self.role],
        }
        if self.expression:
            rule["availabilityCondition"] = {"expression": self.expression}
        return {"accessBoundary": {"accessBoundaryRules": [rule]}}

    def as_json(self) -> dict[str, Any]:
        permissions = list(PERMISSIONS[self.role])
        return {"kind": "limited", "bucket": self.bucket.id, "prefix": self.prefix, "permissions": permissions}


def quote(text: str) -> str:
    """A string literal of the Common Expression Language. Whatever could end it, or is not seen, is escaped.
    https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values"""
    return "'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if unicodedata.category(character)[0] in "CZ" and character != " ":
        code = ord(character)
        return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
    return character


class Limiter:
    """exchange: the address of the token exchange. store: asks it and the store, without credentials of its own.
    timeout: seconds for all that follows on the server's own token."""

    def __init__(self, tokens: TokenBroker, exchange: str, store: GcsClient, timeout: float) -> None:
        self._tokens = tokens
        self._exchange = exchange
        self._store = store
        self._timeout = timeout
        self._pending: dict[tuple[str, str, str], asyncio.Task[AccessToken]] = {}

    async def token(self, scope: Scope, others: Sequence[Bucket]) -> AccessToken:
        """A token for that alone, which has been tried, shared by all who ask at the same time. others: buckets of
        Google that it must not reach. 502 `limiting-refused` when Google does not limit it."""
        key = (scope.bucket.uri, scope.prefix, scope.role)
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = asyncio.create_task(self._make(scope, others))
            pending.add_done_callback(lambda _: self._pending.pop(key, None))
        return await asyncio.shield(pending)

    async def close(self) -> None:
        pending = list(self._pending.values())
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await self._store.close()

    async def _make(self, scope: Scope, others: Sequence[Bucket]) -> AccessToken:
        source = await self._tokens.token(EXCHANGE_SCOPE)
        try:
            token = await asyncio.wait_for(self._exchanged(source, scope), self._timeout)
            await asyncio.wait_for(self._probe(token.value, scope, others), self._timeout)
        except asyncio.TimeoutError:
            raise _unreachable("Google did not answer in time", 504) from None
        return token

    async def _exchanged(self, source: AccessToken, scope: Scope) -> AccessToken:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": ACCESS_TOKEN,
            "subject_token_type": ACCESS_TOKEN,
            "subject_token": source.value,
            "options": json.dumps(scope.boundary(), ensure_ascii=False),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = await self._ask("POST", self._exchange, headers, urlencode(form).encode())
        try:
            told = answer.json()
        except LeapError:
            told = {}
        if answer.status != 200:
            raise _refused(f"Google's token exchange refused ({answer.status}){_words(told)}.")
        value, seconds = told.get("access_token"), told.get("expires_in")
        if not isinstance(value, str) or not is_token(value):
            raise _refused("Google's token exchange answered with something else than a token.")
        if value == source.value:
            raise _refused("Google's token exchange gave the same token back.")
        ends = [source.expires_at] if source.expires_at else []
        if isinstance(seconds, int) and 0 < seconds < 86400:
            ends.append(datetime.now(timezone.utc) + timedelta(seconds=seconds))
        return AccessToken(value, min(ends, default=None), source.account, source.source)

    async def _probe(self, value: str, scope: Scope, others: Sequence[Bucket]) -> None:
        """Returns when the token may list its folder, and neither list nor read what is beside it."""
        headers = {"Authorization": f"Bearer {value}"}
        own = self._list(scope.name, scope.prefix)
        if scope.prefix:
            # A boundary that is too wide begins as this one does.
            sibling = scope.prefix[:-1] + PROBE
            beside = [
                self._list(scope.name, sibling),
                self._store.url("/storage/v1/b/{}/o/{}", scope.name, sibling, fields="name"),
            ]
        else:
            names = {split_uri(bucket.uri)[1] for bucket in others} - {scope.name}
            beside = [self._list(name, "") for name in sorted(names)[:2]]
        allowed, *refused = await asyncio.gather(*(self._ask("GET", url, headers) for url in (own, *beside)))
        if allowed.status != 200:
            raise _refused(f"The limited token cannot list its own folder ({allowed.status}).")
        if any(answer.status not in (401, 403) for answer in refused):
            raise _refused("The token that Google gave is not limited to the folder.")

    def _list(self, name: str, prefix: str) -> str:
        return self._store.url("/storage/v1/b/{}/o", name, prefix=prefix, maxResults=1, fields="kind")

    async def _ask(self, method: str, url: str, headers: dict[str, str], data: bytes | None = None) -> Answer:
        try:
            answer = await self._store.call(method, url, headers=headers, data=data)
        except LeapError as error:
            raise _unreachable("Google did not answer", error.status) from None
        if answer.status >= 500 or answer.status in (408, 429):
            raise _unreachable(f"Google failed ({answer.status})", 502)
        return answer


def _words(told: dict[str, Any]) -> str:
    """What the exchange says about a refusal, in either of the ways in which Google says it."""
    error = told.get("error")
    said = told.get("error_description") or (error.get("message") if isinstance(error, dict) else error)
    return f": {redact(said).rstrip('.')}" if isinstance(said, str) and said else ""


def _refused(message: str) -> LeapError:
    hint = "The people who run the hub can let it: the Security Token Service API, and a token for all of the cloud."
    return LeapError(502, "limiting-refused", message, hint)


def _unreachable(what: str, status: int) -> LeapError:
    message = f"{what} while the token was being limited."
    return LeapError(status, "limiting-unreachable", message, "Try again in a minute.")
