"""Which buckets of S3 `GET buckets` shows: those that connections list or name, each with its own error."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest

from .s3_endpoint import gateway
from .server import jupyter_server

SECRET = "canary-secret-of-a-connection"


@pytest.fixture
def home(clean_environment, tmp_path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        yield tmp_path


@pytest.fixture
def dead() -> str:
    """An endpoint that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def profile(home: Path, name: str, endpoint: str) -> None:
    folder = home / ".aws"
    folder.mkdir(exist_ok=True)
    with (folder / "credentials").open("a") as file:
        file.write(f"[{name}]\naws_access_key_id = AKIA{name.upper()}\naws_secret_access_key = {SECRET}\n")
    with (folder / "config").open("a") as file:
        file.write(f"[profile {name}]\nendpoint_url = {endpoint}\n")


def remote(home: Path, name: str, endpoint: str, keys: bool = True) -> None:
    folder = home / ".config" / "rclone"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rclone.conf").open("a") as file:
        file.write(f"[{name}]\ntype = s3\nprovider = Ceph\nendpoint = {endpoint}\n")
        if keys:
            file.write(f"access_key_id = AKIA{name.upper()}\nsecret_access_key = {SECRET}\n")


async def shown(client) -> dict[str, dict]:
    reply = await client.ask("GET", "buckets")
    assert reply.status == 200 and SECRET not in reply.body.decode() and "AKIA" not in reply.body.decode()
    return {bucket["id"]: bucket for bucket in reply.json()["buckets"]}


async def test_the_live_ones_show_beside_a_dead_endpoint(home, s3_service, dead):
    profile(home, "alive", s3_service)
    profile(home, "dead", dead)
    remote(home, "own keys", s3_service)
    configured = [
        {"uri": "s3://leap-scratch/ada", "endpoint": s3_service, "profile": "alive", "id": "own"},
        {"uri": "s3://leap-pubs", "endpoint": dead, "anonymous": True},
        {"id": "disk", "path": str(home)},
    ]
    async with jupyter_server(home, LeapBuckets={"buckets": configured}) as client:
        await client.list("own")  # the library is loaded before the clock runs
        started = time.monotonic()
        buckets = await shown(client)
        assert time.monotonic() - started < 2.9
        assert list(buckets) == ["own", "public~leap-pubs", "disk", "dead~", "own-keys~leap-scratch"]
        errors = {name: bucket["error"] for name, bucket in buckets.items()}
        silent = "The store did not answer within 2 seconds."
        assert errors == {
            "own": None,
            "public~leap-pubs": silent,
            "disk": None,
            "dead~": silent,
            "own-keys~leap-scratch": None,
        }
        assert buckets["own-keys~leap-scratch"]["connection"]["remote"] == "own keys"
        assert (await client.put("own-keys~leap-scratch", "by/a/remote", b"1")).status in (200, 412)
        # What did not answer can be used all the same: using it says why it fails.
        assert client.leap.bucket("public~leap-pubs").error is None
        assert (await client.put("public~leap-pubs", "x", b"1")).reason == "read-only"
        # Nothing is asked again while an answer may still come.
        again = time.monotonic()
        await asyncio.gather(shown(client), shown(client))
        assert time.monotonic() - again < 2.9


async def test_all_that_a_connection_lists(home, s3_service):
    profile(home, "alive", s3_service)
    async with jupyter_server(home) as client:
        buckets = await shown(client)
        found = buckets["alive~leap-scratch"]
        assert (found["uri"], found["provider"], found["access"]) == ("s3://leap-scratch", "s3", "read-write")
        assert found["connection"] == {
            "profile": "alive",
            "remote": None,
            "endpoint": s3_service,
            "region": None,
            "anonymous": False,
        }
        assert (await client.list("alive~leap-scratch")).status == 200


async def test_keys_that_may_not_list(home, s3_service):
    async with gateway(s3_service) as gate:
        gate.refuse = lambda request: 403 if request.raw_path == "/" else None
        profile(home, "unnamed", gate.url)
        async with jupyter_server(home) as client:
            buckets = await shown(client)
            assert list(buckets) == ["unnamed~"]
            assert "name them" in buckets["unnamed~"]["error"]
            # By its name it can be used before anybody has asked which there are.
            assert (await client.list("unnamed~leap-scratch")).status == 200
            assert (await client.list("unnamed~NOT_A bucket")).reason == "unknown-bucket"
            assert (await client.list("nobody~leap-scratch")).reason == "unknown-bucket"


async def test_a_public_bucket_is_read_without_keys(home, s3_service):
    profile(home, "default", s3_service)
    async with gateway(s3_service) as gate:
        signed: list[bool] = []
        gate.refuse = lambda request: signed.append("Authorization" in request.headers)
        configured = [{"uri": "s3://leap-scratch", "endpoint": gate.url, "anonymous": True}]
        async with jupyter_server(home, LeapBuckets={"buckets": configured}) as client:
            await client.list("public~leap-scratch")
            assert (await client.put("public~leap-scratch", "x", b"1")).reason == "read-only"
        assert signed == [False]


async def test_a_hub_on_aws_needs_no_configuration(home, s3_service):
    environment = {
        "SCRATCH_BUCKET": "s3://leap-scratch/ada",
        "AWS_ENDPOINT_URL_S3": s3_service,
        "AWS_ACCESS_KEY_ID": "AKIAHUB",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        async with jupyter_server(home) as client:
            bucket = (await shown(client))["leap-scratch"]
            assert (bucket["label"], bucket["home"], bucket["expiresAfterDays"]) == ("My scratch", "ada/", 7)
            assert bucket["error"] is None
            assert (await client.put("leap-scratch", "ada/x", b"1")).status in (200, 412)
            assert (await client.put("leap-scratch", "bob/x", b"1")).reason == "outside-home"
            assert (await client.get("leap-scratch", "ada/x")).body == b"1"


async def test_a_bucket_that_is_not_there(home, s3_service):
    profile(home, "alive", s3_service)
    configured = [{"uri": "s3://misspelled", "endpoint": s3_service, "profile": "alive"}]
    async with jupyter_server(home, LeapBuckets={"buckets": configured}) as client:
        assert "There is no bucket 'misspelled'" in (await shown(client))["alive~misspelled"]["error"]
