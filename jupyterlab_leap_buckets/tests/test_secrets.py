"""Tokens and the addresses of upload sessions are credentials: in no log, not at debug level, and in no answer."""

from __future__ import annotations

import contextlib
import errno
import logging

import aiohttp
import pytest
import pytest_asyncio

from ..stores.gcs import GcsStore
from ..stores.gcs_client import GcsClient
from .server import jupyter_server
from .standin import StandIn
from .standin_faults import KINDS, Fault

CANARY = "ya29.CANARY-of-a-google-token"
PAGE = {"Origin": "https://hub.example.org", "Sec-Fetch-Site": "same-origin"}
LEAK = f"Bearer {CANARY} at https://storage.googleapis.com/upload?upload_id=CANARY-session"


class CanaryAuth:
    """Google credentials, except that the token is known to this test."""

    async def headers(self, renew: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {CANARY}"}


class BrokenStore(GcsStore):
    """What a mistake of ours would look like: an exception with secrets in its text."""

    async def head(self, key):
        raise RuntimeError(LEAK)


@pytest_asyncio.fixture
async def guarded(tmp_path):
    """A server whose store wants the token, and the store."""
    service = StandIn(["leap-scratch"], token=CANARY)
    client = GcsClient(await service.start(), CanaryAuth(), connect_timeout=1, read_timeout=0.3, deadline=0.4)
    buckets = [{"id": "b", "uri": "gs://leap-scratch"}]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets, "pieceTimeout": 0.3}) as server:
        server.leap._stores["gs://leap-scratch"] = BrokenStore("leap-scratch", client)
        yield server, service
    await service.stop()


async def test_no_secret_in_any_log_or_answer(guarded, caplog, capfd):
    server, service = guarded
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    answers = []
    for kind in KINDS:
        for method in ("GET", "POST", "PUT", "DELETE"):
            service.faults.waiting.clear()
            answers.append(await server.start("b", f"{kind}-{method}", 300_000))
            upload = answers[-1].json()
            for status in (401, 403, 404, 500):
                service.faults.add(Fault(kind, method=method, status=status, seconds=0.5, times=1))
            answers += [
                await server.put("b", f"{kind}-{method}-small", b"x"),
                await server.list("b"),
                await server.piece(upload, bytes(262144), 0, 300_000),
                await server.offset(upload, 300_000),
                await server.ask("DELETE", upload["relayUrl"]),
                await server.ask("GET", "buckets"),
                await server.ask("GET", "details", {"bucket": "b", "key": f"{kind}-{method}-small"}),
            ]
            with contextlib.suppress(aiohttp.ClientPayloadError):  # cut short, as its store was
                answers.append(await server.ask("GET", "archive", {"bucket": "b", "prefix": ""}))
    broken = await server.ask("HEAD", "object", {"bucket": "b", "key": "x"})
    assert broken.status == 500
    answers.append(broken)
    assert {reply.status for reply in answers} >= {200, 201, 204, 308, 403, 500, 502, 504}
    told = caplog.text + "".join(capfd.readouterr())
    assert "Unexpected RuntimeError in ObjectHandler" in told
    said = "".join(f"{reply.headers} {reply.body!r}" for reply in answers)
    sessions = [one.path.rpartition("upload_id=")[2] for one in service.faults.seen if "upload_id=" in one.path]
    assert sessions
    for secret in (CANARY, "CANARY-session", "upload_id", "googleapis", service.url, *sessions):
        assert secret not in said
        assert secret not in told


async def test_the_direct_address_is_in_its_own_field_alone(guarded, tmp_path, caplog, capfd):
    """Not after failures on either road, not when a file cannot be kept or read, and not when the server ends."""
    server, service = guarded
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    answers, addresses = [], []
    body = {"bucket": "b", "size": 300_000}
    for kind in KINDS:
        service.faults.waiting.clear()
        started = await server.ask("POST", "uploads", headers=PAGE, body={**body, "key": f"direct-{kind}"})
        upload = started.json()
        addresses.append(upload.pop("directUrl"))
        asked = (await server.ask("GET", upload["relayUrl"])).json()
        assert asked.pop("directUrl") == addresses[-1]
        answers += [upload, asked, started.headers]
        service.faults.add(Fault(kind, method="PUT", seconds=0.5, times=9))
        for reply in (
            await server.piece(upload, bytes(262144), 0, 300_000),
            await server.offset(upload, 300_000),
            await server.ask("GET", f"uploads/{upload['id'][:-1]}?upload_id=x"),
            await server.ask("PATCH", upload["relayUrl"], headers=PAGE),
        ):
            answers.append(f"{reply.headers} {reply.body!r}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", broken)
        unkept = await server.ask("POST", "uploads", headers=PAGE, body={**body, "key": "unkept"})
        addresses.append(unkept.json()["directUrl"])
    await server.leap.stop_extension()
    told = f"{answers}" + caplog.text + "".join(capfd.readouterr())
    assert "will not survive" in told
    sessions = [address.rpartition("upload_id=")[2] for address in addresses]
    assert len(set(sessions)) == len(KINDS) + 1
    for secret in (CANARY, "upload_id=", service.url, *addresses, *sessions):
        assert secret not in told.replace("upload_id=x", "")


def broken(descriptor: int) -> None:
    raise OSError(errno.EDQUOT, LEAK)


async def test_an_unexpected_error_is_told_in_general(guarded):
    server, _ = guarded
    server.leap._stores["gs://leap-scratch"].list = None
    reply = await server.list("b")
    assert (reply.status, reply.reason) == (500, "internal-error")
    assert "NoneType" not in reply.body.decode()
