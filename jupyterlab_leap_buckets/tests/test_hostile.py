"""Callers who are nobody, who mean harm, or who are only wrong: each gets a 4xx that says what to do."""

from __future__ import annotations

import os

import aiohttp
import pytest
import pytest_asyncio
from jupyter_server.auth.authorizer import Authorizer
from yarl import URL

from .server import BASE_URL, TOKEN, jupyter_server

ROUTES = [
    ("GET", "buckets"),
    ("GET", "list?bucket=disk"),
    ("GET", "object?bucket=disk&key=ada/x.txt"),
    ("HEAD", "object?bucket=disk&key=ada/x.txt"),
    ("PUT", "object?bucket=disk&key=ada/new.txt"),
    ("DELETE", "object?bucket=disk&key=ada/old.txt"),
    ("POST", "uploads"),
    ("PUT", "uploads/some-id"),
    ("DELETE", "uploads/some-id"),
    ("POST", "token"),
    ("GET", "nothing/here"),
    ("POST", "nothing/here"),
]
WRITES = [route for route in ROUTES if route[0] not in ("GET", "HEAD")]
CANARY = b"only for those who may read it"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bucket's folder with a secret beside it, and links that lead to it."""
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "bucket"
    (root / "ada").mkdir(parents=True)
    (root / "ada" / "x.txt").write_bytes(CANARY)
    (folder / "secret.txt").write_bytes(b"SECRET")
    (folder / "beside").mkdir()
    (folder / "beside" / "secret.txt").write_bytes(b"SECRET")
    (root / "link.txt").symlink_to(folder / "secret.txt")
    (root / "link").symlink_to(folder / "beside")
    (root / "ada" / "up").symlink_to("../..")
    (root / "loop").symlink_to("loop")
    (root / "inside.txt").symlink_to("ada/x.txt")
    os.mkfifo(root / "fifo")
    return folder


@pytest_asyncio.fixture(scope="module")
async def client(folder):
    places = [
        {"id": "disk", "path": str(folder / "bucket")},
        {"id": "home", "path": str(folder / "bucket"), "home": "ada/"},
        {"id": "locked", "path": str(folder / "bucket"), "access": "read-only"},
        {"id": "broken", "path": str(folder / "missing")},
    ]
    async with jupyter_server(folder, LeapBuckets={"buckets": places, "smallWriteLimit": 1 << 20}) as client:
        yield client


def body_for(method: str) -> dict:
    return {"data": b"{}", "headers": {"Content-Type": "application/json"}} if method in ("POST", "PUT") else {}


# Who is asking


@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_nobody_gets_nothing(client, method, route):
    for token in (None, "wrong"):
        reply = await client.ask(method, f"{BASE_URL}leap-buckets/{route}", token=token, **body_for(method))
        assert reply.status == 403
        assert method == "HEAD" or reply.reason == "not-signed-in"
        assert CANARY not in reply.body


async def cookies(client) -> dict[str, str]:
    """Those of a page that signed in."""
    jar = aiohttp.CookieJar(unsafe=True)
    login = f"{client.origin}{BASE_URL}login?token={TOKEN}"
    async with aiohttp.ClientSession(cookie_jar=jar) as browser, browser.get(login) as page:
        await page.read()
    return {cookie.key: cookie.value for cookie in jar}


@pytest.mark.parametrize(("method", "route"), WRITES)
async def test_a_cookie_alone_changes_nothing(client, method, route):
    """Another site's page can send the cookie, and cannot read the token that has to come with it."""
    jar = await cookies(client)
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    more = body_for(method)
    more["headers"] = {**more.get("headers", {}), **cookie}
    url = f"{BASE_URL}leap-buckets/{route}"
    refused = await client.ask(method, url, token=None, **more)
    assert (refused.status, refused.reason) == (403, "xsrf")
    more["headers"]["X-XSRFToken"] = jar["_xsrf"]
    allowed = await client.ask(method, url, token=None, **more)
    assert allowed.status not in (401, 403) or allowed.reason != "xsrf"


async def test_another_sites_page_reads_nothing(client):
    jar = await cookies(client)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    headers["Origin"] = "https://evil.example"
    reply = await client.ask("GET", "object", {"bucket": "disk", "key": "ada/x.txt"}, headers, token=None)
    assert (reply.status, reply.reason) == (404, "not-found")


class Nobody(Authorizer):
    """Lets nobody do anything with buckets, and notes what was asked."""

    asked: set[tuple[str, str]] = set()  # noqa: RUF012 - shared on purpose

    def is_authorized(self, handler, user, action, resource):
        self.asked.add((action, resource))
        return resource != "leap_buckets"


async def test_every_verb_asks_the_authorizer(folder, tmp_path):
    places = [{"id": "disk", "path": str(folder / "bucket")}]
    config = {"LeapBuckets": {"buckets": places}, "ServerApp": {"authorizer_class": Nobody}}
    async with jupyter_server(tmp_path, **config) as client:
        for method, route in ROUTES:
            Nobody.asked.clear()
            reply = await client.ask(method, f"{BASE_URL}leap-buckets/{route}", **body_for(method))
            assert reply.status == 403, (method, route)
            assert method == "HEAD" or reply.reason == "forbidden"
            action = "read" if method in ("GET", "HEAD") else "write"
            assert (action, "leap_buckets") in Nobody.asked
    assert (folder / "bucket" / "ada" / "x.txt").exists()


# Ways out of a local bucket


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


# Nonsense


@pytest.mark.parametrize("key", ["", ".", "..", "a\nb", "a\rb", "x" * 1025])
async def test_illegal_names_are_refused_everywhere(client, key):
    replies = [
        await client.get("disk", key),
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


@pytest.mark.parametrize("path", ["uploads", "token"])
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


@pytest.mark.parametrize("path", ["", "nothing", "buckets/x", "uploads/../buckets", "uploads/a/b", "list/"])
async def test_unknown_addresses(client, path):
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        reply = await client.ask(method, f"{BASE_URL}leap-buckets/{path}", **body_for(method))
        assert reply.status in (302, 404)
        assert reply.status == 302 or reply.reason == "not-found"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "buckets"), ("DELETE", "list"), ("PATCH", "object"), ("GET", "token")]
)
async def test_verbs_that_an_address_does_not_take(client, method, path):
    reply = await client.ask(method, path)
    assert (reply.status, reply.reason) == (405, "method-not-allowed")


# Whose folder


async def test_outside_the_home_needs_a_word(client):
    for owner, key in (("ben", "ben/x"), ("readme.txt", "readme.txt"), ("", "/x"), ("ä b", "ä b/x")):
        for reply in (
            await client.put("home", key, b"1"),
            await client.delete("home", key),
            await client.start("home", key, 1),
            await client.put("home", key, b"1", {"If-None-Match": "*", "X-Leap-Confirm-Outside-Home": "ada"}),
        ):
            assert (reply.status, reply.reason) == (403, "outside-home")
            assert repr(owner) in reply.json()["message"]
    said = {"X-Leap-Confirm-Outside-Home": "%C3%A4%20b"}
    assert (await client.put("home", "ä b/x", b"1", {"If-None-Match": "*", **said})).status == 200
    assert (await client.delete("home", "ä b/x", said)).status == 204
    reply = await client.ask("POST", "uploads", body={"bucket": "home", "key": "ä b/x", "size": 1}, headers=said)
    assert reply.status == 201
    # Pieces need no word of their own: the upload has it.
    assert (await client.piece(reply.json(), b"1", 0, 1)).status == 200
    assert (await client.put("home", "ada/new", b"1")).status == 200
    assert (await client.get("home", "ä b/x")).body == b"1"


async def test_a_home_rule_that_denies(folder, tmp_path):
    places = [{"id": "home", "path": str(folder / "bucket"), "home": "ada/"}]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": places, "homeRule": "deny"}) as client:
        said = {"If-None-Match": "*", "X-Leap-Confirm-Outside-Home": "ben"}
        assert (await client.put("home", "ben/x", b"1", said)).reason == "outside-home-denied"
        assert (await client.get("home", "inside.txt")).status == 200


async def test_a_read_only_bucket(client):
    for reply in (
        await client.put("locked", "ada/y", b"1"),
        await client.delete("locked", "ada/x.txt"),
        await client.start("locked", "ada/y", 1),
    ):
        assert (reply.status, reply.reason) == (403, "read-only")
    assert (await client.get("locked", "ada/x.txt")).body == CANARY


# What a browser does with it


@pytest.mark.parametrize(
    ("name", "stored", "shown"),
    [
        ("x.html", "text/html", None),
        ("x.svg", "image/svg+xml", None),
        ("x.xml", "application/xml", None),
        ("x.xhtml", "application/xhtml+xml", None),
        ("x.js", "text/javascript", None),
        ("x.css", "text/css", None),
        ("x.pdf", "application/pdf", None),
        ("x.png", "text/html", None),
        ("x.txt", "text/plain, text/html", None),
        ("x.unknown", "made/up", None),
        ("x.txt", "text/plain;charset=utf-8", "text/plain; charset=utf-8"),
        ("x.png", "image/png", "image/png"),
        ("x.mp4", "video/mp4", "video/mp4"),
    ],
)
async def test_nothing_runs_on_this_origin(on_standin, standin, name, stored, shown):
    key = on_standin.key(f'{name}"; filename=evil.html é')
    # As another program could have stored it.
    standin.buckets[on_standin.bucket].put(key, b"<script>alert(1)</script>", stored, {})
    for method in ("GET", "HEAD"):
        reply = await on_standin.client.ask(method, "object", {"bucket": on_standin.bucket, "key": key})
        assert reply.status == 200
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert reply.headers["Content-Type"] == (shown or "application/octet-stream")
        disposition = reply.headers["Content-Disposition"]
        assert disposition.startswith("inline" if shown else "attachment")
        assert disposition.count('"') == 2 and "filename*=UTF-8''" in disposition


async def test_errors_are_no_pages_either(client):
    reply = await client.get("disk", "<script>alert(1)</script>")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
