"""Which files of a folder are there already, by name, size and checksum, for a few requests."""

from __future__ import annotations

import os
import threading

import pytest

from ..checksum import crc32c
from ..stores.disk_compare import compared
from .conftest import S3
from .frames import batch, frame
from .test_conformance import NAMES, long_key

FIELDS = {"key", "size", "updated", "generation", "crc32c"}


async def compare(place, files, **changed):
    body = {"bucket": place.bucket, "prefix": place.folder, "files": files, **changed}
    return await place.client.ask("POST", "compare", body=body)


async def existing(place, sizes: dict[str, int]) -> dict[str, dict]:
    reply = await compare(place, [{"key": key, "size": size} for key, size in sizes.items()])
    assert reply.status == 200, reply.body
    assert reply.headers["Cache-Control"] == "no-store" and set(reply.json()) == {"existing"}
    found = {one["key"]: one for one in reply.json()["existing"]}
    assert [key for key in sizes if key in found] == list(found)
    return found


def list_requests(standin) -> list[str]:
    return [one.path for one in standin.faults.seen if one.path.startswith("/storage/v1/b/leap-scratch/o?")]


async def test_what_exists_is_told_with_its_checksum(place):
    for name in ("a.txt", "b/1", "b/2"):
        await place.client.put(place.bucket, place.key(name), name.encode())
    found = await existing(place, {"b/2": 3, "b/3": 3, "a.txt": 999, "b": 1})
    assert list(found) == ["b/2", "a.txt"]
    assert all(set(one) == FIELDS for one in found.values())
    assert (found["b/2"]["size"], found["b/2"]["crc32c"]) == (3, crc32c(b"b/2"))
    # A sum that has to be computed, or asked for, is not, when the size tells already that they differ.
    assert found["a.txt"]["size"] == 5
    assert found["a.txt"]["crc32c"] == (None if place.kind in ("local", *S3) else crc32c(b"a.txt"))
    got = await place.client.get(place.bucket, place.key("b/2"))
    assert got.headers["ETag"] == f'"{found["b/2"]["generation"]}"' and found["b/2"]["updated"].endswith("Z")


async def test_odd_names_are_found(place):
    sizes = {}
    for number, name in enumerate(NAMES):
        data = name.encode()
        sizes[f"{number}/{name}"] = len(data)
        await place.client.put(place.bucket, place.key(f"{number}/{name}"), data)
    longest = long_key(place.folder)
    await place.client.put(place.bucket, longest, b"1")
    sizes[longest.removeprefix(place.folder)] = 1
    assert list(await existing(place, sizes)) == list(sizes)
    assert list(await existing(place, {longest.removeprefix(place.folder): 1})) == [longest.removeprefix(place.folder)]


async def test_a_prefix_can_be_the_whole_bucket(place):
    await place.client.put(place.bucket, place.key("x"), b"1")
    reply = await compare(place, [{"key": place.key("x"), "size": 1}], prefix="")
    assert [one["key"] for one in reply.json()["existing"]] == [place.key("x")]


async def test_nothing_asked_is_nothing_found(place):
    assert await existing(place, {}) == {}


async def test_names_that_no_object_has_are_left_out(place):
    await place.client.put(place.bucket, place.key("x"), b"1")
    sizes = {"x": 1, "y" * 1025: 1, "line\nbreak": 1, "half \ud800": 1, "\0": 1, "x/below": 1, "z" * 300: 1}
    assert list(await existing(place, sizes)) == ["x"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (None, "bad-parameter"),
        ({}, "bad-parameter"),
        ([1], "bad-parameter"),
        ([{"key": "x"}], "bad-parameter"),
        ([{"key": 1, "size": 1}], "bad-parameter"),
        ([{"key": "x", "size": -1}], "bad-parameter"),
        ([{"key": "x", "size": True}], "bad-parameter"),
        ([{"key": "x", "size": 1.5}], "bad-parameter"),
        ([{"key": "x", "size": float("nan")}], "bad-parameter"),
        ([{"key": "x", "size": 1}, {"key": "x", "size": 2}], "duplicate-key"),
        ([{"key": str(number), "size": 1} for number in range(1001)], "too-many-files"),
    ],
)
async def test_what_cannot_be_compared(on_disk, files, reason):
    refused = await compare(on_disk, files)
    assert (refused.status, refused.reason) == (400, reason)
    assert reason != "duplicate-key" or "'x'" in refused.json()["message"]


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"bucket": "none"}, 404, "unknown-bucket"),
        ({"bucket": None}, 400, "bad-parameter"),
        ({"prefix": None}, 400, "bad-parameter"),
        ({"prefix": "a"}, 400, "bad-prefix"),
    ],
)
async def test_compared_with_what(on_disk, changed, status, reason):
    refused = await compare(on_disk, [], **changed)
    assert (refused.status, refused.reason) == (status, reason)


# Requests


async def test_a_thousand_names_that_lie_together_cost_one_or_two_requests(on_standin, standin):
    folder = on_standin.key("many/")
    standin.buckets[on_standin.bucket].pretend(folder, 1000)
    standin.faults.seen.clear()
    assert len(await existing(on_standin, {f"many/{number:07d}.bin": 0 for number in range(1000)})) == 1000
    assert len(standin.faults.seen) == 1
    standin.faults.seen.clear()
    assert len(await existing(on_standin, {f"many/{number:07d}.bin": 0 for number in range(500, 1500)})) == 500
    assert len(standin.faults.seen) == 1
    standin.faults.seen.clear()
    assert await existing(on_standin, {f"new/{number}": 0 for number in range(1000)}) == {}
    assert len(standin.faults.seen) == 1


async def test_what_was_not_asked_about_is_jumped_over(on_standin, standin):
    """Two folders with a hundred thousand objects between them."""
    for name, count in (("a/", 40), ("b/", 100_000), ("c/", 40)):
        standin.buckets[on_standin.bucket].pretend(on_standin.key(name), count)
    standin.faults.seen.clear()
    sizes = {f"{folder}/{number:07d}.bin": 0 for folder in "ac" for number in range(40)}
    assert len(await existing(on_standin, sizes)) == 80
    assert len(standin.faults.seen) == 2


async def test_names_far_apart_cost_a_request_each_at_most(on_standin, standin):
    standin.buckets[on_standin.bucket].pretend(on_standin.key("far/"), 200_000)
    standin.faults.seen.clear()
    sizes = {f"far/{number:07d}.bin": 0 for number in range(0, 200_000, 2000)}
    sizes |= {f"far/{number:07d}.new": 0 for number in range(0, 200_000, 2000)}
    assert len(await existing(on_standin, sizes)) == 100
    assert len(standin.faults.seen) <= len(sizes) + 1
    assert len(list_requests(standin)) <= len(sizes) / 32 + 1


async def test_empty_pages_are_not_the_end(on_standin, standin, monkeypatch):
    """https://cloud.google.com/storage/docs/json_api/v1/objects/list: a page may have no items, and a token."""
    await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"1")
    bucket = standin.buckets[on_standin.bucket]
    page, empty = bucket.page, [{"kind": "storage#objects", "nextPageToken": "AA=="}] * 2
    monkeypatch.setattr(bucket, "page", lambda *asked: empty.pop() if empty else page(*asked))
    assert list(await existing(on_standin, {"x": 1, "y": 1})) == ["x"]


async def test_a_store_that_refuses_is_told(on_standin, standin):
    from .standin_faults import Fault

    standin.faults.add(Fault("status", status=403))
    refused = await compare(on_standin, [{"key": "x", "size": 1}])
    assert (refused.status, refused.reason) == (403, "no-permission")


# On disk


async def test_links_out_of_the_bucket_are_not_looked_at(on_disk, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (on_disk.root / on_disk.folder).mkdir()
    (on_disk.root / on_disk.key("link")).symlink_to(tmp_path / "secret")
    os.mkfifo(on_disk.root / on_disk.key("fifo"))
    assert await existing(on_disk, {"link": 6, "fifo": 0}) == {}


async def test_a_file_that_changes_while_it_is_summed_has_no_sum(on_disk, monkeypatch):
    from ..stores import disk_compare

    path = on_disk.root / on_disk.key("x")
    path.parent.mkdir()
    path.write_bytes(b"12345")
    original = disk_compare.Crc32c.update

    def update(self, data):
        original(self, data)
        os.utime(path, (1, 1))

    monkeypatch.setattr(disk_compare.Crc32c, "update", update)
    found = await existing(on_disk, {"x": 5})
    assert found["x"]["crc32c"] is None


async def test_files_on_disk_are_summed_beside_the_event_loop(on_disk, monkeypatch):
    threads = []
    monkeypatch.setattr(
        "jupyterlab_leap_buckets.stores.local.compared",
        lambda *asked: (threads.append(threading.current_thread()), compared(*asked))[1],
    )
    assert (await batch(on_disk, frame("x", b"1"))).status == 200
    assert list(await existing(on_disk, {"x": 1})) == ["x"]
    assert threading.main_thread() not in threads and threads
