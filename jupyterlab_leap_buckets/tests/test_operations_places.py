"""Operations between stores of different kinds, on disks, and on what belongs to others."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from ..checksum import crc32c
from .conftest import Place
from .operations import below, body, fill, keys, names, reasons, run
from .server import jupyter_server
from .standin_faults import Fault
from .traps import CANARY, SECRET

LARGE = random.Random(6).randbytes(20_000_000)


@pytest_asyncio.fixture(scope="module")
async def pair(tmp_path_factory, standin) -> AsyncIterator[tuple[Place, Place]]:
    """A bucket of Google's and a folder on disk, of one server."""
    folder = tmp_path_factory.mktemp("pair")
    (folder / "bucket").mkdir()
    config = {
        "buckets": [
            {"id": "leap-scratch", "uri": "gs://leap-scratch"},
            {"id": "leap-persistent", "uri": "gs://leap-persistent"},
            {"id": "disk", "path": str(folder / "bucket")},
        ],
        "retryDeadline": 4.0,
    }
    async with jupyter_server(folder, LeapBuckets=config) as client:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STORAGE_EMULATOR_HOST", standin.url)
            for bucket in client.leap.places:
                client.leap.store(bucket)
        cloud = Place(client, "leap-scratch", "standin", "pair/")
        yield cloud, Place(client, "disk", "local", "pair/", folder / "bucket")


@pytest.fixture(params=["up", "down", "across"])
def road(request, pair, standin) -> AsyncIterator[tuple[Place, Place]]:
    """From where to where."""
    cloud, disk = pair
    folder = f"{request.node.name}/"
    cloud, disk = replace(cloud, folder=folder), replace(disk, folder=folder)
    across = replace(cloud, bucket="leap-persistent")
    standin.faults.seen.clear()
    return {"up": (disk, cloud), "down": (cloud, disk), "across": (cloud, across)}[request.param]


async def test_a_folder_moves_from_store_to_store(road):
    here, there = road
    await fill(here, "a/x.txt", "a/b/y.csv", "a/empty/", "a/日本/🌊")
    assert (await here.client.upload(here.bucket, here.key("a/large"), LARGE)).status == 200
    assert (await here.client.put(here.bucket, here.key("a/nothing"), b"")).status == 200
    done = await run(here, "move", keys(here, "a/"), destination=below(there, "c/"))
    assert (done["state"], done["objects"], done["failures"]) == ("succeeded", 6, [])
    moved = ["c/a/b/y.csv", "c/a/empty/", "c/a/large", "c/a/nothing", "c/a/x.txt", "c/a/日本/🌊"]
    assert await names(here) == [] and await names(there) == moved
    assert crc32c(await body(there, "c/a/large")) == crc32c(LARGE)
    assert await body(there, "c/a/x.txt") == b"a/x.txt" and await body(there, "c/a/nothing") == b""
    listed = (await there.client.list(there.bucket, there.key("c/a/"))).json()["entries"]
    assert {entry["contentType"] for entry in listed if entry["name"] == "x.txt"} == {"text/plain"}


@pytest.mark.parametrize("on_conflict", ["fail", "skip", "replace", "keepBoth"])
async def test_a_name_that_is_taken_in_another_store(road, on_conflict):
    here, there = road
    await fill(here, "x.txt")
    await fill(there, "c/x.txt", data=b"theirs")
    done = await run(here, "move", keys(here, "x.txt"), destination=below(there, "c/"), onConflict=on_conflict)
    found = {name: await body(there, name) for name in await names(there)}
    left = await names(here)
    if on_conflict == "replace":
        assert (done["state"], left, found) == ("succeeded", [], {"c/x.txt": b"x.txt"})
    elif on_conflict == "keepBoth":
        assert (done["state"], left) == ("succeeded", [])
        assert found == {"c/x.txt": b"theirs", "c/x-Copy1.txt": b"x.txt"}
    else:
        assert (done["state"], done["skipped"]) == (("failed", 0) if on_conflict == "fail" else ("succeeded", 1))
        assert (left, found) == (["x.txt"], {"c/x.txt": b"theirs"})


@pytest.mark.parametrize("road", ["up"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [
        Fault("cut", method="PUT", after=3_000_000, times=2),
        Fault("lost", method="PUT", times=2),
        Fault("status", method="PUT", status=503, times=2),
        Fault("lost", method="POST"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}",
)
async def test_a_piece_that_breaks_is_sent_again(road, standin, fault):
    here, there = road
    assert (await here.client.upload(here.bucket, here.key("large"), LARGE)).status == 200
    standin.faults.add(Fault(**vars(fault)))
    done = await run(here, "move", keys(here, "large"), destination=below(there))
    assert (done["state"], done["bytes"]) == ("succeeded", len(LARGE))
    assert crc32c(await body(there, "large")) == crc32c(LARGE) and await names(here) == []


@pytest.mark.parametrize("road", ["up"], indirect=True)
async def test_what_arrives_damaged_is_removed_and_the_original_stays(road, standin):
    here, there = road
    await fill(here, "x", "y")
    standin.faults.add(Fault("corrupt", method="PUT"))
    done = await run(here, "move", below(here), destination=below(there))
    assert (done["state"], done["objects"], reasons(done)) == ("failed", 1, ["checksum-mismatch"])
    assert len(await names(here)) == 1 == len(await names(there))


@pytest.mark.parametrize("road", ["up"], indirect=True)
async def test_what_is_damaged_on_its_way_replaces_nothing(road, standin):
    here, there = road
    await fill(here, "x")
    await fill(there, "x", data=b"theirs")
    standin.faults.add(Fault("flip", method="PUT"))
    done = await run(here, "copy", keys(here, "x"), destination=below(there), onConflict="replace")
    assert (done["state"], reasons(done)) == ("failed", ["checksum-mismatch"])
    assert await body(there, "x") == b"theirs"


@pytest.mark.parametrize("road", ["down"], indirect=True)
async def test_a_read_that_breaks_goes_on(road, standin):
    here, there = road
    assert (await here.client.upload(here.bucket, here.key("large"), LARGE)).status == 200
    standin.faults.add(Fault("cut", method="GET", path="alt=media", after=5_000_000, times=3))
    done = await run(here, "move", keys(here, "large"), destination=below(there))
    assert done["state"] == "succeeded" and crc32c(await body(there, "large")) == crc32c(LARGE)


async def test_without_the_library_an_original_that_cannot_be_compared_stays(pair, monkeypatch):
    cloud, disk = pair
    await fill(disk, "plain/x")
    monkeypatch.setattr("jupyterlab_leap_buckets.operations.transfer.Crc32c", NoLibrary)
    done = await run(disk, "move", keys(disk, "plain/x"), destination=below(disk, "there/"))
    assert done["state"] == "succeeded" and await names(disk) == ["there/x"]
    done = await run(disk, "move", keys(disk, "there/x"), destination=below(cloud, "plain/"))
    assert (done["state"], reasons(done)) == ("failed", ["not-verified"])
    assert await names(disk) == ["there/x"] and await body(cloud, "plain/x") == b"plain/x"


class NoLibrary:
    """A checksum on a machine without the library for it."""

    value = None

    def update(self, data: bytes) -> None:
        pass


# On a disk


async def test_folders_that_become_empty_go(on_disk):
    await fill(on_disk, "stay/x", "a/b/c/x", "a/b/y")
    root = on_disk.root / on_disk.folder
    (root / "a" / "empty" / "deep").mkdir(parents=True)
    done = await run(on_disk, "move", keys(on_disk, "a/"), destination=below(on_disk, "stay/"))
    assert done["state"] == "succeeded"
    assert sorted(path.name for path in root.iterdir()) == ["stay"]
    (root / "hollow" / "deep").mkdir(parents=True)
    done = await run(on_disk, "delete", keys(on_disk, "hollow/", "stay/a/"))
    assert (done["state"], done["objects"]) == ("succeeded", 2)
    assert [path.name for path in root.rglob("*")] == ["stay", "x"]
    done = await run(on_disk, "delete", below(on_disk))
    assert not root.exists() and on_disk.root.exists()


async def test_the_home_and_the_bucket_stay(tmp_path):
    (tmp_path / "b" / "ada" / "deep").mkdir(parents=True)
    (tmp_path / "b" / "ada" / "x").write_bytes(b"1")
    config = {"buckets": [{"id": "home", "path": str(tmp_path / "b"), "home": "ada/"}]}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        place = Place(client, "home", "local", "ada/", tmp_path / "b")
        await fill(place, "z")
        assert (await run(place, "delete", below(place)))["objects"] == 2
        assert sorted(path.name for path in (tmp_path / "b").rglob("*")) == ["ada"]
        await fill(place, "y")
        assert (await place.client.delete("home", "ada/y")).status == 204
        assert sorted(path.name for path in (tmp_path / "b").rglob("*")) == ["ada"]


async def test_the_home_stays_when_what_it_is_in_is_deleted(tmp_path):
    for name in ("team/ada/deep", "team/ben"):
        (tmp_path / "b" / name).mkdir(parents=True)
    (tmp_path / "b" / "team" / "ben" / "x").write_bytes(b"1")
    config = {"buckets": [{"id": "home", "path": str(tmp_path / "b"), "home": "team/ada/"}]}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        place = Place(client, "home", "local", "team/", tmp_path / "b")
        done = await run(place, "delete", below(place), {"X-Leap-Confirm-Outside-Home": "team"})
    assert done["state"] == "succeeded"
    assert [str(path.relative_to(tmp_path / "b")) for path in (tmp_path / "b").rglob("*")] == ["team", "team/ada"]


async def test_links_are_left_alone(on_disk):
    await fill(on_disk, "a/x", "b/precious")
    root = on_disk.root / on_disk.folder
    (root / "a" / "link").symlink_to(root / "b")
    (root / "a" / "round").symlink_to(root)
    (root / "a" / "file").symlink_to(root / "b" / "precious")
    done = await run(on_disk, "measure", keys(on_disk, "a/"))
    assert done["objects"] == 2
    done = await run(on_disk, "delete", keys(on_disk, "a/"))
    assert (done["state"], done["objects"], set(reasons(done))) == ("failed", 2, {"linked-folder"})
    done = await run(on_disk, "delete", keys(on_disk, "a/link/"))
    assert reasons(done) == ["linked-folder"]
    done = await run(on_disk, "move", below(on_disk, "a/link/"), destination=below(on_disk, "c/"))
    assert reasons(done) == ["linked-folder"]
    assert (root / "b" / "precious").read_bytes() == b"b/precious"
    assert sorted(path.name for path in (root / "a").iterdir()) == ["link", "round"]


async def test_a_folder_does_not_go_into_itself_by_a_link(on_disk):
    await fill(on_disk, "a/b/x", "l/y")
    (on_disk.root / on_disk.folder / "l" / "inward").symlink_to(on_disk.root / on_disk.folder / "a" / "b")
    ask = {"kind": "copy", "source": keys(on_disk, "a/"), "destination": below(on_disk, "l/inward/")}
    reply = await on_disk.client.ask("POST", "operations", body=ask)
    assert (reply.status, reply.reason) == (400, "into-itself")


async def test_links_lead_nowhere_else(client, folder):
    place = Place(client, "disk", "local", "", folder / "bucket")
    for source in (
        keys(place, "link.txt"),
        keys(place, "link/"),
        keys(place, "link/secret.txt"),
        below(place, "ada/up/"),
    ):
        done = await run(place, "copy", source, destination=below(place, "stolen/"))
        assert done["state"] == "failed" and set(reasons(done)) <= {"outside-bucket", "no-such-object"}
    for target in ("link/", "ada/up/", "../", "/"):
        await run(place, "copy", keys(place, "ada/x.txt"), destination=below(place, target), onConflict="replace")
    beside = [path for path in folder.rglob("*.txt") if not path.is_relative_to(folder / "bucket")]
    assert sorted(path.name for path in beside) == ["secret.txt", "secret.txt"]
    assert {path.read_bytes() for path in beside} == {SECRET}
    inside = [path for path in (folder / "bucket").rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path.read_bytes() for path in inside} == {CANARY}


# What belongs to others


async def ask(place: Place, kind: str, source, owner: str | None = None, **more):
    headers = {} if owner is None else {"X-Leap-Confirm-Outside-Home": owner}
    return await place.client.ask("POST", "operations", headers=headers, body={"kind": kind, "source": source, **more})


@pytest_asyncio.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Place]:
    """A bucket of which `ada/` is the user's own."""
    for name in ("ada/x", "ben/x", "ben/y", "cay/x"):
        (tmp_path / "b" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "b" / name).write_bytes(name.encode())
    places = [
        {"id": "home", "path": str(tmp_path / "b"), "home": "ada/"},
        {"id": "locked", "path": str(tmp_path / "b"), "access": "read-only"},
    ]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": places}) as client:
        yield Place(client, "home", "local", "", tmp_path / "b")


async def test_others_folders_need_a_confirmation(shared):
    to_ben, to_ada = {"destination": below(shared, "ben/")}, {"destination": below(shared, "ada/")}
    refused = [
        await ask(shared, "delete", keys(shared, "ben/x")),
        await ask(shared, "delete", below(shared, "ben/"), "cay"),
        await ask(shared, "move", keys(shared, "ben/x", "ben/y"), **to_ada),
        await ask(shared, "copy", keys(shared, "ada/x"), **to_ben),
        await ask(shared, "copy", below(shared, "ada/"), **to_ben),
        await ask(shared, "move", below(shared, "ben/"), **to_ben | {"onConflict": "keepBoth"}),
    ]
    assert {(reply.status, reply.reason) for reply in refused} == {(403, "outside-home")}
    assert await names(shared) == ["ada/x", "ben/x", "ben/y", "cay/x"]
    allowed = [
        await ask(shared, "copy", keys(shared, "ben/y"), **to_ada),
        await ask(shared, "measure", below(shared)),
        await ask(shared, "search", below(shared), query="x"),
        await ask(shared, "delete", keys(shared, "ben/x"), "ben"),
        await ask(shared, "delete", below(shared, "cay/"), "cay"),
    ]
    assert {reply.status for reply in allowed} == {202}


async def test_only_one_owner_at_once(shared):
    everywhere = [
        await ask(shared, "delete", keys(shared, "ben/x", "cay/x"), "ben"),
        await ask(shared, "move", keys(shared, "ben/x"), "ben", destination=below(shared, "cay/")),
        await ask(shared, "delete", below(shared), ""),
        await ask(shared, "delete", below(shared)),
        await ask(shared, "copy", below(shared, "ada/"), "", destination=below(shared)),
    ]
    assert {(reply.status, reply.reason) for reply in everywhere} == {(403, "several-owners")}
    assert "'ben', 'cay'" in everywhere[0].json()["message"] and "whole bucket" in everywhere[2].json()["message"]
    assert await names(shared) == ["ada/x", "ben/x", "ben/y", "cay/x"]


async def test_a_numbered_copy_of_the_home_is_outside_of_it(shared):
    beside = {"destination": below(shared), "onConflict": "keepBoth"}
    refused = await ask(shared, "copy", keys(shared, "ada/"), **beside)
    assert (refused.status, refused.reason) == (403, "outside-home")
    assert "'ada-Copy1'" in refused.json()["message"]
    assert (await ask(shared, "copy", keys(shared, "ada/"), "ada-Copy1", **beside)).status == 202


async def test_read_only_buckets(shared):
    locked = replace(shared, bucket="locked")
    refused = [
        await ask(locked, "delete", below(locked)),
        await ask(locked, "move", keys(locked, "ben/x"), destination=below(shared, "ada/")),
        await ask(shared, "copy", keys(shared, "ada/x"), destination=below(locked, "c/")),
    ]
    assert {(reply.status, reply.reason) for reply in refused} == {(403, "read-only")}
    done = await run(locked, "copy", keys(locked, "ben/x"), destination=below(shared, "ada/"), onConflict="keepBoth")
    assert done["state"] == "succeeded" and "ada/x-Copy1" in await names(shared)
