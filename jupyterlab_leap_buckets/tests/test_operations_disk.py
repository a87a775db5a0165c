"""Copies between a bucket and the folder that JupyterLab's file browser shows (`~disk`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .operations import body, end, fill, names

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
