"""What batches hold, and connections that break in the middle of one: what came whole is settled, the rest let go."""

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

from ..batch import HELD
from .conftest import Place
from .frames import batch, frame, lines, settled
from .processes import fake_gcs, jupyter_server_process
from .server import TOKEN, jupyter_server
from .standin_faults import Fault
from .test_batch import body_of, files, stored
from .test_batch_faults import SENT, WRITE
from .test_large_bodies import eventually


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
