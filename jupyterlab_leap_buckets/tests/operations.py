"""What the tests of operations do all the time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from .conftest import Place


async def fill(place: Place, *names: str, data: bytes | None = None) -> None:
    """Objects by these names below the test's folder, each holding its own name unless told."""
    for name in names:
        reply = await place.client.put(place.bucket, place.key(name), name.encode() if data is None else data)
        assert reply.status == 200, reply.body


async def names(place: Place, prefix: str = "") -> list[str]:
    """Every object below a prefix of the test's folder, without that folder's name."""
    store = place.client.leap.store(place.client.leap.bucket(place.bucket))
    found = [info.key async for page in store.walk(place.key(prefix)) for info in page]
    return sorted(key.removeprefix(place.folder) for key in found)


async def body(place: Place, name: str) -> bytes:
    return (await place.client.get(place.bucket, place.key(name))).body


def keys(place: Place, *wanted: str, **more: Any) -> dict[str, Any]:
    return {"bucket": place.bucket, "keys": [place.key(name) for name in wanted], **more}


def below(place: Place, prefix: str = "") -> dict[str, Any]:
    return {"bucket": place.bucket, "prefix": place.key(prefix)}


async def start(place: Place, kind: str, source: dict[str, Any], headers: Any = None, **more: Any) -> str:
    reply = await place.client.ask("POST", "operations", headers=headers, body={"kind": kind, "source": source, **more})
    assert reply.status == 202, reply.body
    assert set(reply.json()) == {"id"}
    return reply.json()["id"]


async def look(place: Place, operation: str) -> dict[str, Any]:
    reply = await place.client.ask("GET", f"operations/{operation}")
    assert reply.status == 200, reply.body
    return reply.json()


async def end(place: Place, operation: str, seconds: float = 30) -> dict[str, Any]:
    """The operation once it is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = await look(place, operation)
        if found["state"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"still {found}")


async def run(place: Place, kind: str, source: dict[str, Any], headers: Any = None, **more: Any) -> dict[str, Any]:
    return await end(place, await start(place, kind, source, headers, **more))


def reasons(operation: dict[str, Any]) -> list[str]:
    return sorted(failure["reason"] for failure in operation["failures"])
