"""Many small files in one body: what arrives is what was sent, and each file has its own fate."""

from __future__ import annotations

import random

import pytest

from ..checksum import crc32c
from .frames import batch, frame, lines, settled
from .test_conformance import NAMES


def files(count: int, size: int, seed: int = 1) -> dict[str, bytes]:
    source = random.Random(seed)
    return {f"f.zarr/c/{number // 50}/{number}": source.randbytes(size) for number in range(count)}


@pytest.mark.parametrize("size", [0, 1, 20_000])
async def test_files_arrive_as_they_were_sent(place, size):
    sent = files(60, size)
    done = settled(await batch(place, b"".join(frame(key, data) for key, data in sent.items())))
    assert set(done) == set(sent)
    for key, data in sent.items():
        assert done[key]["key"] == place.key(key)
        assert (done[key]["size"], done[key]["crc32c"]) == (size, crc32c(data))
        got = await place.client.get(place.bucket, place.key(key))
        assert (got.body, got.headers["ETag"]) == (data, f'"{done[key]["generation"]}"')
        assert place.kind == "local" or got.headers["Content-Type"].startswith("text/plain")


async def test_odd_names(place):
    sent = {f"{number}/{name}": name.encode() for number, name in enumerate(NAMES)}
    done = settled(await batch(place, b"".join(frame(key, data) for key, data in sent.items())))
    assert {key: one["key"] for key, one in done.items()} == {key: place.key(key) for key in sent}
    for key, data in sent.items():
        assert (await place.client.get(place.bucket, place.key(key))).body == data


async def test_no_files_are_no_lines(place):
    assert lines(await batch(place, b"")) == []
