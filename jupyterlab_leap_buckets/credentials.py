"""Access tokens for Google Cloud Storage: who can give one, and when it really ends.

The sources, in order: on a hub the metadata server (a personal ``gcloud auth login`` must not
silently replace the hub's identity), then the ``gcloud`` command, then Application Default
Credentials. Nothing here logs, caches or stores a token.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import re
import shutil
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .errors import LeapError

OUTPUT_LIMIT = 1024 * 1024
"""Bytes read from each of a command's outputs; a token answer has a few thousand."""

DETAIL_LIMIT = 500
"""Characters of a tool's own words that an error may repeat."""

STORAGE_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
"""The least that uploads need; only Application Default Credentials let us choose."""

EXCHANGE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""What Google wants of a token that is to be exchanged for a limited one."""

_SIGN_IN = "Open a terminal and run 'gcloud auth login', or ask the people who run your hub."

_SECRETS = [
    (re.compile(r"-----BEGIN.*?(-----END[^\n]*|\Z)", re.DOTALL), "[removed]"),
    (re.compile(r"\b(?:ya29\.|eyJ|1//)[\w.\-/]*"), "[removed]"),
    (re.compile(r"(https?://)[^\s/@]+@"), r"\1"),
    (re.compile(r"(https?://[^\s?#]*)[?#]\S*"), r"\1?[removed]"),
    (re.compile(r"(?i)\b(bearer)\s+\S+"), r"\1 [removed]"),
    (re.compile(r"(?i)((?:_token|secret|password|api_?key)[\"']?\s*[:=]\s*)\S+"), r"\1[removed]"),
    (re.compile(r"(?=[A-Za-z+/_=-]*\d)[\w+/=-]{24,}"), "[removed]"),
]


@dataclass(frozen=True)
class AccessToken:
    """A bearer token; ``expires_at`` is UTC and ``account`` an e-mail address, each None when unknown."""

    value: str
    expires_at: datetime | None
    account: str | None
    source: str

    def __repr__(self) -> str:
        return f"AccessToken(source={self.source!r}, expires_at={self.expires_at})"


class TokenBroker:
    """Asks for a token, once for all who wait at the same time."""

    def __init__(self, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._pending: dict[str, asyncio.Task[AccessToken]] = {}

    async def token(self, scope: str = STORAGE_SCOPE) -> AccessToken:
        """A token that has not ended. Raises LeapError with the reason there is none."""
        pending = self._pending.get(scope)
        if pending is None or pending.done():
            pending = self._pending[scope] = asyncio.create_task(fetch_token(self._timeout, scope))
        return await asyncio.shield(pending)

    async def close(self) -> None:
        """Ends what is being asked, its processes included."""
        pending, self._pending = list(self._pending.values()), {}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def fetch_token(timeout: float, scope: str = STORAGE_SCOPE) -> AccessToken:
    """The first source's token; ``timeout`` in seconds for each source, ``scope`` where one can be chosen. Raises
    LeapError."""
    token = await _from_metadata() if "JUPYTERHUB_SERVICE_PREFIX" in os.environ else None
    if token is None:
        gcloud = shutil.which("gcloud")
        token = await (_from_gcloud(gcloud, timeout) if gcloud else _from_adc(timeout, scope))
    if not is_token(token.value):
        raise LeapError(502, "token-bad-output", f"What {token.source} answered is not an access token.", _SIGN_IN)
    if token.expires_at is not None and token.expires_at <= datetime.now(timezone.utc):
        raise LeapError(
            502,
            "token-expired",
            f"The token from {token.source} ended at {format_time(token.expires_at)} already.",
            f"Try again in a minute. {_SIGN_IN}",
        )
    return token


def is_token(text: str) -> bool:
    """Whether a text may be a bearer token, and nothing that ends or adds a header."""
    return re.fullmatch(r"[\x21-\x7e]{1,16384}", text) is not None


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with ``Z``, whole seconds."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def redact(text: str) -> str:
    """The last words of a tool's message without anything that may be a secret, on one line."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    # Before the cut, so that no half of a secret escapes recognition.
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= DETAIL_LIMIT else f"...{text[-DETAIL_LIMIT:]}"


async def _from_metadata() -> AccessToken | None:
    """The machine's own identity, or None where no Google metadata server answers."""
    if os.environ.get("NO_GCE_CHECK", "").lower() == "true":
        return None
    import aiohttp

    host = os.environ.get("GCE_METADATA_HOST", "169.254.169.254")
    url = f"http://{host}/computeMetadata/v1/instance/service-accounts/default/"
    flavor = {"Metadata-Flavor": "Google"}
    # A second to connect: outside Google's cloud the address often leads nowhere.
    timeout = aiohttp.ClientTimeout(total=5, sock_connect=1)
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers=flavor, raise_for_status=True) as session:
            async with session.get(f"{url}email") as answer:
                if answer.headers.get("Metadata-Flavor") != "Google":
                    return None
                account = (await answer.text()).strip()
            async with session.get(f"{url}token") as answer:
                told = await answer.json(content_type=None)
        expires_at = datetime.now(timezone.utc) + timedelta(seconds=int(told["expires_in"]))
        return AccessToken(str(told["access_token"]), expires_at, account, "metadata server")
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, TypeError, KeyError):
        return None


async def _from_gcloud(gcloud: str, timeout: float) -> AccessToken:
    code, out, err = await _run([gcloud, "config", "config-helper", "--format=json"], timeout)
    if code != 0 and (code == 2 or "Invalid choice" in err):
        return await _from_old_gcloud(gcloud, timeout)
    if code != 0:
        raise _gcloud_failed(code, err)
    try:
        answer = json.loads(out)
        credential = answer["credential"]
        properties = answer["configuration"]["properties"]
        account = properties.get("auth", {}).get("impersonate_service_account")
        return AccessToken(
            value=str(credential["access_token"]),
            expires_at=_parse_time(credential.get("token_expiry")),
            account=account or properties.get("core", {}).get("account"),
            source="gcloud",
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        # No cause attached: a decode error carries the whole output, token included.
        raise _bad_output() from None


async def _from_old_gcloud(gcloud: str, timeout: float) -> AccessToken:
    """Older commands print a token without its end, which stays unknown."""
    code, out, err = await _run([gcloud, "auth", "print-access-token"], timeout)
    if code != 0:
        raise _gcloud_failed(code, err)
    named, account, _ = await _run([gcloud, "config", "get-value", "account"], timeout)
    return AccessToken(
        value=out.strip(),
        expires_at=None,
        account=(account.strip() or None) if named == 0 else None,
        source="gcloud auth print-access-token",
    )


async def _run(argv: list[str], timeout: float) -> tuple[int, str, str]:
    """Exit code and both outputs of a command that may neither ask, outlive us nor flood us."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"},
        )
    except OSError as error:
        raise LeapError(
            502, "gcloud-failed", f"The gcloud command could not be started: {error.strerror}.", _SIGN_IN
        ) from error
    try:
        out, err, code = await asyncio.wait_for(
            asyncio.gather(_bounded(process.stdout), _bounded(process.stderr), process.wait()), timeout
        )
    except BaseException as error:
        await _kill_group(process)
        if isinstance(error, asyncio.TimeoutError):
            raise LeapError(
                504,
                "gcloud-timeout",
                f"gcloud gave no answer within {timeout:g} seconds and was stopped.",
                "Try again; if it stays so, run 'gcloud auth list' in a terminal to see what it waits for.",
            ) from None
        raise
    return code, out.decode(errors="replace"), err.decode(errors="replace")


async def _bounded(stream: asyncio.StreamReader) -> bytes:
    try:
        await stream.readexactly(OUTPUT_LIMIT)
    except asyncio.IncompleteReadError as end:
        return end.partial
    raise _bad_output()


async def _kill_group(process: asyncio.subprocess.Process) -> None:
    """Ends the command and its children: gcloud is a shell script around Python."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    # A child that left the group may hold the pipes, and before Python 3.13 wait() then waits for it.
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), 1)


async def _from_adc(timeout: float, scope: str) -> AccessToken:
    try:
        # A thread cannot be stopped: the requests inside it have the same time limit.
        return await asyncio.wait_for(asyncio.to_thread(_refresh_adc, timeout, scope), timeout)
    except asyncio.TimeoutError:
        raise LeapError(
            504,
            "adc-timeout",
            f"Google's sign-in service gave no answer within {timeout:g} seconds.",
            "Check that this server reaches the internet, then try again.",
        ) from None


def _refresh_adc(timeout: float, scope: str) -> AccessToken:
    import google.auth
    from google.auth.compute_engine import Credentials as MetadataCredentials
    from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
    from google.auth.transport.requests import Request

    try:
        request = functools.partial(Request(), timeout=timeout)
        credentials, _ = google.auth.default(scopes=[scope], request=request)
        credentials.refresh(request)
    except DefaultCredentialsError as error:
        raise LeapError(
            503,
            "gcloud-missing-and-no-adc",
            f"This server has neither the gcloud command nor Application Default Credentials: {redact(str(error))}",
            "On a hub, ask the people who run it; elsewhere install the Google Cloud CLI and run 'gcloud auth login'.",
        ) from None
    except GoogleAuthError as error:
        raise LeapError(
            502,
            "adc-failed",
            f"Application Default Credentials gave no token: {redact(str(error))}",
            "Run 'gcloud auth application-default login' where gcloud is, or replace the credentials file.",
        ) from None
    metadata = isinstance(credentials, MetadataCredentials)
    return AccessToken(
        value=credentials.token or "",
        expires_at=credentials.expiry.replace(tzinfo=timezone.utc) if credentials.expiry else None,
        account=_adc_account(credentials),
        source="metadata server" if metadata else "application default credentials",
    )


def _adc_account(credentials: Any) -> str | None:
    """A user's credentials file often leaves its own account empty."""
    return getattr(credentials, "service_account_email", None) or getattr(credentials, "account", None) or None


def _parse_time(text: str | None) -> datetime | None:
    """gcloud's ``2026-01-31T12:00:00Z``; without a zone it is UTC too."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _gcloud_failed(code: int, err: str) -> LeapError:
    said = redact(err) or f"it ended with code {code} and said nothing"
    return LeapError(502, "gcloud-failed", f"gcloud gave no token: {said}", _SIGN_IN)


def _bad_output() -> LeapError:
    return LeapError(
        502,
        "gcloud-bad-output",
        "gcloud answered something that is not a token answer.",
        "Run 'gcloud version' in a terminal to see whether it works; an update may help.",
    )
