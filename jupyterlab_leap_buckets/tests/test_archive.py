"""Zips of folders and selections, unpacked by Python and by `unzip`, and what a browser is told when one breaks off."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import random
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import datetime, timezone

import aiohttp
import pytest

from .. import archive
from ..archive import SMALL, Archives
from ..errors import LeapError
from .server import BASE_URL, Client, Reply
from .standin_faults import Fault


async def folder(place, prefix: str) -> Reply:
    return await place.client.ask("GET", "archive", {"bucket": place.bucket, "prefix": prefix})


async def selection(client: Client, bucket: str, keys: list[str]) -> Reply:
    asked = await client.ask("POST", "archive", body={"bucket": bucket, "keys": keys})
    assert asked.status == 201, asked.body
    return await client.ask("GET", f"archive/{asked.json()['id']}")


def contents(reply: Reply) -> dict[str, bytes]:
    """By path. Every name is used once, and stays inside the folder that it is unpacked in."""
    assert reply.status == 200, reply.body
    with zipfile.ZipFile(io.BytesIO(reply.body)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert len(names) == len({name.casefold() for name in names})
        for name in names:
            assert not name.startswith("/") and "\\" not in name
            assert not {"", ".", ".."} & set(name.removesuffix("/").split("/")), name
        assert {one.compress_type for one in packed.infolist()} <= {zipfile.ZIP_STORED}
        return {name: packed.read(name) for name in names}


def unzipped(reply: Reply, tmp_path) -> dict[str, bytes]:
    """What two programs unpack, which has to be the same."""
    file = tmp_path / "x.zip"
    file.write_bytes(reply.body)
    zipfile.ZipFile(file).extractall(tmp_path / "python")
    found = files(tmp_path / "python")
    if shutil.which("unzip"):
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run(["unzip", "-tqq", file], check=True, env=environment)
        subprocess.run(["unzip", "-qq", file, "-d", tmp_path / "unzip"], check=True, env=environment)
        assert files(tmp_path / "unzip") == found
    assert sorted(os.listdir(tmp_path)) in (["python", "unzip", "x.zip"], ["python", "x.zip"])
    return found


def files(root) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)) + ("/" if path.is_dir() else ""): b"" if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


async def fill(place, below: Mapping[str, bytes]) -> None:
    for name, data in below.items():
        assert (await place.client.put(place.bucket, place.key(name), data)).status == 200


async def test_a_folder_comes_whole(place, tmp_path):
    large = random.Random(7).randbytes(3 * 1024 * 1024 + 17)
    below = {"é/a.txt": b"1", "é/b/c/d.bin": large, "é/empty": b"", "é/new/": b"", "é/日本.nc": bytes(SMALL)}
    await fill(place, {**below, "beside.txt": b"not in it", "éa": b"nor this"})
    reply = await folder(place, place.key("é/"))
    assert contents(reply) == unzipped(reply, tmp_path) == below
    assert reply.headers["Content-Type"] == "application/zip"
    assert reply.headers["Content-Disposition"] == "attachment; filename=\"_.zip\"; filename*=UTF-8''%C3%A9.zip"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert reply.headers["Cache-Control"] == "no-store"
    for one in zipfile.ZipFile(io.BytesIO(reply.body)).infolist():
        age = datetime.now(timezone.utc) - datetime(*one.date_time, tzinfo=timezone.utc)
        assert abs(age.total_seconds()) < 60 or one.is_dir()
    written = (tmp_path / "unzip" / "é" / "a.txt").stat().st_mtime if shutil.which("unzip") else None
    assert written is None or abs(written - datetime.now().timestamp()) < 60


async def test_a_selection_of_files_and_folders(place):
    await fill(place, {"a/x.txt": b"1", "a/deep/y": b"2", "b/x.txt": b"3", "c": b"4", "c.d": b"no"})
    keys = [place.key(name) for name in ("a/x.txt", "b/x.txt", "a/", "c", "a/deep/", "a/x.txt")]
    reply = await selection(place.client, place.bucket, keys)
    assert contents(reply) == {
        "x.txt": b"1",
        "x-Copy1.txt": b"3",
        "a/x.txt": b"1",
        "a/deep/y": b"2",
        "c": b"4",
        "deep/y": b"2",
    }
    assert 'filename="leap-scratch.zip"' in reply.headers["Content-Disposition"]
    alone = await selection(place.client, place.bucket, [place.key("a/deep/y")])
    assert 'filename="y.zip"' in alone.headers["Content-Disposition"]
    together = await selection(place.client, place.bucket, [place.key("a/x.txt"), place.key("a/deep/")])
    assert 'filename="a.zip"' in together.headers["Content-Disposition"]


async def test_hostile_names_stay_inside(on_standin, tmp_path):
    names = ["../x", "..\\..\\evil", "/etc/passwd", "//x", "C:/win", "C:\\win", "a/../../../x", "tab\there", "\x00nul"]
    names += ["x/..", "x/.", ".../x", "a", "a/b", "A", "A/b", "a//", "nul\x01", "é", "e\u0301"]
    await fill(on_standin, {name: name.encode() for name in names})
    reply = await folder(on_standin, on_standin.folder)
    found = unzipped(reply, tmp_path)
    assert found == contents(reply)
    assert sorted(found.values()) == sorted(name.encode() for name in names)


async def test_a_whole_bucket_and_what_is_not_there(place, servers, standin):
    for prefix in (place.key("nothing/"), "../", "//"):
        missing = await folder(place, prefix)
        assert (missing.status, missing.reason) == (404, "no-such-folder")
        assert missing.headers["Content-Type"] == "application/json"
    gone = await selection(place.client, place.bucket, [place.key("gone.txt"), place.key("x")])
    assert (gone.status, gone.reason) == (404, "no-such-object")
    await fill(place, {"in.txt": b"1", "new/": b""})
    assert contents(await folder(place, place.key("new/"))) == {"new/": b""}
    whole = await folder(place, "")
    assert contents(whole)[place.key("in.txt")] == b"1"
    assert 'filename="leap-scratch.zip"' in whole.headers["Content-Disposition"]


async def test_an_empty_bucket_is_a_zip_without_entries(tmp_path, client, folder):
    (folder / "bucket" / "hollow").mkdir()
    reply = await client.ask("GET", "archive", {"bucket": "disk", "prefix": "hollow/"})
    (folder / "bucket" / "hollow").rmdir()
    assert (reply.status, reply.reason) == (404, "no-such-folder")
    assert b"".join([chunk async for chunk in archive.pack(Empty(), [""])])[:4] == b"PK\x05\x06"


class Empty:
    async def walk(self, prefix):
        return
        yield


async def test_gzipped_objects_come_decoded(on_standin, standin):
    bucket = standin.buckets[on_standin.bucket]
    text = random.Random(3).randbytes(1000) * 2000
    stored = {
        "plain.csv": gzip.compress(text),
        "members.csv": gzip.compress(b"one ") + gzip.compress(b"two") + bytes(100),
        "bomb": gzip.compress(bytes(64 << 20)),
        "empty": gzip.compress(b""),
        "untrue": b"not gzipped at all",
        "one": b"1",
        "nothing": b"",
    }
    for name, data in stored.items():
        bucket.put(on_standin.key(name), data, "text/csv", {}, "gzip")
    found = contents(await folder(on_standin, on_standin.folder))
    found = {name.rpartition("/")[2]: data for name, data in found.items()}
    assert found.pop("bomb") == bytes(64 << 20)
    assert found == {
        "plain.csv": text,
        "members.csv": b"one two",
        "empty": b"",
        "untrue": b"not gzipped at all",
        "one": b"1",
        "nothing": b"",
    }


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:99] + b"?" + data[100:]])
async def test_a_damaged_gzipped_object_is_no_archive(on_standin, standin, damage):
    data = damage(gzip.compress(random.Random(3).randbytes(200_000)))
    standin.buckets[on_standin.bucket].put(on_standin.key("x"), data, "text/csv", {}, "gzip")
    reply = await folder(on_standin, on_standin.folder)
    assert (reply.status, reply.reason) == (502, "damaged-object")


async def test_what_cannot_be_read_cuts_the_connection(on_standin, standin):
    await fill(on_standin, {"1": random.Random(1).randbytes(1 << 20), "2": bytes(2 * SMALL), "3": b"3"})
    standin.faults.add(Fault("status", path=r"%2F2\?alt=media", status=403))
    with pytest.raises(aiohttp.ClientPayloadError):
        await folder(on_standin, on_standin.folder)
    standin.faults.add(Fault("cut", path=r"%2F2\?alt=media", after=1000))
    found = contents(await folder(on_standin, on_standin.folder))
    assert [len(data) for data in found.values()] == [1 << 20, 2 * SMALL, 1]


async def test_a_surprise_cuts_the_connection_too(on_standin, monkeypatch):
    """Else the server would end the answer properly, and half a zip would look like a download that succeeded."""
    await fill(on_standin, {"1": random.Random(1).randbytes(1 << 20), "2": b"2"})
    store = on_standin.client.leap.store(on_standin.client.leap.bucket(on_standin.bucket))
    read = type(store).read

    async def broken(self, key, wanted):
        if key.endswith("2"):
            raise RuntimeError("a mistake of ours")
        return await read(self, key, wanted)

    monkeypatch.setattr(type(store), "read", broken)
    with pytest.raises(aiohttp.ClientPayloadError):
        await folder(on_standin, on_standin.folder)


async def test_twenty_thousand_objects(on_standin, standin, tmp_path):
    standin.buckets[on_standin.bucket].pretend(on_standin.key("many/"), 20_000)
    names = zipfile.ZipFile(io.BytesIO((await folder(on_standin, on_standin.key("many/"))).body)).namelist()
    assert len(set(names)) == 20_000 and names[0] == "many/0000000.bin" and names[-1] == "many/0019999.bin"


async def test_sizes_beyond_the_old_format(place, tmp_path, monkeypatch):
    """With limits so low that this folder is beyond all of them."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    below = {"big": bytes(5000), "small": b"1", "also": b"2"}
    await fill(place, {f"x/{name}": data for name, data in below.items()})
    reply = await folder(place, place.key("x/"))
    monkeypatch.undo()
    assert b"PK\x06\x06" in reply.body
    assert unzipped(reply, tmp_path) == {f"x/{name}": data for name, data in below.items()}


async def test_a_reader_who_goes_away_stops_the_reading(on_standin, standin):
    await fill(on_standin, {f"{number}": bytes(4 << 20) for number in range(8)})
    standin.faults.seen.clear()
    url = on_standin.client.url("archive", {"bucket": on_standin.bucket, "prefix": on_standin.folder})
    headers = {"Authorization": "token test-server-token"}
    async with aiohttp.ClientSession() as http:
        reply = await http.get(url, headers=headers)
        await reply.content.read(1000)
        reply.close()
    await asyncio.sleep(0.3)
    assert sum("alt=media" in one.path for one in standin.faults.seen) < 8


async def test_links_inside_a_bucket_are_followed_once(client, folder):
    inner = folder / "bucket" / "linked"
    (inner / "real").mkdir(parents=True)
    (inner / "real" / "x").write_bytes(b"1")
    (inner / "link").symlink_to("real")
    (inner / "real" / "round").symlink_to("../../linked")
    (inner / "out").symlink_to(folder / "beside")
    reply = await client.ask("GET", "archive", {"bucket": "disk", "prefix": "linked/"})
    shutil.rmtree(inner)
    found = contents(reply)
    assert found["linked/real/x"] == found["linked/link/x"] == b"1"
    assert set(found.values()) == {b"1"} and len(found) < 6


# Selections that wait


async def test_an_id_works_once(client):
    asked = await client.ask("POST", "archive", body={"bucket": "disk", "keys": ["ada/x.txt"]})
    assert set(asked.json()) == {"id"} and len(asked.json()["id"]) >= 32
    assert (await client.ask("GET", f"archive/{asked.json()['id']}")).status == 200
    again = await client.ask("GET", f"archive/{asked.json()['id']}")
    assert (again.status, again.reason) == (404, "unknown-archive")


def test_ids_end_and_are_few(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(archive.time, "monotonic", lambda: now[0])
    waiting = Archives()
    first = waiting.add("b", ["x"])
    ids = {waiting.add("b", ["x"]) for _ in range(99)}
    assert len(ids) == 99
    with pytest.raises(LeapError) as refused:
        waiting.add("b", ["x"])
    assert (refused.value.status, refused.value.reason) == (503, "too-many-archives")
    now[0] += 59
    assert waiting.take(first) == ("b", ["x"])
    now[0] += 2
    for archive_id in (first, *ids):
        with pytest.raises(LeapError):
            waiting.take(archive_id)
    waiting.add("b", ["x"])


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"bucket": 5}, 400, "bad-parameter"),
        ({"bucket": "none"}, 404, "unknown-bucket"),
        ({"keys": None}, 400, "bad-parameter"),
        ({"keys": "ada/x.txt"}, 400, "bad-parameter"),
        ({"keys": [5]}, 400, "bad-parameter"),
        ({"keys": []}, 400, "bad-parameter"),
        ({"keys": ["x"] * 10_001}, 400, "bad-parameter"),
        ({"keys": [""]}, 400, "empty-name"),
        ({"keys": [".."]}, 400, "reserved-name"),
        ({"keys": ["a\nb"]}, 400, "line-break-in-name"),
        ({"keys": ["\ud83c"]}, 400, "invalid-unicode"),
        ({"keys": ["x" * 1025]}, 400, "name-too-long"),
        ({"keys": ["x" * 1000] * 2000}, 413, "body-too-large"),
    ],
)
async def test_selections_that_make_no_sense(client, changes, status, reason):
    reply = await client.ask("POST", "archive", body={"bucket": "disk", "keys": ["ada/x.txt"], **changes})
    assert (reply.status, reply.reason) == (status, reason)


@pytest.mark.parametrize(
    ("query", "reason"),
    [("bucket=disk", "bad-parameter"), ("bucket=disk&prefix=ada", "bad-prefix"), ("prefix=ada/", "bad-parameter")],
)
async def test_folders_that_make_no_sense(client, query, reason):
    reply = await client.ask("GET", f"{BASE_URL}leap-buckets/archive?{query}")
    assert (reply.status, reply.reason) == (400, reason)


@pytest.mark.parametrize("key", ["link.txt", "link/secret.txt", "link/", "ada/up/", "ada/up/secret.txt", "../", "loop"])
async def test_nothing_from_outside_a_bucket_gets_in(client, key):
    reply = await selection(client, "disk", [key])
    assert reply.status in (403, 404) and b"SECRET" not in reply.body
    whole = await client.ask("GET", "archive", {"bucket": "disk", "prefix": ""})
    assert b"SECRET" not in whole.body and set(contents(whole)) == {"ada/x.txt", "inside.txt"}
