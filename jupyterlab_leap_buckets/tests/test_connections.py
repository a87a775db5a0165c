"""The routes of connections, and that real tools use what they write: moto checks every signature here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from .processes import find, free_port, program, wait_for
from .server import Client, jupyter_server
from .test_hostile import cookies

pytest.importorskip("moto.server")
pytest.importorskip("aiobotocore")

SECRET = "canary-secret-that-no-storage-knows"
BUCKET = "leap-pangeo-inbox"


@dataclass(frozen=True)
class Pod:
    """An S3 storage that knows one pair of keys."""

    url: str
    access_key_id: str
    secret_access_key: str

    def asked(self, **more: object) -> dict[str, object]:
        keys = {"accessKeyId": self.access_key_id, "secretAccessKey": self.secret_access_key}
        return {"name": "pod", "endpoint": self.url, **keys, **more}


@pytest.fixture(scope="module")
def pod(tmp_path_factory) -> Iterator[Pod]:
    import botocore.session

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # Three calls that are not asked who they are make a user; all others are.
    environ = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "3"}
    log = tmp_path_factory.mktemp("moto") / "log"
    with program([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], log, env=environ):
        wait_for(f"{url}/moto-api/")
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "us-east-1"}
        iam = botocore.session.Session().create_client("iam", endpoint_url=url, **keys)
        iam.create_user(UserName="ada")
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="ada", PolicyName="all", PolicyDocument=json.dumps(allow))
        key = iam.create_access_key(UserName="ada")["AccessKey"]
        yield Pod(url, key["AccessKeyId"], key["SecretAccessKey"])


@pytest_asyncio.fixture(scope="module")
async def server(tmp_path_factory) -> AsyncIterator[Client]:
    async with jupyter_server(tmp_path_factory.mktemp("root")) as client:
        yield client


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "RCLONE_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


async def test_added_tested_and_removed(server, pod, home, calm_log) -> None:
    assert (await server.ask("GET", "connections")).json() == {"connections": []}
    added = await server.ask("POST", "connections", body=pod.asked(region="us-east-1", buckets=[BUCKET]))
    assert (added.status, added.headers["Cache-Control"]) == (201, "no-store")
    expected = {
        "name": "pod",
        "source": "both",
        "endpoint": pod.url,
        "region": "us-east-1",
        "provider": "Other",
        "buckets": [BUCKET],
        "managed": True,
        "error": None,
    }
    assert added.json() == expected
    assert (await server.ask("GET", "connections")).json() == {"connections": [expected]}
    assert (await server.ask("POST", "connections", body=pod.asked())).reason == "connection-exists"
    tested = await server.ask("POST", "connections/test", body={"name": "pod"})
    assert (tested.status, tested.json()["ok"]) == (200, False)
    assert f"no bucket {BUCKET}" in tested.json()["message"]
    assert (await server.ask("DELETE", "connections/pod")).status == 204
    assert (await server.ask("GET", "connections")).json() == {"connections": []}
    assert (await server.ask("DELETE", "connections/pod")).reason == "unknown-connection"


def run(*command: str, home: Path, **environ: str) -> str:
    """With nothing of this process in its environment."""
    clean = {"HOME": str(home), "PATH": "/usr/bin:/bin", **environ}
    done = subprocess.run(command, env=clean, cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def find_rclone() -> str:
    """`RCLONE` names another version."""
    return os.environ.get("RCLONE") or find("rclone")


FSSPEC = f"""
import fsspec
fs = fsspec.filesystem("s3", profile="pod")
with fs.open("{BUCKET}/from-python.txt", "w") as file:
    file.write("from Python")
print(fs.cat("{BUCKET}/from-rclone.txt").decode())
"""


@pytest.mark.parametrize("environ", [
    {},
    {"AWS_ACCESS_KEY_ID": "other", "AWS_SECRET_ACCESS_KEY": "other", "AWS_PROFILE": "nobody"},
], ids=["alone", "beside other keys"])  # fmt: skip
async def test_rclone_and_fsspec_use_the_same_keys(server, pod, home, environ) -> None:
    pytest.importorskip("s3fs")
    rclone = find_rclone()
    await server.ask("POST", "connections", body=pod.asked())

    def use() -> None:
        run(rclone, "mkdir", f"pod:{BUCKET}", home=home, **environ)
        (home / "from-rclone.txt").write_text("from rclone")
        run(rclone, "copy", "from-rclone.txt", f"pod:{BUCKET}", home=home, **environ)
        assert run(sys.executable, "-c", FSSPEC, home=home, **environ) == "from rclone\n"
        assert run(rclone, "cat", f"pod:{BUCKET}/from-python.txt", home=home, **environ) == "from Python"

    await asyncio.to_thread(use)
    tested = (await server.ask("POST", "connections/test", body={"name": "pod"})).json()
    assert tested == {"ok": True, "buckets": [BUCKET], "message": f"It works. Buckets: {BUCKET}."}
    kept = (home / ".config/rclone/rclone.conf").read_text()
    assert pod.access_key_id not in kept and pod.secret_access_key not in kept


async def test_new_keys_are_used_at_once(server, pod, home) -> None:
    """Also when the old ones of the same name are known to be wrong."""

    async def shown() -> dict[str, str | None]:
        buckets = (await server.ask("GET", "buckets")).json()["buckets"]
        return {one["id"]: one["error"] for one in buckets if one["id"].startswith("pod~")}

    named = pod.asked(buckets=[BUCKET])
    await server.ask("POST", "connections", body={**named, "secretAccessKey": SECRET})
    assert (await shown())[f"pod~{BUCKET}"]
    await server.ask("DELETE", "connections/pod")
    assert await shown() == {}
    await server.ask("POST", "connections", body=named)
    assert (await shown())[f"pod~{BUCKET}"] is None
    await server.ask("DELETE", "connections/pod")
    assert (await server.list(f"pod~{BUCKET}")).reason == "unknown-bucket"


async def test_rclone_rewrites_its_file_and_ours_can_still_be_removed(server, pod, home) -> None:
    rclone = find_rclone()
    folder = home / ".config/rclone"
    folder.mkdir(parents=True)
    (folder / "rclone.conf").write_text("[mine]\ntype = local\n")
    await server.ask("POST", "connections", body=pod.asked())
    await asyncio.to_thread(run, rclone, "config", "create", "later", "local", home=home)
    assert (await server.ask("DELETE", "connections/pod")).status == 204
    left = (folder / "rclone.conf").read_text()
    assert "[mine]" in left and "[later]" in left and "pod" not in left


@pytest.mark.parametrize(("change", "said"), [
    ({"secretAccessKey": SECRET}, "secret access key does not belong"),
    ({"accessKeyId": SECRET}, "does not know this access key ID"),
    ({"endpoint": "http://127.0.0.1:1"}, "http://127.0.0.1:1 cannot be reached"),
    ({"endpoint": "https://127.0.0.1:1"}, "https://127.0.0.1:1 cannot be reached"),
])  # fmt: skip
async def test_what_does_not_work_is_told_without_a_key(server, pod, home, change, said, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    asked = pod.asked(**change)
    assert (await server.ask("POST", "connections", body=asked)).status == 201
    reply = await server.ask("POST", "connections/test", body={"name": "pod"})
    assert (reply.status, reply.json()["ok"]) == (200, False)
    assert said in reply.json()["message"]
    for key in ("accessKeyId", "secretAccessKey"):
        assert asked[key] not in reply.body.decode() + caplog.text


@contextlib.asynccontextmanager
async def odd_server(answer: bytes | None) -> AsyncIterator[str]:
    """Takes connections, and answers this to all; None waits."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


PAGE = b"<html>Sign in</html>"


@pytest.mark.parametrize(("answer", "said"), [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + PAGE, "did not answer as S3 storage does"),
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 20\r\n\r\n" + PAGE, "refused: 403"),
    (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "refused: 503"),
    (b"nonsense\r\n\r\n", "cannot be reached"),
    (b"", "cannot be reached"),
    (None, "did not answer within"),
])  # fmt: skip
async def test_what_is_no_storage(server, pod, home, monkeypatch, answer, said, calm_log) -> None:
    monkeypatch.setattr("jupyterlab_leap_buckets.connections.trial.SECONDS", 5.0 if answer is not None else 0.2)
    async with odd_server(answer) as url:
        await server.ask("POST", "connections", body=pod.asked(endpoint=url))
        reply = await server.ask("POST", "connections/test", body={"name": "pod"})
        assert said in reply.json()["message"]


async def test_a_remote_with_keys_of_its_own_and_one_without(server, pod, home) -> None:
    folder = home / ".config/rclone"
    folder.mkdir(parents=True)
    keys = f"access_key_id = {pod.access_key_id}\nsecret_access_key = {pod.secret_access_key}\n"
    text = f"[own]\ntype = s3\nendpoint = {pod.url}\n{keys}[open]\ntype = s3\nendpoint = {pod.url}\n"
    (folder / "rclone.conf").write_text(text)
    listed = await server.ask("GET", "connections")
    assert pod.secret_access_key not in listed.body.decode() and pod.access_key_id not in listed.body.decode()
    assert [one["managed"] for one in listed.json()["connections"]] == [False, False]
    assert (await server.ask("POST", "connections/test", body={"name": "own"})).json()["ok"] is True
    assert (await server.ask("DELETE", "connections/own")).reason == "not-added-here"
    assert (folder / "rclone.conf").read_text() == text


async def test_keys_are_in_no_log_and_no_answer(server, pod, home, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = {"accessKeyId": "AKIACANARY0001", "secretAccessKey": SECRET, "sessionToken": "canary-session"}
    bodies = [
        pod.asked(**canaries),
        pod.asked(**canaries),  # exists
        pod.asked(**canaries, name="other", endpoint=f"https://{SECRET}@pod.example"),
        pod.asked(**canaries, name=SECRET + " "),
        pod.asked(**canaries, more=SECRET),
        {SECRET: SECRET},
        [SECRET],
    ]
    answers = [(await server.ask("POST", "connections", body=body)).body for body in bodies]
    answers.append((await server.ask("POST", "connections", data=SECRET.encode() * 9999)).body)
    answers.append((await server.ask("POST", "connections/test", body={"name": "pod"})).body)
    answers.append((await server.ask("POST", "connections/test", body={"name": SECRET})).body)
    (home / ".aws" / "credentials").write_text(f"{SECRET}\n")
    answers.append((await server.ask("GET", "connections")).body)
    answers.append((await server.ask("POST", "connections", body=pod.asked(**canaries, name="next"))).body)
    everything = b"".join(answers).decode() + caplog.text
    assert caplog.records
    for canary in canaries.values():
        assert canary not in everything


async def test_limits_of_the_form(server, home) -> None:
    large = await server.ask("POST", "connections", body={"name": "x" * 70_000})
    assert (large.status, large.reason) == (413, "body-too-large")
    assert (await server.ask("PUT", "connections", body={})).status == 405
    assert (await server.ask("GET", "connections/test")).status == 405
    assert (await server.ask("DELETE", "connections/../x")).status in (404, 405)
    text = await server.ask("POST", "connections", data=b"{}", headers={"Content-Type": "text/plain"})
    assert text.status == 415


async def test_a_connection_named_test(server, pod, home) -> None:
    assert (await server.ask("POST", "connections", body=pod.asked(name="test"))).status == 201
    assert (await server.ask("POST", "connections/test", body={"name": "test"})).json()["ok"] is True
    assert (await server.ask("DELETE", "connections/test")).status == 204


WRITES = [("POST", "connections"), ("DELETE", "connections/pod"), ("POST", "connections/test")]


@pytest.mark.parametrize(("method", "path"), [("GET", "connections"), *WRITES])
async def test_nobody_gets_nothing(server, home, method, path) -> None:
    reply = await server.ask(method, path, token=None, body={})
    assert (reply.status, reply.reason) == (403, "not-signed-in")


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_page_needs_the_xsrf_token(server, home, method, path) -> None:
    signed_in = await cookies(server)
    async with aiohttp.ClientSession(cookies=signed_in) as browser:
        headers = {"Content-Type": "application/json"}
        async with browser.request(method, server.url(path, {}), data=b"{}", headers=headers) as reply:
            assert (reply.status, (await reply.json())["reason"]) == (403, "xsrf")
