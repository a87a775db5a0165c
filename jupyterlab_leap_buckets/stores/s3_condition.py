"""Preconditions at stores that may ignore them: each kind of call is tried once with one that cannot hold.

Where that is refused, the store keeps them, and they are left to it. Elsewhere somebody looks before each call, and
what another writes between the look and the call is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from ..errors import LeapError
from .base import ABSENT, ObjectInfo, changed
from .s3_client import S3Client
from .s3_errors import S3Error
from .s3_object import NEVER, condition, md5_header

T = TypeVar("T")
Send = Callable[[Mapping[str, str]], Awaitable[T]]
NEW = "new"
"""What is known of `If-None-Match`, in whatever kind of call: a store may keep `If-Match` alone."""
KINDS = ("put", NEW, "complete", "copy", "delete")
UNKNOWN_HEADER = frozenset({"NotImplemented", "InvalidRequest", "InvalidArgument"})


def is_kept(error: LeapError) -> bool:
    """Whether a refusal says that a precondition does not hold."""
    return isinstance(error, S3Error) and (
        error.there == 412 or (error.there == 404 and error.code in ("NoSuchKey", "404"))
    )


async def guarded(
    client: S3Client,
    kind: str,
    key: str,
    if_generation: str | None,
    head: Callable[[str], Awaitable[ObjectInfo]],
    send: Send[T],
    is_about_key: Callable[[], Awaitable[bool]] | None = None,
) -> T:
    """`send` with the headers that make it depend on the generation of `key`. kind: "put", "complete", "copy" or
    "delete". 412 when it is
    another one; an S3Error that `is_kept` when the store said so. is_about_key: asked whether a refusal can only be
    meant for `key`, where the call has other conditions too."""
    if if_generation is None:
        return await send({})
    wanted = condition(key, if_generation)
    known = client.honoured.get(kind) and (if_generation != ABSENT or client.honoured.get(NEW))
    if client.connection.is_aws or known:
        return await send(wanted)
    async with client.turn(key):
        return await _looked(client, kind, key, if_generation, wanted, head, send, is_about_key)


async def _looked(
    client: S3Client,
    kind: str,
    key: str,
    if_generation: str,
    wanted: Mapping[str, str],
    head: Callable[[str], Awaitable[ObjectInfo]],
    send: Send[T],
    is_about_key: Callable[[], Awaitable[bool]] | None,
) -> T:
    """The same where somebody has to look first."""
    await _look(key, if_generation, head)
    if kind not in client.honoured and kind != "complete":
        try:
            made = await send({"If-Match": f'"{NEVER}"'})
        except S3Error as error:
            if not is_kept(error) and not _is_refused(error):
                raise
            if is_kept(error) and is_about_key is not None and not await is_about_key():
                raise
            client.honoured[kind] = is_kept(error)
            if not is_kept(error):
                client.unknown.add(kind)
        else:
            client.honoured[kind] = False
            return made
    made = await send({} if kind in client.unknown else wanted)
    if kind == "put" and if_generation == ABSENT and client.honoured[kind] and NEW not in client.honoured:
        return await _once_more(client, send, wanted, made)
    return made


async def _once_more(client: S3Client, send: Send[T], wanted: Mapping[str, str], made: T) -> T:
    """The write that has just made an object, again: it has to be refused now. Where it is not, the bytes are the same,
    and what counts is the later answer."""
    try:
        again = await send(wanted)
    except LeapError as error:
        if is_kept(error):
            client.honoured[NEW] = True
        return made
    client.honoured[NEW] = False
    return again


async def _look(key: str, if_generation: str, head: Callable[[str], Awaitable[ObjectInfo]]) -> None:
    try:
        found = (await head(key)).generation
    except LeapError as error:
        if error.status != 404:
            raise
        found = ABSENT
    if found != if_generation:
        raise changed(key, if_generation)


def _is_refused(error: S3Error) -> bool:
    """Whether a store says that it does not know the header at all."""
    return error.there == 501 or (error.there == 400 and error.code in UNKNOWN_HEADER)


async def try_complete(client: S3Client, bucket: str, key: str) -> None:
    """Find out whether the store keeps preconditions at the end of an upload in parts, with an upload of one byte
    beside `key`: nobody knows what is left of one that was refused. Nothing of it stays, so it is not begun with keys
    that may not delete: for them somebody looks before each end."""
    if client.connection.is_aws or "complete" in client.honoured:
        return
    name = f"{key.rpartition('/')[0][:900]}/.leap-{secrets.token_hex(8)}".lstrip("/")
    what: dict[str, Any] = {"what": repr(name), "Bucket": bucket, "Key": name}
    never = {"If-Match": f'"{NEVER}"'}
    try:
        await client.call("delete_object", headers=never, **what)
    except S3Error as error:
        if error.there in (401, 403):
            return
    upload = (await client.call("create_multipart_upload", **what))["UploadId"]
    what["UploadId"] = upload
    try:
        part = await client.call("upload_part", PartNumber=1, body=b"0", ContentMD5=md5_header(b"0"), **what)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        await client.call("complete_multipart_upload", MultipartUpload=parts, headers=never, repeat=False, **what)
    except S3Error as error:
        if is_kept(error) or _is_refused(error):
            client.honoured["complete"] = is_kept(error)
            if not is_kept(error):
                client.unknown.add("complete")
        with suppress(LeapError):
            await client.call("abort_multipart_upload", **what)
    else:
        client.honoured["complete"] = False
        del what["UploadId"]
        await client.call("delete_object", **what)
