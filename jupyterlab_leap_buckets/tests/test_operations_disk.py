"""Copies between a bucket and the folder that JupyterLab's file browser shows (`~disk`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Place
from .operations import body, end, fill, keys, names, reasons, run
from .server import jupyter_server

DATA = os.urandom(300_000)


def root(place) -> Path:
    return Path(place.client.app.root_dir)


async def copy(place, source, destination, **more):
    reply = await place.client.ask(
        "POST", "operations", body={"kind": "copy", "source": source, "destination": destination, **more}
    )
    assert reply.status == 202, reply.body
    return await end(place, reply.json()["id"])


async def test_files_and_folders_of_the_disk_go_into_a_bucket(place):
    folder = root(place) / place.folder
    (folder / "run/deep").mkdir(parents=True)
    (folder / "model.nc").write_bytes(DATA)
    (folder / "run/deep/ü #1.txt").write_bytes(b"x")
    (folder / "empty").write_bytes(b"")
    kept = [f"{place.folder}{name}" for name in ("model.nc", "run/", "empty")]
    done = await copy(
        place, {"bucket": "~disk", "keys": kept}, {"bucket": place.bucket, "prefix": place.key("from-disk/")}
    )
    assert (done["state"], done["objects"], done["failures"]) == ("succeeded", 3, [])
    assert await names(place) == ["from-disk/empty", "from-disk/model.nc", "from-disk/run/deep/ü #1.txt"]
    assert await body(place, "from-disk/model.nc") == DATA
    assert (folder / "model.nc").read_bytes() == DATA


async def test_objects_go_onto_the_disk_and_replace_nothing_unasked(place):
    await fill(place, "a.txt", "run/b.txt")
    target = root(place) / f"saved-{place.folder}"
    target.mkdir()
    (target / "a.txt").write_text("mine")
    keys = [place.key("a.txt"), place.key("run/")]
    done = await copy(
        place,
        {"bucket": place.bucket, "keys": keys},
        {"bucket": "~disk", "prefix": f"{target.name}/"},
    )
    assert done["state"] == "failed"
    assert [failure["reason"] for failure in done["failures"]] == ["already-exists"]
    assert (target / "a.txt").read_text() == "mine"
    assert (target / "run/b.txt").read_bytes() == await body(place, "run/b.txt")


async def test_the_disk_is_only_for_copies(on_disk):
    disk = {"bucket": "~disk", "keys": ["x"]}
    for asked in (
        {"kind": "delete", "source": disk},
        {"kind": "measure", "source": disk},
        {"kind": "move", "source": disk, "destination": {"bucket": on_disk.bucket, "prefix": ""}},
    ):
        reply = await on_disk.client.ask("POST", "operations", body=asked)
        assert (reply.status, reply.reason) == (404, "unknown-bucket")
    assert (await on_disk.client.list("~disk")).status == 404
    assert (await on_disk.client.get("~disk", "x")).status == 404


@pytest.mark.parametrize("key", ["../outside.txt", "link-out/secret", "bucket/../../outside.txt"])
async def test_no_copy_leaves_the_disk(on_disk, key, tmp_path):
    (tmp_path / "secret").write_text("secret")
    link = root(on_disk) / "link-out"
    if not link.is_symlink():
        link.symlink_to(tmp_path)
    done = await copy(
        on_disk, {"bucket": "~disk", "keys": [key]}, {"bucket": on_disk.bucket, "prefix": on_disk.key("stolen/")}
    )
    assert (done["state"], done["failuresTotal"]) == ("failed", 1)
    assert await names(on_disk) == []


@pytest.mark.parametrize("where", ["below", "same", "linked"])
async def test_a_copy_onto_the_disk_keeps_to_the_rules_of_the_buckets_there(tmp_path, where):
    folder = tmp_path / "root" / ("" if where == "same" else "bucket")
    shut = tmp_path / "root" / "shut"
    for path in (folder / "ada", folder / "ben", shut, tmp_path / "plain" / "run"):
        path.mkdir(parents=True)
    (tmp_path / "plain" / "x").write_text("x")
    (tmp_path / "plain" / "run" / "y").write_text("y")
    prefix = "" if where == "same" else "bucket/"
    if where == "linked":
        (tmp_path / "root" / "way").symlink_to(folder)
        prefix = "way/"
    buckets = [
        {"id": "home", "path": str(folder), "home": "ada/"},
        {"id": "shut", "path": str(shut), "access": "read-only"},
        {"id": "plain", "path": str(tmp_path / "plain")},
    ]
    for rule, reason in (("confirm", "outside-home-denied"), ("deny", "outside-home-denied"), ("allow", None)):
        config = {"buckets": buckets, "homeRule": rule}
        async with jupyter_server(tmp_path / "root", LeapBuckets=config) as client:
            place = Place(client, "plain", "local", "")

            async def copied(prefix: str, place: Place = place) -> list[str]:
                done = await run(place, "copy", keys(place, "x", "run/"), destination=to_disk(prefix))
                return reasons(done)

            assert await copied(f"{prefix}ada/{rule}/") == []
            assert (folder / "ada" / rule / "run/y").read_text() == "y"
            assert await copied(f"{prefix}ben/") == ([reason] * 2 if reason else [])
            # In a bucket inside another one the rules of both hold.
            assert await copied("shut/") == [reason if where == "same" and reason else "read-only"] * 2
            # Nor does a folder reach into a bucket that is named like what is in it.
            (tmp_path / "plain" / "shut").mkdir(exist_ok=True)
            (tmp_path / "plain" / "shut" / "z").write_text("z")
            done = await run(place, "copy", keys(place, "shut/"), destination=to_disk(""))
            assert len(reasons(done)) == 1
            assert list(shut.iterdir()) == []
            if reason:
                assert list((folder / "ben").iterdir()) == []
    assert (folder / "ben" / "run/y").read_text() == "y"


def to_disk(prefix: str) -> dict[str, str]:
    return {"bucket": "~disk", "prefix": prefix}
