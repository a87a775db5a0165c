"""Bodies of `PUT object` that are held in memory: a few at a time, and each whole in the end."""

from __future__ import annotations

import asyncio
import gc
import os

import aiohttp
import pytest
from yarl import URL

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
    async def breaks_off():
        yield bytes(1000)
        raise ConnectionAbortedError

    url = URL(on_disk.client.url("object", {"bucket": on_disk.bucket, "key": on_disk.key("x")}), encoded=True)
    headers = {"Authorization": f"token {TOKEN}", "If-None-Match": "*", "Content-Length": str(LARGE + 1)}
    async with aiohttp.ClientSession() as http:
        for _ in range(LARGE_BODIES + 1):
            with pytest.raises((aiohttp.ClientError, ConnectionAbortedError)):
                await http.put(url, data=breaks_off(), headers=headers)
    assert (await on_disk.client.put(on_disk.bucket, on_disk.key("x"), bytes(LARGE + 1))).status == 200
