"""Batches under a store that fails and connections that break: every file is settled once, and nothing stays held."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from ..batch import AT_ONCE, HELD
from ..checksum import crc32c
from .conftest import Place
from .frames import batch, frame, lines, settled
from .processes import fake_gcs, jupyter_server_process
from .server import TOKEN, jupyter_server
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
    assert line["error"]["reason"] == "checksum-mismatch" and "could not be removed" in line["error"]["message"]


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


# What is held


@asynccontextmanager
async def watched(place) -> AsyncIterator[list[int]]:
    """Notes how many bytes are held; in the end none."""
    room, least = place.client.leap.batches.room, [HELD]
    original = type(room).take

    async def take(size):
        await original(room, size)
        least.append(room._free)

    room.take = take
    try:
        yield least
        await eventually(lambda: room._free == HELD)
    finally:
        del room.take


async def test_batches_share_what_may_be_held(on_standin, standin):
    standin.faults.add(Fault("slow", path=WRITE, seconds=0.05, times=99))
    body = body_of(files(9, 3 << 20))
    async with watched(on_standin) as free:
        replies = await asyncio.gather(*(batch(on_standin, body, prefix=f"held-{number}/") for number in range(4)))
    assert [len(settled(reply)) for reply in replies] == [9] * 4
    assert all("object" in line for reply in replies for line in lines(reply))
    assert len(free) == 37 and 0 <= min(free) < 3 << 20


async def test_half_a_gigabyte_passes_without_being_held(tmp_path):
    data = os.urandom(1 << 20)

    async def stream():
        for number in range(500):
            yield frame(f"{number}.bin", data)

    with fake_gcs(tmp_path, ["bench"], backend="filesystem") as storage:
        environment = {"SCRATCH_BUCKET": "gs://bench/ada", "STORAGE_EMULATOR_HOST": storage}
        with jupyter_server_process(tmp_path, environment) as server:
            async with aiohttp.ClientSession(headers={"Authorization": f"token {server.token}"}) as http:

                async def send(body) -> list[bytes]:
                    url = f"{server.url}leap-buckets/batch?bucket=bench&prefix=ada/"
                    async with http.post(url, data=body) as reply:
                        return (await reply.read()).splitlines()

                assert len(await send(frame("first", b"1"))) == 1
                before = peak(server.pid)
                done = [json.loads(line) for line in await send(stream())]
                assert [line["object"]["size"] for line in done] == [1 << 20] * 500
                assert peak(server.pid) - before < 48 << 20


def peak(pid: int) -> int:
    """The most memory a process has had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


# Connections that break


class Sender:
    """A connection that can stop in the middle of a body."""

    def __init__(self, place, body: bytes, length: int | None = None) -> None:
        self._place, self._body, self._length = place, body, length or len(body)

    async def send(self, stop: int) -> Sender:
        address = urlsplit(
            self._place.client.url("batch", {"bucket": self._place.bucket, "prefix": self._place.folder})
        )
        self.reader, self.writer = await asyncio.open_connection(address.hostname, address.port)
        head = (
            f"POST {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: token {TOKEN}\r\nContent-Length: {self._length}\r\nConnection: close\r\n\r\n"
        )
        self.writer.write(head.encode() + self._body[:stop])
        await self.writer.drain()
        return self


async def test_what_came_whole_is_settled_and_the_half_file_dropped(place):
    body = frame("a", b"1") + frame("b", b"2" * 5000) + frame("half", b"3" * 300_000)
    async with watched(place):
        sender = await Sender(place, body).send(len(body) - 1)
        await asyncio.sleep(0.2)
        sender.writer.close()
    await asyncio.sleep(0.2)
    assert [await stored(place, name) for name in ("a", "b", "half")] == [b"1", b"2" * 5000, None]


async def test_who_goes_away_before_the_answer_has_sent_everything(on_standin, standin):
    standin.faults.add(Fault("slow", path=WRITE, seconds=0.3, times=99))
    async with watched(on_standin):
        sender = await Sender(on_standin, body_of(SENT)).send(1 << 30)
        await asyncio.sleep(0.2)
        sender.writer.close()
    for key, data in SENT.items():
        assert await stored(on_standin, key) == data


async def test_a_slow_body_is_waited_for(place):
    body = frame("a", b"1") + frame("b", b"2" * 5000)
    sender = await Sender(place, body).send(10)
    for at in range(10, len(body), 1000):
        await asyncio.sleep(0.05)
        sender.writer.write(body[at : at + 1000])
    assert (await asyncio.wait_for(sender.reader.read(), 10)).count(b'"object":{') == 2
    assert await stored(place, "b") == b"2" * 5000


async def test_a_body_that_stops_arriving_is_given_up(tmp_path):
    """A laptop that went to sleep must not keep what others need."""
    config = {"buckets": [{"id": "disk", "path": str(tmp_path)}], "pieceTimeout": 0.3}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        place = Place(client, "disk", "local", "a/")
        body = frame("whole", b"1") + frame("half", b"2" * (8 << 20))
        async with watched(place):
            asleep = [await Sender(place, body).send(len(body) - 5) for _ in range(4)]
            for sender in asleep:
                assert await asyncio.wait_for(sender.reader.read(), 10) == b""
        assert await stored(place, "whole") == b"1" and await stored(place, "half") is None
        assert settled(await batch(place, frame("half", b"2")))["half"]["size"] == 1


async def test_the_end_of_the_server_waits_for_what_has_arrived(tmp_path, standin, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", standin.url)
    buckets = [{"id": "leap-scratch", "uri": "gs://leap-scratch"}]
    standin.faults.add(Fault("slow", path=WRITE, seconds=0.5, times=99))
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets}) as client:
        place = Place(client, "leap-scratch", "standin", f"{tmp_path.name}/")
        sender = await Sender(place, frame("x", b"12345"), 1000).send(1000)
        await eventually(lambda: any(place.folder.rstrip("/") in one.path for one in standin.faults.seen))
    sender.writer.close()
    assert standin.buckets["leap-scratch"].get(place.key("x"), {}).data == b"12345"
