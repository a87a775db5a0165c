"""Operations that are wrong in themselves, or too much: each gets a 4xx that says what is wrong."""

from __future__ import annotations

import pytest

from ..operations.conflict import numbered
from .operations import keys, run
from .traps import CANARY

KEYS = {"bucket": "disk", "keys": ["ada/x.txt"]}
PREFIX = {"bucket": "disk", "prefix": "ada/"}
TO = {"bucket": "disk", "prefix": "c/"}
REPLACING = {**TO, "replaces": "1"}
REPLACED = {"kind": "copy", "source": KEYS, "onConflict": "replace"}


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ({}, 400, "bad-kind"),
        ({"kind": "destroy", "source": KEYS}, 400, "bad-kind"),
        ({"kind": ["copy"], "source": KEYS}, 400, "bad-kind"),
        ({"kind": "delete"}, 400, "bad-source"),
        ({"kind": "delete", "source": "disk"}, 400, "bad-source"),
        ({"kind": "delete", "source": {"prefix": ""}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk"}}, 400, "bad-source"),
        ({"kind": "delete", "source": {**KEYS, **PREFIX}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": []}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": "ada/x.txt"}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": [None]}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": ["x"] * 10_001}}, 400, "bad-source"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": [""]}}, 400, "empty-name"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": [".."]}}, 400, "reserved-name"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": ["a\nb"]}}, 400, "line-break-in-name"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": ["\ud83c"]}}, 400, "invalid-unicode"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": ["x" * 1025]}}, 400, "name-too-long"),
        ({"kind": "delete", "source": {"bucket": "disk", "prefix": "ada"}}, 400, "bad-prefix"),
        ({"kind": "delete", "source": {"bucket": "disk", "prefix": 5}}, 400, "bad-source"),
        ({"kind": "delete", "source": {**PREFIX, "generations": []}}, 400, "bad-source"),
        ({"kind": "delete", "source": {**KEYS, "generations": []}}, 400, "bad-generation"),
        ({"kind": "delete", "source": {**KEYS, "generations": ["0"]}}, 400, "bad-generation"),
        ({"kind": "delete", "source": {**KEYS, "generations": [5]}}, 400, "bad-generation"),
        ({"kind": "delete", "source": {**KEYS, "generations": ["a b"]}}, 400, "bad-generation"),
        ({"kind": "delete", "source": {"bucket": "disk", "keys": ["a/"], "generations": ["5"]}}, 400, "bad-generation"),
        ({"kind": "delete", "source": KEYS, "destination": TO}, 400, "bad-destination"),
        ({"kind": "delete", "source": KEYS, "onConflict": "overwrite"}, 400, "bad-conflict"),
        ({"kind": "delete", "source": KEYS, "onConflict": {}}, 400, "bad-conflict"),
        ({"kind": "delete", "source": KEYS, "query": "x"}, 400, "bad-query"),
        ({"kind": "delete", "source": {"bucket": "none", "keys": ["x"]}}, 404, "unknown-bucket"),
        ({"kind": "delete", "source": {"bucket": "broken", "keys": ["x"]}}, 400, "bucket-unavailable"),
        ({"kind": "search", "source": PREFIX}, 400, "bad-query"),
        ({"kind": "search", "source": PREFIX, "query": ""}, 400, "bad-query"),
        ({"kind": "search", "source": PREFIX, "query": "x" * 1025}, 400, "bad-query"),
        ({"kind": "copy", "source": KEYS}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": "c/"}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": {"bucket": "disk"}}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": {"bucket": "none", "prefix": ""}}, 404, "unknown-bucket"),
        ({"kind": "copy", "source": KEYS, "destination": {"bucket": "disk", "prefix": "c"}}, 400, "bad-prefix"),
        ({"kind": "copy", "source": KEYS, "destination": {**TO, "name": ""}}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": {**TO, "name": "a/b"}}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": {**TO, "name": "a\nb"}}, 400, "line-break-in-name"),
        ({"kind": "copy", "source": KEYS, "destination": {**TO, "name": "n" * 1024}}, 400, "name-too-long"),
        ({"kind": "copy", "source": PREFIX, "destination": {**TO, "name": "n"}}, 400, "bad-destination"),
        ({"kind": "copy", "source": KEYS, "destination": {**TO, "replaces": "1"}}, 400, "bad-destination"),
        ({**REPLACED, "source": PREFIX, "destination": REPLACING}, 400, "bad-destination"),
        ({**REPLACED, "source": {**KEYS, "keys": ["a", "b"]}, "destination": REPLACING}, 400, "bad-destination"),
        ({**REPLACED, "source": {**KEYS, "keys": ["a/"]}, "destination": REPLACING}, 400, "bad-destination"),
        *(
            ({**REPLACED, "destination": {**TO, "replaces": generation}}, 400, "bad-generation")
            for generation in ("", "0", 1, True, ["1"], "a b", "../x")
        ),
        ({"kind": "copy", "source": KEYS, "destination": {"bucket": "disk", "prefix": "ada/"}}, 400, "same-place"),
        ({"kind": "move", "source": PREFIX, "destination": PREFIX, "onConflict": "keepBoth"}, 400, "same-place"),
        ({"kind": "copy", "source": PREFIX, "destination": PREFIX, "onConflict": "replace"}, 400, "same-place"),
        (
            {
                "kind": "copy",
                "source": {"bucket": "disk", "prefix": ""},
                "destination": {"bucket": "disk", "prefix": ""},
                "onConflict": "keepBoth",
            },
            400,
            "same-place",
        ),
        ({"kind": "copy", "source": PREFIX, "destination": {"bucket": "disk", "prefix": "ada/b/"}}, 400, "into-itself"),
        ({"kind": "move", "source": {"bucket": "disk", "prefix": ""}, "destination": TO}, 400, "into-itself"),
        (
            {"kind": "move", "source": {"bucket": "disk", "keys": ["ada/"]}, "destination": PREFIX},
            400,
            "into-itself",
        ),
        (
            {
                "kind": "copy",
                "source": {"bucket": "disk", "keys": ["a/x", "b/x"]},
                "destination": TO,
                "onConflict": "replace",
            },
            400,
            "same-name",
        ),
    ],
)
async def test_operations_that_make_no_sense(client, calm_log, asked, status, reason):
    reply = await client.ask("POST", "operations", body=asked)
    assert (reply.status, reply.reason) == (status, reason)
    assert (await client.get("disk", "ada/x.txt")).body == CANARY


async def test_operations_that_nobody_knows(client, calm_log):
    for method in ("GET", "DELETE"):
        reply = await client.ask(method, "operations/never-given-out")
        assert (reply.status, reply.reason) == (404, "unknown-operation")
    reply = await client.ask("POST", "operations", data=b"x=1")
    assert (reply.status, reply.reason) == (415, "wrong-content-type")
    reply = await client.ask("POST", "operations", data=b"x" * (17 << 20))
    assert (reply.status, reply.reason) == (413, "body-too-large")


async def test_ten_thousand_keys(on_standin, standin):
    names_of = [f"{number:05d}" + "n" * 200 for number in range(10_000)]
    done = await run(on_standin, "delete", keys(on_standin, *names_of[:10_000:100]))
    assert (done["failuresTotal"], done["source"]["keysTotal"]) == (100, 100)
    asked = {"kind": "measure", "source": keys(on_standin, *names_of)}
    reply = await on_standin.client.ask("POST", "operations", body=asked)
    assert reply.status == 202
    ended = await on_standin.client.ask("DELETE", f"operations/{reply.json()['id']}")
    assert ended.json()["state"] == "cancelled" and len(ended.json()["source"]["keys"]) == 100


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.txt", "x-Copy3.txt"),
        ("x-Copy1.txt", "x-Copy3.txt"),
        ("x-Copy.txt", "x-Copy3.txt"),
        ("v1.2 a.tar.gz", "v1.2 a-Copy3.tar.gz"),
        (".rc", ".rc-Copy3"),
        ("data.zarr", "data-Copy3.zarr"),
        ("x", "x-Copy3"),
        ("", "-Copy3"),
        ("-Copy1", "-Copy1-Copy3"),
    ],
)
def test_numbered(name, expected):
    assert numbered(name, 3) == expected
