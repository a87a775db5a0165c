"""S3, also where it is not Amazon's: https://docs.aws.amazon.com/AmazonS3/latest/API/"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..checksum import EMPTY_SUM, extended
from ..errors import LeapError
from .base import (
    ABSENT,
    HEADS_AT_ONCE,
    ByteRange,
    Details,
    Expiry,
    ObjectInfo,
    Page,
    Reading,
    Store,
    Upload,
    changed,
    damaged,
    damaged_on_the_way,
    folder_entry,
    not_found,
    not_satisfiable,
)
from .gcs_scan import scan
from .s3_answers import next_token, stuck
from .s3_client import S3Client
from .s3_condition import KINDS, guarded, is_kept, try_complete
from .s3_copy import copy
from .s3_errors import MISSING, S3Error
from .s3_object import MARK, SUM, described, details, entry, etag, is_damaged, listed, md5_header, moment, tagged_sum
from .s3_reading import Body, position, range_header
from .s3_upload import S3Upload, part_size_for

WALK_LIMIT = 1000
PUBLIC_SECONDS = 2.0


class S3Store(Store):
    """nobody: a client of the same place without keys."""

    def __init__(self, bucket: str, client: S3Client, nobody: S3Client) -> None:
        self._bucket = bucket
        self._client = client
        self._nobody = nobody

    @property
    def race_safe(self) -> bool | None:
        known = [self._client.honoured.get(kind, self._client.connection.is_aws or None) for kind in KINDS]
        return False if False in known else None if None in known[:3] else True

    # Lists

    async def list(self, prefix: str, starts_with: str, limit: int, token: str | None) -> Page:
        try:
            page = await self._page(
                Prefix=prefix + starts_with or None, Delimiter="/", MaxKeys=limit, ContinuationToken=token
            )
        except S3Error as error:
            if token and error.there == 400:
                raise LeapError(
                    400, "bad-page-token", "The store does not know this page token.", "Start from the first page."
                ) from None
            raise
        entries = [folder_entry(prefix, item["Prefix"]) for item in page.get("CommonPrefixes", [])]
        entries += [entry(item, prefix) for item in page.get("Contents", [])]
        entries.sort(key=lambda one: one["key"].encode())
        return Page(entries, next_token(page, token))

    async def walk(self, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        after = token = None
        seen: set[str] = set()
        while True:
            # By name and not by token: what is deleted meanwhile shifts no page.
            page = await self._page(
                Prefix=prefix or None, MaxKeys=WALK_LIMIT, StartAfter=after, ContinuationToken=token
            )
            found = [listed(item) for item in page.get("Contents", [])]
            names = {info.key for info in found}
            if names & seen:
                raise stuck()
            yield found
            if not page.get("IsTruncated"):
                return
            if found:
                after, token, seen = found[-1].key, None, names
            else:  # a page may be empty and not the last one
                token = next_token(page, token)

    async def _page(self, **query: Any) -> dict[str, Any]:
        return await self._client.call("list_objects_v2", f"the bucket {self._bucket!r}", Bucket=self._bucket, **query)

    async def addresses(self, keys: Sequence[str]) -> list[str]:
        return [f"s3://{self._client.place}/{self._bucket}/{key}" for key in keys]

    async def expiries(self) -> Sequence[Expiry]:
        try:
            told = await self._client.call(
                "get_bucket_lifecycle_configuration",
                f"the bucket {self._bucket!r}",
                repeat=False,
                Bucket=self._bucket,
            )
        except S3Error as error:
            if error.code == "NoSuchLifecycleConfiguration":
                return ()
            raise
        return [found for rule in told.get("Rules", []) if (found := _expiry(rule))]

    async def existing(self, wanted: Mapping[str, int]) -> Sequence[ObjectInfo]:
        async def page(token: str | None, startOffset: str, prefix: str | None, **narrow: Any) -> dict[str, Any]:
            start = _from(token, startOffset)
            told = await self._page(Prefix=prefix, MaxKeys=WALK_LIMIT, **start)
            items = [{**item, "name": item["Key"]} for item in told.get("Contents", [])]
            if items and items[0]["name"] <= start.get("StartAfter", ""):
                raise stuck()
            return {"items": items, "nextPageToken": next_token(told, token)}

        try:
            found: Sequence[ObjectInfo] = await scan(wanted, page, super().existing, listed)
        except LeapError as error:
            if error.status != 403:
                raise
            found = await super().existing(wanted)  # keys that may not list
        # A list has no checksums, and only those of what has the size asked about are worth a request.
        turns = asyncio.Semaphore(HEADS_AT_ONCE)

        async def summed(info: ObjectInfo) -> ObjectInfo | None:
            if info.crc32c is not None or info.size != wanted[info.key]:
                return info
            async with turns:
                try:
                    return await self._tagged(await self.head(info.key))
                except LeapError as error:
                    if error.status in (403, 404):
                        return info if error.status == 403 else None
                    raise

        return [info for info in await asyncio.gather(*map(summed, found)) if info is not None]

    async def _tagged(self, info: ObjectInfo) -> ObjectInfo:
        """With the crc32c that an upload in parts left as a tag: its metadata was sent before its bytes."""
        if info.crc32c is not None or "-" not in info.generation:
            return info
        try:
            told = await self._client.call("get_object_tagging", repeat=False, **self._object(info.key))
        except LeapError:
            return info
        tags = {tag["Key"]: tag["Value"] for tag in told.get("TagSet", [])}
        return replace(info, crc32c=tagged_sum(tags.get(SUM, ""), info.generation))

    async def tag(self, info: ObjectInfo) -> None:
        """Leave the crc32c of an upload in parts as a tag, where the store lets us. Whose it is stands with it: in
        between, another may have replaced the object."""
        if info.crc32c is not None:
            tags = {"TagSet": [{"Key": SUM, "Value": f"{info.crc32c}@{info.generation}"}]}
            with suppress(LeapError):
                await self._client.call("put_object_tagging", repeat=False, Tagging=tags, **self._object(info.key))

    # Single objects

    def _object(self, key: str) -> dict[str, Any]:
        return {"what": repr(key), "Bucket": self._bucket, "Key": key}

    async def head(self, key: str) -> ObjectInfo:
        headers = await self._head(key)
        return described(key, headers, int(headers.get("ContentLength", 0)))

    async def _head(self, key: str) -> dict[str, Any]:
        try:
            return await self._client.call("head_object", **self._object(key))
        except S3Error as error:
            raise _absent(error, key) from None

    async def details(self, key: str) -> Details:
        headers, public = await asyncio.gather(self._head(key), self._public(key))
        found = details(key, headers, public)
        return replace(found, info=await self._tagged(found.info))

    async def _public(self, key: str) -> bool | None:
        """Whether somebody without any keys may read it, by asking so once."""
        await self._nobody.open()
        try:
            await asyncio.wait_for(self._nobody.call("head_object", repeat=False, **self._object(key)), PUBLIC_SECONDS)
        except S3Error as error:
            return False if error.there in (401, 403, 404) else None
        except (LeapError, asyncio.TimeoutError):
            return None
        return True

    async def read(self, key: str, wanted: ByteRange | None) -> Reading:
        answer = await self._open(key, wanted, None)
        try:
            start, size = position(answer)
        except LeapError:
            answer["Body"].close()
            raise
        info = described(key, answer, size)
        body = Body(self._open, info, answer["Body"], start, start + int(answer.get("ContentLength", size - start)))
        return Reading(info, start, body.stop, body.chunks(), body.release)

    async def _open(self, key: str, wanted: ByteRange | None, generation: str | None) -> dict[str, Any]:
        try:
            return await self._client.call(
                "get_object",
                Range=range_header(wanted),
                IfMatch=f'"{generation}"' if generation else None,
                **self._object(key),
            )
        except S3Error as error:
            if error.there == 416:
                raise not_satisfiable((await self.head(key)).size if error.total is None else error.total) from None
            if error.there == 412:
                raise LeapError(
                    502, "object-changed", f"{key!r} was changed while it was read.", "Read it again."
                ) from None
            raise _absent(error, key) from None

    async def write(
        self, key: str, data: bytearray, content_type: str, if_generation: str, crc32c: str | None = None
    ) -> ObjectInfo:
        return await self.put(key, bytes(data), content_type, if_generation, crc32c, secrets.token_hex(8))

    async def put(
        self, key: str, data: bytes, content_type: str, if_generation: str | None, crc32c: str | None, mark: str
    ) -> ObjectInfo:
        """Write an object in one call. mark: what tells it from those of others."""
        md5, ours = await asyncio.to_thread(lambda: (md5_header(data), extended(EMPTY_SUM, data)))
        if None not in (crc32c, ours) and crc32c != ours:
            raise damaged_on_the_way(key)
        metadata = {MARK: mark, **({SUM: ours} if ours else {})}

        async def send(headers: Mapping[str, str]) -> dict[str, Any]:
            return await self._client.call(
                "put_object",
                headers=headers,
                body=data,
                ContentMD5=md5,
                ContentType=content_type,
                Metadata=metadata,
                **self._object(key),
            )

        try:
            answer = await guarded(self._client, "put", key, if_generation, self.head, send)
        except S3Error as error:
            if error.there == 200 and (found := await self._after_all(key, mark, len(data))):
                return found
            if error.code == "BadDigest" or error.code == "InvalidDigest":
                raise damaged_on_the_way(key) from None
            if not is_kept(error):
                raise
            # Our own first attempt may have written it, and only its answer got lost.
            if error.repeated and (found := await self.made(key, mark)):
                return found
            raise changed(key, if_generation) from None
        generation = etag(answer["ETag"])
        if is_damaged(generation, answer, base64.b64decode(md5).hex()):
            raise damaged(key, await self._removed(key, generation))
        date = moment(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date"))
        return ObjectInfo(
            key, len(data), date, generation, content_type, "STANDARD", ours, created=date, digest=generation
        )

    async def _after_all(self, key: str, mark: str, size: int) -> ObjectInfo | None:
        """The object of a write whose answer was somebody else's."""
        with suppress(LeapError):  # the answer itself is told then
            found = await self.made(key, mark)
            return found if found and found.size == size else None
        return None

    async def _removed(self, key: str, generation: str) -> bool:
        """Whether that object is gone; one that somebody wrote in its place is theirs."""
        try:
            await self.delete(key, generation)
        except LeapError as error:
            return error.status in (404, 412)
        return True

    async def made(self, key: str, mark: str) -> ObjectInfo | None:
        """The object, if it is the write of that mark that has made it."""
        try:
            headers = await self._head(key)
        except LeapError as error:
            if error.status == 404:
                return None
            raise
        if (headers.get("Metadata") or {}).get(MARK) != mark:
            return None
        return described(key, headers, int(headers.get("ContentLength", 0)))

    async def delete(self, key: str, if_generation: str | None) -> None:
        # S3 says nothing when there was none to delete.
        if (await self.head(key)).generation != if_generation and if_generation is not None:
            raise changed(key, if_generation)

        async def send(headers: Mapping[str, str]) -> dict[str, Any]:
            # Repeated without a precondition it could delete what somebody wrote in between.
            return await self._client.call("delete_object", headers=headers, repeat=bool(headers), **self._object(key))

        try:
            await guarded(self._client, "delete", key, if_generation, self.head, send)
        except S3Error as error:
            if not is_kept(error):
                raise
            try:
                await self.head(key)
            except LeapError as gone:
                if gone.status == 404 and error.repeated:
                    return
            raise changed(key, if_generation) from None

    # Uploads and copies

    async def begin_upload(
        self, key: str, size: int, content_type: str, if_generation: str | None, origin: str | None = None
    ) -> Upload:
        part_size = part_size_for(key, size)
        mark = secrets.token_hex(8)
        upload_id = None
        if size > part_size:
            if if_generation is not None:
                await self._expect(key, if_generation)
                await try_complete(self._client, self._bucket, key)
            answer = await self._client.call(
                "create_multipart_upload", ContentType=content_type, Metadata={MARK: mark}, **self._object(key)
            )
            upload_id = answer["UploadId"]
        return S3Upload(self, self._client, self._bucket, key, size, content_type, if_generation, mark, upload_id)

    async def _expect(self, key: str, if_generation: str) -> None:
        """412 before anything is sent, where that is certain already."""
        try:
            found = (await self.head(key)).generation
        except LeapError as error:
            if error.status == 403:
                return
            if error.status != 404:
                raise
            found = ABSENT
        if found != if_generation:
            raise changed(key, if_generation)

    async def resume_upload(self, state: Mapping[str, Any], key: str, size: int, if_generation: str | None) -> Upload:
        return S3Upload.resume(self, self._client, self._bucket, state, key, size, if_generation)

    async def copy(self, source: Store, info: ObjectInfo, key: str, if_generation: str) -> ObjectInfo | None:
        if not isinstance(source, S3Store) or source._client is not self._client:
            return None
        return await copy(self._client, source._bucket, info, self._bucket, key, if_generation, self.head)

    async def close(self) -> None:
        pass  # the connections belong to `S3Clients`


def _from(token: str | None, start: str) -> dict[str, Any]:
    """Where a page begins: S3 can only be told behind which name. A little before it is near enough."""
    if token:
        return {"ContinuationToken": token}
    last = ord(start[-1])
    before = "" if last == 0 else chr(0xD7FF if last == 0xE000 else last - 1) + "\U0010ffff"
    return {"StartAfter": start[:-1] + before}


def _absent(error: S3Error, key: str) -> LeapError:
    return not_found(key) if error.there == 404 and error.code in MISSING else error


def _expiry(rule: Mapping[str, Any]) -> Expiry | None:
    """A rule that deletes by age and prefix alone."""
    days = rule.get("Expiration", {}).get("Days")
    wanted = rule.get("Filter", {})
    if rule.get("Status") != "Enabled" or not days or set(wanted) - {"Prefix"}:
        return None
    return Expiry(int(days), rule.get("Prefix") or wanted.get("Prefix") or "")
