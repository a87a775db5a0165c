"""After how many days objects are deleted: Google's rules, and who is asked about them, when and how often."""

from __future__ import annotations

import asyncio
import time

import pytest
import pytest_asyncio

from ..stores.base import Expiry
from ..stores.gcs_lifecycle import expiries
from .server import jupyter_server
from .standin import StandIn
from .standin_faults import Fault

DELETE = {"type": "Delete"}


def rule(days: int, *prefixes: str, **more) -> dict:
    return {
        "action": DELETE,
        "condition": {"age": days, **({"matchesPrefix": [*prefixes]} if prefixes else {}), **more},
    }


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule(7)], [Expiry(7, "")]),
        ([rule(7), rule(3, "tmp/", "ada/")], [Expiry(7, ""), Expiry(3, "tmp/"), Expiry(3, "ada/")]),
        ([rule(7, isLive=True)], [Expiry(7, "")]),
        ([rule(7, isLive=False)], []),
        ([rule(7, matchesSuffix=[".tmp"])], []),
        ([rule(7, numNewerVersions=1)], []),
        ([rule(7, createdBefore="2020-01-01")], []),
        ([rule(7, matchesStorageClass=["NEARLINE"])], []),
        ([{"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 1}}], []),
        ([{"action": {"type": "SetStorageClass", "storageClass": "NEARLINE"}, "condition": {"age": 1}}], []),
        ([{"action": DELETE, "condition": {"numNewerVersions": 1}}], []),
        ([rule(True), rule(-1), rule("7"), rule(1.5)], []),
        ([rule(7, matchesPrefix="ada/"), rule(7, matchesPrefix=[5])], []),
        ([{}, {"action": 5}, {"action": DELETE}, "nonsense", None], []),
        (None, []),
    ],
)
def test_rules_that_delete_by_age(rules, found):
    assert expiries({"rule": rules}) == found


def test_a_bucket_without_rules():
    assert [expiries(lifecycle) for lifecycle in (None, {}, [], "x")] == [[], [], [], []]


@pytest_asyncio.fixture
async def hub(tmp_path, monkeypatch):
    """A server with a hub's variables and more places, and its store."""
    service = StandIn(["leap-scratch", "leap-persistent", "lab"])
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", await service.start())
    monkeypatch.setenv("SCRATCH_BUCKET", "gs://leap-scratch/ada")
    monkeypatch.setenv("PERSISTENT_BUCKET", "gs://leap-persistent/ada")
    (tmp_path / "disk").mkdir()
    configured = [
        {"id": "lab", "uri": "gs://lab"},
        {"id": "lab-home", "uri": "gs://lab/team/ada/"},
        {"id": "said", "uri": "gs://lab", "expiresAfterDays": 5},
        {"id": "disk", "path": str(tmp_path / "disk")},
        {"id": "broken", "uri": "nonsense"},
    ]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": configured}) as server:
        yield server, service
    await service.stop()


async def days(server) -> list[int | None]:
    reply = await server.ask("GET", "buckets")
    assert reply.status == 200
    return [bucket["expiresAfterDays"] for bucket in reply.json()["buckets"]]


async def test_what_buckets_say(hub):
    server, service = hub
    service.buckets["leap-scratch"].lifecycle = {"rule": [rule(30), rule(14, "ada/"), rule(1, "ada/tmp/", "ben/")]}
    service.buckets["lab"].lifecycle = {"rule": [rule(90, "team/")]}
    assert await days(server) == [14, None, None, 90, 5, None, None]
    assert sorted(one.path for one in service.faults.seen) == [
        f"/storage/v1/b/{name}?fields=lifecycle" for name in ("lab", "leap-persistent", "leap-scratch")
    ]
    service.faults.seen.clear()
    service.buckets["leap-scratch"].lifecycle = {"rule": [rule(2)]}
    assert await days(server) == [14, None, None, 90, 5, None, None]
    assert service.faults.seen == []
    # Opening a folder stays one request.
    assert (await server.list("leap-scratch", "ada/")).status == 200
    assert len(service.faults.seen) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_buckets_that_do_not_tell_are_asked_once(hub, status):
    server, service = hub
    service.faults.add(Fault("status", path="fields=lifecycle", status=status, times=99))
    assert await days(server) == [7, None, None, None, 5, None, None]
    asked = len(service.faults.seen)
    assert asked <= 6  # after a 401 the token is renewed, once
    assert await days(server) == [7, None, None, None, 5, None, None]
    assert len(service.faults.seen) == asked


@pytest.mark.parametrize("kind", ["status", "reset"])
async def test_a_store_that_fails_is_not_asked_again_at_once(hub, kind):
    server, service = hub
    service.faults.add(Fault(kind, path="fields=lifecycle", status=503, times=99))
    for _ in range(3):
        assert await days(server) == [7, None, None, None, 5, None, None]
    assert len(service.faults.seen) == 3
    service.faults.waiting.clear()
    service.buckets["leap-scratch"].lifecycle = {"rule": [rule(14)]}
    for uri in server.leap.lifecycles._failed:
        server.leap.lifecycles._failed[uri] -= 60
    assert (await days(server))[0] == 14


async def test_a_slow_store_keeps_nobody_waiting(hub):
    server, service = hub
    service.buckets["leap-scratch"].lifecycle = {"rule": [rule(14)]}
    service.buckets["leap-persistent"].lifecycle = {"rule": [rule(365)]}
    service.faults.add(Fault("slow", path="leap-scratch.fields=lifecycle", seconds=2.6))
    started = time.monotonic()
    assert await days(server) == [7, 365, None, None, 5, None, None]
    assert 1.9 < time.monotonic() - started < 2.5
    # Who asks meanwhile waits too, and asks nothing; what came later is known from then on.
    await asyncio.sleep(1)
    assert (await days(server))[0] == 14
    assert len(service.faults.seen) == 3


async def test_a_mistake_of_ours_costs_nobody_the_list(hub, monkeypatch, caplog):
    server, _ = hub
    store = server.leap.store(server.leap.bucket("leap-scratch"))
    monkeypatch.setattr(type(store), "expiries", lambda self: 1 / 0)
    assert await days(server) == [7, None, None, None, 5, None, None]
    assert "Unexpected ZeroDivisionError" in caplog.text


async def test_stopping_does_not_wait_for_an_answer(hub):
    server, service = hub
    service.faults.add(Fault("slow", path="fields=lifecycle", seconds=30, times=9))
    await days(server)
    started = time.monotonic()
    await server.leap.stop_extension()
    assert time.monotonic() - started < 1
