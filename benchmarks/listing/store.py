"""A store for lists alone: folders of any size in pages as Google gives them, at the speed of the wire.

    python -m benchmarks.listing.store [--port 0] [--delay 0] [--failing 0]

prints its address, for STORAGE_EMULATOR_HOST. `/count` tells how many requests it has answered. `--delay` are
seconds before each answer; of so many requests as `--failing` says, one fails, by turns with 503 and a broken line.

Any folder whose name is a number has that many entries; any other has the folders `100/`, `10000/` and so on. Names
follow from their number, so that no list is kept; every 20th is a folder, in its place between the objects.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
from typing import Any

from aiohttp import web

SIZES = (100, 10_000, 100_000, 1_000_000)
ITEM = (
    '{{"name":"{}","size":"{}","generation":"17000000{:08d}","contentType":"application/octet-stream",'
    '"storageClass":"STANDARD","updated":"2026-01-{:02d}T03:04:05.678Z","timeCreated":"2026-01-01T03:04:05.678Z"}}'
)


def is_folder(number: int) -> bool:
    return number % 20 == 7


def name(prefix: str, number: int) -> str:
    return f"{prefix}run-{number:07d}/" if is_folder(number) else f"{prefix}run-{number:07d}.nc"


def page(prefix: str, count: int, limit: int, token: str) -> bytes:
    """Objects and prefixes counted and ordered together; the token is the last name."""
    start = 0
    if token:
        last = base64.urlsafe_b64decode(token).decode()
        start = int(last.removeprefix(prefix)[4:11]) + 1
    end = min(start + limit, count)
    numbers = range(start, end)
    items = ",".join(
        ITEM.format(name(prefix, n), n * 7919 % 1_000_003, n, n % 28 + 1) for n in numbers if not is_folder(n)
    )
    prefixes = json.dumps([name(prefix, n) for n in numbers if is_folder(n)])
    more = base64.urlsafe_b64encode(name(prefix, end - 1).encode()).decode() if end < count else ""
    following = f',"nextPageToken":"{more}"' if more else ""
    return f'{{"prefixes":{prefixes},"items":[{items}]{following}}}'.encode()


class Store:
    """First pages are kept once they were asked for, so that a second reader waits for nothing but the wire."""

    def __init__(self, delay: float = 0.0, failing: int = 0) -> None:
        self.requests = 0
        self._delay = delay
        self._failing = failing
        self._first: dict[tuple[str, int], bytes] = {}

    async def list(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        await asyncio.sleep(self._delay)
        if self._failing and self.requests % self._failing == 0:
            if self.requests // self._failing % 2:
                return web.json_response({"error": {"code": 503, "message": "Try again."}}, status=503)
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError
        query = request.query
        prefix, token, limit = query.get("prefix", ""), query.get("pageToken", ""), int(query.get("maxResults", 1000))
        return web.Response(body=self._page(prefix, limit, token), content_type="application/json")

    def _page(self, prefix: str, limit: int, token: str) -> bytes:
        size = prefix.rstrip("/").rpartition("/")[2]
        if not size.isdigit():
            return json.dumps({"prefixes": sorted(f"{prefix}{size}/" for size in SIZES)}).encode()
        if token:
            return page(prefix, int(size), limit, token)
        if (prefix, limit) not in self._first:
            self._first[prefix, limit] = page(prefix, int(size), limit, token)
        return self._first[prefix, limit]

    async def count(self, request: web.Request) -> web.Response:
        return web.json_response(self.requests)

    async def other(self, request: web.Request) -> web.Response:
        """Nothing but lists is asked of it in earnest; a look for the bucket's lifecycle finds none."""
        return web.json_response({"kind": "storage#bucket", "name": "bench"})


def check() -> None:
    """The pages are those of the stand-in that the conformance tests run against."""
    from jupyterlab_leap_buckets.tests.standin_storage import Bucket

    prefix, count = "ada/2500/", 2500
    bucket = Bucket("bench")
    for number in range(count):
        key = name(prefix, number)
        bucket.put(key + "x" if key.endswith("/") else key, b"", "", {})
    token = ""
    while True:
        ours: dict[str, Any] = json.loads(page(prefix, count, 1000, token))
        theirs = bucket.page(prefix, "/", 1000, token)
        names = [[item["name"] for item in one["items"]] for one in (ours, theirs)]
        if names[0] != names[1] or ours["prefixes"] != theirs["prefixes"]:
            raise AssertionError("The benchmark's store does not page as the stand-in does.")
        if ours.get("nextPageToken") != theirs.get("nextPageToken"):
            raise AssertionError("The benchmark's store gives other page tokens than the stand-in.")
        token = ours.get("nextPageToken", "")
        if not token:
            return


async def main() -> None:
    parser = argparse.ArgumentParser(description="A store for lists alone, of any size.")
    parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--failing", type=int, default=0, help="one of so many requests fails")
    options = parser.parse_args()
    store = Store(options.delay, options.failing)
    app = web.Application()
    app.router.add_get("/count", store.count)
    app.router.add_get("/storage/v1/b/{bucket}/o", store.list)
    app.router.add_get("/{path:.*}", store.other)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    check()
    asyncio.run(main())
