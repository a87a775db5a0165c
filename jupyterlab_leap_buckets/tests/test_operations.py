"""Copy, move, delete, measure and search, over every kind of store."""

from __future__ import annotations

import pytest

from .conftest import S3
from .operations import below, body, end, fill, keys, look, names, reasons, run, start
from .test_conformance import NAMES

TREE = ("a/x.txt", "a/b/y.txt", "a/b/c/z.txt", "a/", "a/n//b")
FIELDS = {
    "id",
    "kind",
    "state",
    "objects",
    "objectsTotal",
    "bytes",
    "bytesTotal",
    "skipped",
    "failures",
    "failuresTotal",
    "source",
    "destination",
    "startedAt",
    "endedAt",
}
keeps_preconditions = pytest.mark.parametrize("place", ["local", "standin", *S3], indirect=True)
"""The emulator rewrites over and deletes whatever is there: it takes no preconditions."""


async def test_copy_a_folder(place):
    await fill(place, *TREE, "ab")
    done = await run(place, "copy", keys(place, "a/"), destination=below(place, "c/"))
    assert set(done) == FIELDS
    assert (done["state"], done["failures"], done["failuresTotal"]) == ("succeeded", [], 0)
    assert done["objects"] == done["objectsTotal"] == 5
    assert done["bytes"] == done["bytesTotal"] == sum(len(name) for name in TREE)
    assert done["startedAt"].endswith("Z") and done["endedAt"] >= done["startedAt"]
    assert await names(place) == sorted([*TREE, "ab", *(f"c/{name}" for name in TREE)])
    for name in TREE:
        assert await body(place, f"c/{name}") == name.encode()


async def test_move_a_folder(place):
    await fill(place, *TREE, "ab")
    done = await run(place, "move", keys(place, "a/"), destination=below(place, "c/"))
    assert (done["state"], done["objects"]) == ("succeeded", 5)
    assert await names(place) == sorted(["ab", *(f"c/{name}" for name in TREE)])
    for name in TREE:
        assert await body(place, f"c/{name}") == name.encode()


async def test_a_prefix_moves_without_its_last_name(place):
    await fill(place, "a/x", "a/b/y")
    done = await run(place, "move", below(place, "a/"), destination=below(place, "c/"))
    assert done["state"] == "succeeded"
    assert await names(place) == ["c/b/y", "c/x"]


async def test_moving_up_into_names_that_are_on_their_way(place):
    await fill(place, "a/b/b/x", "a/b/x", "a/b/b/b/x", "a/b/y")
    done = await run(place, "move", below(place, "a/b/"), destination=below(place, "a/"), onConflict="replace")
    assert (done["state"], done["objects"]) == ("succeeded", 4)
    assert await names(place) == ["a/b/b/x", "a/b/x", "a/x", "a/y"]
    assert await body(place, "a/x") == b"a/b/x"
    assert await body(place, "a/b/x") == b"a/b/b/x"
    assert await body(place, "a/b/b/x") == b"a/b/b/b/x"


async def test_rename(place):
    await fill(place, "a/x.txt", "a/b/y", "a/b/c/z")
    file = await run(place, "move", keys(place, "a/x.txt"), destination={**below(place, "a/"), "name": "n.txt"})
    folder = await run(place, "move", keys(place, "a/b/"), destination={**below(place, "a/"), "name": "B"})
    assert (file["state"], folder["state"]) == ("succeeded", "succeeded")
    assert file["destination"] == {**below(place, "a/"), "name": "n.txt"}
    assert await names(place) == ["a/B/c/z", "a/B/y", "a/n.txt"]


async def test_delete_a_selection(place):
    await fill(place, *TREE, "ab", "x", "y")
    done = await run(place, "delete", keys(place, "a/", "x", "a/b/", "x"))
    assert (done["state"], done["objects"], done["destination"]) == ("succeeded", 6, None)
    assert await names(place) == ["ab", "y"]


async def test_measure(place):
    await fill(place, *TREE, "ab")
    done = await run(place, "measure", keys(place, "a/", "ab"))
    assert (done["state"], done["objects"], done["bytes"]) == ("succeeded", 6, sum(map(len, TREE)) + 2)
    nothing = await run(place, "measure", below(place, "none/"))
    assert (nothing["state"], nothing["objects"], nothing["bytesTotal"]) == ("succeeded", 0, 0)
    assert await names(place) == sorted([*TREE, "ab"])


async def test_search(place):
    await fill(place, "a/Cafe\u0301.txt", "a/CAFÉ/x", "a/CAFÉ/y", "a/b/café/z/caf", "a/b/other", "k")
    done = await run(place, "search", below(place), query="café")
    assert done["state"] == "succeeded" and done["objects"] == 6
    found = sorted((match["kind"], match["key"].removeprefix(place.folder)) for match in done["matches"])
    assert found == [("folder", "a/CAFÉ/"), ("folder", "a/b/café/"), ("object", "a/Cafe\u0301.txt")]
    assert done["matchesTotal"] == 3
    listed = (await place.client.list(place.bucket, place.key("a/"))).json()["entries"]
    for match in done["matches"]:
        expected = [entry for entry in listed if entry["key"] == match["key"]]
        assert not expected or set(match) == set(expected[0])
    (mine,) = [one for one in await operations(place) if one["id"] == done["id"]]
    assert "matches" not in mine and mine["matchesTotal"] == 3


async def operations(place) -> list[dict]:
    return (await place.client.ask("GET", "operations")).json()["operations"]


async def test_newest_first(place):
    await fill(place, "x")
    first = await start(place, "measure", below(place))
    second = await start(place, "measure", below(place))
    await end(place, first)
    await end(place, second)
    assert [one["id"] for one in await operations(place)][:2] == [second, first]


@pytest.mark.parametrize("name", NAMES)
async def test_any_legal_name_can_be_moved(place, name):
    await fill(place, f"a/{name}")
    done = await run(place, "move", keys(place, "a/"), destination={**below(place), "name": "b"})
    assert (done["state"], done["objects"]) == ("succeeded", 1), done
    assert await names(place) == [f"b/{name}"]
    assert await body(place, f"b/{name}") == f"a/{name}".encode()


async def test_names_that_differ_by_little_stay_apart(place):
    tree = ("a/X", "a/x", "a/\u00e9", "a/e\u0301", "a//x", "a/./x")
    await fill(place, *tree)
    done = await run(place, "move", keys(place, "a/"), destination=below(place, "c/"))
    assert done["objects"] == len(tree)
    assert await names(place) == sorted(f"c/{name}" for name in tree)


@pytest.mark.parametrize("place", ["standin", "fake-gcs-server", *S3], indirect=True)  # no disk can hold both
async def test_an_object_and_a_folder_of_one_name(place):
    await fill(place, "a", "a/x")
    await run(place, "move", keys(place, "a"), destination=below(place, "c/"))
    assert await names(place) == ["a/x", "c/a"]
    await run(place, "move", keys(place, "a/"), destination=below(place, "c/"))
    assert await names(place) == ["c/a", "c/a/x"]


# Names that are taken


@keeps_preconditions
async def test_by_default_nothing_is_replaced(place):
    await fill(place, "a/x.txt", "a/y.txt")
    await fill(place, "c/x.txt", data=b"theirs")
    done = await run(place, "move", below(place, "a/"), destination=below(place, "c/"))
    assert (done["state"], done["objects"], reasons(done)) == ("failed", 1, ["already-exists"])
    assert done["failures"][0]["key"] == place.key("a/x.txt")
    assert await names(place) == ["a/x.txt", "c/x.txt", "c/y.txt"]
    assert await body(place, "c/x.txt") == b"theirs"


@keeps_preconditions
async def test_skip(place):
    await fill(place, "a/x.txt", "a/y.txt")
    await fill(place, "c/x.txt", data=b"theirs")
    done = await run(place, "move", below(place, "a/"), destination=below(place, "c/"), onConflict="skip")
    assert (done["state"], done["objects"], done["skipped"], done["failures"]) == ("succeeded", 2, 1, [])
    assert await names(place) == ["a/x.txt", "c/x.txt", "c/y.txt"]
    assert await body(place, "c/x.txt") == b"theirs"


async def test_replace(place):
    await fill(place, "a/x.txt", "a/y.txt")
    await fill(place, "c/x.txt", data=b"theirs")
    done = await run(place, "move", below(place, "a/"), destination=below(place, "c/"), onConflict="replace")
    assert (done["state"], done["objects"]) == ("succeeded", 2)
    assert await names(place) == ["c/x.txt", "c/y.txt"]
    assert await body(place, "c/x.txt") == b"a/x.txt"


@keeps_preconditions
async def test_keep_both(place):
    await fill(place, "a/x.tar.gz", "a/y", "a/.rc", "a/x-Copy1.txt")
    await fill(place, "c/x.tar.gz", "c/x-Copy1.tar.gz", "c/y", "c/.rc", "c/x-Copy1.txt", data=b"theirs")
    done = await run(place, "copy", below(place, "a/"), destination=below(place, "c/"), onConflict="keepBoth")
    assert (done["state"], done["objects"]) == ("succeeded", 4)
    new = {
        "c/x-Copy2.tar.gz": "a/x.tar.gz",
        "c/y-Copy1": "a/y",
        "c/.rc-Copy1": "a/.rc",
        "c/x-Copy2.txt": "a/x-Copy1.txt",
    }
    old = ["c/x.tar.gz", "c/x-Copy1.tar.gz", "c/y", "c/.rc", "c/x-Copy1.txt"]
    assert await names(place, "c/") == sorted([*old, *new])
    for name, origin in new.items():
        assert await body(place, name) == origin.encode()
    assert {await body(place, name) for name in old} == {b"theirs"}


@keeps_preconditions
async def test_a_copy_beside_itself(place):
    await fill(place, "a/x.txt", "a/d.zarr/1", "a/d-Copy1.zarr/1")
    for source in (keys(place, "a/x.txt", "a/d.zarr/"), keys(place, "a/x.txt")):
        done = await run(place, "copy", source, destination=below(place, "a/"), onConflict="keepBoth")
        assert done["state"] == "succeeded"
    new = ["a/d-Copy2.zarr/1", "a/x-Copy1.txt", "a/x-Copy2.txt"]
    assert await names(place) == sorted(["a/x.txt", "a/d.zarr/1", "a/d-Copy1.zarr/1", *new])
    done = await run(place, "copy", below(place, "a/"), destination=below(place, "a/"), onConflict="keepBoth")
    assert len(await names(place, "a-Copy1/")) == 6


@keeps_preconditions
async def test_folders_with_placeholders_become_one(place):
    await fill(place, "a/n/", "a/n/x", "c/n/", "c/n/y", data=b"")
    done = await run(place, "move", keys(place, "a/n/"), destination=below(place, "c/"))
    assert (done["state"], done["objects"]) == ("succeeded", 2)
    assert await names(place) == ["c/n/", "c/n/x", "c/n/y"]


# What is not as it was


@keeps_preconditions
async def test_generations_are_kept_to(place):
    await fill(place, "x", "y", "z")
    entries = (await place.client.list(place.bucket, place.folder)).json()["entries"]
    old = {entry["name"]: entry["generation"] for entry in entries}
    await place.client.put(place.bucket, place.key("y"), b"newer", {"If-Match": f'"{old["y"]}"'})
    source = keys(place, "x", "y", "z", generations=[old["x"], old["y"], None])
    done = await run(place, "delete", source)
    assert (done["state"], done["objects"], reasons(done)) == ("failed", 2, ["changed-meanwhile"])
    assert await names(place) == ["y"]
    moved = await run(place, "move", keys(place, "y", generations=[old["y"]]), destination=below(place, "c/"))
    assert reasons(moved) == ["changed-meanwhile"]
    assert await names(place) == ["y"]


@pytest.mark.parametrize("kind", ["copy", "move", "delete"])
async def test_what_is_not_there_is_told(place, kind):
    await fill(place, "x")
    more = {} if kind == "delete" else {"destination": below(place, "c/")}
    done = await run(place, kind, keys(place, "gone", "x", "none/"), **more)
    assert (done["state"], done["objects"], done["failuresTotal"]) == ("failed", 1, 2)
    assert set(reasons(done)) == {"no-such-object"}
    assert {failure["key"] for failure in done["failures"]} == {place.key("gone"), place.key("none/")}


async def test_a_name_that_becomes_too_long_fails_alone(place):
    long = "/".join(["n" * 200] * 4)
    await fill(place, f"a/{long}", "a/x")
    target = "t" * 250 + "/"
    done = await run(place, "move", keys(place, "a/"), destination=below(place, target))
    assert (done["state"], done["objects"], reasons(done)) == ("failed", 1, ["name-too-long"])
    assert await names(place) == [f"a/{long}", f"{target}a/x"]


async def test_an_ended_operation_stays_as_it_is(place):
    await fill(place, "x")
    done = await run(place, "measure", below(place))
    reply = await place.client.ask("DELETE", f"operations/{done['id']}")
    assert (reply.status, reply.json()) == (200, done)
    assert await look(place, done["id"]) == done


@keeps_preconditions
async def test_a_rename_replaces_what_was_agreed_to_and_nothing_else(place):
    await fill(place, "x", "y")

    async def generation() -> str:
        return (await place.client.get(place.bucket, place.key("y"))).headers["ETag"].strip('"')

    async def rename(replaces: str) -> dict:
        to = {**below(place), "name": "y", "replaces": replaces}
        done = await run(place, "move", keys(place, "x"), destination=to, onConflict="replace")
        assert done["destination"] == to
        return done

    seen = await generation()
    replaced = await place.client.put(place.bucket, place.key("y"), b"newer", {"If-Match": f'"{seen}"'})
    assert replaced.status == 200
    failed = await rename(seen)
    assert (failed["state"], reasons(failed)) == ("failed", ["changed-meanwhile"])
    assert repr(place.key("y")) in failed["failures"][0]["message"]
    assert (await body(place, "x"), await body(place, "y")) == (b"x", b"newer")
    newest = await generation()
    assert (await rename(newest))["state"] == "succeeded"
    assert await names(place) == ["y"] and await body(place, "y") == b"x"
    await fill(place, "x")
    seen = await generation()
    assert (await place.client.delete(place.bucket, place.key("y"), {"If-Match": f'"{seen}"'})).status == 204
    assert reasons(await rename(seen)) == ["changed-meanwhile"]
    assert await names(place) == ["x"]
