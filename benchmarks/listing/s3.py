"""The benchmark's folders as an S3 store would list them, for jupyter-drives: the same names, sizes and speed.

    python -m benchmarks.listing.s3

prints its address. The bucket `bench-<size>` has one folder, `runs/`, filled as `store.py` does; what is a folder there
holds one object here. Lists of buckets, lists of objects (version 2) and a bucket's region are all it can do.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import escape

from aiohttp import web

from .store import is_folder, name

SIZES = (100, 1000, 10_000, 100_000)
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
MODIFIED = "2026-01-02T03:04:05.678Z"
LAST = "\U0010ffff"
"""Comes after all that names of objects have."""


@cache
def keys(size: int) -> list[str]:
    """The objects of a bucket, in order of UTF-8 bytes."""
    return sorted(name("runs/", n) + ("part.nc" if is_folder(n) else "") for n in range(size))


def entries(size: int, prefix: str, delimiter: str, after: str) -> Iterator[tuple[str, bool]]:
    """Objects and, with a delimiter, common prefixes after a name; whether each is a prefix."""
    all_keys = keys(size)
    at = max(bisect_left(all_keys, prefix), bisect_right(all_keys, after))
    while at < len(all_keys) and all_keys[at].startswith(prefix):
        key = all_keys[at]
        folder, slash, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        if slash:
            common = prefix + folder + delimiter
            at = bisect_left(all_keys, common + LAST)
            yield common, True
        else:
            at += 1
            yield key, False


def buckets() -> str:
    each = "".join(
        f"<Bucket><Name>bench-{size}</Name><CreationDate>{MODIFIED}</CreationDate></Bucket>" for size in SIZES
    )
    return (
        f"<ListAllMyBucketsResult {NAMESPACE}><Owner><ID>ada</ID></Owner><Buckets>{each}</Buckets>"
        "</ListAllMyBucketsResult>"
    )


def page(size: int, prefix: str, delimiter: str, limit: int, after: str) -> str:
    found, more = [], False
    for entry in entries(size, prefix, delimiter, after):
        if len(found) == limit:
            more = True
            break
        found.append(entry)
    contents = "".join(
        f'<Contents><Key>{escape(key)}</Key><LastModified>{MODIFIED}</LastModified><ETag>"0"</ETag><Size>7</Size>'
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for key, is_prefix in found
        if not is_prefix
    )
    prefixes = "".join(
        f"<CommonPrefixes><Prefix>{escape(key)}</Prefix></CommonPrefixes>" for key, is_prefix in found if is_prefix
    )
    token = ""
    if more:
        last, is_prefix = found[-1]
        token = f"<NextContinuationToken>{(last + LAST * is_prefix).encode().hex()}</NextContinuationToken>"
    return (
        f"<ListBucketResult {NAMESPACE}><Name>bench-{size}</Name><Prefix>{escape(prefix)}</Prefix>"
        f"<KeyCount>{len(found)}</KeyCount><MaxKeys>{limit}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
        f"{contents}{prefixes}</ListBucketResult>"
    )


async def answer(request: web.Request) -> web.Response:
    query = request.query
    if request.path == "/":
        return xml(buckets())
    size = request.path.strip("/").removeprefix("bench-")
    if size not in map(str, SIZES):
        return xml("<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>", 404)
    if "location" in query:
        return xml(f"<LocationConstraint {NAMESPACE}/>")
    after = bytes.fromhex(query.get("continuation-token", "")).decode() or query.get("start-after", "")
    limit = min(int(query.get("max-keys", 1000)), 1000)
    return xml(page(int(size), query.get("prefix", ""), query.get("delimiter", ""), limit, after))


def xml(text: str, status: int = 200) -> web.Response:
    return web.Response(text=f'<?xml version="1.0" encoding="UTF-8"?>{text}', status=status, content_type="text/xml")


async def main() -> None:
    for size in SIZES:
        keys(size)
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
