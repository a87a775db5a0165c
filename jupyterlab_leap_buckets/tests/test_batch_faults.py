"""Batches under a store that fails: each file is settled once, as what really became of it."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import web

from ..batch import AT_ONCE, OUTAGE
from ..checksum import crc32c
from .frames import batch, frame, lines, settled
from .server import TOKEN
from .standin_faults import Fault
from .test_batch import body_of, files, stored
from .test_large_bodies import eventually

WRITE = "uploadType=media"
SENT = files(50, 5000)


def one_of(place, name: str = "29") -> str:
    """A regular expression for the write of one of the files sent."""
    return f"{WRITE}.*{re.escape(place.folder.rstrip('/'))}.*%2F{name}&"


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault("status", status=status, times=20) for status in (408, 429, 500, 503)),
        Fault("reset", times=20),
        Fault("lost", times=20),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_writes_are_repeated(on_standin, standin, fault):
    standin.faults.add(Fault(**{**vars(fault), "path": WRITE}))
    done = settled(await batch(on_standin, body_of(SENT)))
    assert {key: one["crc32c"] for key, one in done.items()} == {key: crc32c(data) for key, data in SENT.items()}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("status", status=403), (403, "no-permission")),
        (Fault("status", status=400), (400, "store-refused")),
        (Fault("status", status=412), (412, "already-exists")),
        (Fault("status", status=503, times=99), (502, "store-failed")),
        (Fault("status", status=429, times=99), (503, "store-busy")),
        (Fault("reset", times=99), (502, "store-unreachable")),
        (Fault("corrupt"), (502, "checksum-mismatch")),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else None,
)
async def test_one_failed_write_does_not_stop_the_others(on_standin, standin, fault, error):
    standin.faults.add(Fault(**{**vars(fault), "path": one_of(on_standin)}))
    done = settled(await batch(on_standin, body_of(SENT)))
    failed = next(key for key in SENT if key.endswith("/29"))
    assert done.pop(failed) == error
    assert {key: one["crc32c"] for key, one in done.items()} == {key: crc32c(SENT[key]) for key in done}
    assert len(done) == len(SENT) - 1
    assert await stored(on_standin, failed) is None


async def test_what_is_damaged_and_cannot_be_removed_is_said_to_stay(on_standin, standin):
    standin.faults.add(Fault("corrupt", path=WRITE))
    standin.faults.add(Fault("status", status=403, method="DELETE"))
    (line,) = lines(await batch(on_standin, frame("x", b"12345")))
    assert line["error"]["reason"] == "damaged-and-left" and "could not be removed" in line["error"]["message"]


async def test_what_replaced_the_damaged_object_meanwhile_stays(on_standin, standin):
    """Exactly the generation that was written is removed."""
    standin.faults.add(Fault("corrupt", path=WRITE))
    standin.faults.add(Fault("slow", method="DELETE", seconds=0.5))
    standin.faults.seen.clear()
    sending = asyncio.create_task(batch(on_standin, frame("x", b"12345")))
    await eventually(lambda: any(one.method == "DELETE" for one in standin.faults.seen))
    standin.buckets[on_standin.bucket].put(on_standin.key("x"), b"theirs", "text/plain", {})
    assert settled(await sending) == {"x": (502, "checksum-mismatch")}
    assert await stored(on_standin, "x") == b"theirs"


async def test_a_lost_answer_is_no_conflict_and_a_conflict_is_none_of_ours(on_standin, standin):
    bucket = standin.buckets[on_standin.bucket]
    theirs = bucket.put(on_standin.key("theirs"), b"first", "text/plain", {})
    standin.faults.add(Fault("lost", path=WRITE, times=2))
    body = frame("ours", b"ours") + frame("theirs", b"second", ifGenerationMatch=str(theirs.generation))
    done = settled(await batch(on_standin, body))
    assert [done[key]["crc32c"] for key in ("ours", "theirs")] == [crc32c(b"ours"), crc32c(b"second")]
    standin.faults.add(Fault("reset", path=WRITE))
    assert settled(await batch(on_standin, frame("ours", b"others"))) == {"ours": (412, "already-exists")}


@pytest.mark.parametrize("body", ["<html>Please sign in</html>", "[]", "{}", '{"error": {"message": "no"}}'])
async def test_a_success_that_says_nothing_of_an_object_is_none(on_standin, standin, monkeypatch, body):
    dispatch = type(standin)._dispatch

    async def answered(self, request, fault):
        if re.search(one_of(on_standin), request.raw_path):
            return web.Response(text=body)
        return await dispatch(self, request, fault)

    monkeypatch.setattr(type(standin), "_dispatch", answered)
    done = settled(await batch(on_standin, body_of(SENT)))
    assert [error for error in done.values() if isinstance(error, tuple)] == [(502, "store-failed")]


async def test_a_conflict_stays_one_when_the_object_may_not_be_looked_at(on_standin, standin):
    assert len(settled(await batch(on_standin, frame("x", b"1")))) == 1
    standin.faults.add(Fault("status", status=403, method="GET"))
    assert settled(await batch(on_standin, frame("x", b"1"))) == {"x": (412, "already-exists")}


async def test_a_surprise_is_one_files_own(on_disk, monkeypatch):
    store = on_disk.client.leap.store(on_disk.client.leap.bucket(on_disk.bucket))
    write, told = store.write, []

    async def surprised(key, *asked):
        if key.endswith("/29"):
            raise RuntimeError("https://store/session?upload_id=secret")
        return await write(key, *asked)

    monkeypatch.setattr(store, "write", surprised)
    monkeypatch.setattr(on_disk.client.leap.batches, "tell_surprise", told.append)
    reply = await batch(on_disk, body_of(SENT))
    done = settled(reply)
    assert [error for error in done.values() if isinstance(error, tuple)] == [(500, "internal-error")]
    assert len(done) == len(SENT) and len(told) == 1 and b"secret" not in reply.body


async def test_a_store_that_is_down_is_not_asked_for_every_file(on_standin, standin):
    """Each would be repeated for as long as `retryDeadline`."""
    standin.faults.add(Fault("status", path=WRITE, times=99_999))
    sent = files(500, 100)
    before = asyncio.get_running_loop().time()
    done = settled(await batch(on_standin, body_of(sent)))
    assert asyncio.get_running_loop().time() - before < 3 * on_standin.client.leap.retryDeadline
    assert set(done) == set(sent) and set(done.values()) == {(502, "store-failed"), (503, "store-busy")}
    standin.faults.waiting.clear()
    assert all("object" in line for line in lines(await batch(on_standin, body_of(sent))))


async def test_a_store_that_refuses_is_not_asked_for_every_file(on_standin, standin):
    standin.faults.add(Fault("status", path=WRITE, status=403, times=99_999))
    sent = files(500, 100)
    standin.faults.seen.clear()
    done = settled(await batch(on_standin, body_of(sent)))
    assert set(done) == set(sent) and set(done.values()) == {(403, "no-permission")}
    assert len([one for one in standin.faults.seen if WRITE in one.path]) <= OUTAGE + AT_ONCE
    standin.faults.waiting.clear()
    assert all("object" in line for line in lines(await batch(on_standin, body_of(sent))))


async def test_the_answer_comes_as_files_are_settled(on_standin, standin):
    standin.faults.add(Fault("slow", path=one_of(on_standin), seconds=1))
    url = on_standin.client.url("batch", {"bucket": on_standin.bucket, "prefix": on_standin.folder})
    headers = {"Authorization": f"token {TOKEN}"}
    async with on_standin.client.http.post(url, data=body_of(SENT), headers=headers) as reply:
        first = [await asyncio.wait_for(reply.content.readline(), 0.7) for _ in range(len(SENT) - 1)]
        last = await reply.content.read()
    assert b'/29",' not in b"".join(first) and b'/29",' in last and last.count(b"\n") == 1


async def test_no_more_writes_at_once_than_the_store_bears(on_standin, standin, monkeypatch):
    running = most = 0
    dispatch = type(standin)._dispatch

    async def counted(self, *asked):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return await dispatch(self, *asked)

    monkeypatch.setattr(type(standin), "_dispatch", counted)
    replies = await asyncio.gather(*(batch(on_standin, body_of(files(100, 50, seed))) for seed in range(3)))
    assert [len(lines(reply)) for reply in replies] == [100, 100, 100]
    assert most == AT_ONCE
