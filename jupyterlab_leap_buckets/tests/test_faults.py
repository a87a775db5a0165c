"""A store that fails, breaks connections and loses answers: what is repeated, what never is, and what people hear."""

from __future__ import annotations

import asyncio
import random

import aiohttp
import pytest

from ..checksum import crc32c
from ..errors import LeapError
from ..stores.gcs import GcsStore
from ..stores.gcs_client import GcsClient
from ..stores.google_auth import Anonymous
from .standin_faults import Fault


@pytest.fixture
def faults(standin):
    standin.faults.seen.clear()
    return standin.faults


def requests(faults, method: str) -> int:
    return sum(one.method == method for one in faults.seen)


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault("status", status=status, times=2) for status in (408, 429, 500, 502, 503, 504)),
        Fault("reset", times=2),
        Fault("lost", times=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_reading_is_repeated(on_standin, faults, fault):
    await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"1")
    faults.seen.clear()
    faults.add(Fault(**vars(fault)))
    listed = await on_standin.client.list(on_standin.bucket, on_standin.folder)
    assert [entry["name"] for entry in listed.json()["entries"]] == ["x"]
    assert requests(faults, "GET") == 3


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, 400, "store-refused"),
        (401, 403, "no-permission"),
        (403, 403, "no-permission"),
        (404, 404, "no-such-bucket"),
    ],
)
async def test_refusals_are_not_repeated(on_standin, faults, status, answer, reason):
    faults.add(Fault("status", status=status, times=9))
    listed = await on_standin.client.list(on_standin.bucket, on_standin.folder)
    assert (listed.status, listed.reason) == (answer, reason)
    # 401 once more, with a new token.
    assert requests(faults, "GET") == (2 if status == 401 else 1)


async def test_opening_a_folder_is_one_request(on_standin, faults):
    await on_standin.client.list(on_standin.bucket, on_standin.folder)
    assert len(faults.seen) == 1


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (Fault("status", status=503, times=99), 502, "store-failed"),
        (Fault("status", status=429, times=99), 503, "store-busy"),
        (Fault("reset", times=99), 502, "store-unreachable"),
        (Fault("slow", seconds=1, times=99), 504, "store-timeout"),
    ],
)
async def test_there_is_an_end_to_repeating(standin, faults, fault, status, reason):
    client = GcsClient(standin.url, Anonymous(), connect_timeout=1, read_timeout=0.2, deadline=0.3)
    faults.add(Fault(**vars(fault)))
    with pytest.raises(LeapError) as caught:
        await GcsStore("leap-scratch", client).list("", "", 10, None)
    assert (caught.value.status, caught.value.reason) == (status, reason)
    await client.close()


async def test_nobody_at_home():
    client = GcsClient("http://127.0.0.1:9", Anonymous(), connect_timeout=1, read_timeout=1, deadline=0.1)
    with pytest.raises(LeapError) as caught:
        await GcsStore("leap-scratch", client).list("", "", 10, None)
    assert (caught.value.status, caught.value.reason) == (502, "store-unreachable")
    await client.close()


# Writes and deletes


async def test_a_write_whose_answer_got_lost_is_known_as_ours(on_standin, faults):
    faults.add(Fault("lost", method="POST"))
    done = await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"mine")
    assert (done.status, done.json()["crc32c"]) == (200, crc32c(b"mine"))
    assert requests(faults, "POST") == 2


async def test_a_write_that_somebody_else_won_is_not(on_standin, faults):
    await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"theirs")
    faults.add(Fault("reset", method="POST"))
    lost = await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"mine")
    assert (lost.status, lost.reason) == (412, "already-exists")


async def test_a_delete_with_a_precondition_is_repeated(on_standin, faults):
    etag = (await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"1")).headers["ETag"]
    faults.add(Fault("lost", method="DELETE"))
    assert (await on_standin.client.delete(on_standin.bucket, on_standin.key("x"), {"If-Match": etag})).status == 204
    assert requests(faults, "DELETE") == 2


async def test_a_delete_without_one_is_never_repeated(on_standin, faults):
    await on_standin.client.put(on_standin.bucket, on_standin.key("x"), b"1")
    faults.add(Fault("reset", method="DELETE"))
    unsure = await on_standin.client.delete(on_standin.bucket, on_standin.key("x"))
    assert (unsure.status, unsure.reason) == (502, "store-unreachable")
    assert requests(faults, "DELETE") == 1


# Downloads


async def test_a_download_goes_on_where_it_broke(on_standin, faults):
    data = random.Random(2).randbytes(3_000_000)
    await on_standin.client.upload(on_standin.bucket, on_standin.key("x"), data)
    for after in (1_000_000, 500_000):
        faults.add(Fault("cut", method="GET", after=after))
    faults.seen.clear()
    got = await on_standin.client.get(on_standin.bucket, on_standin.key("x"))
    assert got.body == data
    assert requests(faults, "GET") == 3
    assert all("generation=" in one.path for one in faults.seen[1:])


async def test_a_download_of_an_object_that_was_replaced_meanwhile_breaks_off(on_standin, faults):
    """Never half of one and half of the other."""
    key = on_standin.key("x")
    await on_standin.client.upload(on_standin.bucket, key, bytes(3_000_000))
    faults.add(Fault("cut", method="GET", path="alt=media", after=300_000))
    faults.add(Fault("slow", method="GET", path="generation=", seconds=0.5))
    reading = asyncio.create_task(on_standin.client.get(on_standin.bucket, key))
    while not any("generation=" in one.path for one in faults.seen):  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0.02)
    await on_standin.client.upload(on_standin.bucket, key, bytes(3_000_000))
    with pytest.raises(aiohttp.ClientError):
        await reading
