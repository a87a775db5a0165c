"""Gateways that are half of an S3, or none: a sign-in page, lists that stand still, damage, redirects, odd keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields

import pytest
import pytest_asyncio

from ..errors import LeapError
from .conftest import Place
from .operations import below, reasons, run
from .operations import keys as one_of
from .s3_endpoint import Gateway, gateway
from .server import Client, jupyter_server
from .test_s3 import DATA, PART, keys, server

__all__ = ["keys"]


@pytest_asyncio.fixture(scope="module")
async def served(tmp_path_factory, clean_environment, s3_service) -> AsyncIterator[tuple[Gateway, Client]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
        async with gateway(s3_service) as gate, server(tmp_path_factory.mktemp("odd"), gate.url) as client:
            yield gate, client


@pytest.fixture
def odd(served):
    """A gateway that behaves, and a server on it; what a test makes of the gateway ends with it."""
    gate, client = served
    yield gate, client
    for one in fields(Gateway):
        if one.name in ("dropped", "page", "damage", "elsewhere", "refuse", "code"):
            setattr(gate, one.name, one.default)
    gate.seen.clear()


def is_list(request) -> bool:
    return request.method == "GET" and "list-type" in request.raw_path


# A page where an answer should be


async def test_a_list_that_turns_into_a_page(odd, monkeypatch):
    monkeypatch.setattr("jupyterlab_leap_buckets.stores.s3.WALK_LIMIT", 3)
    gate, client = odd
    place = Place(client, "b", "moto", "turns/")
    for number in range(7):
        await client.put("b", f"turns/src/{number}", b"x")
    gate.page = lambda request: "start-after" in request.raw_path
    for kind in ("copy", "move"):
        done = await run(place, kind, below(place, "src/"), destination=below(place, f"{kind}/"))
        assert (done["state"], reasons(done)) == ("failed", ["store-failed"]), done
    gate.page = is_list
    listed = await client.list("b", "turns/")
    assert (listed.status, listed.reason) == (502, "store-failed") and "sign-in page" in listed.json()["message"]


async def test_calls_that_a_page_answers(odd):
    gate, client = odd
    assert (await client.put("b", "page/old", b"old")).status == 200
    gate.page = lambda request: request.method == "PUT"
    for reply in (
        await client.put("b", "page/new", b"1"),
        await client.upload("b", "page/new", b"1", ifGenerationMatch=0),
        await client.upload("b", "page/new", b"1"),
    ):
        assert (reply.status, reply.reason) == (502, "store-failed")
    for method in ("GET", "HEAD"):
        gate.page = lambda request, method=method: request.method == method
        assert (await client.ask(method, "object", {"bucket": "b", "key": "page/old"})).status == 502
    gate.page = lambda request: request.method == "DELETE"
    assert (await client.delete("b", "page/old")).reason == "store-failed"
    gate.page = lambda request: False
    assert (await client.get("b", "page/old")).body == b"old"
    assert (await client.get("b", "page/new")).status == 404


async def test_a_copy_that_a_page_answers(odd):
    gate, client = odd
    place = Place(client, "b", "moto", "copied/")
    for name in ("src/a", "dst/a"):
        await client.put("b", f"copied/{name}", name.encode())
    gate.page = lambda request: "x-amz-copy-source" in request.headers
    for kind in ("copy", "move"):
        source, where = one_of(place, "src/a"), below(place, "dst/")
        done = await run(place, kind, source, destination=where, onConflict="replace")
        assert (done["state"], reasons(done)) == ("failed", ["store-failed"]), done
    for name in ("src/a", "dst/a"):
        assert (await client.get("b", f"copied/{name}")).body == name.encode()


# Lists that stand still


async def test_a_list_that_does_not_go_on(odd, monkeypatch):
    monkeypatch.setattr("jupyterlab_leap_buckets.stores.s3.WALK_LIMIT", 3)
    gate, client = odd
    for number in range(7):
        await client.put("b", f"still/{number}", b"x")
    store = client.leap.store(client.leap.bucket("b"))
    found = []
    gate.dropped = ("start-after",)
    with pytest.raises(LeapError) as stands:
        async for page in store.walk("still/"):
            found += page
    assert (stands.value.status, len(found)) == (502, 3)
    # The first version of the protocol has no tokens.
    gate.dropped = ("list-type", "start-after", "continuation-token")
    listed = await client.list("b", "still/", limit=3)
    assert (listed.status, listed.reason) == (502, "store-failed") and "goes on" in listed.json()["message"]
    gate.dropped = ()
    first = (await client.list("b", "still/", limit=3)).json()["nextPageToken"]
    assert first and len([info async for page in store.walk("still/") for info in page]) == 7


# Damage, and preconditions that are kept in part


async def test_damage_in_a_single_write(odd):
    gate, client = odd
    await client.put("b", "damage/warm", b"1")
    gate.damage = lambda request: request.method == "PUT"
    data = b"hello world" * 9
    for reply in (await client.put("b", "damage/x", data), await client.upload("b", "damage/x", data)):
        assert (reply.status, reply.reason) == (502, "checksum-mismatch"), reply.body
        assert "removed again" in reply.json()["message"]
    assert (await client.get("b", "damage/x")).status == 404
    gate.refuse = lambda request: 403 if request.method == "DELETE" else None
    assert (await client.put("b", "damage/x", data)).reason == "damaged-and-left"
    upload = (await client.start("b", "damage/y", len(data))).json()
    for reply in (await client.piece(upload, data, 0, len(data)), await client.offset(upload, len(data))):
        assert (reply.status, reply.reason) == (502, "damaged-and-left")


async def test_one_precondition_that_is_ignored(tmp_path, s3_service, keys):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        gate.dropped = ("If-None-Match",)
        assert (await client.put("b", "alone/x", b"1")).headers["X-Leap-Race-Safe"] == "no"
        for _ in range(2):
            assert (await client.put("b", "alone/x", b"2")).reason == "already-exists"
        assert (await client.get("b", "alone/x")).body == b"1"
        assert client.leap.store(client.leap.bucket("b"))._client.honoured == {"put": True, "new": False}


async def test_keys_that_may_not_delete_leave_nothing_behind(tmp_path, s3_service, keys):
    async with gateway(s3_service, deaf=True) as gate, server(tmp_path, gate.url) as client:
        gate.refuse = lambda request: 403 if request.method == "DELETE" else None
        done = await client.upload("b", "kept/x", DATA, ifGenerationMatch=0)
        assert done.status == 200, done.body
        assert [entry["key"] for entry in (await client.list("b", "kept/")).json()["entries"]] == ["kept/x"]
        again = await client.start("b", "kept/x", len(DATA), ifGenerationMatch=0)
        assert (again.status, again.reason) == (412, "already-exists")


# Who hears of keys


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_followed(odd, s3_service, status):
    gate, client = odd
    async with gateway(s3_service) as other:
        gate.elsewhere = status, other.url
        for reply in (
            await client.list("b"),
            await client.put("b", "sent-on", b"1"),
            await client.get("b", "sent-on"),
            await client.delete("b", "sent-on"),
        ):
            assert (reply.status, reply.reason) == (502, "redirected"), reply.body
        assert "another address" in reply.json()["message"]
        assert other.seen == []


async def test_an_upload_does_not_outlive_its_connection(tmp_path, s3_service, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    asked = {"name": "pod", "accessKeyId": "OLD", "secretAccessKey": "old-secret", "buckets": ["leap-scratch"]}
    renewed = {**asked, "accessKeyId": "NEW", "secretAccessKey": "new-secret"}
    async with gateway(s3_service) as here, gateway(s3_service) as there, jupyter_server(tmp_path) as client:
        heard: list[str] = []
        here.refuse = lambda request: heard.append(request.headers.get("Authorization", ""))
        assert (await client.ask("POST", "connections", body={**asked, "endpoint": here.url})).status == 201

        async def begin(key: str):
            upload = (await client.start("pod~leap-scratch", key, len(DATA))).json()
            assert (await client.piece(upload, DATA[:PART], 0, len(DATA))).status == 308
            return upload

        async def change(**more: str) -> None:
            assert (await client.ask("DELETE", "connections/pod")).status == 204
            assert (await client.ask("POST", "connections", body={**renewed, **more})).status == 201

        upload = await begin("outlives/same")
        await change(endpoint=here.url)  # new keys for the same place
        await client.piece(upload, DATA[PART : 2 * PART], PART, len(DATA))  # the part before it may have been under way
        told = (await client.offset(upload, len(DATA))).headers.get("Range", "-1").rpartition("-")[2]
        for at in range(int(told) + 1 if told != "1" else 0, len(DATA), PART):
            done = await client.piece(upload, DATA[at : at + PART], at, len(DATA))
        assert done.status == 200 and "Credential=NEW" in heard[-1]
        upload = await begin("outlives/other")
        record = client.leap.uploads._sessions[upload["id"]]
        heard.clear()
        await change(endpoint=there.url, accessKeyId="NEXT")
        for _ in range(2):
            reply = await client.piece(upload, DATA[PART : 2 * PART], PART, len(DATA))
            assert (reply.status, reply.reason) == (410, "upload-gone")
        assert not any("NEXT" in one for one in heard)
        # Nor does another server take it up elsewhere.
        store = client.leap.store(client.leap.bucket("pod~leap-scratch"))
        with pytest.raises(ValueError):
            await store.resume_upload(record.upload.state(), "outlives/other", len(DATA), None)
