"""Google Cloud Storage by its JSON API: https://cloud.google.com/storage/docs/json_api/v1"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp

from ..errors import LeapError
from .base import (
    ByteRange,
    Details,
    Expiry,
    ObjectInfo,
    Page,
    Reading,
    Store,
    Upload,
    changed,
    damaged_on_the_way,
    folder_entry,
    not_found,
    not_satisfiable,
)
from .gcs_client import BROKEN, Answer, GcsClient, failure, jitter, unreachable
from .gcs_copy import rewrite
from .gcs_lifecycle import expiries
from .gcs_object import (
    DETAIL_FIELDS,
    OBJECT_FIELDS,
    condition,
    described,
    details,
    entry,
    hash_header,
    is_mismatch,
    object_info,
)
from .gcs_scan import scan
from .gcs_upload import GcsUpload

LIST_FIELDS = "nextPageToken,prefixes,items(name,size,updated,timeCreated,generation,contentType,storageClass)"
WALK_FIELDS = f"nextPageToken,items({OBJECT_FIELDS})"
WALK_LIMIT = 1000
OBJECT = "/storage/v1/b/{}/o/{}"
READ_ATTEMPTS = 5
"""Connections in a row that may break without a byte before a read fails."""


class GcsStore(Store):
    def __init__(self, bucket: str, client: GcsClient) -> None:
        self._bucket = bucket
        self._client = client

    async def list(self, prefix: str, starts_with: str, limit: int, token: str | None) -> Page:
        page = await self._page(LIST_FIELDS, limit, token, delimiter="/", prefix=prefix + starts_with or None)
        entries = [folder_entry(prefix, key) for key in page.get("prefixes", [])]
        entries += [entry(item, prefix) for item in page.get("items", [])]
        entries.sort(key=lambda one: one["key"].encode())
        return Page(entries, page.get("nextPageToken") or None)

    async def walk(self, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        token = None
        while True:
            page = await self._page(WALK_FIELDS, WALK_LIMIT, token, prefix=prefix or None)
            yield [object_info(item) for item in page.get("items", [])]
            token = page.get("nextPageToken")
            if not token:
                return

    async def _page(self, fields: str, limit: int, token: str | None, **query: str | None) -> dict[str, Any]:
        url = self._client.url(
            "/storage/v1/b/{}/o", self._bucket, maxResults=limit, pageToken=token, fields=fields, **query
        )
        answer = await self._client.call("GET", url)
        if answer.status == 404:
            raise LeapError(
                404, "no-such-bucket", f"There is no bucket {self._bucket!r} in the store.", "Check its name."
            )
        if answer.status == 400 and token:
            raise LeapError(
                400,
                "bad-page-token",
                "The store does not know this page token.",
                "Start from the first page.",
            )
        return self._expect(answer, 200, f"the bucket {self._bucket!r}").json()

    async def addresses(self, keys: Sequence[str]) -> list[str]:
        return [f"gs://{self._bucket}/{key}" for key in keys]

    async def head(self, key: str) -> ObjectInfo:
        return object_info(await self._metadata(key, OBJECT_FIELDS))

    async def existing(self, wanted: Mapping[str, int]) -> Sequence[ObjectInfo]:
        async def page(token: str | None, **query: str | None) -> dict[str, Any]:
            return await self._page(WALK_FIELDS, WALK_LIMIT, token, **query)

        return await scan(wanted, page, super().existing)

    async def details(self, key: str) -> Details:
        item, public = await asyncio.gather(self._metadata(key, DETAIL_FIELDS), self._public(key))
        return details(item, public)

    async def _public(self, key: str) -> bool | None:
        """Whether somebody without any credentials may read it, by asking so once."""
        status = await self._client.anonymous_status(self._client.url(OBJECT, self._bucket, key, fields="generation"))
        return True if status == 200 else False if status in (401, 403, 404) else None

    async def _metadata(self, key: str, fields: str) -> dict[str, Any]:
        answer = await self._client.call("GET", self._client.url(OBJECT, self._bucket, key, fields=fields))
        if answer.status == 404:
            raise not_found(key)
        return self._expect(answer, 200, repr(key)).json()

    async def expiries(self) -> Sequence[Expiry]:
        url = self._client.url("/storage/v1/b/{}", self._bucket, fields="lifecycle")
        answer = await self._client.call("GET", url, repeat=False)
        return expiries(self._expect(answer, 200, f"the bucket {self._bucket!r}").json().get("lifecycle"))

    # Reading

    async def read(self, key: str, wanted: ByteRange | None) -> Reading:
        response = await self._open(key, _range_header(wanted), None)
        try:
            info, start = described(key, response.status, response.headers)
        except LeapError:
            response.close()
            raise
        length = int(response.headers.get("Content-Length", info.size - start))
        body = _Body(self, info, response, start, start + length)
        return Reading(info, start, start + length, body.chunks(), body.release)

    async def _open(self, key: str, range_header: Mapping[str, str], generation: str | None) -> aiohttp.ClientResponse:
        url = self._client.url(OBJECT, self._bucket, key, alt="media", generation=generation)
        response = await self._client.open(url, {"Accept-Encoding": "gzip", **range_header})
        if response.status in (200, 206):
            return response
        body = await _short(response)
        if response.status == 404:
            raise not_found(key)
        if response.status == 416:
            total = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("Content-Range", ""))
            raise not_satisfiable(int(total[1]) if total else None)
        raise failure(response.status, repr(key), body)

    # Writing

    def _upload_url(self, kind: str, key: str, if_generation: str | None) -> str:
        return self._client.url(
            "/upload/storage/v1/b/{}/o",
            self._bucket,
            uploadType=kind,
            name=key,
            ifGenerationMatch=condition(key, if_generation),
            fields=OBJECT_FIELDS,
        )

    async def write(
        self, key: str, data: bytearray, content_type: str, if_generation: str, crc32c: str | None = None
    ) -> ObjectInfo:
        url = self._upload_url("media", key, if_generation)
        headers = {"Content-Type": content_type, **hash_header(crc32c)}
        answer = await self._client.call("POST", url, headers=headers, data=data)
        if is_mismatch(answer.status, answer.body):
            raise damaged_on_the_way(key)
        if answer.status == 412:
            # Our own first attempt may have written it, and only its answer got lost.
            if answer.repeated and await self._holds(key, data):
                return await self.head(key)
            raise changed(key, if_generation)
        return object_info(self._expect(answer, 200, repr(key)).json())

    async def _holds(self, key: str, data: bytearray) -> bool:
        try:
            stored = await self._metadata(key, "md5Hash")
        except LeapError as error:
            if error.status == 404:
                return False
            raise
        return stored.get("md5Hash") == base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()

    async def delete(self, key: str, if_generation: str | None) -> None:
        url = self._client.url(OBJECT, self._bucket, key, ifGenerationMatch=condition(key, if_generation))
        # Repeated without a precondition it could delete what somebody wrote in between.
        answer = await self._client.call("DELETE", url, repeat=if_generation is not None)
        if answer.status == 404 and answer.repeated:
            return
        if answer.status == 404:
            raise not_found(key)
        if answer.status == 412:
            if answer.repeated and not await self._exists(key):
                return
            raise changed(key, if_generation)
        self._expect(answer, 204, repr(key))

    async def _exists(self, key: str) -> bool:
        try:
            await self._metadata(key, "generation")
        except LeapError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def begin_upload(
        self, key: str, size: int, content_type: str, if_generation: str | None, origin: str | None = None
    ) -> Upload:
        url = self._upload_url("resumable", key, if_generation)
        headers = {
            "Content-Type": "application/json",
            "X-Upload-Content-Type": content_type,
            "X-Upload-Content-Length": str(size),
            **({"Origin": origin} if origin else {}),
        }
        # The type is in the metadata too: an emulator looks for it there only.
        metadata = json.dumps({"contentType": content_type}).encode()
        answer = await self._client.call("POST", url, headers=headers, data=metadata)
        if answer.status == 412:
            raise changed(key, if_generation)
        self._expect(answer, 200, repr(key))
        uri = answer.headers.get("Location")
        if not uri:
            raise LeapError(502, "store-failed", f"The store did not start an upload for {key!r}.", "Try again.")
        upload = GcsUpload(self._client, uri, key, size, if_generation, self.delete)
        if origin and self._client.is_open_to_browsers(uri, answer.headers):
            upload.address = uri
        return upload

    async def resume_upload(self, state: Mapping[str, Any], key: str, size: int, if_generation: str | None) -> Upload:
        match state:
            case {"uri": str() as uri, "direct": bool() as direct} if self._client.is_own(uri):
                upload = GcsUpload(self._client, uri, key, size, if_generation, self.delete)
                upload.unsure = True
                upload.address = uri if direct else None
                return upload
        raise ValueError

    async def copy(self, source: Store, info: ObjectInfo, key: str, if_generation: str) -> ObjectInfo | None:
        if not isinstance(source, GcsStore) or not source._client.is_same_service(self._client):
            return None
        return await rewrite(self._client, source._bucket, info, self._bucket, key, if_generation, self.head)

    async def close(self) -> None:
        await self._client.close()

    def _expect(self, answer: Answer, status: int, what: str) -> Answer:
        # Emulators answer 200 or 201 where Google answers 204 or 200.
        if not (answer.status == status or 200 <= answer.status < 300):
            raise failure(answer.status, what, answer.body)
        return answer


class _Body:
    """An object's bytes. A connection that breaks is opened again where it broke, on the same generation."""

    def __init__(
        self, store: GcsStore, info: ObjectInfo, response: aiohttp.ClientResponse, start: int, stop: int
    ) -> None:
        self._store = store
        self._info = info
        self._response = response
        self._position = start
        self._stop = stop

    async def chunks(self) -> AsyncIterator[bytes]:
        broken = 0
        while self._position < self._stop:
            try:
                async for chunk in self._response.content.iter_any():
                    broken = 0
                    self._position += len(chunk)
                    yield chunk
                if self._position < self._stop:
                    raise aiohttp.ClientPayloadError
            except BROKEN as error:
                self.release()
                broken += 1
                if broken == READ_ATTEMPTS:
                    raise unreachable(error) from None
                await asyncio.sleep(jitter(broken))
                rest = _range_header(ByteRange(self._position, self._stop - 1))
                self._response = await self._store._open(self._info.key, rest, self._info.generation)

    def release(self) -> None:
        self._response.close()


def _range_header(wanted: ByteRange | None) -> dict[str, str]:
    if wanted is None:
        return {}
    if wanted.start < 0:
        return {"Range": f"bytes={wanted.start}"}
    return {"Range": f"bytes={wanted.start}-{'' if wanted.end is None else wanted.end}"}


async def _short(response: aiohttp.ClientResponse) -> bytes:
    """The beginning of an error's body."""
    try:
        return await response.content.read(16 * 1024)
    except BROKEN:
        return b""
    finally:
        response.close()
