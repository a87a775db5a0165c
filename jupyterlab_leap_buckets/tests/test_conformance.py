"""What every store does alike, asked through the routes: a folder on disk, Google's emulator and our stand-in."""

from __future__ import annotations

import hashlib
import random

import pytest

from ..checksum import crc32c
from ..stores.gcs import WALK_FIELDS
from .conftest import S3

NAMES = [
    "plain.txt",
    "a//b",
    "//",
    "x/./y",
    "x/../z",
    "./x",
    "../x",
    "x/..",
    "x/.",
    "...",
    "%2F",
    "a%2Fb%25",
    "%",
    "%.",
    "%%..",
    "#?&+ =;,",
    "'\"`<script>",
    " blanks ",
    "tab\there",
    "back\\slash",
    "é NFC \u00e9 and NFD e\u0301",
    "日本語/🌊🧊.nc",
    "folder.zarr/c/0/0",
    ":colon|pipe*star",
]


def long_key(folder: str) -> str:
    """1,024 bytes, in parts that a disk can hold."""
    parts = folder + "/".join(["é" * 120] * 4) + "/"
    return parts + "x" * (1024 - len(parts.encode()))


async def names_below(place, prefix: str) -> list[str]:
    """Every object's key below a prefix, found by walking its folders."""
    entries = (await place.client.list(place.bucket, prefix)).json()["entries"]
    found = [entry["key"] for entry in entries if entry["kind"] == "object"]
    for entry in entries:
        if entry["kind"] == "folder":
            found += await names_below(place, entry["key"])
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_any_legal_name_survives(place, name):
    key = place.key(name)
    data = hashlib.sha256(key.encode()).digest()
    written = await place.client.put(place.bucket, key, data)
    assert written.status == 200, written.body
    assert written.json()["key"] == key
    assert (await place.client.get(place.bucket, key)).body == data
    assert await names_below(place, place.folder) == [key]
    uploaded = await place.client.upload(place.bucket, key, data[::-1])
    assert uploaded.status == 200, uploaded.body
    assert (await place.client.get(place.bucket, key)).body == data[::-1]
    assert (await place.client.delete(place.bucket, key)).status == 204
    assert await names_below(place, place.folder) == []


async def test_a_name_of_1024_bytes(place):
    key = long_key(place.folder)
    assert (await place.client.put(place.bucket, key, b"1")).status == 200
    assert (await place.client.get(place.bucket, key)).body == b"1"
    assert await names_below(place, place.folder) == [key]
    too_long = await place.client.put(place.bucket, key + "x", b"1")
    assert (too_long.status, too_long.reason) == (400, "name-too-long")


async def test_names_that_differ_stay_different(place):
    keys = [place.key(name) for name in ("a/b", "a//b", "a/./b", "x/../a/b", "a/%/b", "a/%2F/b", "A/b")]
    for number, key in enumerate(keys):
        assert (await place.client.put(place.bucket, key, b"%d" % number)).status == 200
    for number, key in enumerate(keys):
        assert (await place.client.get(place.bucket, key)).body == b"%d" % number
    assert sorted(await names_below(place, place.folder)) == sorted(keys)


async def test_a_folder_lists_its_own_names_only(place):
    for name in ("b.txt", "a/1", "a/2", "a-b", "a.zarr/zarr.json", "ab", "é"):
        await place.client.put(place.bucket, place.key(name), b"12345")
    listed = await place.client.list(place.bucket, place.folder)
    assert listed.status == 200
    assert set(listed.json()) == {"entries", "nextPageToken"}
    entries = listed.json()["entries"]
    kinds = [(entry["kind"], entry["name"]) for entry in entries]
    # By UTF-8 bytes, a folder's slash included: "-" and "." come before "/".
    assert kinds == [
        ("object", "a-b"),
        ("folder", "a.zarr"),
        ("folder", "a"),
        ("object", "ab"),
        ("object", "b.txt"),
        ("object", "é"),
    ]
    fields = {"kind", "name", "key", "size", "updated", "generation", "contentType", "storageClass", "created"}
    assert all(set(entry) == fields for entry in entries)
    folder, file = entries[2], entries[4]
    assert folder["key"] == place.key("a/") and folder["size"] is None
    assert file["key"] == place.key("b.txt") and file["size"] == 5
    assert folder["created"] is None and file["created"].endswith("Z")
    assert file["updated"].endswith("Z") and isinstance(file["generation"], str)
    # S3 lists no types; an object says its own.
    assert file["contentType"] == (None if place.kind in S3 else "text/plain")


async def test_a_walk_finds_everything_below(place):
    names = ["b.txt", "a/1", "a/2", "a-b", "a.zarr/zarr.json", "a/x/", "a//b", "é", "ab/c/d/e/f"]
    for name in names:
        await place.client.put(place.bucket, place.key(name), b"12345")
    store = place.client.leap.store(place.client.leap.bucket(place.bucket))
    found = [info for page in [page async for page in store.walk(place.folder)] for info in page]
    assert sorted(info.key for info in found) == sorted(map(place.key, names))
    assert {info.size for info in found} == {5} and all(info.updated and info.generation for info in found)
    below = [[info.key for info in page] async for page in store.walk(place.key("a/x/"))]
    assert below == [[place.key("a/x/")]]
    assert [info async for page in store.walk(place.key("nothing/")) for info in page] == []


@pytest.mark.parametrize("place", ["local", "standin"], indirect=True)  # the emulator takes seconds
@pytest.mark.parametrize("count", [1000, 1001, 2500])
async def test_a_long_walk_comes_in_pages(place, standin, count):
    folder = place.key(f"many-{count}/")
    if place.kind == "local":
        (place.root / folder).mkdir(parents=True)
        for number in range(count):
            (place.root / folder / f"{number:07d}.bin").touch()
    else:
        standin.buckets[place.bucket].pretend(folder, count)
    store = place.client.leap.store(place.client.leap.bucket(place.bucket))
    pages = [[info.key for info in page] async for page in store.walk(folder)]
    assert sorted(key for page in pages for key in page) == [f"{folder}{number:07d}.bin" for number in range(count)]
    assert max(map(len, pages)) == 1000


@pytest.mark.parametrize("place", ["standin", "fake-gcs-server"], indirect=True)
async def test_a_list_begins_and_ends_where_it_is_told_to(place):
    """https://cloud.google.com/storage/docs/json_api/v1/objects/list: from `startOffset` on, before `endOffset`."""
    for name in ("a", "a/b", "b", "b!", "c", "é", "🌊"):
        await place.client.put(place.bucket, place.key(name), b"1")
    store = place.client.leap.store(place.client.leap.bucket(place.bucket))

    async def page(limit: int, token: str | None, start: str, end: str | None) -> tuple[list[str], str | None]:
        narrow = {"prefix": place.folder, "startOffset": place.key(start), "endOffset": end and place.key(end)}
        found = await store._page(WALK_FIELDS, limit, token, **narrow)
        return [item["name"].removeprefix(place.folder) for item in found.get("items", [])], found.get("nextPageToken")

    assert await page(1000, None, "a/b", "c") == (["a/b", "b", "b!"], None)
    assert await page(1000, None, 'b"', None) == (["c", "é", "🌊"], None)
    assert await page(1000, None, "d", "e") == ([], None)
    first, token = await page(2, None, "a/b", "c")
    assert first == ["a/b", "b"] and token
    assert await page(2, token, "a/b", "c") == (["b!"], None)


async def test_starts_with_is_asked_of_the_store(place):
    for name in ("apple", "apricot/1", "banana"):
        await place.client.put(place.bucket, place.key(name), b"1")
    listed = await place.client.list(place.bucket, place.folder, startsWith="ap")
    assert [entry["name"] for entry in listed.json()["entries"]] == ["apple", "apricot"]


async def test_an_empty_folder_is_an_empty_list(place):
    listed = await place.client.list(place.bucket, place.key("nothing/"))
    assert (listed.status, listed.json()) == (200, {"entries": [], "nextPageToken": None})


async def test_a_placeholder_is_listed_as_what_it_is(place):
    await place.client.put(place.bucket, place.key("new/"), b"")
    (folder,) = (await place.client.list(place.bucket, place.folder)).json()["entries"]
    assert (folder["kind"], folder["name"]) == ("folder", "new")
    (inside,) = (await place.client.list(place.bucket, place.key("new/"))).json()["entries"]
    assert (inside["kind"], inside["name"], inside["key"]) == ("object", "", place.key("new/"))


@pytest.mark.parametrize("count", [1, 6, 7, 12])
async def test_pages_are_whole(place, count):
    """Also when the last page is exactly full. Objects only: the emulator repeats folders on every page."""
    keys = [place.key(f"{number:03d}") for number in range(count)]
    for key in keys:
        await place.client.put(place.bucket, key, b"")
    found, token, pages = [], "", 0
    while token is not None:
        page = (await place.client.list(place.bucket, place.folder, limit=6, pageToken=token)).json()
        found += [entry["key"] for entry in page["entries"]]
        token, pages = page["nextPageToken"], pages + 1
        assert len(page["entries"]) <= 6
    assert found == keys
    assert pages == (count + 5) // 6


async def test_ranges(place):
    data = bytes(range(256)) * 10
    key = place.key("range.bin")
    await place.client.put(place.bucket, key, data)
    for header, start, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=2500-", 2500, 2560),
        ("bytes=2500-99999", 2500, 2560),
        ("bytes=-60", 2500, 2560),
        ("bytes=-99999", 0, 2560),
    ):
        part = await place.client.get(place.bucket, key, Range=header)
        assert (part.status, part.body) == (206, data[start:stop]), header
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/2560"
        assert part.headers["Content-Length"] == str(stop - start)
    for header in ("bytes=2560-", "bytes=9999-10000"):
        beyond = await place.client.get(place.bucket, key, Range=header)
        assert (beyond.status, beyond.reason) == (416, "range-not-satisfiable")
        assert beyond.headers["Content-Range"] == "bytes */2560"


async def test_head_says_what_get_says(place):
    key = place.key("head.txt")
    generation = (await place.client.put(place.bucket, key, b"12345")).json()["generation"]
    head = await place.client.ask("HEAD", "object", {"bucket": place.bucket, "key": key})
    got = await place.client.get(place.bucket, key)
    assert (head.status, head.body, got.body) == (200, b"", b"12345")
    for name in ("ETag", "Content-Length", "Content-Type", "Content-Disposition", "Last-Modified"):
        assert head.headers[name] == got.headers[name], name
    assert got.headers["ETag"] == f'"{generation}"'
    unchanged = await place.client.get(place.bucket, key, **{"If-None-Match": f'"{generation}"'})
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert (await place.client.get(place.bucket, place.key("none"))).reason == "no-such-object"
    missing = await place.client.ask("HEAD", "object", {"bucket": place.bucket, "key": place.key("none")})
    assert missing.status == 404


async def test_writes_say_what_they_replace(place):
    key = place.key("note.txt")
    first = await place.client.put(place.bucket, key, b"first")
    assert first.headers["ETag"] == f'"{first.json()["generation"]}"'
    again = await place.client.put(place.bucket, key, b"again")
    assert (again.status, again.reason) == (412, "already-exists")
    second = await place.client.put(place.bucket, key, b"second", {"If-Match": first.headers["ETag"]})
    assert second.status == 200
    assert second.json()["generation"] != first.json()["generation"]
    late = await place.client.put(place.bucket, key, b"late", {"If-Match": first.headers["ETag"]})
    assert (late.status, late.reason) == (412, "changed-meanwhile")
    assert (await place.client.get(place.bucket, key)).body == b"second"
    unsaid = await place.client.put(place.bucket, key, b"blind", {})
    assert (unsaid.status, unsaid.reason) == (428, "precondition-required")
    gone = await place.client.put(place.bucket, place.key("gone"), b"x", {"If-Match": first.headers["ETag"]})
    assert (gone.status, gone.reason) == (412, "changed-meanwhile")


@pytest.mark.parametrize("place", ["local", "standin", *S3], indirect=True)  # the emulator ignores it in deletes
async def test_deletes_say_what_they_delete(place):
    key = place.key("delete.txt")
    generation = (await place.client.put(place.bucket, key, b"1")).headers["ETag"]
    await place.client.put(place.bucket, key, b"2", {"If-Match": generation})
    late = await place.client.delete(place.bucket, key, {"If-Match": generation})
    assert (late.status, late.reason) == (412, "changed-meanwhile")
    now = (await place.client.get(place.bucket, key)).headers["ETag"]
    assert (await place.client.delete(place.bucket, key, {"If-Match": now})).status == 204
    assert (await place.client.delete(place.bucket, key)).reason == "no-such-object"
    assert (await place.client.list(place.bucket, place.folder)).json()["entries"] == []


@pytest.mark.parametrize("size", [0, 1, 262144, 8 << 20, (16 << 20) + 77])
async def test_uploads_of_any_size(place, size):
    data = random.Random(size).randbytes(size)
    key = place.key(f"upload-{size}.txt")
    done = await place.client.upload(place.bucket, key, data, contentType="text/plain")
    assert done.status == 200, done.body
    info = done.json()
    assert (info["key"], info["size"], info["kind"]) == (key, size, "object")
    assert info["crc32c"] == crc32c(data)
    assert info["checksum"] == {"algorithm": "crc32c", "value": info["crc32c"]}
    got = await place.client.get(place.bucket, key)
    assert got.body == data
    assert got.headers["ETag"] == f'"{info["generation"]}"'
    assert got.headers["Content-Type"].startswith("text/plain")


async def test_uploads_in_small_pieces(place):
    data = random.Random(1).randbytes(5 * 262144 + 3)
    upload = (await place.client.start(place.bucket, place.key("pieces"), len(data))).json()
    assert upload["partSize"] == 8 << 20 and upload["directUrl"] is None
    for at in range(0, 5 * 262144, 262144):
        known = await place.client.offset(upload, len(data))
        assert (known.status, known.headers.get("Range")) == (308, f"bytes=0-{at - 1}" if at else None)
        sent = await place.client.piece(upload, data[at : at + 262144], at, len(data))
        assert (sent.status, sent.headers["Range"]) == (308, f"bytes=0-{at + 262143}")
    assert (await place.client.get(place.bucket, place.key("pieces"))).status == 404
    done = await place.client.piece(upload, data[-3:], len(data) - 3, len(data))
    assert (done.status, done.json()["size"]) == (200, len(data))
    assert (await place.client.get(place.bucket, place.key("pieces"))).body == data
    # The last answer got lost: both ways to find out give it again.
    assert (await place.client.offset(upload, len(data))).json() == done.json()
    assert (await place.client.piece(upload, data[-3:], len(data) - 3, len(data))).json() == done.json()


async def test_uploads_say_what_they_replace(place):
    key = place.key("replace")
    first = (await place.client.upload(place.bucket, key, b"first", ifGenerationMatch=0)).json()
    refused = await place.client.start(place.bucket, key, 4, ifGenerationMatch=0)
    if refused.status == 201:  # the emulator looks at the end only
        refused = await place.client.piece(refused.json(), b"late", 0, 4)
    assert (refused.status, refused.reason) == (412, "already-exists")
    assert (await place.client.get(place.bucket, key)).body == b"first"
    done = await place.client.upload(place.bucket, key, b"second", ifGenerationMatch=first["generation"])
    assert done.status == 200
    assert (await place.client.get(place.bucket, key)).body == b"second"


async def test_a_cancelled_upload_leaves_nothing(place):
    data = bytes(262144)
    upload = (await place.client.start(place.bucket, place.key("cancelled"), 2 * len(data))).json()
    await place.client.piece(upload, data, 0, 2 * len(data))
    assert (await place.client.ask("DELETE", upload["relayUrl"])).status == 204
    assert (await place.client.offset(upload, 2 * len(data))).reason == "unknown-upload"
    assert (await place.client.list(place.bucket, place.folder)).json()["entries"] == []
