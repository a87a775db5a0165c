"""Bytes that pass through the server on their way from one kind of store to another."""

from __future__ import annotations

import gzip
import random

import pytest
import pytest_asyncio

from . import standin as service
from .conftest import Place
from .operations import below, body, keys, names, reasons, run
from .server import jupyter_server

PLAIN = b"time,value\n" * 100_000
LARGE = random.Random(7).randbytes(20_000_000)


@pytest_asyncio.fixture
async def pair(tmp_path, standin, monkeypatch):
    """A bucket of Google's and a folder on disk, of one server."""
    (tmp_path / "bucket").mkdir()
    buckets = [{"id": "cloud", "uri": "gs://leap-scratch"}, {"id": "disk", "path": str(tmp_path / "bucket")}]
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", standin.url)
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets, "retryDeadline": 4.0}) as client:
        folder = f"{tmp_path.name}/"
        yield Place(client, "cloud", "standin", folder), Place(client, "disk", "local", folder)


@pytest.mark.parametrize("kind", ["copy", "move"])
async def test_a_disk_cannot_say_that_a_file_is_gzipped(pair, standin, kind):
    cloud, disk = pair
    bucket = standin.buckets["leap-scratch"]
    stored = {"a/x.csv": gzip.compress(PLAIN), "a/x.csv.gz": gzip.compress(b"1"), "a/empty": gzip.compress(b"")}
    for name, data in {**stored, "a/only-said": b"plain"}.items():
        bucket.put(cloud.key(name), data, "text/csv", {}, "gzip")
    done = await run(cloud, kind, keys(cloud, "a/"), destination=below(disk))
    assert (done["state"], done["objects"], done["failures"]) == ("succeeded", 4, [])
    assert await names(cloud) == ([] if kind == "move" else sorted([*stored, "a/only-said"]))
    assert await body(disk, "a/x.csv") == PLAIN and await body(disk, "a/x.csv.gz") == stored["a/x.csv.gz"]
    assert await body(disk, "a/empty") == b"" and await body(disk, "a/only-said") == b"plain"


async def test_what_cannot_be_decoded_stays(pair, standin):
    cloud, disk = pair
    standin.buckets["leap-scratch"].put(cloud.key("x"), gzip.compress(PLAIN)[:-9], "text/csv", {}, "gzip")
    done = await run(cloud, "move", keys(cloud, "x"), destination=below(disk))
    assert (done["state"], reasons(done)) == ("failed", ["damaged-object"])
    assert (await names(cloud), await names(disk)) == (["x"], [])
    standin.buckets["leap-scratch"].delete(cloud.key("x"), {})  # other tests read the whole bucket


async def test_a_store_that_keeps_a_part_of_a_piece_gets_the_rest(pair, monkeypatch):
    """https://cloud.google.com/storage/docs/performing-resumable-uploads: its `Range` may end before the piece."""
    cloud, disk = pair
    assert (await disk.client.upload("disk", disk.key("large"), LARGE)).status == 200
    keep, parts = service.keep, [1 << 20, 3 << 20]

    def keep_part(session, data, start):
        keep(session, data[: parts.pop(0)] if parts else data, start)

    monkeypatch.setattr(service, "keep", keep_part)
    done = await run(disk, "move", keys(disk, "large"), destination=below(cloud))
    assert (done["state"], done["failures"], parts) == ("succeeded", [], [])
    assert await body(cloud, "large") == LARGE
