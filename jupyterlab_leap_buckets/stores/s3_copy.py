"""Copies that the store makes itself, so that no byte passes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import LeapError
from .base import ObjectInfo, changed, not_found
from .s3_client import S3Client
from .s3_condition import guarded, is_kept, try_complete
from .s3_errors import MISSING, S3Error
from .s3_object import PLAIN, etag

MOST_AT_ONCE = 5 * 1024**3
"""Bytes that one CopyObject takes."""
PARTS_AT_ONCE = 8
PART = 256 * 1024 * 1024
KEPT = ("ContentType", "ContentEncoding", "ContentDisposition", "ContentLanguage", "CacheControl", "Metadata")

Head = Callable[[str], Awaitable[ObjectInfo]]


async def copy(
    client: S3Client, source: str, info: ObjectInfo, bucket: str, key: str, if_generation: str, head: Head
) -> ObjectInfo:
    """The copy of `info`, in that generation alone, from the bucket `source` to `key` in `bucket`. An object that was
    made in parts is copied in the same parts, so that equal bytes get equal ETags. head: of the destination."""
    origin = {"what": repr(info.key), "Bucket": source, "Key": info.key}
    try:
        first = await _first_part(client, origin, info)
        if first is None:
            generation = await _whole(client, origin, info, bucket, key, if_generation, head)
        else:
            generation = await _in_parts(client, origin, info, first, bucket, key, if_generation, head)
    except S3Error as error:
        if error.there == 404 and error.code in MISSING and error.code != "NoSuchUpload":
            raise not_found(info.key) from None
        if not is_kept(error):
            raise
        found = await _find(head, key)
        # Our own first attempt may have made it, and only its answer got lost.
        if error.repeated and found is not None and found.digest == info.digest:
            return found
        if not await _is_there(client, origin, info):
            raise changed(info.key, info.generation) from None
        raise changed(key, if_generation) from None
    made = await head(key)
    if made.generation == generation:
        return made
    return replace(made, generation=generation, digest=generation, size=info.size, crc32c=None)


async def _first_part(client: S3Client, origin: Mapping[str, Any], info: ObjectInfo) -> int | None:
    """The size of the parts to copy in, None where one call does it all."""
    if PLAIN.fullmatch(info.generation) and info.size <= MOST_AT_ONCE:
        return None
    count = info.generation.rpartition("-")[2]
    if not count.isdigit() or info.size == 0:
        return None if info.size <= MOST_AT_ONCE else PART
    try:
        told = await client.call("head_object", PartNumber=1, **origin)
    except S3Error:
        told = {}
    size, parts = int(told.get("ContentLength", 0)), int(count)
    if 0 < size <= MOST_AT_ONCE and -(-info.size // size) == parts:
        return size
    return None if info.size <= MOST_AT_ONCE else PART


async def _whole(
    client: S3Client,
    origin: Mapping[str, Any],
    info: ObjectInfo,
    bucket: str,
    key: str,
    if_generation: str,
    head: Head,
) -> str:
    async def send(headers: Mapping[str, str]) -> dict[str, Any]:
        return await client.call("copy_object", headers=headers, **_source(origin, info), **_target(bucket, key))

    async def is_about_key() -> bool:
        return await _is_there(client, origin, info)

    answer = await guarded(client, "copy", key, if_generation, head, send, is_about_key)
    return etag(answer.get("CopyObjectResult", {}).get("ETag"))


async def _in_parts(
    client: S3Client,
    origin: Mapping[str, Any],
    info: ObjectInfo,
    size: int,
    bucket: str,
    key: str,
    if_generation: str,
    head: Head,
) -> str:
    told = await client.call("head_object", IfMatch=f'"{info.generation}"', **origin)
    await try_complete(client, bucket, key)
    target = _target(bucket, key)
    kept = {name: told[name] for name in KEPT if told.get(name)}
    target["UploadId"] = (await client.call("create_multipart_upload", **kept, **target))["UploadId"]
    turns = asyncio.Semaphore(PARTS_AT_ONCE)

    async def part(number: int, start: int) -> dict[str, Any]:
        last = min(start + size, info.size) - 1
        async with turns:
            answer = await client.call(
                "upload_part_copy",
                PartNumber=number,
                CopySourceRange=f"bytes={start}-{last}",
                **_source(origin, info),
                **target,
            )
        return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

    tasks = [asyncio.create_task(part(n, at)) for n, at in enumerate(range(0, info.size, size), start=1)]
    try:
        parts = await asyncio.gather(*tasks)

        async def send(headers: Mapping[str, str]) -> dict[str, Any]:
            return await client.call(
                "complete_multipart_upload", headers=headers, MultipartUpload={"Parts": parts}, **target
            )

        answer = await guarded(client, "complete", key, if_generation, head, send)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(LeapError):
            await asyncio.shield(client.call("abort_multipart_upload", **target))
        raise
    return etag(answer.get("ETag"))


def _source(origin: Mapping[str, Any], info: ObjectInfo) -> dict[str, Any]:
    return {
        "CopySource": {"Bucket": origin["Bucket"], "Key": origin["Key"]},
        "CopySourceIfMatch": f'"{info.generation}"',
    }


def _target(bucket: str, key: str) -> dict[str, Any]:
    return {"what": repr(key), "Bucket": bucket, "Key": key}


async def _is_there(client: S3Client, origin: Mapping[str, Any], info: ObjectInfo) -> bool:
    """Whether the original still has its generation; 404 when it is gone."""
    try:
        return etag((await client.call("head_object", **origin)).get("ETag")) == info.generation
    except S3Error as error:
        raise not_found(info.key) if error.there == 404 else error from None


async def _find(head: Head, key: str) -> ObjectInfo | None:
    try:
        return await head(key)
    except LeapError as error:
        if error.status == 404:
            return None
        raise
