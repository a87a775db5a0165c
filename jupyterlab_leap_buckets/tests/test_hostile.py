"""Callers who are nobody or may not: each gets a 4xx that says what to do, and nothing that runs in a browser."""

from __future__ import annotations

import aiohttp
import pytest
from jupyter_server.auth.authorizer import Authorizer

from .server import BASE_URL, TOKEN, jupyter_server
from .traps import CANARY, body_for

pytestmark = pytest.mark.usefixtures("calm_log")

ROUTES = [
    ("GET", "buckets"),
    ("POST", "buckets"),
    ("DELETE", "buckets/disk"),
    ("GET", "list?bucket=disk"),
    ("GET", "object?bucket=disk&key=ada/x.txt"),
    ("HEAD", "object?bucket=disk&key=ada/x.txt"),
    ("PUT", "object?bucket=disk&key=ada/new.txt"),
    ("DELETE", "object?bucket=disk&key=ada/old.txt"),
    ("GET", "details?bucket=disk&key=ada/x.txt"),
    ("GET", "archive?bucket=disk&prefix=ada/"),
    ("POST", "archive"),
    ("GET", "archive/some-id"),
    ("POST", "uploads"),
    ("PUT", "uploads/some-id"),
    ("DELETE", "uploads/some-id"),
    ("POST", "batch?bucket=disk&prefix=ada/"),
    ("POST", "compare"),
    ("GET", "operations"),
    ("POST", "operations"),
    ("GET", "operations/some-id"),
    ("DELETE", "operations/some-id"),
    ("POST", "token"),
    ("GET", "connections"),
    ("POST", "connections"),
    ("DELETE", "connections/pod"),
    ("POST", "connections/test"),
    ("GET", "grants"),
    ("POST", "grants"),
    ("DELETE", "grants/some-id"),
    ("GET", "nothing/here"),
    ("POST", "nothing/here"),
]
WRITES = [route for route in ROUTES if route[0] not in ("GET", "HEAD")]


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
    for wrong in (None, "nonsense", (await cookies(client))["_xsrf"]):  # the last one is another page's
        more["headers"].update({"X-XSRFToken": wrong} if wrong else {})
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
