"""An upload to S3: in parts, or at once where one part is enough.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html

A part has to be whole before it is sent, because its checksum goes first. One is sent while the next one arrives, and
no more than these two are held.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..checksum import EMPTY_SUM, extended
from ..errors import LeapError
from .base import ObjectInfo, Upload, changed, damaged_on_the_way
from .s3_client import S3Client
from .s3_condition import guarded, is_kept
from .s3_errors import S3Error
from .s3_object import etag, is_damaged, md5_header

if TYPE_CHECKING:
    from .s3 import S3Store

GRANULE = 256 * 1024
SMALLEST_PART = 8 * 1024 * 1024
LARGEST_PART = 64 * 1024 * 1024
MOST_PARTS = 10_000
ABORTS = 3


def part_size_for(key: str, size: int) -> int:
    """Bytes of each part but the last; 413 when there would be too many parts, or parts too large to be held."""
    wanted = max(SMALLEST_PART, -(-size // MOST_PARTS))
    part = -(-wanted // GRANULE) * GRANULE
    if part > LARGEST_PART:
        most = LARGEST_PART * MOST_PARTS
        raise LeapError(
            413,
            "object-too-large",
            f"{key!r} has {size / 1024**3:,.0f} GiB; this server passes on at most {most // 1024**3:,} GiB to S3, in "
            f"{MOST_PARTS:,} parts.",
            "Split the data, or upload it with rclone.",
        )
    return part


class S3Upload(Upload):
    """mark: tells the object that this upload makes from those of others. upload_id: None where the object is sent at
    once. `_sums` has the crc32c after so many parts."""

    def __init__(
        self,
        store: S3Store,
        client: S3Client,
        bucket: str,
        key: str,
        size: int,
        content_type: str,
        if_generation: str | None,
        mark: str,
        upload_id: str | None,
    ) -> None:
        self._store = store
        self._client = client
        self._target = {"what": repr(key), "Bucket": bucket, "Key": key, "UploadId": upload_id}
        self._key = key
        self._size = size
        self._content_type = content_type
        self._if_generation = if_generation
        self._mark = mark
        self._upload_id = upload_id
        self._part_size = part_size_for(key, size)
        self._held = bytearray()
        self._etags: list[str] = []
        self._sums: dict[int, str | None] = {0: EMPTY_SUM}
        self._sending: asyncio.Task[None] | None = None
        self._resumed: tuple[int, str] | None = None
        self._is_over = False
        self._damage: LeapError | None = None

    # Beyond this server

    def state(self) -> dict[str, Any]:
        # Never all of it: the last part comes once more, and with it the end.
        parts = min(len(self._etags), self._parts - 1)
        return {
            "place": self._client.place,
            "upload": self._upload_id,
            "type": self._content_type,
            "mark": self._mark,
            "parts": parts,
            "etags": _digest(self._etags[:parts]),
            "sum": self._sums.get(parts),
        }

    @classmethod
    def resume(
        cls,
        store: S3Store,
        client: S3Client,
        bucket: str,
        state: Mapping[str, Any],
        key: str,
        size: int,
        if_generation: str | None,
    ) -> S3Upload:
        match state:
            case {
                "place": client.place,
                "upload": (str() | None) as upload_id,
                "type": str() as content_type,
                "mark": str() as mark,
                "parts": int() as parts,
                "etags": str() as etags,
                "sum": (str() | None) as total,
            } if 0 <= parts <= MOST_PARTS and re.fullmatch("[0-9a-f]{16}", mark):
                upload = cls(store, client, bucket, key, size, content_type, if_generation, mark, upload_id)
                if (upload_id is None) != (size <= upload._part_size):
                    raise ValueError
                upload.unsure = True
                upload._resumed = parts, etags
                upload._sums = {parts: total}
                return upload
        raise ValueError

    # Sending

    async def send(self, length: int, chunks: AsyncIterator[bytes], crc32c: str | None = None) -> ObjectInfo | None:
        self.unsure = True
        try:
            async for chunk in chunks:
                view = memoryview(chunk)
                while view:
                    if len(self._held) == self._part_size:
                        await self._seal()
                    taken = view[: self._part_size - len(self._held)]
                    self._held += taken
                    view = view[len(taken) :]
            if self._arrived == self._size:
                made = await self._finish(crc32c)
                self.offset = self._size
                self.unsure = False
                return made
            if len(self._held) == self._part_size:
                await self._seal()
        except BaseException as error:
            self._drop_torn()
            if isinstance(error, LeapError) and self._client.is_gone:
                raise _gone(self._key) from None
            raise
        self.offset = self._arrived
        self.unsure = False
        return None

    @property
    def _arrived(self) -> int:
        parts = len(self._etags) + (self._sending is not None)
        return min(self._size, parts * self._part_size + len(self._held))

    @property
    def _parts(self) -> int:
        return max(1, -(-self._size // self._part_size))

    @property
    def _sum(self) -> str | None:
        return self._sums.get(len(self._etags))

    def _drop_torn(self) -> None:
        """Forget what is behind the last whole granule, so that the page can go on from there."""
        del self._held[len(self._held) - self._arrived % GRANULE :]

    async def _seal(self) -> None:
        """Send what is held as the next part, once the one before it has been taken."""
        await self._sent()
        data = bytes(self._held)
        self._held = bytearray()
        self._sending = asyncio.create_task(self._send_part(len(self._etags) + 1, data))
        self._sending.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _sent(self) -> None:
        """Wait for the part under way. What fails is lost, and all behind it: it has to arrive again."""
        if self._sending is None:
            return
        await asyncio.wait({self._sending})
        task, self._sending = self._sending, None
        try:
            task.result()
        except BaseException as error:
            self._held.clear()
            if isinstance(error, asyncio.CancelledError):
                raise _gone(self._key) from None
            if isinstance(error, LeapError) and error.reason == "connection-gone" and not self._client.is_gone:
                raise LeapError(
                    503, "store-busy", "The keys were renewed meanwhile.", "Send the piece again."
                ) from None
            raise

    async def _send_part(self, number: int, data: bytes) -> None:
        md5, total = await asyncio.to_thread(lambda: (md5_header(data), extended(self._sum, data)))
        try:
            answer = await self._client.call(
                "upload_part", PartNumber=number, body=data, ContentMD5=md5, **self._target
            )
        except S3Error as error:
            raise self._told(error) from None
        tag = etag(answer.get("ETag"))
        wanted = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if is_damaged(tag, answer, wanted):
            raise LeapError(502, "store-failed", f"A part of {self._key!r} arrived damaged.", "Send it again.")
        self._etags.append(tag)
        self._sums[number] = total
        self._sums.pop(number - 3, None)
        self.steps += 1

    async def _finish(self, crc32c: str | None) -> ObjectInfo:
        """Make the object. What cannot be told apart from damage does not become one."""
        if self._upload_id is None:
            data = bytes(self._held)
            given = self._key, data, self._content_type, self._if_generation, crc32c, self._mark
            try:
                made = await self._store.put(*given)
            except LeapError as error:
                if error.reason == "damaged-and-left":
                    self._damage = error  # what is there bears our mark
                raise
        else:
            if self._held:
                await self._seal()
            await self._sent()
            if None not in (crc32c, self._sum) and crc32c != self._sum:
                raise damaged_on_the_way(self._key)
            made = await self._complete()
            await self._store.tag(made)
        self._held = bytearray()
        self._is_over = True
        return made

    async def _complete(self) -> ObjectInfo:
        parts = [{"PartNumber": number, "ETag": f'"{tag}"'} for number, tag in enumerate(self._etags, start=1)]

        async def send(headers: Mapping[str, str]) -> dict[str, Any]:
            return await self._client.call(
                "complete_multipart_upload", headers=headers, MultipartUpload={"Parts": parts}, **self._target
            )

        try:
            await guarded(self._client, "complete", self._key, self._if_generation, self._store.head, send)
        except S3Error as error:
            # Our own first attempt may have made it, and only its answer got lost.
            if made := await self._made():
                return made
            if is_kept(error) and error.code != "NoSuchUpload":
                raise changed(self._key, self._if_generation) from None
            raise self._told(error) from None
        made = await self._made()
        if made is None:
            raise LeapError(502, "store-failed", f"{self._key!r} was replaced as soon as it was there.", "Look at it.")
        return made

    async def _made(self) -> ObjectInfo | None:
        """The object, if it is this upload that has made it, with the sum of all that has arrived."""
        found = await self._store.made(self._key, self._mark)
        if found is None or found.size != self._size:
            return None
        whole = self._upload_id is not None and len(self._etags) == self._parts
        return replace(found, crc32c=found.crc32c or (self._sum if whole else None))

    # How far it got

    async def find_offset(self) -> ObjectInfo | None:
        if self._damage is not None:
            raise self._damage
        if self._client.is_gone:
            raise _gone(self._key)
        gone = None
        try:
            if self._resumed is not None:
                await self._take_up(*self._resumed)
                self._resumed = None
            await self._sent()
        except LeapError as error:
            gone = error if error.status == 410 else None
            if self._resumed is not None and gone is None:
                raise
        if gone is not None or self._upload_id is None or self._arrived == self._size:
            # Its end may have been reached before its answer got lost.
            if found := await self._made():
                self.offset, self.unsure = self._size, False
                return found
            if gone is not None:
                raise gone
            self._step_back()
        self.offset = self._arrived
        self.unsure = False
        return None

    def _step_back(self) -> None:
        """Where all is here and no object was made of it, the last part comes once more, and with it the end."""
        if self._arrived < self._size:
            return
        if not self._held and self._etags:
            self._etags.pop()
        self._held.clear()

    async def _take_up(self, parts: int, digest: str) -> None:
        """The parts that another server sent and told of; 410 when the store does not have them any more."""
        if self._upload_id is None:
            return
        found: list[str] = []
        after = 0
        try:
            while len(found) < parts:
                page = await self._client.call("list_parts", PartNumberMarker=after, **self._target)
                found += [etag(part["ETag"]) for part in page.get("Parts", [])]
                if not page.get("IsTruncated"):
                    break
                after = int(page["NextPartNumberMarker"])
        except S3Error as error:
            raise self._told(error) from None
        self._etags = found[:parts]
        if _digest(self._etags) != digest:
            raise _gone(self._key)

    # The end

    async def abort(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait({self._sending})
            self._sending = None
        self._held = bytearray()
        if self._upload_id is None or self._is_over or self._client.is_gone:
            return
        # A part that is under way may still be taken after the first one.
        for _ in range(ABORTS):
            try:
                await self._client.call("abort_multipart_upload", **self._target)
                await self._client.call("list_parts", MaxParts=1, **self._target)
            except S3Error as error:
                if error.there == 404:
                    return
                raise

    async def discard(self, made: ObjectInfo) -> None:
        await self._store.delete(self._key, made.generation)

    def _told(self, error: S3Error) -> LeapError:
        if error.code == "NoSuchUpload":
            return _gone(self._key)
        if error.code in ("BadDigest", "InvalidDigest"):
            return LeapError(502, "store-failed", f"A part of {self._key!r} arrived damaged.", "Send it again.")
        return error


def _gone(key: str) -> LeapError:
    return LeapError(410, "upload-gone", f"The store no longer knows the upload of {key!r}.", "Start it again.")


def _digest(etags: list[str]) -> str:
    return hashlib.sha256("\n".join(etags).encode()).hexdigest()
