"""A folder on this machine as a bucket."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..checksum import crc32c as checksum_of
from ..errors import LeapError
from .base import ByteRange, Details, ObjectInfo, Page, Reading, Store, Upload, folder_entry, not_found
from .disk import Disk
from .disk_compare import compared
from .disk_guard import Guard
from .disk_tree import is_link, tidy, walk
from .local_upload import LocalUpload, blocking

READ_SIZE = 1024 * 1024


class LocalStore(Store):
    def __init__(self, root: str, homes: Iterable[str] = (), guards: Iterable[Guard] = ()) -> None:
        self._disk = Disk(root, homes, guards)

    async def list(self, prefix: str, starts_with: str, limit: int, token: str | None) -> Page:
        after = _decode_token(token) if token else None
        found, last = await blocking(prefix, self._disk.page, prefix, starts_with, limit, after)
        entries = [
            info.as_entry(prefix) if info else folder_entry(prefix, prefix + name.decode()) for name, info in found
        ]
        return Page(entries, None if last is None else _encode_token(last))

    async def head(self, key: str) -> ObjectInfo:
        info = await blocking(key, self._disk.info, key)
        if info is None:
            raise not_found(key)
        return info

    async def existing(self, wanted: Mapping[str, int]) -> Sequence[ObjectInfo]:
        found = [await asyncio.to_thread(compared, self._disk, key, size) for key, size in wanted.items()]
        return [info for info in found if info is not None]

    async def details(self, key: str) -> Details:
        return Details(await self.head(key), public=False)

    async def read(self, key: str, wanted: ByteRange | None) -> Reading:
        file, info = await blocking(key, self._disk.open, key)
        try:
            start, stop = wanted.resolve(info.size) if wanted else (0, info.size)
        except LeapError:
            file.close()
            raise
        return Reading(info, start, stop, _chunks(file.fileno(), key, start, stop), file.close)

    async def write(
        self, key: str, data: bytearray, content_type: str, if_generation: str, crc32c: str | None = None
    ) -> ObjectInfo:
        info = await blocking(key, self._write, key, data, if_generation)
        return replace(info, crc32c=checksum_of(data))

    def _write(self, key: str, data: bytearray, if_generation: str) -> ObjectInfo:
        self._disk.check_place(key, len(data), if_generation)
        with self._disk.held() as temporary:
            with open(temporary, "r+b") as file:
                file.write(data)
            return self._disk.place(temporary, key, if_generation)

    async def delete(self, key: str, if_generation: str | None) -> None:
        await blocking(key, self._disk.delete, key, if_generation)

    async def begin_upload(
        self, key: str, size: int, content_type: str, if_generation: str | None, origin: str | None = None
    ) -> Upload:
        await blocking(key, self._disk.check_place, key, size, if_generation)
        temporary = await blocking(key, self._disk.temporary)
        inode = (await blocking(key, os.lstat, temporary)).st_ino
        return LocalUpload(self._disk, temporary, inode, key, size, if_generation)

    async def resume_upload(self, state: Mapping[str, Any], key: str, size: int, if_generation: str | None) -> Upload:
        await blocking(key, self._disk.locate, key)
        return LocalUpload.resume(self._disk, state, key, size, if_generation)

    async def walk(self, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        pages = walk(self._disk, prefix)
        while page := await blocking(prefix, next, pages, None):
            yield page

    async def addresses(self, keys: Sequence[str]) -> list[str]:
        return await asyncio.to_thread(lambda: [self._address(key) for key in keys])

    def _address(self, key: str) -> str:
        slash = "/" if key.endswith("/") else ""
        try:
            return (self._disk.locate(key.removesuffix("/")) if key else self._disk.root) + (slash if key else "/")
        except (LeapError, OSError):
            return os.path.join(self._disk.root, key)  # no place on this disk: using it will say why

    async def is_link(self, prefix: str) -> bool:
        return await blocking(prefix, is_link, self._disk, prefix)

    async def tidy(self, prefix: str) -> bool:
        return await blocking(prefix, tidy, self._disk, prefix)

    async def close(self) -> None:
        pass


async def _chunks(descriptor: int, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
    while start < stop:
        chunk = await blocking(key, os.pread, descriptor, min(READ_SIZE, stop - start), start)
        if not chunk:
            raise LeapError(502, "object-changed", f"{key!r} became shorter while it was read.", "Read it again.")
        start += len(chunk)
        yield chunk


def _encode_token(name: bytes) -> str:
    return "n" + base64.urlsafe_b64encode(name).decode("ascii")


def _decode_token(token: str) -> bytes:
    try:
        if not token.startswith("n"):
            raise ValueError
        return base64.b64decode(token[1:].encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise LeapError(
            400,
            "bad-page-token",
            "This page token is not one that the server gave out.",
            "Start from the first page.",
        ) from None
