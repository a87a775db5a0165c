"""Bodies of `PUT object` that are held in memory: a few at a time, and each whole in the end."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from ..app import LARGE_BODIES
from ..routes.object import LARGE, ObjectHandler
from .server import TOKEN


async def unknown_length(data: bytes):
    for start in range(0, len(data), 1 << 20):
        yield data[start : start + (1 << 20)]


async def test_large_bodies_wait_for_their_turn_and_small_ones_do_not(place):
    turns = place.client.leap.large_bodies
    data = os.urandom(LARGE + 12345)
    for _ in range(LARGE_BODIES):
        await turns.acquire()
    large = [
        asyncio.create_task(place.client.put(place.bucket, place.key("large"), data)),
        asyncio.create_task(place.client.put(place.bucket, place.key("chunked"), unknown_length(data))),
    ]
    assert (await place.client.put(place.bucket, place.key("small"), b"1")).status == 200
    assert not any(task.done() for task in large)
    for _ in range(LARGE_BODIES):
        turns.release()
    assert [reply.status for reply in await asyncio.gather(*large)] == [200, 200]
    handlers = [handler for handler in gc.get_objects() if isinstance(handler, ObjectHandler)]
    assert not any(handler._body for handler in handlers), "a body is held after its answer"
    for name in ("large", "chunked"):
        assert (await place.client.get(place.bucket, place.key(name))).body == data


@pytest.mark.parametrize("query", [{}, {"bucket": "none", "key": "x"}, {"key": ""}])
async def test_a_refused_large_body_gives_its_turn_back(on_disk, query):
    query = {"bucket": on_disk.bucket, **query}
    for _ in range(LARGE_BODIES + 1):
        assert (await on_disk.client.ask("PUT", "object", query, data=bytes(LARGE + 1))).status in (400, 404)


async def test_a_large_body_that_breaks_off_gives_its_turn_back(on_disk):
    turns = on_disk.client.leap.large_bodies
    address = urlsplit(on_disk.client.url("object", {"bucket": on_disk.bucket, "key": on_disk.key("x")}))
    head = (
        f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: token {TOKEN}\r\nIf-None-Match: *\r\nContent-Length: {LARGE + 1}\r\n\r\n"
    )
    writers = []
    for _ in range(LARGE_BODIES):
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(head.encode() + bytes(1000))
        writers.append(writer)
    await eventually(turns.locked)
    for writer in writers:
        writer.close()
    await eventually(lambda: not turns.locked())
    assert (await on_disk.client.put(on_disk.bucket, on_disk.key("x"), bytes(LARGE + 1))).status == 200


async def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to hold within 10 seconds")
