"""Whether a connection works: one look at its buckets, told in words that hold no key."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from typing import Any

from ..errors import LeapError
from .model import Connection, Keys

SECONDS = 5.0

_REFUSALS = {
    "InvalidAccessKeyId": "The storage does not know this access key ID.",
    "SignatureDoesNotMatch": "The secret access key does not belong to the access key ID.",
    "ExpiredToken": "These keys have expired.",
    "InvalidToken": "The session token is not right.",
    "RequestTimeTooSkewed": "This server's clock is wrong, so the storage refuses what it signs.",
}


async def trial(connection: Connection, keys: Keys | None) -> dict[str, Any]:
    """`{"ok", "buckets", "message"}` within `SECONDS`. keys: rclone's own; a profile's are read by AWS's library, as
    other tools do. 501 without that library."""
    if connection.error:
        return _answer(connection.error)
    from ..stores.s3_session import load_library

    await asyncio.to_thread(load_library)
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    where = connection.endpoint or "AWS"
    try:
        return await asyncio.wait_for(_look(connection, keys), SECONDS)
    except LeapError as error:
        return _answer(error.message)
    except exceptions.ClientError as error:
        return _answer(_refusal(error.response, connection))
    except (asyncio.TimeoutError, exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError):
        return _answer(f"{where} did not answer within {SECONDS:.0f} seconds.")
    except exceptions.SSLError:
        return _answer(f"{where} has no certificate that this server trusts.")
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError):
        return _answer("No keys were found for this connection.")
    except exceptions.ProfileNotFound:
        return _answer("AWS's library does not find this profile.")
    except (exceptions.ConnectionError, exceptions.HTTPClientError, OSError):
        return _answer(f"{where} cannot be reached. Is the address right?")
    except (exceptions.BotoCoreError, ResponseParserError, ValueError):
        return _answer(f"{where} did not answer as S3 storage does.")


async def _look(connection: Connection, keys: Keys | None) -> dict[str, Any]:
    from ..stores.s3_session import make_config, make_session

    own = connection.anonymous or keys is not None
    session = await asyncio.to_thread(make_session, connection.profile, own)
    async with _no_process_left(session):
        return await _ask(session, make_config(connection.anonymous, SECONDS, SECONDS), connection, keys)


async def _ask(session: Any, config: Any, connection: Connection, keys: Keys | None) -> dict[str, Any]:
    from ..stores.s3_session import stay

    async with session.create_client(
        "s3",
        config=config,
        endpoint_url=connection.endpoint,
        region_name=connection.region or "us-east-1",
        aws_access_key_id=keys.access_key_id if keys else None,
        aws_secret_access_key=keys.secret_access_key if keys else None,
        aws_session_token=keys.session_token if keys else None,
    ) as client:
        stay(client)
        if connection.buckets:
            bucket = connection.buckets[0]
            if "Name" not in await client.list_objects_v2(Bucket=bucket, MaxKeys=1):
                raise ValueError  # a sign-in page, in which botocore sees an empty answer
            return _answer(f"It works: {bucket} can be listed.", connection.buckets, ok=True)
        listed = await client.list_buckets()
        if "Buckets" not in listed:
            raise ValueError
        found = [bucket["Name"] for bucket in listed["Buckets"]]
        return _answer(f"It works. Buckets: {', '.join(found[:20]) or 'none yet'}.", found, ok=True)


@contextlib.asynccontextmanager
async def _no_process_left(session: Any) -> AsyncIterator[None]:
    """A `credential_process` that still runs at the end is ended, with all that it has started."""
    started: list[asyncio.subprocess.Process] = []

    async def start(*command: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await asyncio.create_subprocess_exec(*command, start_new_session=True, **options))
        return started[-1]

    session.get_component("credential_provider").get_provider("custom-process")._popen = start
    try:
        yield
    finally:
        for process in started:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


def _refusal(response: Mapping[str, Any], connection: Connection) -> str:
    code = str(response.get("Error", {}).get("Code") or response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
    if code in _REFUSALS:
        return _REFUSALS[code]
    bucket = connection.buckets[0] if connection.buckets else None
    if code == "AccessDenied":
        if bucket:
            return f"These keys may not list {bucket}."
        if connection.anonymous:
            return "Without keys nobody may list the buckets here. Name one as an alias in rclone's configuration."
        return "These keys may not list buckets. Remove the connection and add it again with the names of its buckets."
    if bucket and code in ("NoSuchBucket", "404"):
        return f"There is no bucket {bucket}."
    if str(response.get("ResponseMetadata", {}).get("HTTPStatusCode")).startswith("3"):
        return f"{connection.endpoint or 'AWS'} sends those who ask on to another address, where no keys are sent."
    known = code if re.fullmatch(r"[A-Za-z0-9.]{1,40}", code) else "without a reason"
    return f"{connection.endpoint or 'AWS'} refused: {known}."


def _answer(message: str, buckets: Any = (), ok: bool = False) -> dict[str, Any]:
    return {"ok": ok, "buckets": list(buckets), "message": message}
