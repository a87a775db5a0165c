"""What is S3's own: uploads in parts, gateways that ignore preconditions, copies by the store, and no library."""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import pytest

from ..checksum import crc32c
from ..errors import LeapError
from ..stores.s3_client import S3Clients, load_library
from ..stores.s3_connection import S3Connection, is_endpoint
from ..stores.s3_object import moment
from ..stores.s3_upload import part_size_for
from .conftest import S3
from .operations import below, run
from .s3_endpoint import gateway
from .server import jupyter_server

MIB = 1 << 20
PART = 8 * MIB
DATA = random.Random(5).randbytes(2 * PART + 3 * MIB + 7)


@pytest.fixture
def keys(clean_environment):
    """Keys in the environment, as a hub on AWS gives them."""
    clean_environment.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    clean_environment.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
    yield
    clean_environment.delenv("AWS_ACCESS_KEY_ID")
    clean_environment.delenv("AWS_SECRET_ACCESS_KEY")


def server(folder, endpoint: str, **more):
    bucket = {"id": "b", "uri": "s3://leap-scratch", "endpoint": endpoint}
    return jupyter_server(folder, LeapBuckets={"buckets": [bucket], "retryDeadline": 2.0, **more})


async def left_over(client, bucket: str) -> list[str]:
    """The keys of uploads in parts that the store still holds."""
    s3 = client.leap.store(client.leap.bucket(bucket))._client
    told = await s3.call("list_multipart_uploads", "all", Bucket="leap-scratch")
    return [upload["Key"] for upload in told.get("Uploads", [])]


async def test_an_upload_in_parts_goes_on_after_a_restart(tmp_path, s3_service, keys):
    key, told = "restart/é x.bin", crc32c(bytearray(DATA))
    async with server(tmp_path, s3_service) as client:
        upload = (await client.start("b", key, len(DATA), contentType="text/plain", ifGenerationMatch=0)).json()
        for at in (0, PART):
            assert (await client.piece(upload, DATA[at : at + PART], at, len(DATA))).status == 308
        assert (await client.piece(upload, DATA[2 * PART : 2 * PART + MIB], 2 * PART, len(DATA))).status == 308
    async with server(tmp_path, s3_service) as client:
        known = await client.offset(upload, len(DATA))
        assert known.status == 308
        start = int(known.headers["Range"].rpartition("-")[2]) + 1 if "Range" in known.headers else 0
        # Whole parts alone are in the store, and the last one may not have been told before the end.
        assert start in (PART, 2 * PART)
        for at in range(start, len(DATA), PART):
            done = await client.piece(upload, DATA[at : at + PART], at, len(DATA), told)
        assert (done.status, done.json()["crc32c"], done.json()["contentType"]) == (200, told, "text/plain")
        got = await client.get("b", key)
        assert got.body == DATA and got.headers["Content-Type"].startswith("text/plain")
        assert key not in await left_over(client, "b")


async def test_what_another_server_tells_is_not_believed(tmp_path, s3_service, keys):
    async with server(tmp_path, s3_service) as client:
        store = client.leap.store(client.leap.bucket("b"))
        state = (await store.begin_upload("doubt", 3 * PART, "text/plain", None)).state()
        for wrong in ({"parts": -1}, {"mark": "../x"}, {"upload": None}, {"sum": 5}, {"type": None}):
            with pytest.raises(ValueError):
                await store.resume_upload({**state, **wrong}, "doubt", 3 * PART, None)
        upload = await store.resume_upload({**state, "parts": 1, "etags": "0"}, "doubt", 3 * PART, None)
        with pytest.raises(LeapError) as gone:
            await upload.find_offset()
        assert gone.value.reason == "upload-gone"
        await upload.abort()
        assert "doubt" not in await left_over(client, "b")


async def test_an_upload_that_is_given_up_leaves_no_parts(on_moto):
    key = on_moto.key("given-up")
    upload = (await on_moto.client.start(on_moto.bucket, key, len(DATA))).json()
    assert (await on_moto.client.piece(upload, DATA[:PART], 0, len(DATA))).status == 308
    assert key in await left_over(on_moto.client, on_moto.bucket)
    assert (await on_moto.client.ask("DELETE", upload["relayUrl"])).status == 204
    assert key not in await left_over(on_moto.client, on_moto.bucket)


async def test_damage_on_the_way_replaces_nothing(on_moto):
    client, bucket, key = on_moto.client, on_moto.bucket, on_moto.key("x")
    old = (await client.put(bucket, key, b"old")).json()["generation"]
    upload = (await client.start(bucket, key, len(DATA), ifGenerationMatch=old)).json()
    for at in (0, PART):
        await client.piece(upload, DATA[at : at + PART], at, len(DATA))
    bad = await client.piece(upload, DATA[2 * PART :], 2 * PART, len(DATA), crc32c(bytearray(b"other")))
    assert (bad.status, bad.reason) == (502, "checksum-mismatch")
    assert (await client.get(bucket, key)).body == b"old"
    assert key not in await left_over(client, bucket)


async def test_a_part_whose_answer_is_lost_is_sent_again(tmp_path, s3_service, keys):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        lost = iter([503])
        gate.refuse = lambda request: next(lost, None) if "partNumber=2" in request.raw_path else None
        assert (await client.upload("b", "again", DATA)).json()["crc32c"] == crc32c(bytearray(DATA))
        assert (await client.get("b", "again")).body == DATA
        # One that stays refused: what it held has to arrive again.
        refused = iter([503] * 20)
        gate.refuse = lambda request: next(refused, None) if "partNumber=1" in request.raw_path else None
        upload = (await client.start("b", "again-2", len(DATA))).json()
        assert (await client.piece(upload, DATA[:PART], 0, len(DATA))).status == 308
        failed = await client.piece(upload, DATA[PART : 2 * PART], PART, len(DATA))
        assert (failed.status, failed.reason) == (503, "store-busy")
        gate.refuse = lambda request: None
        known = await client.offset(upload, len(DATA))
        assert (known.status, known.headers.get("Range")) == (308, None)
        for at in range(0, len(DATA), PART):
            done = await client.piece(upload, DATA[at : at + PART], at, len(DATA))
        assert done.status == 200 and (await client.get("b", "again-2")).body == DATA


async def test_the_end_of_an_upload_whose_answer_is_lost(tmp_path, s3_service, keys):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        upload = (await client.start("b", "end", len(DATA), ifGenerationMatch=0)).json()
        for at in (0, PART):
            await client.piece(upload, DATA[at : at + PART], at, len(DATA))
        gate.lose = lambda request: request.method == "POST"
        done = await client.piece(upload, DATA[2 * PART :], 2 * PART, len(DATA))
        assert done.status == 200, done.body
        assert (await client.get("b", "end")).body == DATA
        # The same for a small write.
        gate.lose = lambda request: request.method == "PUT"
        assert (await client.put("b", "small", b"1")).status == 200
        assert (await client.put("b", "small", b"1")).reason == "already-exists"


async def test_a_read_that_breaks_off_goes_on(tmp_path, s3_service, keys):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        await client.upload("b", "broken", DATA)
        for header, wanted in ({}, DATA), ({"Range": f"bytes=5-{PART}"}, DATA[5 : PART + 1]):
            gate.cut = 3 * MIB + 1
            assert (await client.get("b", "broken", **header)).body == wanted
            assert gate.cut is None


def test_part_sizes():
    assert part_size_for("x", 0) == part_size_for("x", 80_000 * MIB) == PART
    assert part_size_for("x", 80_000 * MIB + 1) == PART + MIB // 4
    assert part_size_for("x", 640_000 * MIB) == 64 * MIB


async def test_too_many_parts_are_refused_before_anything_is_sent(on_moto):
    refused = await on_moto.client.start(on_moto.bucket, on_moto.key("x"), 640_000 * MIB + 1)
    assert (refused.status, refused.reason) == (413, "object-too-large")
    assert "rclone" in refused.json()["hint"]
    beyond = await on_moto.client.start(on_moto.bucket, on_moto.key("x"), 5 * 1024**4 + 1)
    assert (beyond.status, beyond.reason) == (413, "object-too-large")


async def test_who_ignores_preconditions_is_found_out(on_moto, on_deaf):
    # moto keeps If-None-Match alone at the end of uploads in parts, so what is asked here is about single writes.
    for place, header in ((on_moto, None), (on_deaf, "no")):
        first = await place.client.put(place.bucket, place.key("x"), b"1")
        assert first.headers.get("X-Leap-Race-Safe") == header or place is on_moto
    known = [place.client.leap.store(place.client.leap.bucket(place.bucket))._client for place in (on_moto, on_deaf)]
    assert [client.honoured["put"] for client in known] == [True, False]
    (bucket,) = (await on_deaf.client.ask("GET", "buckets")).json()["buckets"]
    assert bucket["raceSafe"] is False
    last = await on_deaf.client.upload(on_deaf.bucket, on_deaf.key("y"), b"1")
    assert last.headers["X-Leap-Race-Safe"] == "no"


async def test_a_gateway_that_refuses_the_header_itself(tmp_path, s3_service, keys):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        gate.refuse = lambda request: 501 if request.method == "PUT" and "If-Match" in request.headers else None
        assert (await client.put("b", "unheard", b"1")).status == 200
        assert (await client.put("b", "unheard", b"2")).reason == "already-exists"
        generation = (await client.get("b", "unheard")).headers["ETag"]
        assert (await client.put("b", "unheard", b"3", {"If-Match": generation})).status == 200
        assert (await client.put("b", "unheard", b"4", {"If-Match": generation})).reason == "changed-meanwhile"


async def test_what_went_up_in_parts_is_found_identical(on_moto):
    client, bucket, key = on_moto.client, on_moto.bucket, on_moto.key("large")
    told = (await client.upload(bucket, key, DATA)).json()["crc32c"]
    files = [{"key": "large", "size": len(DATA)}, {"key": "none", "size": 1}]
    asked = {"bucket": bucket, "prefix": on_moto.folder, "files": files}
    (found,) = (await client.ask("POST", "compare", body=asked)).json()["existing"]
    assert (found["key"], found["crc32c"]) == ("large", told)
    details = await client.ask("GET", "details", {"bucket": bucket, "key": key})
    assert (details.json()["crc32c"], details.json()["metadata"]) == (told, {})
    # The tag of what was there before says nothing about what is there now.
    store = client.leap.store(client.leap.bucket(bucket))
    await store.tag(replace(await store.head(key), crc32c="AAAAAA==", generation="another-3"))
    (found,) = (await client.ask("POST", "compare", body=asked)).json()["existing"]
    assert found["crc32c"] is None


async def test_lists_of_several_pages(on_moto, monkeypatch):
    """Folders and objects come separately in a page of S3, and in one order from us; a walk goes on behind a name."""
    names = ["a", "a/1", "a/2", "b", "b!/x", "b/y", "c", "é/z", "🌊"]
    for name in names:
        await on_moto.client.put(on_moto.bucket, on_moto.key(name), b"1")
    found, token = [], ""
    while token is not None:
        page = (await on_moto.client.list(on_moto.bucket, on_moto.folder, limit=2, pageToken=token)).json()
        assert 0 < len(page["entries"]) <= 2
        found += [entry["key"].removeprefix(on_moto.folder) for entry in page["entries"]]
        token = page["nextPageToken"]
    assert found == ["a", "a/", "b", "b!/", "b/", "c", "é/", "🌊"]
    monkeypatch.setattr("jupyterlab_leap_buckets.stores.s3.WALK_LIMIT", 2)
    store = on_moto.client.leap.store(on_moto.client.leap.bucket(on_moto.bucket))
    walked = []
    async for page in store.walk(on_moto.folder):
        walked += [info.key.removeprefix(on_moto.folder) for info in page]
        await store.delete(page[0].key, None)  # shifts nothing
    assert walked == names


@pytest.mark.parametrize("place", S3, indirect=True)
async def test_a_large_object_is_moved_by_the_store(place):
    made = (await place.client.upload(place.bucket, place.key("a/large"), DATA, contentType="text/plain")).json()
    assert made["generation"].endswith("-3")
    done = await run(place, "move", below(place, "a/"), destination=below(place, "b/"))
    assert (done["state"], done["failures"]) == ("succeeded", [])
    moved = await place.client.get(place.bucket, place.key("b/large"))
    assert moved.body == DATA and moved.headers["Content-Type"].startswith("text/plain")
    assert (await place.client.get(place.bucket, place.key("a/large"))).status == 404


async def test_a_copy_with_another_etag_is_compared_before_the_original_goes(on_moto):
    client, key = on_moto.client, on_moto.key("a/uneven")
    s3 = client.leap.store(client.leap.bucket(on_moto.bucket))._client
    target = {"what": key, "Bucket": "leap-scratch", "Key": key}
    target["UploadId"] = (await s3.call("create_multipart_upload", **target))["UploadId"]
    parts = []
    for number, (start, stop) in enumerate(((0, 6 * MIB), (6 * MIB, 11 * MIB), (11 * MIB, len(DATA))), start=1):
        part = await s3.call("upload_part", PartNumber=number, body=DATA[start:stop], **target)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    await s3.call("complete_multipart_upload", MultipartUpload={"Parts": parts}, **target)
    done = await run(on_moto, "move", below(on_moto, "a/"), destination=below(on_moto, "b/"))
    assert (done["state"], done["failures"]) == ("succeeded", [])
    moved = await client.get(on_moto.bucket, on_moto.key("b/uneven"))
    assert moved.body == DATA and "-" not in moved.headers["ETag"]
    assert (await client.get(on_moto.bucket, key)).status == 404


async def test_without_the_library_it_says_what_to_install(tmp_path, s3_service, keys, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiobotocore.session", None)
    load_library.cache_clear()
    async with server(tmp_path, s3_service) as client:
        listed = await client.list("b")
        assert (listed.status, listed.reason) == (501, "no-aiobotocore")
        assert "pip install aiobotocore" in listed.json()["hint"]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AccessDenied", "no-permission"),
        (403, "InvalidAccessKeyId", "bad-keys"),
        (404, "NoSuchBucket", "no-such-bucket"),
    ],
)
async def test_refusals_in_words(tmp_path, s3_service, keys, caplog, status, code, reason):
    async with gateway(s3_service) as gate, server(tmp_path, gate.url) as client:
        gate.refuse, gate.code = lambda request: status, code
        listed = await client.list("b")
        assert (listed.status, listed.reason) == (status, reason)
        assert "canary" not in listed.body.decode() and gate.url not in listed.body.decode()
    assert "canary-secret-key" not in caplog.text and "AKIATEST" not in caplog.text


async def test_keys_that_are_not_there(tmp_path, s3_service):
    async with server(tmp_path, s3_service) as client:
        listed = await client.list("b")
        assert (listed.status, listed.reason) == (403, "no-keys")


async def test_keys_are_read_again_after_they_were_corrected(clean_environment, tmp_path, s3_service, monkeypatch):
    monkeypatch.setattr("jupyterlab_leap_buckets.stores.s3_client.KEYS_SECONDS", -1.0)
    async with server(tmp_path, s3_service) as client:
        assert (await client.list("b")).reason == "no-keys"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
            assert (await client.list("b")).status == 200


def test_clients_are_shared_by_what_they_ask_and_who():
    clients = S3Clients(lambda remote: None, 1, 1, 1)
    osn = S3Connection("https://nyu1.osn.mghpcc.org", profile="osn")
    assert clients.get(osn) is clients.get(replace(osn))
    assert clients.get(osn) is not clients.get(replace(osn, profile=None))
    assert clients.nobody(osn) is clients.nobody(replace(osn, profile="other"))


def test_addresses_of_services():
    good = ["https://host", "http://127.0.0.1:9000", "https://nyu1.osn.mghpcc.org/", "http://[::1]:9000"]
    bad = ["host", "ftp://host", "https://", "https://a@host", "https://host/path", "https://host?x", "https://host:x"]
    assert [one for one in good if not is_endpoint(one)] == []
    assert [one for one in bad if is_endpoint(one)] == []


def test_dates():
    assert moment("2026-11-22T00:01:02.345Z") == moment("Sun, 22 Nov 2026 00:01:02 GMT") == "2026-11-22T00:01:02Z"
    assert moment(None) == moment("yesterday") == ""
