"""Many small files in one body: what arrives is what was sent, and each file has its own fate."""

from __future__ import annotations

import random

import pytest

from ..batch import MAX_FILE
from ..checksum import crc32c
from .conftest import Place
from .frames import batch, frame, framed, lines, settled
from .test_conformance import NAMES


def files(count: int, size: int, seed: int = 1) -> dict[str, bytes]:
    source = random.Random(seed)
    return {f"f.zarr/c/{number // 50}/{number}": source.randbytes(size) for number in range(count)}


def body_of(sent: dict[str, bytes]) -> bytes:
    return b"".join(frame(key, data) for key, data in sent.items())


async def stored(place, name: str) -> bytes | None:
    got = await place.client.get(place.bucket, place.key(name))
    return got.body if got.status == 200 else None


@pytest.mark.parametrize("size", [0, 1, 20_000])
async def test_files_arrive_as_they_were_sent(place, size):
    sent = files(60, size)
    done = settled(await batch(place, body_of(sent)))
    assert set(done) == set(sent)
    for key, data in sent.items():
        assert done[key]["key"] == place.key(key)
        assert (done[key]["size"], done[key]["crc32c"]) == (size, crc32c(data))
        got = await place.client.get(place.bucket, place.key(key))
        assert (got.body, got.headers["ETag"]) == (data, f'"{done[key]["generation"]}"')
        assert place.kind == "local" or got.headers["Content-Type"].startswith("text/plain")


async def test_odd_names(place):
    sent = {f"{number}/{name}": name.encode() for number, name in enumerate(NAMES)}
    done = settled(await batch(place, body_of(sent)))
    assert {key: one["key"] for key, one in done.items()} == {key: place.key(key) for key in sent}
    for key, data in sent.items():
        assert await stored(place, key) == data


async def test_the_whole_bucket_as_prefix(place):
    done = settled(await batch(place, frame(place.key("x"), b"1"), prefix=""))
    assert done[place.key("x")]["key"] == place.key("x")


async def test_no_files_are_no_lines(place):
    assert lines(await batch(place, b"")) == []


async def test_a_thousand_files_are_a_thousand_writes(on_standin, standin):
    sent = files(1000, 100)
    standin.faults.seen.clear()
    done = settled(await batch(on_standin, body_of(sent)))
    assert {key: one["crc32c"] for key, one in done.items()} == {key: crc32c(data) for key, data in sent.items()}
    assert [one.method for one in standin.faults.seen] == ["POST"] * 1000


async def test_the_largest_file(place):
    data = random.Random(4).randbytes(MAX_FILE)
    done = settled(await batch(place, frame("large", data) + frame("too large", data + b"1") + frame("small", b"1")))
    assert done["large"]["crc32c"] == crc32c(data) and done["small"]["size"] == 1
    assert done["too large"] == (413, "too-large-for-batch")
    assert await stored(place, "large") == data and await stored(place, "too large") is None


async def test_a_body_without_length(place):
    async def chunked():
        for at in range(0, len(body), 777):
            yield body[at : at + 777]

    body = body_of(files(10, 2000))
    assert [one["size"] for one in settled(await batch(place, chunked())).values()] == [2000] * 10


async def test_files_say_what_they_replace(place):
    first = settled(await batch(place, frame("a", b"first") + frame("b", b"first")))
    again = frame("a", b"again") + frame("b", b"again", ifGenerationMatch=first["b"]["generation"])
    late = frame("c", b"late", ifGenerationMatch=first["b"]["generation"])
    done = settled(await batch(place, again + late))
    assert done["a"] == (412, "already-exists") and done["c"] == (412, "changed-meanwhile")
    assert done["b"]["generation"] != first["b"]["generation"]
    assert [await stored(place, name) for name in "abc"] == [b"first", b"again", None]


async def test_the_same_batch_again_writes_nothing_and_is_no_conflict(place):
    """Its answer may have got lost on the way to the browser."""
    sent = files(20, 500)
    first = settled(await batch(place, body_of(sent)))
    again = settled(await batch(place, body_of(sent)))
    assert {key: one["generation"] for key, one in again.items()} == {
        key: one["generation"] for key, one in first.items()
    }
    assert {key: one["crc32c"] for key, one in again.items()} == {key: crc32c(data) for key, data in sent.items()}


async def test_one_name_twice_is_written_once(place):
    replies = lines(await batch(place, frame("x", b"one") + frame("x", b"two")))
    assert sorted("object" in line for line in replies) == [False, True]
    (refused,) = [line["error"] for line in replies if "error" in line]
    assert (refused["status"], refused["reason"]) == (412, "already-exists")
    (made,) = [line["object"] for line in replies if "object" in line]
    assert crc32c(await stored(place, "x")) == made["crc32c"]


@pytest.mark.parametrize(
    ("key", "changed", "error"),
    [
        ("", {}, (400, "empty-name")),
        ("k" * 1025, {}, (400, "name-too-long")),
        ("a\nb", {}, (400, "line-break-in-name")),
        ("half \ud800", {}, (400, "invalid-unicode")),
        ("x", {"crc32c": ...}, (400, "bad-checksum")),
        ("x", {"crc32c": "AAAA"}, (400, "bad-checksum")),
        ("x", {"crc32c": "not base64"}, (400, "bad-checksum")),
        ("x", {"crc32c": "ÄÄÄÄÄÄ=="}, (400, "bad-checksum")),
        ("x", {"crc32c": 7}, (400, "bad-checksum")),
        ("x", {"crc32c": crc32c(b"others")}, (502, "checksum-mismatch")),
        ("x", {"ifGenerationMatch": ...}, (428, "precondition-required")),
        ("x", {"ifGenerationMatch": None}, (428, "precondition-required")),
        ("x", {"ifGenerationMatch": -1}, (400, "bad-generation")),
        ("x", {"ifGenerationMatch": True}, (400, "bad-generation")),
        ("x", {"ifGenerationMatch": float("nan")}, (400, "bad-generation")),
        ("x", {"contentType": "text/html\r\nX: y"}, (400, "bad-content-type")),
        ("x", {"contentType": 1}, (400, "bad-content-type")),
    ],
)
async def test_one_refused_file_does_not_stop_the_others(place, key, changed, error):
    body = frame("before", b"1") + frame(key, b"refused", **changed) + frame("behind", b"2")
    done = settled(await batch(place, body))
    assert (set(done), done[key]) == ({"before", key, "behind"}, error)
    listed = (await place.client.list(place.bucket, place.folder)).json()["entries"]
    assert [entry["name"] for entry in listed] == ["before", "behind"]


@pytest.mark.parametrize("key", ["ada", "ada/x.txt/below", "x" * 256, "a\0b", "link.txt", "ada/up/secret.txt"])
async def test_what_a_disk_cannot_do(client, folder, key):
    traps = Place(client, "disk", "local", "")
    done = settled(await batch(traps, frame(key, b"1") + frame(f"beside-{hash(key)}", b"2")))
    assert done.pop(key)[0] in (400, 403, 409, 412)
    assert [one["size"] for one in done.values()] == [1]
    assert (folder / "secret.txt").read_bytes() == b"SECRET"


@pytest.mark.parametrize(
    ("behind", "reason"),
    [
        (b"\0", "incomplete-frame"),
        (frame("cut", b"12345")[:-1], "incomplete-frame"),
        (frame("cut", b"less", size=8_000_000), "incomplete-frame"),
        (b"garbage behind the last frame", "bad-frame"),
        (framed(b'{"key": "k", "size": -1}') + frame("lost", b"1"), "bad-frame"),
    ],
)
async def test_a_body_that_is_no_sequence_of_frames_ends_in_a_line_without_a_key(place, behind, reason):
    replies = lines(await batch(place, frame("a", b"1") + frame("b", b"2") + behind))
    assert sorted(line["object"]["size"] for line in replies[:-1]) == [1, 1]
    assert (replies[-1]["key"], replies[-1]["error"]["status"]) == (None, 400)
    assert replies[-1]["error"]["reason"] == reason
    listed = (await place.client.list(place.bucket, place.folder)).json()["entries"]
    assert [entry["name"] for entry in listed] == ["a", "b"]


async def test_more_files_than_a_body_may_have(on_disk):
    done = settled(await batch(on_disk, body_of(files(1001, 0))))
    assert len(done) == 1001 and done[None] == (400, "too-many-files")


@pytest.mark.parametrize("place", ["local", "fake-gcs-server"], indirect=True)  # the stand-in needs the library itself
async def test_without_a_library_for_sums_the_store_decides(place, monkeypatch):
    body = frame("right", b"1") + frame("wrong", b"2", crc32c=crc32c(b"others"))
    monkeypatch.setattr("jupyterlab_leap_buckets.checksum._new_state", lambda: None)
    done = settled(await batch(place, body))
    if place.kind == "local":
        assert [done[key]["crc32c"] for key in ("right", "wrong")] == [None, None]
    else:
        assert done["right"]["crc32c"] and done["wrong"] == (502, "checksum-mismatch")
        assert await stored(place, "wrong") is None


# The whole body


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ({"bucket": "none"}, 404, "unknown-bucket"),
        ({"prefix": "a"}, 400, "bad-prefix"),
        ({"prefix": "a\n/"}, 400, "line-break-in-name"),
    ],
)
async def test_nowhere_to_write_to(on_disk, query, status, reason):
    refused = await batch(on_disk, body_of(files(100, 20_000)), **query)
    assert (refused.status, refused.reason) == (status, reason)


async def test_bucket_and_prefix_have_to_be_said(on_disk):
    for query in ({"bucket": on_disk.bucket}, {"prefix": ""}):
        refused = await on_disk.client.ask("POST", "batch", query, data=frame("x", b"1"))
        assert (refused.status, refused.reason) == (400, "bad-parameter")
    assert (await on_disk.client.ask("GET", "batch", {"bucket": on_disk.bucket})).status == 405


async def test_a_read_only_bucket(client):
    done = settled(await batch(Place(client, "locked", "local", "ada/"), frame("a", b"1") + frame("b", b"2")))
    assert done == {"a": (403, "read-only"), "b": (403, "read-only")}


async def test_outside_the_home(client):
    home = Place(client, "home", "local", "")
    body = frame("ada/batch", b"1") + frame("ben/batch", b"2") + frame("ä b/batch", b"3")
    done = settled(await batch(home, body))
    assert done["ada/batch"]["size"] == 1
    assert done["ben/batch"] == done["ä b/batch"] == (403, "outside-home")
    done = settled(await batch(home, body, {"X-Leap-Confirm-Outside-Home": "%C3%A4%20b"}))
    assert done["ben/batch"] == (403, "outside-home")
    assert done["ada/batch"]["size"] == done["ä b/batch"]["size"] == 1
