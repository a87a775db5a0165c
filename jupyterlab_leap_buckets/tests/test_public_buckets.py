"""Public buckets: added once one list request without credentials has shown them, read so, never written, forgotten."""

from __future__ import annotations

import io
import logging
import zipfile

import pytest
import pytest_asyncio

from ..public_buckets import MOST
from ..stores.gcs import GcsStore
from ..stores.gcs_client import GOOGLE, GcsClient
from ..stores.google_auth import Anonymous, GoogleAuth
from .server import Client, Reply, jupyter_server
from .standin import StandIn
from .standin_faults import Fault

TOKEN = "ya29.CANARY-of-a-google-token"


class KnownAuth:
    """Google credentials, except that the token is known to this test."""

    async def headers(self, renew: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}


@pytest_asyncio.fixture
async def world(tmp_path, monkeypatch):
    """A server with credentials for a store of which everybody may read one bucket."""
    service = StandIn(["open-data", "private", "leap-scratch"], token=TOKEN)
    service.buckets["open-data"].public = True
    for name in ("x.txt", "cmip6/tas.nc"):
        service.buckets["open-data"].put(name, b"12345", "text/plain", {})
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", await service.start())
    configured = [
        {"id": "leap-scratch", "uri": "gs://leap-scratch/ada", "expiresAfterDays": 7},
        {"id": "taken", "uri": "gs://private"},
        {"id": "broken", "path": str(tmp_path / "missing")},
    ]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": configured, "retryDeadline": 0.2}) as server:
        for name in ("leap-scratch", "private"):
            client = GcsClient(service.url, KnownAuth(), connect_timeout=1, read_timeout=9, deadline=0.2)
            server.leap._stores[f"gs://{name}"] = GcsStore(name, client)
        yield server, service
    await service.stop()


async def add(server: Client, uri: object, **more: object) -> Reply:
    return await server.ask("POST", "buckets", body={"uri": uri, **more})


async def ids(server: Client) -> list[str]:
    return [bucket["id"] for bucket in (await server.ask("GET", "buckets")).json()["buckets"]]


async def test_a_public_bucket_is_read_without_credentials_and_never_written(world):
    server, service = world
    service.faults.seen.clear()
    made = await add(server, "gs://open-data", label="Open data")
    assert (made.status, made.json()) == (
        201,
        {
            "id": "open-data",
            "uri": "gs://open-data",
            "provider": "gcs",
            "label": "Open data",
            "home": "",
            "access": "read-only",
            "expiresAfterDays": None,
            "error": None,
        },
    )
    assert len(service.faults.seen) == 1 and "/b/open-data/o?" in service.faults.seen[0].path
    assert await ids(server) == ["leap-scratch", "taken", "broken", "open-data"]
    names = [entry["name"] for entry in (await server.list("open-data")).json()["entries"]]
    assert names == ["cmip6", "x.txt"]
    assert (await server.get("open-data", "x.txt")).body == b"12345"
    packed = await server.ask("GET", "archive", {"bucket": "open-data", "prefix": "cmip6/"})
    assert zipfile.ZipFile(io.BytesIO(packed.body)).namelist() == ["cmip6/tas.nc"]
    details = await server.ask("GET", "details", {"bucket": "open-data", "key": "x.txt"})
    assert details.json()["public"] is True
    for reply in (
        await server.put("open-data", "new", b"1"),
        await server.delete("open-data", "x.txt"),
        await server.start("open-data", "new", 1),
    ):
        assert (reply.status, reply.reason) == (403, "read-only")
    # It would be readable still, if the server's credentials were sent.
    service.buckets["open-data"].public = False
    assert (await server.get("open-data", "x.txt")).reason == "no-permission"


async def test_it_is_forgotten_again(world):
    server, _ = world
    assert (await add(server, "gs://open-data")).status == 201
    gone = await server.ask("DELETE", "buckets/open-data")
    assert (gone.status, gone.body) == (204, b"")
    assert await ids(server) == ["leap-scratch", "taken", "broken"]
    assert (await server.list("open-data")).reason == "unknown-bucket"
    again = await server.ask("DELETE", "buckets/open-data")
    assert (again.status, again.reason) == (404, "unknown-bucket")
    configured = await server.ask("DELETE", "buckets/taken")
    assert (configured.status, configured.reason) == (403, "not-added-here")
    assert (await add(server, "gs://open-data")).status == 201


async def test_one_that_is_known_is_not_added_twice(world):
    server, service = world
    first = await add(server, "gs://open-data/cmip6", label="CMIP6")
    assert (first.status, first.json()["home"], first.json()["label"]) == (201, "cmip6/", "CMIP6")
    service.faults.seen.clear()
    again = await add(server, "gs://open-data/cmip6/", label="Another")
    assert (again.status, again.json()) == (200, first.json())
    # Who asks for all of it is led to the part that is here, from which all can be reached.
    whole = await add(server, "gs://open-data")
    assert (whole.status, whole.json()["id"]) == (200, "open-data")
    own = await add(server, "gs://leap-scratch")
    assert (own.status, own.json()["access"], own.json()["expiresAfterDays"]) == (200, "read-write", 7)
    assert service.faults.seen == []
    other = await add(server, "gs://open-data/other/")
    assert (other.status, other.json()["id"], other.json()["label"]) == (201, "open-data~public", "open-data")
    assert (await server.get("open-data~public", "x.txt")).body == b"12345"
    assert (await server.ask("DELETE", "buckets/open-data")).status == 204
    assert await ids(server) == ["leap-scratch", "taken", "broken", "open-data~public"]


async def test_what_is_not_public_is_refused(world, caplog):
    caplog.set_level(logging.DEBUG)
    server, service = world
    service.faults.seen.clear()
    refused = await add(server, "gs://private/x/")
    assert (refused.status, refused.reason) == (403, "not-public")
    assert len(service.faults.seen) <= 2  # after a 401 once more
    missing = await add(server, "gs://nobody-has-this")
    assert (missing.status, missing.reason) in ((404, "no-such-bucket"), (403, "not-public"))
    service.faults.add(Fault("status", status=404))
    missing = await add(server, "gs://nobody-has-this")
    assert (missing.status, missing.reason) == (404, "no-such-bucket")
    service.faults.add(Fault("status", status=400))
    pays = await add(server, "gs://requester-pays")
    assert (pays.status, pays.reason) == (400, "store-refused")
    service.faults.add(Fault("reset", times=99))
    away = await add(server, "gs://open-data")
    assert (away.status, away.reason) == (502, "store-unreachable")
    assert await ids(server) == ["leap-scratch", "taken", "broken"]
    for secret in (TOKEN, service.url):
        assert secret not in caplog.text and secret not in str([r.body for r in (refused, missing, pays, away)])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "bad-parameter"),
        ({"uri": None}, "bad-parameter"),
        ({"uri": 5}, "bad-parameter"),
        ({"uri": ["gs://open-data"]}, "bad-parameter"),
        ({"uri": "gs://" + "x" * 2000}, "bad-parameter"),
        ({"uri": ""}, "bad-uri"),
        ({"uri": "open-data"}, "bad-uri"),
        ({"uri": "file:///etc"}, "bad-uri"),
        ({"uri": "https://evil.example/open-data"}, "bad-uri"),
        ({"uri": "gs://../open-data"}, "bad-uri"),
        ({"uri": "gs://open-data?x=1"}, "bad-uri"),
        ({"uri": "gs://evil.example:80@open-data"}, "bad-uri"),
        ({"uri": "gs://open-data/a\nb/"}, "line-break-in-name"),
        ({"uri": "gs://open-data/\ud83c/"}, "invalid-unicode"),
        ({"uri": "s3://open-data"}, "provider-unavailable"),
        ({"uri": "gs://open-data", "label": 5}, "bad-parameter"),
        ({"uri": "gs://open-data", "label": "a\nb"}, "bad-parameter"),
        ({"uri": "gs://open-data", "label": "\ud83c"}, "bad-parameter"),
        ({"uri": "gs://open-data", "label": "x" * 201}, "bad-parameter"),
    ],
)
async def test_addresses_that_make_no_sense(world, body, reason):
    server, service = world
    service.faults.seen.clear()
    reply = await server.ask("POST", "buckets", body=body)
    assert (reply.status, reply.reason) == (400, reason)
    assert service.faults.seen == []


async def test_there_are_not_too_many(world):
    server, _ = world
    for number in range(MOST):
        assert (await add(server, f"gs://open-data/{number}/")).status == 201
    refused = await add(server, "gs://open-data/one-more/")
    assert (refused.status, refused.reason) == (409, "too-many-buckets")
    assert len(set(await ids(server))) == 3 + MOST


def test_without_an_emulator_it_is_google_without_credentials(monkeypatch):
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    client, usual = GcsClient.from_environment(1, 1, 1, anonymous=True), GcsClient.from_environment(1, 1, 1)
    assert client._base == usual._base == GOOGLE
    assert isinstance(client._auth, Anonymous) and isinstance(usual._auth, GoogleAuth)
