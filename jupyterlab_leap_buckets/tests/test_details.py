"""What `created` and `GET details` say, and who is asked whether the world may read."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from datetime import datetime, timezone

import pytest_asyncio

from ..checksum import crc32c
from ..stores.gcs import GcsStore
from ..stores.gcs_client import GcsClient
from .conftest import S3
from .server import Reply, jupyter_server
from .standin import StandIn
from .standin_faults import Fault

TOKEN = "ya29.CANARY-of-a-google-token"


class KnownAuth:
    """Google credentials, except that the token is known to this test."""

    async def headers(self, renew: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}


@pytest_asyncio.fixture
async def guarded(tmp_path):
    """A server whose store wants a token, and the store."""
    service = StandIn(["leap-scratch"], token=TOKEN)
    client = GcsClient(await service.start(), KnownAuth(), connect_timeout=1, read_timeout=9, deadline=0.4)
    buckets = [{"id": "b", "uri": "gs://leap-scratch"}]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets}) as server:
        server.leap._stores["gs://leap-scratch"] = GcsStore("leap-scratch", client)
        yield server, service
    await service.stop()


async def details(client, bucket: str, key: str) -> Reply:
    return await client.ask("GET", "details", {"bucket": bucket, "key": key})


async def test_details_of_an_object(place):
    key = place.key("é/x.txt")
    made = (await place.client.put(place.bucket, key, b"12345")).json()
    reply = await details(place.client, place.bucket, key)
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    told = reply.json()
    (entry,) = (await place.client.list(place.bucket, place.key("é/"))).json()["entries"]
    if place.kind in S3:
        entry["contentType"] = told["contentType"]  # S3 lists no types
    assert entry.items() <= told.items() and entry.keys() <= made.keys()
    assert set(told) == {*made, "md5", "encoding", "cacheControl", "metadata", "public"}
    age = datetime.now(timezone.utc) - datetime.fromisoformat(told["created"][:19] + "+00:00")
    assert abs(age.total_seconds()) < 60
    assert (told["encoding"], told["cacheControl"], told["metadata"]) == (None, None, {})
    if place.kind == "local":
        assert (told["md5"], told["crc32c"], told["public"]) == (None, None, False)
    else:
        md5 = base64.b64encode(hashlib.md5(b"12345", usedforsecurity=False).digest()).decode()
        assert (told["md5"], told["crc32c"]) == (md5, crc32c(bytearray(b"12345")))
        assert told["public"] == (place.kind not in S3)  # moto asks for keys, the others for none
    missing = await details(place.client, place.bucket, place.key("none"))
    assert (missing.status, missing.reason) == (404, "no-such-object")


async def test_details_that_a_program_added(guarded):
    server, service = guarded
    more = {"cacheControl": "max-age=60", "metadata": {"owner": "ädä", "run": "7"}}
    service.buckets["leap-scratch"].put("x.gz", b"1", "text/plain", {}, "gzip", more)
    told = (await details(server, "b", "x.gz")).json()
    assert (told["encoding"], told["cacheControl"]) == ("gzip", "max-age=60")
    assert (told["metadata"], told["storageClass"]) == ({"owner": "ädä", "run": "7"}, "STANDARD")
    # A composed object has no MD5.
    service.buckets["leap-scratch"].put("composed", b"1", "text/plain", {}, None, {"md5Hash": None})
    assert (await details(server, "b", "composed")).json()["md5"] is None


async def test_who_may_read_is_asked_once_without_credentials(guarded):
    server, service = guarded
    bucket = service.buckets["leap-scratch"]
    bucket.put("x", b"1", "text/plain", {})
    assert (await details(server, "b", "x")).json()["public"] is False
    bucket.public = True
    service.faults.seen.clear()
    assert (await details(server, "b", "x")).json()["public"] is True
    assert len(service.faults.seen) == 2
    for status, public in ((403, False), (404, False), (400, None), (429, None), (503, None)):
        service.faults.seen.clear()
        service.faults.add(Fault("status", path="fields=generation$", status=status))
        assert (await details(server, "b", "x")).json()["public"] is public, status
        assert len(service.faults.seen) == 2
    service.faults.add(Fault("reset", path="fields=generation$"))
    assert (await details(server, "b", "x")).json()["public"] is None


async def test_a_store_that_does_not_say_who_may_read(guarded):
    server, service = guarded
    service.buckets["leap-scratch"].put("x", b"1", "text/plain", {})
    service.faults.add(Fault("slow", path="fields=generation$", seconds=5))
    started = time.monotonic()
    reply = await details(server, "b", "x")
    assert reply.status == 200 and reply.json()["public"] is None
    assert 1.9 < time.monotonic() - started < 4


async def test_details_tell_no_secret_and_stay_inside(guarded, client, caplog):
    server, service = guarded
    caplog.set_level(logging.DEBUG)
    service.faults.add(Fault("status", status=403, times=9))
    reply = await details(server, "b", "x")
    assert (reply.status, reply.reason) == (403, "no-permission")
    for secret in (TOKEN, service.url):
        assert secret not in caplog.text and secret not in reply.body.decode()
    for key in ("link.txt", "link/secret.txt", "ada/up/secret.txt", "../secret.txt", "loop"):
        reply = await details(client, "disk", key)
        assert reply.status in (403, 404) and "SECRET" not in reply.body.decode(), key
