"""What moves up may land where something lies that moves too: nothing is written over before it is carried itself."""

from __future__ import annotations

import pytest

from .conftest import S3, Place
from .operations import below, body, fill, keys, names, run
from .server import jupyter_server

TREE = ("d/d/raw/x", "d/d/raw/only", "d/d/f", "d/raw/x", "d/f")
CONFLICTS = ("fail", "skip", "replace", "keepBoth")
here = pytest.mark.parametrize("place", ["local", "standin", *S3], indirect=True)


async def found(place: Place, prefix: str = "") -> dict[str, bytes]:
    return {name: await body(place, name) for name in await names(place, prefix)}


@here
@pytest.mark.parametrize("on_conflict", CONFLICTS)
@pytest.mark.parametrize("order", [1, -1])
async def test_a_selection_with_a_folder_of_its_own_name(place, on_conflict, order):
    await fill(place, *TREE)
    source = keys(place, *["d/d/", "d/f", "d/raw/"][::order])
    done = await run(place, "move", source, destination=below(place), onConflict=on_conflict)
    assert (done["state"], done["objects"], done["skipped"], done["failures"]) == ("succeeded", 5, 0, [])
    assert await found(place) == {name.removeprefix("d/"): name.encode() for name in TREE}


@here
async def test_a_copy_takes_what_was_there_before(place):
    await fill(place, *TREE)
    source = keys(place, "d/d/", "d/f", "d/raw/")
    done = await run(place, "copy", source, destination=below(place), onConflict="replace")
    assert (done["state"], done["objects"]) == ("succeeded", 5)
    copies = {name.removeprefix("d/"): name.encode() for name in TREE}
    assert await found(place) == {name: name.encode() for name in TREE} | copies


@here
async def test_into_a_folder_that_is_copied_beside_itself(place):
    await fill(place, "d/a/x", *(f"m/a/{number}" for number in range(20)))
    source = keys(place, "m/a/", "d/a/")
    done = await run(place, "copy", source, destination=below(place, "d/"), onConflict="keepBoth")
    assert done["state"] == "succeeded"
    assert await found(place, "d/a-Copy1/") == {"d/a-Copy1/x": b"d/a/x"}
    assert len(await names(place, "d/a/")) == 21


async def test_two_buckets_that_share_folders(tmp_path):
    (tmp_path / "b/a/b/b").mkdir(parents=True)
    (tmp_path / "b/a/b/b/x").write_bytes(b"deep")
    (tmp_path / "b/a/b/x").write_bytes(b"upper")
    buckets = [{"id": "all", "path": str(tmp_path / "b")}, {"id": "part", "path": str(tmp_path / "b/a")}]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets}) as client:
        whole, part = (Place(client, name, "local", "") for name in ("all", "part"))
        done = await run(whole, "move", below(whole, "a/b/"), destination=below(part), onConflict="replace")
        assert (done["state"], done["objects"]) == ("succeeded", 2)
        assert await found(part) == {"b/x": b"deep", "x": b"upper"}
