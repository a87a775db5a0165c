"""The stand-in answers as Google documents, where emulators do not; and Google's own Python client reads it."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from .standin_storage import Bucket


async def pages(place, limit: int) -> list[list[str]]:
    token, found = "", []
    while token is not None:
        page = (await place.client.list(place.bucket, place.folder, limit=limit, pageToken=token)).json()
        found.append([entry["key"].removeprefix(place.folder) for entry in page["entries"]])
        token = page["nextPageToken"]
    return found


@pytest.mark.parametrize("kind", ["standin", "local"])
async def test_folders_and_objects_share_pages(servers, kind):
    from .conftest import place_in

    place = place_in(servers, kind)
    for name in ("a", "a/1", "a/2", "a-b", "b/1", "b0", "c/d/e", "c/d/f", "z"):
        # A disk cannot hold both the object "a" and the folder "a/".
        await place.client.put(place.bucket, place.key(name if kind == "standin" or name != "a" else "A"), b"")
    first = "a" if kind == "standin" else "A"
    assert await pages(place, 3) == [[first, "a-b", "a/"], ["b/", "b0", "c/"], ["z"]]
    assert await pages(place, 1) == [[name] for name in (first, "a-b", "a/", "b/", "b0", "c/", "z")]


def test_a_million_objects_page_quickly():
    bucket = Bucket("many")
    bucket.pretend("many/", 1_000_000)
    page = bucket.page("many/", "/", 1000, "")
    assert len(page["items"]) == 1000
    assert bucket.page("", "/", 1000, "") == {"kind": "storage#objects", "prefixes": ["many/"]}
    last = bucket.page("many/0999", "/", 1000, "")
    assert last["items"][-1]["name"] == "many/0999999.bin"


async def test_it_runs_alone():
    command = [sys.executable, "-m", "jupyterlab_leap_buckets.tests.standin", "--port", "0", "--objects", "3"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    address = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    from ..stores.gcs import GcsStore
    from ..stores.gcs_client import GcsClient
    from ..stores.google_auth import Anonymous

    client = GcsClient(address, Anonymous(), 5, 5, 5)
    page = await GcsStore("leap-scratch", client).list("many/", "", 10, None)
    assert [entry["name"] for entry in page.entries] == ["0000000.bin", "0000001.bin", "0000002.bin"]
    await client.close()
    process.terminate()
    await process.wait()
