"""Ways out of a bucket that is a folder on disk: none leads anywhere."""

from __future__ import annotations

import os

import pytest

from .server import BASE_URL
from .traps import CANARY

pytestmark = pytest.mark.usefixtures("calm_log")


@pytest.mark.parametrize(
    "key",
    [
        "../secret.txt",
        "ada/../../secret.txt",
        "..%2Fsecret.txt",
        "%2e%2e/secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "..\\secret.txt",
        "ada/x.txt/../../../secret.txt",
        "....//secret.txt",
    ],
)
async def test_dots_are_names_and_lead_nowhere(client, key):
    reply = await client.get("disk", key)
    assert (reply.status, reply.reason) == (404, "no-such-object")


@pytest.mark.parametrize(
    "query", ["..%2Fsecret.txt", "%2e%2e/secret.txt", "%252e%252e%252fsecret.txt", "ada/..%2f..%2fsecret.txt"]
)
async def test_encoding_dots_once_or_twice_leads_nowhere_either(client, query):
    reply = await client.ask("GET", f"{BASE_URL}leap-buckets/object?bucket=disk&key={query}")
    assert (reply.status, reply.reason) == (404, "no-such-object")


@pytest.mark.parametrize("prefix", ["../", "ada/../../", "../beside/", "/", "//etc/", "./"])
async def test_dots_list_nothing(client, prefix):
    assert (await client.list("disk", prefix)).json() == {"entries": [], "nextPageToken": None}


@pytest.mark.parametrize("key", ["link.txt", "link/secret.txt", "link/new.txt", "ada/up/secret.txt", "loop"])
async def test_links_out_of_the_bucket_are_refused(client, folder, key):
    for reply in (
        await client.get("disk", key),
        await client.put("disk", key, b"overwritten"),
        await client.put("disk", key, b"overwritten", {"If-Match": '"1"'}),
        await client.delete("disk", key),
        await client.start("disk", key, 5),
    ):
        assert (reply.status, reply.reason) in ((403, "outside-bucket"), (412, "changed-meanwhile"))
        assert b"SECRET" not in reply.body
    assert (folder / "secret.txt").read_bytes() == (folder / "beside" / "secret.txt").read_bytes() == b"SECRET"
    assert os.listdir(folder / "beside") == ["secret.txt"]


async def test_linked_folders_are_not_listed(client):
    for prefix in ("link/", "ada/up/", "ada/up/beside/"):
        reply = await client.list("disk", prefix)
        assert (reply.status, reply.reason) == (403, "outside-bucket")
    listed = (await client.list("disk")).json()["entries"]
    assert [entry["name"] for entry in listed] == ["ada", "inside.txt"]
    assert (await client.get("disk", "inside.txt")).body == CANARY


async def test_the_temporary_folder_is_no_part_of_the_bucket(client, folder):
    upload = (await client.start("disk", "unfinished", 5)).json()
    (name,) = os.listdir(folder / "bucket" / ".leap-buckets-temporary")
    for key in (f".leap-buckets-temporary/{name}", ".leap-buckets-temporary"):
        assert (await client.get("disk", key)).reason == "reserved-name"
    assert (await client.list("disk", ".leap-buckets-temporary/")).reason == "reserved-name"
    assert ".leap" not in (await client.list("disk")).body.decode()
    await client.ask("DELETE", upload["relayUrl"])


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        ("ada", 409, "name-clash"),
        ("ada/x.txt/below", 409, "name-clash"),
        ("x" * 256, 400, "name-too-long-for-disk"),
        ("a\0b", 400, "nul-in-name"),
    ],
)
async def test_what_a_disk_cannot_do(client, key, status, reason):
    for reply in (await client.put("disk", key, b"1"), await client.start("disk", key, 1)):
        assert (reply.status, reply.reason) == (status, reason)


async def test_a_pipe_is_not_an_object(client):
    assert (await client.get("disk", "fifo")).reason == "no-such-object"
