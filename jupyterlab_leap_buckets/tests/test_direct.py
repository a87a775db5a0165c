"""The direct road: a page sends pieces to the store itself, and the relay tells the end in its own words."""

from __future__ import annotations

import random

import aiohttp
import pytest
from yarl import URL

from ..checksum import crc32c
from .conftest import S3
from .server import jupyter_server
from .standin_faults import Fault

ORIGIN = "https://hub.example.org"
PIECE = 1 << 20
DATA = random.Random(5).randbytes(3 * PIECE + 5)
TOTAL = len(DATA)


async def started(place, name="x", origin: str | None = ORIGIN, **headers):
    headers = {**({"Origin": origin} if origin is not None else {}), **headers}
    body = {"bucket": place.bucket, "key": place.key(name), "size": TOTAL}
    reply = await place.client.ask("POST", "uploads", headers=headers, body=body)
    assert reply.status == 201, reply.body
    return reply.json()


async def send(upload, start: int, stop: int, origin: str = ORIGIN, method: str = "PUT") -> aiohttp.ClientResponse:
    """A piece as the page sends it, past our server."""
    headers = {"Origin": origin, "Content-Range": f"bytes {start}-{stop - 1}/{TOTAL}"}
    async with aiohttp.ClientSession() as page:
        url = URL(upload["directUrl"], encoded=True)
        options = {"headers": headers, "data": DATA[start:stop], "allow_redirects": False}
        async with page.request(method, url, **options) as reply:
            await reply.read()
            return reply


async def told(place, upload):
    return (await place.client.ask("GET", upload["relayUrl"])).json()


async def check_end(place, done, name="x") -> None:
    assert done.status == 200, done.body
    assert (done.json()["size"], done.json()["crc32c"]) == (TOTAL, crc32c(bytearray(DATA)))
    assert (await place.client.get(place.bucket, place.key(name))).body == DATA


async def test_all_bytes_past_the_server(on_standin):
    upload = await started(on_standin)
    assert (await send(upload, 0, TOTAL)).status == 200
    await check_end(on_standin, await on_standin.client.offset(upload, TOTAL))
    assert (await on_standin.client.offset(upload, TOTAL)).status == 200
    assert (await told(on_standin, upload))["directUrl"] is None


async def test_what_was_damaged_past_the_server_is_told_by_its_checksum(on_standin, standin):
    """The page has the file, and compares."""
    upload = await started(on_standin)
    standin.faults.add(Fault("corrupt", method="PUT"))
    await send(upload, 0, TOTAL)
    done = await on_standin.client.offset(upload, TOTAL)
    assert (done.status, done.json()["size"]) == (200, TOTAL)
    assert done.json()["crc32c"] != crc32c(bytearray(DATA))


async def test_either_road_goes_on_where_the_other_ended(on_standin):
    upload = await started(on_standin)
    relay = on_standin.client
    assert (await relay.piece(upload, DATA[:PIECE], 0, TOTAL)).status == 308
    assert (await send(upload, PIECE, 2 * PIECE)).headers["Range"] == f"bytes=0-{2 * PIECE - 1}"
    # Where the page cannot read Range, the relay says how far it got; and it takes a piece that follows unasked.
    assert (await relay.offset(upload, TOTAL)).headers["Range"] == f"bytes=0-{2 * PIECE - 1}"
    half = 2 * PIECE + PIECE // 2
    assert (await send(upload, 2 * PIECE, half)).status == 308
    await check_end(on_standin, await relay.piece(upload, DATA[half:], half, TOTAL))


async def test_the_relay_is_behind_and_is_told_the_old_offset(on_standin):
    """What the store has already is not taken twice, and the sum of what passed here vouches for nothing more."""
    upload = await started(on_standin)
    await send(upload, 0, 2 * PIECE)
    reply = await on_standin.client.piece(upload, DATA[:PIECE], 0, TOTAL)
    assert (reply.status, reply.headers["Range"]) == (308, f"bytes=0-{2 * PIECE - 1}")
    await check_end(on_standin, await on_standin.client.piece(upload, DATA[2 * PIECE :], 2 * PIECE, TOTAL))


async def test_get_answers_what_post_did(on_standin):
    upload = await started(on_standin)
    about = {"bucket": on_standin.bucket, "key": on_standin.key("x"), "size": TOTAL}
    reply = await on_standin.client.ask("GET", upload["relayUrl"])
    assert reply.json() == {**upload, **about}
    assert reply.headers["Cache-Control"] == "no-store"
    unknown = await on_standin.client.ask("GET", "uploads/" + "x" * 24)
    assert (unknown.status, unknown.reason) == (404, "unknown-upload")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "file://",
        "https://a b",
        "https://a/b",
        "https://a@b",
        "ftp://a",
        "https://a:123456",
        "https://",
    ],
)
async def test_no_address_without_an_origin(on_standin, standin, origin):
    standin.faults.seen.clear()
    upload = await started(on_standin, origin=origin)
    assert upload["directUrl"] is None
    assert [one.origin for one in standin.faults.seen] == [""]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8888", "http://[::1]:8888", "https://hub.example.org"])
async def test_origins_of_pages(on_standin, standin, origin):
    standin.faults.seen.clear()
    assert (await started(on_standin, origin=origin))["directUrl"].startswith(standin.url)
    assert [one.origin for one in standin.faults.seen] == [origin]


async def test_no_address_for_another_sites_page(on_standin):
    assert (await started(on_standin, **{"Sec-Fetch-Site": "cross-site"}))["directUrl"] is None
    upload = await started(on_standin)
    for site, known in (("cross-site", False), ("same-site", False), ("same-origin", True)):
        reply = await on_standin.client.ask("GET", upload["relayUrl"], headers={"Sec-Fetch-Site": site})
        assert (reply.json()["directUrl"] is not None) is known


@pytest.mark.parametrize("place", ["local", "fake-gcs-server", *S3], indirect=True)
async def test_what_no_page_can_send_to_has_no_address(place):
    upload = await started(place)
    assert upload["directUrl"] is None
    assert (await place.client.piece(upload, DATA[:PIECE], 0, TOTAL)).status == 308
    # The emulator would end the upload if it were asked.
    assert (await place.client.offset(upload, TOTAL)).headers["Range"] == f"bytes=0-{PIECE - 1}"
    await check_end(place, await place.client.piece(upload, DATA[PIECE:], PIECE, TOTAL))


async def test_a_hub_may_forbid_it(tmp_path, standin, clean_environment):
    from .conftest import Place

    config = {"buckets": [{"id": "b", "uri": "gs://leap-scratch"}], "directUploads": False}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STORAGE_EMULATOR_HOST", standin.url)
            client.leap.store(client.leap.bucket("b"))
        assert (await started(Place(client, "b", "standin", "forbidden/")))["directUrl"] is None


async def test_the_stand_in_knows_the_page_of_a_session(on_standin, standin):
    upload = await started(on_standin)
    allowed = await send(upload, 0, PIECE)
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Range" in allowed.headers["Access-Control-Expose-Headers"].split(", ")
    preflight = await send(upload, 0, 0, method="OPTIONS")
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    for method in ("OPTIONS", "PUT"):
        assert "Access-Control-Allow-Origin" not in (await send(upload, PIECE, PIECE, "https://other", method)).headers
    standin.cors.exposes_range = False
    try:
        hidden = (await send(upload, PIECE, 2 * PIECE)).headers["Access-Control-Expose-Headers"]
    finally:
        standin.cors.exposes_range = True
    assert "Range" not in hidden.split(", ")
