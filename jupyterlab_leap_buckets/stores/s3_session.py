"""How aiobotocore is set up: what it reads, and that its calls go where they are meant to go alone."""

from __future__ import annotations

import functools
import logging
import os
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ..errors import LeapError
from .s3_errors import bad_files, no_library

CONNECTIONS = 64
QUIET = ("aiobotocore", "botocore")
"""Loggers that tell signatures, session tokens and presigned addresses at debug level."""
_OWN = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's variables without their names in files and the environment, and what they are."""


@functools.cache
def load_library() -> Any:
    """Imports aiobotocore and reads its description of S3, for a few hundred milliseconds: what knows that description
    for all. Reads none of the user's files. 501 without the library."""
    try:
        from aiobotocore.session import AioSession  # noqa: F401 - imported for all
        from botocore.loaders import create_loader
    except ImportError:
        raise no_library() from None
    for name in QUIET:
        if logging.getLogger(name).level == logging.NOTSET:
            logging.getLogger(name).setLevel(logging.WARNING)
    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    for part in ("service-2", "endpoint-rule-set-1"):
        loader.load_service_model("s3", part)
    loader.load_data_with_path("endpoints")
    return loader


def make_session(profile: str | None, own: bool) -> Any:
    """own: whether the files in ~/.aws are not to be read, for keys from elsewhere, or none. Runs in a thread: it reads
    files. 409 for those that AWS's library cannot read."""
    loader = load_library()
    from aiobotocore.session import AioSession
    from botocore.exceptions import BotoCoreError, ConfigParseError

    if not own:
        _check_files()
    session = AioSession(_OWN if own else None, profile=profile)
    session.register_component("data_loader", loader)
    try:
        _ = session.full_config  # kept by the session: large files take seconds
    except ConfigParseError:
        raise bad_files() from None
    except BotoCoreError:  # told again, in words, when it is used
        pass
    return session


def _check_files() -> None:
    """409 for one so large that AWS's library would read it for many seconds."""
    from ..connections.aws import config_path, credentials_path
    from ..connections.ini import MAX_SIZE, TOO_LARGE

    for path in (config_path(os.environ), credentials_path(os.environ)):
        with suppress(OSError):
            if os.stat(path).st_size > MAX_SIZE:
                raise LeapError(409, "file-too-large", f"{path} {TOO_LARGE}", "Mend or move the file, then try again.")


def make_config(anonymous: bool, connect_timeout: float, read_timeout: float) -> Any:
    """The timeouts are in seconds."""
    from aiobotocore.config import AioConfig
    from botocore import UNSIGNED

    options: dict[str, Any] = {
        "connect_timeout": connect_timeout,
        "read_timeout": read_timeout,
        "max_pool_connections": CONNECTIONS,
        "retries": {"total_max_attempts": 1, "mode": "standard"},  # repeated by `S3Client` alone
        "s3": {"addressing_style": "path"},
        "signature_version": UNSIGNED if anonymous else "s3v4",
    }
    newer = {
        # Some gateways fail on checksums behind the body; Content-MD5 is known to all.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    try:
        return AioConfig(**options, **newer)
    except TypeError:  # before 2.22, where no such checksums are made
        return AioConfig(**options)


class _NoRedirects:
    """aiohttp's session, whose requests go to the address that was asked for, once. By itself it would send them again
    after a connection that broke, and on to whatever host a redirect names, with the session token."""

    def __init__(self, session: Any) -> None:
        session._retry_connection = False
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def request(self, *args: Any, **options: Any) -> Any:
        return self._session.request(*args, **options, allow_redirects=False)


def stay(client: Any) -> None:
    """Calls of this client are sent to its endpoint alone: not to where this sends them on, and not to a host of
    another region, which botocore would believe from anybody, unless it is Amazon's own."""
    connections = client._endpoint.http_session
    if hasattr(connections, "_get_session"):
        make = connections._get_session

        async def get(*args: Any) -> _NoRedirects:
            return _NoRedirects(await make(*args))

        connections._get_session = get
    else:  # older versions have one session
        connections._session = _NoRedirects(connections._session)
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        client.meta.events.register_last("before-call.s3", _redirected)


def _redirected(context: dict[str, Any], **kwargs: Any) -> None:
    """As if it had been sent on already, which it is once at most."""
    context["s3_redirected"] = True  # by this name in botocore before 1.29
    context.setdefault("s3_redirect", {})["redirected"] = True
