"""Requests that are wrong in themselves: each gets a 4xx that says what is wrong."""

from __future__ import annotations

import aiohttp
import pytest
from yarl import URL

from .server import BASE_URL, TOKEN
from .traps import CANARY, body_for

pytestmark = pytest.mark.usefixtures("calm_log")


@pytest.mark.parametrize("key", ["", ".", "..", "a\nb", "a\rb", "x" * 1025])
async def test_illegal_names_are_refused_everywhere(client, key):
    replies = [
        await client.get("disk", key),
        await client.ask("GET", "details", {"bucket": "disk", "key": key}),
        await client.put("disk", key, b"1"),
        await client.delete("disk", key),
        await client.start("disk", key, 1),
    ]
    assert {reply.status for reply in replies} == {400}
    assert len({reply.reason for reply in replies}) == 1


@pytest.mark.parametrize(
    ("bucket", "status", "reason"),
    [
        ("none", 404, "unknown-bucket"),
        ("", 404, "unknown-bucket"),
        ("../disk", 404, "unknown-bucket"),
        ("broken", 400, "bucket-unavailable"),
    ],
)
async def test_unknown_buckets(client, bucket, status, reason):
    for reply in (
        await client.list(bucket),
        await client.get(bucket, "x"),
        await client.ask("GET", "details", {"bucket": bucket, "key": "x"}),
        await client.put(bucket, "x", b"1"),
        await client.delete(bucket, "x"),
        await client.start(bucket, "x", 1),
    ):
        assert (reply.status, reply.reason) == (status, reason)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"limit": "0"}, "bad-limit"),
        ({"limit": "1001"}, "bad-limit"),
        ({"limit": "-1"}, "bad-limit"),
        ({"limit": "²"}, "bad-limit"),
        ({"limit": "9" * 5000}, "bad-limit"),
        ({"limit": ""}, "bad-limit"),
        ({"prefix": "ada"}, "bad-prefix"),
        ({"startsWith": "a/b"}, "bad-starts-with"),
        ({"pageToken": "never given out"}, "bad-page-token"),
        ({"pageToken": "n****"}, "bad-page-token"),
        ({"pageToken": "\0"}, "bad-page-token"),
    ],
)
async def test_lists_that_make_no_sense(client, query, reason):
    reply = await client.ask("GET", "list", {"bucket": "disk", **query})
    assert (reply.status, reply.reason) == (400, reason)


async def test_a_page_token_that_the_store_refuses(on_standin):
    reply = await on_standin.client.list(on_standin.bucket, pageToken="never given out")
    assert (reply.status, reply.reason) == (400, "bad-page-token")


@pytest.mark.parametrize("query", ["", "key=x", "bucket=disk", "bucket=disk&key=a&key=b", "bucket=disk&key=%FF%FE"])
async def test_queries_that_make_no_sense(client, query):
    for method in ("GET", "DELETE"):
        reply = await client.ask(method, f"{BASE_URL}leap-buckets/object?{query}")
        assert (reply.status, reply.reason) in ((400, "bad-parameter"), (400, "invalid-unicode"))


@pytest.mark.parametrize(
    "header",
    [
        "bytes=5-2",
        "bytes=-0",
        "bytes=",
        "bytes=-",
        "bytes=0-1,3-4",
        "lines=0-1",
        "bytes=a-b",
        "bytes=0x1-2",
        "x",
        "bytes=" + "9" * 30 + "-",
    ],
)
async def test_ranges_that_make_no_sense(client, header):
    reply = await client.get("disk", "ada/x.txt", Range=header)
    assert (reply.status, reply.reason) == (416, "bad-range")


@pytest.mark.parametrize("header", ['"x', "x", "*", 'W/"x"', '"a", "b"', '"' + "x" * 200 + '"', '"a b"'])
async def test_preconditions_that_make_no_sense(client, header):
    reply = await client.put("disk", "ada/x.txt", b"1", {"If-Match": header})
    assert reply.status == 400 and reply.reason in ("bad-precondition", "bad-generation")
    reply = await client.put("disk", "ada/x.txt", b"1", {"If-None-Match": '"x"'})
    assert (reply.status, reply.reason) == (400, "bad-precondition")
    assert (await client.get("disk", "ada/x.txt")).body == CANARY


@pytest.mark.parametrize("path", ["uploads", "token", "buckets", "archive"])
@pytest.mark.parametrize(
    ("data", "content_type", "status", "reason"),
    [
        (b"x=1", "application/x-www-form-urlencoded", 415, "wrong-content-type"),
        (b"{}", "text/plain", 415, "wrong-content-type"),
        (b"", "application/json", 400, "bad-json"),
        (b"{", "application/json", 400, "bad-json"),
        (b"\xff\xfe", "application/json", 400, "bad-json"),
        (b"[]", "application/json", 400, "bad-json"),
        (b"[" * 100_000, "application/json", 400, "bad-json"),
        (b'{"size": ' + b"9" * 5000 + b"}", "application/json", 400, "bad-json"),
        (b'{"x": "' + b"x" * (1 << 20) + b'"}', "application/json", 413, "body-too-large"),
    ],
)
async def test_bodies_that_make_no_sense(client, path, data, content_type, status, reason):
    reply = await client.ask("POST", path, data=data, headers={"Content-Type": content_type})
    assert (reply.status, reply.reason) == (status, reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": -1}, "bad-parameter"),
        ({"size": "5"}, "bad-parameter"),
        ({"size": True}, "bad-parameter"),
        ({"size": 1.5}, "bad-parameter"),
        ({"size": None}, "bad-parameter"),
        ({"size": 5 * 1024**4 + 1}, "object-too-large"),
        ({"bucket": 5}, "bad-parameter"),
        ({"key": ["a"]}, "bad-parameter"),
        ({"key": "\ud83c"}, "invalid-unicode"),
        ({"contentType": "text/plain\r\nX-Evil: 1"}, "bad-content-type"),
        ({"contentType": 5}, "bad-content-type"),
        ({"contentType": "nonsense"}, "bad-content-type"),
        ({"ifGenerationMatch": -1}, "bad-generation"),
        ({"ifGenerationMatch": True}, "bad-generation"),
        ({"ifGenerationMatch": "a b"}, "bad-generation"),
        ({"ifGenerationMatch": {}}, "bad-generation"),
    ],
)
async def test_uploads_that_make_no_sense(client, changes, reason):
    reply = await client.ask("POST", "uploads", body={"bucket": "disk", "key": "k", "size": 1, **changes})
    assert reply.status in (400, 413) and reply.reason == reason


async def test_a_write_that_is_too_large_is_told_how_to_go_up(client):
    reply = await client.put("disk", "large", bytes((1 << 20) + 1))
    assert (reply.status, reply.reason) == (413, "body-too-large")
    assert "POST uploads" in reply.json()["hint"]

    async def without_length():
        for _ in range(20):
            yield bytes(65536)

    reply = await client.put("disk", "large", without_length())
    assert (reply.status, reply.reason) == (413, "body-too-large")
    assert (await client.get("disk", "large")).status == 404


async def test_a_connection_stays_usable_after_a_refusal(client):
    """A proxy sends somebody's next request into it."""
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector) as http:
        for number in range(3):
            url = URL(client.url("object", {"bucket": "none", "key": "x"}), encoded=True)
            headers = {"Authorization": f"token {TOKEN}"} if number else {}
            async with http.put(url, data=bytes(3 << 20), headers=headers) as reply:
                assert reply.status == (413 if number else 403)
                assert reply.headers.get("Connection", "") != "close"
                await reply.read()


@pytest.mark.parametrize("path", ["", "nothing", "buckets/x/y", "uploads/../buckets", "uploads/a/b", "list/"])
async def test_unknown_addresses(client, path):
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        reply = await client.ask(method, f"{BASE_URL}leap-buckets/{path}", **body_for(method))
        assert reply.status in (302, 404)
        assert reply.status == 302 or reply.reason == "not-found"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "buckets"), ("GET", "buckets/x"), ("DELETE", "list"), ("PATCH", "object"), ("GET", "token")],
)
async def test_verbs_that_an_address_does_not_take(client, method, path):
    reply = await client.ask(method, path)
    assert (reply.status, reply.reason) == (405, "method-not-allowed")
