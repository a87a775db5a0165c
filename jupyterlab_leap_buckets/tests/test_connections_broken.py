"""What stands in people's files by hand: one broken line, one huge file, a password in an address, a slow command."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from .s3_endpoint import gateway
from .server import jupyter_server
from .test_connections import home, server

pytest.importorskip("aiobotocore")

__all__ = ["home", "server"]

SECRET = "canary-secret-in-a-file"
KEYS = f"aws_access_key_id = AKIACANARY\naws_secret_access_key = {SECRET}\n"


def write(home: Path, **files: str) -> None:
    (home / ".aws").mkdir(exist_ok=True)
    for name, text in files.items():
        (home / ".aws" / name).write_text(text)


async def tried(server, name: str) -> str:
    reply = await server.ask("POST", "connections/test", body={"name": name})
    assert (reply.status, reply.json()["ok"]) == (200, False) and SECRET not in reply.body.decode()
    return reply.json()["message"]


async def shown(client) -> dict[str, str | None]:
    reply = await client.ask("GET", "buckets")
    assert reply.status == 200 and SECRET not in reply.body.decode()
    return {one["id"]: one["error"] for one in reply.json()["buckets"]}


@pytest.mark.parametrize("file", ["config", "credentials"])
async def test_a_broken_line_breaks_its_own_connections_alone(home, s3_service, calm_log, file):
    text = {"config": "[default]\nregion = us-east-1\n", "credentials": f"[pod]\n{KEYS}leap_buckets = one\n"}
    write(home, **{**text, file: text[file] + "oops\n"})
    rclone = f"[own]\ntype = s3\nendpoint = {s3_service}\naccess_key_id = A\nsecret_access_key = {SECRET}\n"
    (home / ".config/rclone").mkdir(parents=True)
    (home / ".config/rclone/rclone.conf").write_text(rclone)
    (home / "disk").mkdir()
    async with jupyter_server(home, LeapBuckets={"buckets": [{"id": "disk", "path": str(home / "disk")}]}) as client:
        errors = await shown(client)
        assert (errors["disk"], errors["own~leap-scratch"]) == (None, None)
        assert "has a line that is wrong" in errors["pod~one"]
        assert "has a line that is wrong" in await tried(client, "pod")
        assert (await client.ask("POST", "connections/test", body={"name": "own"})).json()["ok"] is True


async def test_keys_of_rclone_do_not_depend_on_a_profile_of_the_environment(server, home, s3_service, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    write(home, credentials=f"[mine]\n{KEYS}")
    rclone = f"[own]\ntype = s3\nendpoint = {s3_service}\naccess_key_id = A\nsecret_access_key = {SECRET}\n"
    (home / ".config/rclone").mkdir(parents=True)
    (home / ".config/rclone/rclone.conf").write_text(rclone)
    assert (await server.ask("POST", "connections/test", body={"name": "own"})).json()["ok"] is True


async def test_a_huge_file_is_not_read(server, home):
    write(home, credentials=f"[pod]\n{KEYS}leap_buckets = one\n", config="[default]\n" + "# padding\n" * 200_000)
    assert "is larger than 1 MiB" in await asyncio.wait_for(tried(server, "pod"), 1.0)
    assert "is larger than 1 MiB" in (await shown(server))["pod~one"]


@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_a_password_in_an_address_is_not_shown(server, home, scheme):
    endpoint = f"endpoint_url = {scheme}ada:{SECRET}@127.0.0.1:9\n"
    write(home, credentials=f"[pod]\n{KEYS}{endpoint}leap_buckets = one\n")
    assert "has a user name or password in it" in await tried(server, "pod")
    listed = await server.ask("GET", "connections")
    assert SECRET not in listed.body.decode() and "127.0.0.1:9" in listed.body.decode()
    assert "has a user name or password in it" in (await shown(server))["pod~one"]


async def test_a_slow_command_for_keys_ends_with_its_trial(server, home, monkeypatch):
    monkeypatch.setattr("jupyterlab_leap_buckets.connections.trial.SECONDS", 1.0)
    command = f"credential_process = sh -c 'sleep 60 & echo $! > {home}/pid; wait'\n"
    write(home, config=f"[profile pod]\n{command}leap_buckets = one\n")
    assert "did not answer within" in await tried(server, "pod")
    number = int((home / "pid").read_text())
    for _ in range(50):
        if not runs(number):
            return
        await asyncio.sleep(0.02)
    os.kill(number, signal.SIGKILL)
    raise AssertionError("it still runs")


def runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_trial_sends_no_keys_elsewhere(server, home, s3_service, status):
    async with gateway(s3_service) as gate, gateway(s3_service) as other:
        gate.elsewhere = status, other.url
        write(home, credentials=f"[pod]\n{KEYS}endpoint_url = {gate.url}\nleap_buckets = leap-scratch\n")
        assert "on to another address" in await tried(server, "pod")
        assert other.seen == []
