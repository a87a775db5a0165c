"""Google's resumable upload: https://cloud.google.com/storage/docs/performing-resumable-uploads

The session's address is a credential: it leaves this object for the page that may use it and for its file.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from ..errors import LeapError
from .base import ObjectInfo, Upload, changed, damaged_on_the_way
from .gcs_client import Answer, GcsClient, failure
from .gcs_object import hash_header, is_mismatch, object_info


class GcsUpload(Upload):
    """delete: of the store that began it, by key and generation."""

    def __init__(
        self,
        client: GcsClient,
        uri: str,
        key: str,
        size: int,
        if_generation: str | None,
        delete: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._client = client
        self._uri = uri
        self._key = key
        self._size = size
        self._if_generation = if_generation
        self._delete = delete

    def state(self) -> dict[str, Any]:
        return {"uri": self._uri, "direct": self.address is not None}

    async def send(self, length: int, chunks: AsyncIterator[bytes], crc32c: str | None = None) -> ObjectInfo | None:
        last = self.offset + length - 1
        which = f"{self.offset}-{last}/{self._size}" if length else f"*/{self._size}"
        self.unsure = True
        # Not repeated here: the bytes are not held. The browser has them, and asks for the offset first.
        answer = await self._client.session_call(
            "PUT",
            self._uri,
            {"Content-Range": f"bytes {which}", "Content-Length": str(length), **hash_header(crc32c)},
            chunks if length else b"",
            repeat=False,
        )
        if is_mismatch(answer.status, answer.body):
            raise damaged_on_the_way(self._key)
        return self._settle(answer)

    async def find_offset(self) -> ObjectInfo | None:
        headers = {"Content-Range": f"bytes */{self._size}", "Content-Length": "0"}
        return self._settle(await self._client.session_call("PUT", self._uri, headers, b"", repeat=True))

    async def abort(self) -> None:
        answer = await self._client.session_call("DELETE", self._uri, {"Content-Length": "0"}, b"", repeat=True)
        # Google answers 499 to a cancelled session, and with other refusals when there is none.
        if answer.status >= 500:
            raise failure(answer.status, repr(self._key))

    async def discard(self, made: ObjectInfo) -> None:
        await self._delete(self._key, made.generation)

    def _settle(self, answer: Answer) -> ObjectInfo | None:
        if answer.status == 308:
            known = re.fullmatch(r"bytes=0-(\d+)", answer.headers.get("Range", ""))
            self.offset = int(known[1]) + 1 if known else 0
            self.unsure = False
            return None
        if answer.status in (200, 201):
            info = object_info(answer.json())
            self.offset = info.size
            self.unsure = False
            return info
        if answer.status == 412:
            raise changed(self._key, self._if_generation)
        if answer.status in (404, 410):
            raise LeapError(
                410,
                "upload-gone",
                f"The store no longer knows the upload of {self._key!r}.",
                "Start it again.",
            )
        raise failure(answer.status, repr(self._key))
