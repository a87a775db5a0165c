"""Uploads that go wrong: pieces that break, answers that get lost, requests that cross each other."""

from __future__ import annotations

import asyncio
import random
from urllib.parse import urlsplit

import pytest

from ..checksum import crc32c
from .conftest import S3
from .server import TOKEN, jupyter_server
from .standin_faults import Fault

PIECE = 1 << 20
DATA = random.Random(3).randbytes(3 * PIECE + 5)


class Browser:
    """A connection that can stop in the middle of a piece."""

    def __init__(self, place, upload) -> None:
        self._place, self._upload = place, upload

    async def send(self, start: int, stop: int, sent: int) -> Browser:
        """The head of a piece and its first `sent` bytes."""
        address = urlsplit(self._place.client.origin)
        self.reader, self.writer = await asyncio.open_connection(address.hostname, address.port)
        head = (
            f"PUT {self._upload['relayUrl']} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: token {TOKEN}\r\nContent-Length: {stop - start}\r\n"
            f"Content-Range: bytes {start}-{stop - 1}/{len(DATA)}\r\n\r\n"
        )
        self.writer.write(head.encode() + DATA[start : start + sent])
        await self.writer.drain()
        await asyncio.sleep(0.1)
        return self

    async def go_away(self) -> None:
        self.writer.close()
        await asyncio.sleep(0.1)


async def started(place, **more):
    reply = await place.client.start(place.bucket, place.key("x"), len(DATA), **more)
    assert reply.status == 201, reply.body
    return reply.json()


def next_byte(known) -> int:
    """Where a 308 says that the upload goes on."""
    assert known.status == 308
    return int(known.headers["Range"].rpartition("-")[2]) + 1 if "Range" in known.headers else 0


async def finish(place, upload, start: int):
    """Send the rest in pieces and compare what is stored."""
    for at in range(start, len(DATA), PIECE):
        reply = await place.client.piece(upload, DATA[at : at + PIECE], at, len(DATA))
    assert reply.status == 200, reply.body
    assert (await place.client.get(place.bucket, place.key("x"))).body == DATA


@pytest.mark.parametrize("place", ["local", "standin", *S3], indirect=True)  # the emulator finishes when it is asked
async def test_a_piece_is_sent_again_after_the_browsers_connection_broke(place):
    upload = await started(place)
    await place.client.piece(upload, DATA[:PIECE], 0, len(DATA))
    await (await Browser(place, upload).send(PIECE, 2 * PIECE, 700_000)).go_away()
    known = await place.client.offset(upload, len(DATA))
    assert known.status == 308
    offset = next_byte(known)
    assert PIECE <= offset < 2 * PIECE and offset % (256 * 1024) == 0
    await finish(place, upload, offset)


async def test_what_the_emulator_cuts_short_is_removed_and_can_begin_again(servers):
    from .conftest import place_in

    place = place_in(servers, "fake-gcs-server")
    upload = await started(place)
    await place.client.piece(upload, DATA[:PIECE], 0, len(DATA))
    await (await Browser(place, upload).send(PIECE, 2 * PIECE, 700_000)).go_away()
    cut = await place.client.offset(upload, len(DATA))
    assert (cut.status, cut.reason) == (410, "upload-gone")
    assert (await place.client.get(place.bucket, place.key("x"))).status == 404


@pytest.mark.parametrize("kind", ["status", "reset", "cut", "lost"])
async def test_a_piece_is_sent_again_after_the_store_failed(on_standin, standin, kind):
    upload = await started(on_standin)
    standin.faults.add(Fault(kind, method="PUT", after=600_000))
    failed = await on_standin.client.piece(upload, DATA[:PIECE], 0, len(DATA))
    assert failed.status == 502 and failed.reason in ("store-failed", "store-unreachable")
    known = await on_standin.client.offset(upload, len(DATA))
    kept = {"status": None, "reset": None, "cut": "bytes=0-524287", "lost": f"bytes=0-{PIECE - 1}"}
    assert (known.status, known.headers.get("Range")) == (308, kept[kind])
    await finish(on_standin, upload, next_byte(known))


async def test_the_last_answer_got_lost(on_standin, standin):
    upload = await started(on_standin)
    await on_standin.client.piece(upload, DATA[: 3 * PIECE], 0, len(DATA))
    standin.faults.add(Fault("lost", method="PUT"))
    lost = await on_standin.client.piece(upload, DATA[3 * PIECE :], 3 * PIECE, len(DATA))
    assert lost.status == 502
    known = await on_standin.client.offset(upload, len(DATA))
    assert (known.status, known.json()["size"]) == (200, len(DATA))


async def test_the_same_piece_twice_tells_where_to_go_on(place):
    upload = await started(place)
    for status in (308, 409):
        reply = await place.client.piece(upload, DATA[:PIECE], 0, len(DATA))
        assert (reply.status, reply.headers["Range"]) == (status, f"bytes=0-{PIECE - 1}")
    assert reply.reason == "wrong-offset"
    await finish(place, upload, PIECE)


async def test_two_requests_on_one_upload(place):
    upload = await started(place)
    first = await Browser(place, upload).send(0, PIECE, 500_000)
    for second in (
        await place.client.piece(upload, DATA[:PIECE], 0, len(DATA)),
        await place.client.offset(upload, len(DATA)),
    ):
        assert (second.status, second.reason) == (409, "upload-busy")
    first.writer.write(DATA[500_000:PIECE])
    assert b"308" in await first.reader.readline()
    first.writer.close()
    await finish(place, upload, PIECE)


def temporaries(place) -> set[str]:
    folder = place.root / ".leap-buckets-temporary" if place.root else None
    return {file.name for file in folder.iterdir()} if folder and folder.exists() else set()


async def test_cancelling_breaks_off_a_piece_under_way(place):
    others = temporaries(place)
    upload = await started(place)
    first = await Browser(place, upload).send(0, PIECE, 500_000)
    assert (await place.client.ask("DELETE", upload["relayUrl"])).status == 204
    first.writer.write(DATA[500_000:PIECE])
    assert b"410" in await first.reader.readline()
    first.writer.close()
    assert (await place.client.list(place.bucket, place.folder)).json()["entries"] == []
    assert temporaries(place) == others


async def test_a_piece_that_stops_arriving_is_given_up(tmp_path):
    """A laptop that went to sleep says nothing; after it woke up the upload has to go on."""
    from .conftest import Place

    config = {"buckets": [{"id": "disk", "path": str(tmp_path)}], "pieceTimeout": 0.3}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        place = Place(client, "disk", "local", "a/")
        upload = await started(place)
        asleep = await Browser(place, upload).send(0, PIECE, 500_000)
        assert (await place.client.offset(upload, len(DATA))).reason == "upload-busy"
        assert await asyncio.wait_for(asleep.reader.read(), 5) == b""
        assert (await place.client.offset(upload, len(DATA))).status == 308
        await finish(place, upload, 0)


@pytest.mark.parametrize(
    ("content_range", "length", "reason"),
    [
        ("", 10, "bad-content-range"),
        ("bytes 5-4/100", 10, "bad-content-range"),
        ("bytes 0-9/*", 10, "bad-content-range"),
        ("bytes 0-9" + "9" * 5000 + "/5", 10, "bad-content-range"),
        ("bytes 0-9/10", 10, "wrong-total"),
        ("bytes */10", 0, "wrong-total"),
        (f"bytes 0-{len(DATA)}/{len(DATA)}", len(DATA) + 1, "past-the-end"),
        (f"bytes 0-999999/{len(DATA)}", 1_000_000, "misaligned"),
        (f"bytes 0-{PIECE - 1}/{len(DATA)}", PIECE - 1, "wrong-length"),
    ],
)
async def test_pieces_that_make_no_sense(place, content_range, length, reason):
    upload = await started(place)
    refused = await place.client.ask(
        "PUT", upload["relayUrl"], headers={"Content-Range": content_range}, data=bytes(length)
    )
    assert (refused.status, refused.reason) == (400, reason)
    assert (await place.client.offset(upload, len(DATA))).headers.get("Range") is None


@pytest.mark.parametrize("place", ["local", "standin", *S3], indirect=True)  # the emulator finishes when it is asked
@pytest.mark.parametrize("size", [PIECE - 1, PIECE + 1])
async def test_a_body_without_length_has_to_match_its_range(place, size):
    async def chunked():
        for at in range(0, size, 65536):
            yield DATA[at : min(at + 65536, size)]

    upload = await started(place)
    headers = {"Content-Range": f"bytes 0-{PIECE - 1}/{len(DATA)}"}
    refused = await place.client.ask("PUT", upload["relayUrl"], headers=headers, data=chunked())
    assert (refused.status, refused.reason) == (400, "wrong-length")
    await finish(place, upload, next_byte(await place.client.offset(upload, len(DATA))))


async def test_a_session_that_the_store_forgot(on_standin, standin):
    upload = await started(on_standin)
    standin.faults.add(Fault("status", status=410, method="PUT"))
    gone = await on_standin.client.piece(upload, DATA[:PIECE], 0, len(DATA))
    assert (gone.status, gone.reason) == (410, "upload-gone")


async def test_a_copy_that_differs_is_removed_and_stays_told(on_standin, standin):
    upload = await started(on_standin)
    standin.faults.add(Fault("corrupt", method="PUT"))
    bad = await on_standin.client.piece(upload, DATA, 0, len(DATA))
    assert (bad.status, bad.reason) == (502, "checksum-mismatch")
    assert (await on_standin.client.offset(upload, len(DATA))).reason == "checksum-mismatch"
    assert (await on_standin.client.get(on_standin.bucket, on_standin.key("x"))).status == 404


async def test_a_copy_that_differs_and_cannot_be_removed_is_said_to_stay(on_standin, standin):
    upload = await started(on_standin)
    standin.faults.add(Fault("corrupt", method="PUT"))
    standin.faults.add(Fault("status", status=403, method="DELETE"))
    bad = await on_standin.client.piece(upload, DATA, 0, len(DATA))
    assert (bad.status, bad.reason) == (502, "damaged-and-left")
    assert "could not be removed" in bad.json()["message"]


@pytest.mark.parametrize("wrong", [crc32c(bytearray(b"other")), None], ids=["to the relay", "to the store"])
async def test_what_is_damaged_on_its_way_replaces_nothing(on_standin, standin, wrong):
    client, bucket, key = on_standin.client, on_standin.bucket, on_standin.key("x")
    old = standin.buckets[bucket].put(key, b"old", "text/plain", {})
    upload = (await client.start(bucket, key, len(DATA), ifGenerationMatch=old.generation)).json()
    assert (await client.piece(upload, DATA[:PIECE], 0, len(DATA))).status == 308
    if wrong is None:
        standin.faults.add(Fault("flip", method="PUT"))
    told = wrong or crc32c(bytearray(DATA))
    bad = await client.piece(upload, DATA[PIECE:], PIECE, len(DATA), told)
    assert (bad.status, bad.reason) == (502, "checksum-mismatch")
    assert (await client.offset(upload, len(DATA))).reason == "checksum-mismatch"
    assert standin.buckets[bucket].get(key, {}).data == b"old"
    assert not [one for one in standin.buckets[bucket].sessions.values() if one.name == key]


async def test_a_checksum_told_with_the_last_piece(place):
    client, bucket, key = place.client, place.bucket, place.key("x")
    upload = (await client.start(bucket, key, len(DATA))).json()
    assert (await client.piece(upload, DATA[:PIECE], 0, len(DATA))).status == 308
    bad = await client.piece(upload, DATA[PIECE:], PIECE, len(DATA), "nothing")
    assert (bad.status, bad.reason) == (400, "bad-checksum")
    good = await client.piece(upload, DATA[PIECE:], PIECE, len(DATA), crc32c(bytearray(DATA)))
    assert good.status == 200 and good.json()["size"] == len(DATA)


async def test_too_many_uploads_at_once(tmp_path):
    config = {"buckets": [{"id": "disk", "path": str(tmp_path)}], "maxUploads": 2}
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        # Finished ones do not count.
        for number in range(3):
            assert (await client.upload("disk", f"done-{number}", b"1")).status == 200
        first = (await client.start("disk", "a", 5)).json()
        assert (await client.start("disk", "b", 5)).status == 201
        full = await client.start("disk", "c", 5)
        assert (full.status, full.reason) == (429, "too-many-uploads")
        await client.ask("DELETE", first["relayUrl"])
        assert (await client.start("disk", "c", 5)).status == 201
    # They survive the server and count for the next one; finished ones do neither.
    async with jupyter_server(tmp_path, LeapBuckets=config) as client:
        assert (await client.start("disk", "d", 5)).reason == "too-many-uploads"
        assert len(list((tmp_path / ".leap-buckets-temporary").iterdir())) == 2


async def test_an_upload_that_is_asked_for_twice_is_begun_once(place):
    client, bucket, key = place.client, place.bucket, place.key("x")
    chosen = "chosen-by-the-page-itself_1"
    first = (await client.start(bucket, key, 5, id=chosen)).json()
    assert first["id"] == chosen
    assert (await client.start(bucket, key, 5, id=chosen)).json()["id"] == chosen
    other = await client.start(bucket, key, 6, id=chosen)
    assert (other.status, other.reason) == (409, "upload-id-taken")
    assert (await client.piece(first, b"12345", 0, 5)).status == 200
    for wrong in ("short", "../../../../../../etc/passwd", 5, "x" * 65):
        assert (await client.start(bucket, key, 5, id=wrong)).status == 400
