"""Disks that are full, that can only be read, and disks mounted below others. Each is a real one in memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
import pytest_asyncio

from .conftest import Place
from .operations import below, end, fill, keys, names, run
from .server import jupyter_server

KIB = 1024
PIECE = 256 * KIB


@pytest.fixture
def disk(tmp_path):
    """A disk of 1 MiB and 32 files, folders included."""
    path = tmp_path / "root" / "disk"
    path.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=32", "tmpfs", str(path)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"this machine does not let us mount a disk: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest_asyncio.fixture
async def client(disk, tmp_path):
    """A server on a folder beside the disk and on the disk, which is also a folder of its file browser."""
    (tmp_path / "plain").mkdir()
    places = [{"id": "plain", "path": str(tmp_path / "plain")}, {"id": "disk", "path": str(disk)}]
    async with jupyter_server(tmp_path / "root", LeapBuckets={"buckets": places}) as client:
        yield client


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def leave_files(disk: Path, count: int) -> None:
    """Files until the disk takes only so many more."""
    made = []
    with contextlib.suppress(OSError):
        while True:
            made.append(disk / f"full-{len(made):02d}")
            made[-1].touch()
    made.pop()
    for path in made[len(made) - count :]:
        path.unlink()


async def copy(client, names: list[str], bucket: str, prefix: str) -> dict:
    reply = await client.ask(
        "POST",
        "operations",
        body={
            "kind": "copy",
            "source": {"bucket": "plain", "keys": names},
            "destination": {"bucket": bucket, "prefix": prefix},
        },
    )
    assert reply.status == 202, reply.body
    return await end(Place(client, "plain", "local", ""), reply.json()["id"])


async def attempts(client, key: str) -> list[tuple[int, str, str]]:
    """Status, reason and message of each way to write 10 bytes to the disk."""
    put = await client.put("disk", key, b"0123456789")
    uploaded = await client.start("disk", key, 10)
    if uploaded.status == 201:
        upload = uploaded.json()
        uploaded = await client.piece(upload, b"0123456789", 0, 10)
        await client.ask("DELETE", upload["relayUrl"])
    told = [(reply.status, reply.reason, reply.json()["message"] + reply.json()["hint"]) for reply in (put, uploaded)]
    folder, _, name = key.rpartition("/")
    await client.put("plain", name, b"0123456789")
    for bucket, prefix in (("disk", ""), ("~disk", "disk/")):
        done = await copy(client, [name], bucket, f"{prefix}{folder}/" if folder else prefix)
        (failure,) = done["failures"]
        assert done["state"] == "failed"
        told.append((0, failure["reason"], failure["message"]))
    return told


@pytest.mark.parametrize("key", ["new.txt", "a/b/new.txt"])
async def test_a_disk_that_can_only_be_read(client, disk, key):
    (disk / "old.txt").write_text("old")
    make_read_only(disk)
    for status, reason, message in await attempts(client, key):
        assert status in (0, 403) and reason == "read-only-disk"
        assert "new.txt" in message and "can only be read" in message and "another disk" in message
    listed = (await client.list("disk")).json()["entries"]
    refused = await client.delete("disk", "old.txt", {"If-Match": f'"{listed[0]["generation"]}"'})
    assert (refused.status, refused.reason) == (403, "read-only-disk")
    assert tree(disk) == ["old.txt"] and not list((disk.parent).glob(".leap*"))


@pytest.mark.parametrize("left", range(4))
async def test_a_disk_without_room_for_another_file(client, disk, left):
    """The folder for temporary files, a file in it and the folders of the object: each in turn is one too many."""
    leave_files(disk, left)
    before = tree(disk)
    for status, reason, message in await attempts(client, "a/b/c/new.txt"):
        assert status in (0, 507) and reason == "no-space"
        assert "new.txt" in message and "too full" in message and "Delete" in message
    assert tree(disk) == before
    assert not list(disk.parent.glob(".leap*"))


async def test_a_disk_that_is_too_small_says_so_before_a_byte_moves(client, disk):
    data = b"x" * 2 * KIB * KIB
    await client.put("plain", "large", data)
    put = await client.put("disk", "large", data)
    assert (put.status, put.reason) == (507, "no-space")
    upload = await client.start("disk", "large", len(data))
    assert (upload.status, upload.reason) == (507, "no-space")
    for bucket, prefix in (("disk", ""), ("~disk", "disk/")):
        done = await copy(client, ["large"], bucket, prefix)
        assert [failure["reason"] for failure in done["failures"]] == ["no-space"]
    assert tree(disk) == []


async def test_a_disk_that_fills_up_under_an_upload(client, disk):
    data = os.urandom(3 * PIECE)
    upload = (await client.start("disk", "run/large", len(data))).json()
    assert (await client.piece(upload, data[:PIECE], 0, len(data))).status == 308
    (disk / "other").write_bytes(b"x" * (500 * KIB))
    refused = await client.piece(upload, data[PIECE:], PIECE, len(data))
    assert (refused.status, refused.reason) == (507, "no-space")
    assert "run/large" in refused.json()["message"]
    assert (await client.get("disk", "run/large")).status == 404
    (disk / "other").unlink()
    offset = await client.offset(upload, len(data))
    start = int(offset.headers["Range"].rpartition("-")[2]) + 1
    assert (await client.piece(upload, data[start:], start, len(data))).status == 200
    assert (await client.get("disk", "run/large")).body == data
    assert tree(disk) == ["run", "run/large"]


async def test_a_copy_to_a_disk_that_fills_up_leaves_what_arrived(client, disk):
    plain = Place(client, "plain", "local", "")
    await fill(plain, "run/a", "run/b", "run/c", data=b"x" * 300 * KIB)
    (disk / "other").write_bytes(b"x" * (500 * KIB))
    done = await copy(client, ["run/"], "~disk", "disk/")
    assert (done["state"], done["objects"], done["failuresTotal"]) == ("failed", 1, 2)
    assert {failure["reason"] for failure in done["failures"]} == {"no-space"}
    (made,) = (disk / "run").iterdir()
    assert made.read_bytes() == b"x" * 300 * KIB
    assert tree(disk) == ["other", "run", f"run/{made.name}"]


@pytest.mark.parametrize("on_conflict", ["fail", "replace"])
async def test_a_copy_reaches_a_disk_mounted_below_the_servers_own(client, disk, on_conflict):
    """Nothing can be moved there: the last step is a copy too."""
    plain = Place(client, "plain", "local", "")
    await fill(plain, "run/deep/a", "x")
    (disk / "x").write_text("old")
    await run(
        plain,
        "copy",
        keys(plain, "run/", "x"),
        destination={"bucket": "~disk", "prefix": "disk/"},
        onConflict=on_conflict,
    )
    assert tree(disk) == ["run", "run/deep", "run/deep/a", "x"]
    assert (disk / "run/deep/a").read_text() == "run/deep/a"
    assert (disk / "x").read_text() == ("x" if on_conflict == "replace" else "old")
    assert not list(disk.parent.glob(".leap*"))
    assert await names(plain) == ["run/deep/a", "x"]
    assert (await run(plain, "delete", below(plain)))["state"] == "succeeded"
