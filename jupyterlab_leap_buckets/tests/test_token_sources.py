"""Where tokens come from: a stand-in gcloud, Application Default Credentials, a metadata server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
import traceback
from datetime import datetime, timezone
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jupyterlab_leap_buckets.credentials import EXCHANGE_SCOPE, TokenBroker, fetch_token, redact
from jupyterlab_leap_buckets.errors import LeapError

from .stub_gcloud import make_path

STUB_ACCOUNT = "researcher@leap-stub.iam.gserviceaccount.com"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A computer with the stand-in gcloud and no other way to a token; the folder it keeps its files in."""
    monkeypatch.setenv("PATH", make_path(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud-config"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("STUB_GCLOUD_LOG", str(tmp_path / "gcloud-calls"))
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "JUPYTERHUB_SERVICE_PREFIX", "GCE_METADATA_HOST"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def gcloud(machine, monkeypatch):
    """Chooses what the stand-in does."""
    return lambda mode: monkeypatch.setenv("STUB_GCLOUD_MODE", mode)


def minutes_left(token) -> float:
    return (token.expires_at - datetime.now(timezone.utc)).total_seconds() / 60


def calls(machine: Path) -> list[str]:
    return [line.split(" ", 1)[1] for line in (machine / "gcloud-calls").read_text().splitlines()]


async def refusal(timeout: float = 10) -> LeapError:
    with pytest.raises(LeapError) as caught:
        await fetch_token(timeout)
    assert "SECRET" not in "".join([*traceback.format_exception(caught.value), str(caught.value.as_json())])
    assert caught.value.message and caught.value.hint
    return caught.value


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_fresh_token_has_its_true_end_and_account(machine, gcloud):
    gcloud("fresh")
    token = await fetch_token(10)
    assert token.value.startswith("ya29.")
    assert 58 < minutes_left(token) <= 59
    assert (token.account, token.source) == (STUB_ACCOUNT, "gcloud")
    assert calls(machine) == ["config config-helper --format=json"]
    assert "ya29" not in repr(token)


async def test_nearly_ended_token_says_so(gcloud):
    gcloud("nearly-expired")
    assert 4 < minutes_left(await fetch_token(10)) <= 5


async def test_ended_token_is_not_handed_out(gcloud):
    gcloud("expired")
    assert (await refusal()).reason == "token-expired"


async def test_gcloud_too_old_for_config_helper(gcloud):
    gcloud("old")
    token = await fetch_token(10)
    assert token.value.startswith("ya29.") and token.expires_at is None
    assert (token.account, token.source) == (STUB_ACCOUNT, "gcloud auth print-access-token")


async def test_failing_gcloud_is_quoted_without_its_secrets(gcloud):
    gcloud("failing")
    error = await refusal()
    assert (error.status, error.reason) == (502, "gcloud-failed")
    assert "problem refreshing your current auth tokens" in error.message
    assert "https://oauth2.googleapis.com/token?[removed]" in error.message


@pytest.mark.parametrize("mode", ["bad-output", "flooding"])
async def test_output_that_is_no_token_answer(gcloud, mode):
    gcloud(mode)
    assert (await refusal()).reason == "gcloud-bad-output"


async def test_hanging_gcloud_is_ended_with_its_children(machine, gcloud):
    gcloud("hanging")
    start = time.monotonic()
    error = await refusal(timeout=1)
    assert (error.status, error.reason) == (504, "gcloud-timeout")
    assert time.monotonic() - start < 5
    pids = [int(line.split()[0]) for line in (machine / "gcloud-calls").read_text().splitlines()]
    assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)


async def test_closing_the_server_ends_a_hanging_gcloud(machine, gcloud):
    gcloud("hanging")
    broker = TokenBroker(60)
    waiting = asyncio.create_task(broker.token())
    log = machine / "gcloud-calls"
    while not log.exists() or "child" not in log.read_text():  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)
    await broker.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not any(is_running(int(line.split()[0])) for line in log.read_text().splitlines())


async def test_gcloud_that_cannot_be_started(machine):
    (machine / "bin" / "gcloud").write_bytes(b"\x7fELF is not what this is")
    assert (await refusal()).reason == "gcloud-failed"


async def test_ten_who_ask_at_once_start_one_gcloud(machine, gcloud):
    gcloud("slow")
    broker = TokenBroker(10)
    tokens = await asyncio.gather(*(broker.token() for _ in range(10)))
    assert len(set(tokens)) == 1
    assert len(calls(machine)) == 1
    await broker.token()
    assert len(calls(machine)) == 2


async def test_one_who_leaves_takes_the_token_from_nobody(gcloud):
    gcloud("slow")
    broker = TokenBroker(10)
    first, second = asyncio.create_task(broker.token()), asyncio.create_task(broker.token())
    await asyncio.sleep(0.1)
    first.cancel()
    assert (await second).source == "gcloud"


async def test_neither_gcloud_nor_adc(machine):
    (machine / "bin" / "gcloud").unlink()
    error = await refusal()
    assert (error.status, error.reason) == (503, "gcloud-missing-and-no-adc")


async def serve(handlers: dict[str, web.StreamResponse]) -> tuple[web.AppRunner, str]:
    """A small HTTP server on a free port; its address without a trailing slash."""
    app = web.Application()
    for path, handler in handlers.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def adc_file(machine: Path, monkeypatch, token_uri: str) -> None:
    """Leaves the computer without gcloud, with a service account's key file."""
    (machine / "bin" / "gcloud").unlink()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "client_email": "ada@leap.iam.gserviceaccount.com",
        "private_key_id": "1",
        "private_key": key.decode(),
        "token_uri": token_uri,
    }
    file = machine / "adc.json"
    file.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))


async def test_adc_without_gcloud(machine, monkeypatch, caplog):
    caplog.set_level("DEBUG")

    async def token(request):
        assert "assertion" in await request.post()
        return web.json_response({"access_token": "ya29.adc-SECRET", "expires_in": 1800, "token_type": "Bearer"})

    runner, url = await serve({"/token": token})
    adc_file(machine, monkeypatch, f"{url}/token")
    # The end must not shift with the server's own time zone.
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        got = await fetch_token(10)
    finally:
        monkeypatch.undo()
        time.tzset()
        await runner.cleanup()
    assert got.value == "ya29.adc-SECRET"
    assert "SECRET" not in caplog.text
    assert 29 < minutes_left(got) <= 30
    assert (got.account, got.source) == ("ada@leap.iam.gserviceaccount.com", "application default credentials")


async def test_adc_asks_for_all_of_the_cloud_only_to_have_it_limited(machine, monkeypatch):
    asked = []

    async def token(request):
        claims = (await request.post())["assertion"].split(".")[1]
        asked.append(json.loads(base64.urlsafe_b64decode(claims + "=="))["scope"])
        return web.json_response({"access_token": "ya29.adc-SECRET", "expires_in": 1800, "token_type": "Bearer"})

    runner, url = await serve({"/token": token})
    adc_file(machine, monkeypatch, f"{url}/token")
    broker = TokenBroker(10)
    await asyncio.gather(broker.token(), broker.token(EXCHANGE_SCOPE))
    await runner.cleanup()
    root = "https://www.googleapis.com/auth"
    assert sorted(asked) == [f"{root}/cloud-platform", f"{root}/devstorage.read_write"]


async def test_adc_refused_by_google(machine, monkeypatch):
    async def token(request):
        answer = {"error": "invalid_grant", "error_description": "Token revoked: ya29.SECRET"}
        return web.json_response(answer, status=400)

    runner, url = await serve({"/token": token})
    adc_file(machine, monkeypatch, f"{url}/token")
    error = await refusal()
    await runner.cleanup()
    assert error.reason == "adc-failed"
    assert "invalid_grant" in error.message


async def test_adc_that_never_answers(machine, monkeypatch):
    released = asyncio.Event()

    async def token(request):
        await released.wait()
        return web.Response()

    runner, url = await serve({"/token": token})
    adc_file(machine, monkeypatch, f"{url}/token")
    error = await refusal(timeout=0.5)
    released.set()
    await runner.cleanup()
    assert (error.status, error.reason) == (504, "adc-timeout")


@pytest.fixture
async def metadata(monkeypatch):
    """A metadata server as Google's cloud has it; yields the answer to change."""
    answer = {"flavor": "Google", "token": {"access_token": "ya29.meta-SECRET", "expires_in": 290}}

    async def email(request):
        assert request.headers["Metadata-Flavor"] == "Google"
        return web.Response(text="hub@leap.iam.gserviceaccount.com", headers={"Metadata-Flavor": answer["flavor"]})

    async def token(request):
        return web.json_response(answer["token"], headers={"Metadata-Flavor": answer["flavor"]})

    root = "/computeMetadata/v1/instance/service-accounts/default"
    runner, url = await serve({f"{root}/email": email, f"{root}/token": token})
    monkeypatch.setenv("GCE_METADATA_HOST", url.removeprefix("http://"))
    monkeypatch.setenv("NO_GCE_CHECK", "false")
    yield answer
    await runner.cleanup()


async def test_on_a_hub_the_machine_comes_before_a_personal_gcloud(machine, gcloud, metadata, monkeypatch):
    gcloud("fresh")
    assert (await fetch_token(10)).source == "gcloud"
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    token = await fetch_token(10)
    assert token.value == "ya29.meta-SECRET"
    assert 4 < minutes_left(token) < 5
    assert (token.account, token.source) == ("hub@leap.iam.gserviceaccount.com", "metadata server")


STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system"}


async def test_with_a_metadata_server_no_process_is_started(machine, gcloud, metadata, monkeypatch):
    started, listening = [], True

    def hear(event, arguments):
        if listening and event in STARTS:
            started.append(event)

    sys.addaudithook(hear)  # which stays until Python ends
    await fetch_token(10)
    assert started, "gcloud is heard"
    started.clear()
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    await fetch_token(10)
    assert started == []
    listening = False


@pytest.mark.parametrize("change", [{"flavor": "Other"}, {"token": {"error": "none"}}, {"token": ["unexpected"]}])
async def test_a_hub_elsewhere_has_no_google_metadata(machine, gcloud, metadata, monkeypatch, change):
    gcloud("fresh")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    metadata.update(change)
    assert (await fetch_token(10)).source == "gcloud"


def test_redact_keeps_what_helps_and_nothing_secret():
    home = "/home/ada/.config/gcloud/credentials.db"
    told = redact(
        f"\x1b[31mERROR:\x1b[0m cannot read {home}\n"
        "see https://user:SECRET1@example.org/a?code=SECRET2#SECRET3\n"
        "Authorization: Bearer SECRET4.x  token ya29.a0SECRET5_-x eyJhbGci.SECRET6.sig\n"
        "client_secret=SECRET7 AKIA0123456789SECRET8abcdef\n"
        "-----BEGIN PRIVATE KEY-----\nSECRET9\n-----END PRIVATE KEY-----\nlast words"
    )
    assert "SECRET" not in told and "\x1b" not in told and "\n" not in told
    assert told.startswith(f"ERROR: cannot read {home} see https://example.org/a?[removed]")
    assert told.endswith("last words")
    assert len(redact("word " * 10_000)) < 600


def test_the_stand_in_is_what_runs(machine):
    assert os.listdir(machine / "bin").count("gcloud") == 1
