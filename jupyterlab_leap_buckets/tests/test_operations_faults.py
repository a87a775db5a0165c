"""Operations on a store that fails, loses answers and changes under them; and how they are ended."""

from __future__ import annotations

import asyncio
import re

import pytest

from .operations import below, body, end, fill, keys, look, names, reasons, run, start
from .server import jupyter_server
from .standin_faults import Fault

REWRITE = "/rewriteTo/"


@pytest.fixture
def faults(standin):
    standin.faults.seen.clear()
    return standin.faults


@pytest.fixture
def small_steps(standin):
    standin.rewrite_step, step = 10, standin.rewrite_step
    yield
    standin.rewrite_step = step


def requests(faults, method: str, path: str = "") -> int:
    return sum(one.method == method and re.search(path, one.path) is not None for one in faults.seen)


async def wait_for(condition) -> None:
    async def poll() -> None:
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), 10)


# What it costs


async def test_thousands_of_objects(on_standin, standin, faults):
    bucket = standin.buckets[on_standin.bucket]
    for number in range(5000):
        bucket.put(on_standin.key(f"a/{number:04d}"), b"%d" % number, "text/plain", {})
    faults.seen.clear()
    done = await run(on_standin, "copy", keys(on_standin, "a/"), destination=below(on_standin, "c/"))
    assert (done["state"], done["objects"]) == ("succeeded", 5000)
    assert (requests(faults, "GET"), requests(faults, "POST"), len(faults.seen)) == (5, 5000, 5005)
    faults.seen.clear()
    done = await run(on_standin, "search", below(on_standin), query="1")
    assert (done["objects"], len(faults.seen), len(done["matches"])) == (10000, 10, 1000)
    assert done["matchesTotal"] == 2 * sum("1" in f"{number:04d}" for number in range(5000))
    faults.seen.clear()
    done = await run(on_standin, "delete", keys(on_standin, "c/"))
    assert (done["state"], done["objects"], len(faults.seen)) == ("succeeded", 5000, 5005)
    assert len(await names(on_standin)) == 5000


async def test_a_move_is_two_requests_for_an_object(on_standin, faults):
    await fill(on_standin, *(f"a/{number}" for number in range(50)))
    faults.seen.clear()
    done = await run(on_standin, "move", keys(on_standin, "a/"), destination={**below(on_standin), "name": "b"})
    assert (done["state"], done["objects"]) == ("succeeded", 50)
    assert (requests(faults, "POST"), requests(faults, "DELETE"), len(faults.seen)) == (50, 50, 101)


async def test_few_requests_at_once(on_standin, standin, faults):
    await fill(on_standin, *(f"a/{number}" for number in range(60)))
    at_once, most = 0, 0
    rewritten = standin._rewrite

    def rewrite(*args):
        nonlocal most
        most = max(most, at_once)
        return rewritten(*args)

    handle = standin._dispatch

    async def dispatch(request, fault):
        nonlocal at_once
        at_once += 1
        try:
            await asyncio.sleep(0.01)
            return await handle(request, fault)
        finally:
            at_once -= 1

    standin._rewrite, standin._dispatch = rewrite, dispatch
    try:
        await run(on_standin, "copy", keys(on_standin, "a/"), destination=below(on_standin, "c/"))
    finally:
        del standin._rewrite, standin._dispatch
    assert 8 <= most <= 17


# Rewriting


async def test_a_large_object_takes_steps(on_standin, faults, small_steps):
    await fill(on_standin, "x", data=b"0123456789" * 5)
    faults.seen.clear()
    done = await run(on_standin, "move", keys(on_standin, "x"), destination=below(on_standin, "c/"))
    assert (done["state"], done["bytes"]) == ("succeeded", 50)
    assert requests(faults, "POST", REWRITE) == 5
    assert sum("rewriteToken=" in one.path for one in faults.seen) == 4
    assert await names(on_standin) == ["c/x"]
    assert await body(on_standin, "c/x") == b"0123456789" * 5


async def test_what_is_said_about_an_object_goes_with_it(on_standin, standin):
    bucket, target = standin.buckets["leap-scratch"], standin.buckets["leap-persistent"]
    key = on_standin.key("x.txt")
    bucket.put(key, b"1", "text/csv", {}, "gzip", {"metadata": {"a": "b"}})
    from ..stores.gcs import GcsStore

    store = on_standin.client.leap.store(on_standin.client.leap.bucket(on_standin.bucket))
    made = await GcsStore("leap-persistent", store._client).copy(store, await store.head(key), key, "0")
    copied = target.get(key, {})
    assert (made.generation, made.content_type) == (str(copied.generation), "text/csv")
    assert (copied.data, copied.encoding, copied.more) == (b"1", "gzip", {"metadata": {"a": "b"}})


@pytest.mark.parametrize("on_conflict", ["fail", "skip", "replace", "keepBoth"])
@pytest.mark.parametrize("kind", ["lost", "reset"])
async def test_a_lost_answer_is_no_conflict(on_standin, faults, kind, on_conflict):
    await fill(on_standin, "a/x.txt", "a/y.txt")
    faults.add(Fault(kind, method="POST", path=REWRITE, times=2))
    done = await run(
        on_standin, "move", below(on_standin, "a/"), destination=below(on_standin, "c/"), onConflict=on_conflict
    )
    assert (done["state"], done["objects"], done["skipped"]) == ("succeeded", 2, 0)
    assert await names(on_standin) == ["c/x.txt", "c/y.txt"]


async def test_somebody_elses_object_after_a_reset_is_a_conflict(on_standin, faults):
    await fill(on_standin, "a/x")
    await fill(on_standin, "c/x", data=b"A/X")
    faults.add(Fault("reset", method="POST", path=REWRITE))
    done = await run(on_standin, "move", below(on_standin, "a/"), destination=below(on_standin, "c/"))
    assert (done["state"], reasons(done)) == ("failed", ["already-exists"])
    assert await body(on_standin, "a/x") == b"a/x"
    assert await body(on_standin, "c/x") == b"A/X"


async def test_a_storm_passes(on_standin, faults):
    await fill(on_standin, *(f"a/{number}" for number in range(20)))
    faults.add(Fault("status", status=503, method="POST", times=30))
    faults.add(Fault("reset", method="DELETE", times=5))
    done = await run(on_standin, "move", keys(on_standin, "a/"), destination=below(on_standin, "c/"))
    assert (done["state"], done["objects"], done["failures"]) == ("succeeded", 20, [])
    assert len(await names(on_standin, "c/a/")) == len(await names(on_standin)) == 20


async def test_one_failure_stops_no_other(on_standin, faults):
    await fill(on_standin, *(f"a/{number:02d}" for number in range(30)))
    faults.add(Fault("status", status=403, path=r"07/rewriteTo/", times=9))
    done = await run(on_standin, "move", keys(on_standin, "a/"), destination=below(on_standin, "c/"))
    assert (done["state"], done["objects"], reasons(done)) == ("failed", 29, ["no-permission"])
    assert done["failures"][0]["key"] == on_standin.key("a/07")
    assert await names(on_standin, "a/") == ["a/07"]


async def test_the_first_hundred_failures_are_kept(on_standin, faults):
    await fill(on_standin, *(f"a/{number:03d}" for number in range(130)))
    faults.add(Fault("status", status=403, method="DELETE", times=999))
    done = await run(on_standin, "delete", keys(on_standin, "a/"))
    assert (done["state"], done["objects"], len(done["failures"]), done["failuresTotal"]) == ("failed", 0, 100, 130)


async def test_a_list_that_breaks_off_is_told(on_standin, standin, faults):
    bucket = standin.buckets[on_standin.bucket]
    for number in range(1500):
        bucket.put(on_standin.key(f"a/{number:04d}"), b"", "text/plain", {})
    faults.add(Fault("status", status=403, method="GET", path="pageToken", times=9))
    done = await run(on_standin, "delete", keys(on_standin, "a/"))
    assert (done["state"], done["objects"], done["objectsTotal"]) == ("failed", 1000, None)
    assert reasons(done) == ["no-permission"]
    assert len(await names(on_standin)) == 500


# Changes under its feet


async def under_its_feet(on_standin, faults, change, kind="move", slow=REWRITE):
    """Ends an operation on a/x, after `change` was made while a request of it was on its way."""
    await fill(on_standin, "a/x")
    faults.seen.clear()
    faults.add(Fault("slow", path=slow, seconds=0.3))
    more = {} if kind == "delete" else {"destination": below(on_standin, "c/"), "onConflict": "replace"}
    operation = await start(on_standin, kind, below(on_standin, "a/"), **more)
    await wait_for(lambda: any(re.search(slow, one.path) for one in faults.seen))
    await change()
    return await end(on_standin, operation)


async def test_a_source_that_is_replaced_meanwhile_stays(on_standin, standin, faults):
    async def change():
        standin.buckets[on_standin.bucket].put(on_standin.key("a/x"), b"newer", "text/plain", {})

    done = await under_its_feet(on_standin, faults, change)
    assert (done["state"], reasons(done)) == ("failed", ["changed-meanwhile"])
    assert await names(on_standin) == ["a/x"] and await body(on_standin, "a/x") == b"newer"


async def test_a_source_that_is_replaced_after_the_copy_stays_too(on_standin, standin, faults):
    async def change():
        standin.buckets[on_standin.bucket].put(on_standin.key("a/x"), b"newer", "text/plain", {})

    done = await under_its_feet(on_standin, faults, change, slow="ax.ifGenerationMatch|a%2Fx.ifGenerationMatch")
    assert (done["state"], reasons(done)) == ("failed", ["changed-meanwhile"])
    assert "copied, but the original stays" in done["failures"][0]["message"]
    assert await body(on_standin, "a/x") == b"newer" and await body(on_standin, "c/x") == b"a/x"


async def test_a_source_that_goes_meanwhile(on_standin, standin, faults):
    async def change():
        standin.buckets[on_standin.bucket].delete(on_standin.key("a/x"), {})

    done = await under_its_feet(on_standin, faults, change)
    assert (done["state"], reasons(done)) == ("failed", ["no-such-object"])
    done = await under_its_feet(on_standin, faults, change, kind="delete", slow="a%2Fx.ifGenerationMatch")
    assert (done["state"], done["objects"]) == ("succeeded", 1)


async def test_a_destination_that_appears_meanwhile_is_not_replaced(on_standin, standin, faults):
    async def change():
        standin.buckets[on_standin.bucket].put(on_standin.key("c/x"), b"theirs", "text/plain", {})

    done = await under_its_feet(on_standin, faults, change)
    assert (done["state"], reasons(done)) == ("failed", ["already-exists"])
    assert await body(on_standin, "c/x") == b"theirs" and await body(on_standin, "a/x") == b"a/x"


# Ending


@pytest.mark.parametrize("kind", ["copy", "move", "delete", "measure", "search"])
async def test_cancel(on_standin, standin, faults, kind):
    bucket = standin.buckets[on_standin.bucket]
    for number in range(2500):
        bucket.put(on_standin.key(f"a/{number:04d}"), b"12", "text/plain", {})
    faults.seen.clear()
    slow = "pageToken" if kind in ("measure", "search") else r"rewriteTo|a%2F\d+\?ifGen"
    faults.add(Fault("slow", path=slow, seconds=0.05, times=9999))
    more = {"destination": below(on_standin, "c/")} if kind in ("copy", "move") else {}
    operation = await start(
        on_standin, kind, keys(on_standin, "a/"), **more, **({"query": "z"} if kind == "search" else {})
    )
    await wait_for(lambda: requests(faults, "GET") and len(faults.seen) > (1 if kind in ("measure", "search") else 60))
    began = asyncio.get_running_loop().time()
    reply = await on_standin.client.ask("DELETE", f"operations/{operation}")
    assert asyncio.get_running_loop().time() - began < 3
    done = reply.json()
    assert (reply.status, done["state"]) == (200, "cancelled")
    assert done == await look(on_standin, operation)
    assert 0 < done["objects"] < 2500 and done["bytes"] == 2 * done["objects"] and done["endedAt"]
    faults.waiting.clear()
    seen = len(faults.seen)
    await asyncio.sleep(0.1)
    assert len(faults.seen) == seen
    left, copied = await names(on_standin, "a/"), await names(on_standin, "c/")
    assert len(left) == 2500 - (done["objects"] if kind in ("move", "delete") else 0)
    assert len(copied) == (done["objects"] if kind in ("copy", "move") else 0)


async def test_cancel_does_not_wait_for_a_store_that_hangs(on_standin, faults):
    await fill(on_standin, "x")
    faults.add(Fault("slow", path=REWRITE, seconds=20))
    operation = await start(on_standin, "copy", keys(on_standin, "x"), destination=below(on_standin, "c/"))
    await wait_for(lambda: requests(faults, "POST", REWRITE))
    reply = await asyncio.wait_for(on_standin.client.ask("DELETE", f"operations/{operation}"), 10)
    assert (reply.json()["state"], reply.json()["objects"]) == ("cancelled", 0)


async def test_the_folder_is_seen_as_long_as_something_is_in_it(on_standin, faults):
    await fill(on_standin, "a/", "a/x", "a/y", data=b"")
    faults.seen.clear()
    await run(on_standin, "move", keys(on_standin, "a/"), destination=below(on_standin, "c/"))
    order = [one.path for one in faults.seen if one.method in ("POST", "DELETE")]
    assert all(re.search(r"a%2F(/rewriteTo|\?)", path) for path in order[-2:])
    assert await names(on_standin) == ["c/a/", "c/a/x", "c/a/y"]


async def test_there_is_an_end_to_how_many(standin, tmp_path, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", standin.url)
    config = {"buckets": [{"id": "b", "uri": "gs://leap-scratch"}], "maxOperations": 6}
    ask = {"kind": "measure", "source": {"bucket": "b", "prefix": "x/"}}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        standin.faults.add(Fault("slow", seconds=20, times=99))
        started = [await client.ask("POST", "operations", body=ask) for _ in range(6)]
        assert {reply.status for reply in started} == {202}
        refused = await client.ask("POST", "operations", body=ask)
        assert (refused.status, refused.reason) == (429, "too-many-operations")
        states = [one["state"] for one in (await client.ask("GET", "operations")).json()["operations"]]
        assert sorted(states) == ["queued"] * 2 + ["running"] * 4
        last = await client.ask("DELETE", f"operations/{started[-1].json()['id']}")
        assert (last.json()["state"], last.json()["startedAt"]) == ("cancelled", None)
        assert (await client.ask("POST", "operations", body=ask)).status == 202
        running = client.leap.operations.newest_first()
    assert {one.state for one in running} == {"cancelled"}  # with the server
    standin.faults.waiting.clear()
