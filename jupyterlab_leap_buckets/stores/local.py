"""A folder on this machine as a bucket."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

from ..checksum import crc32c
from ..errors import LeapError
from .base import ByteRange, Details, ObjectInfo, Page, Reading, Store, Upload, folder_entry, not_found
from .disk import Disk
from .disk_compare import compared
from .disk_errors import refusal
from .disk_temporary import discard
from .disk_tree import is_link, tidy, walk

READ_SIZE = 1024 * 1024

P = ParamSpec("P")
T = TypeVar("T")


async def _blocking(key: str, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking disk call in a thread, its OSError becoming an answer about `key`."""
    try:
        return await asyncio.to_thread(act, *args, **kwargs)
    except OSError as error:
        raise refusal(error, key) from None


class LocalStore(Store):
    def __init__(self, root: str, homes: Iterable[str] = ()) -> None:
        self._disk = Disk(root, homes)

    @classmethod
    def from_uri(cls, uri: str, homes: Iterable[str] = ()) -> LocalStore:
        return cls(unquote(urlsplit(uri).path), homes)

    async def list(self, prefix: str, starts_with: str, limit: int, token: str | None) -> Page:
        after = _decode_token(token) if token else None
        found, last = await _blocking(prefix, self._disk.page, prefix, starts_with, limit, after)
        entries = [
            info.as_entry(prefix) if info else folder_entry(prefix, prefix + name.decode()) for name, info in found
        ]
        return Page(entries, None if last is None else _encode_token(last))

    async def head(self, key: str) -> ObjectInfo:
        info = await _blocking(key, self._disk.info, key)
        if info is None:
            raise not_found(key)
        return info

    async def existing(self, wanted: Mapping[str, int]) -> Sequence[ObjectInfo]:
        found = [await asyncio.to_thread(compared, self._disk, key, size) for key, size in wanted.items()]
        return [info for info in found if info is not None]

    async def details(self, key: str) -> Details:
        return Details(await self.head(key), public=False)

    async def read(self, key: str, wanted: ByteRange | None) -> Reading:
        file, info = await _blocking(key, self._disk.open, key)
        try:
            start, stop = wanted.resolve(info.size) if wanted else (0, info.size)
        except LeapError:
            file.close()
            raise
        return Reading(info, start, stop, _chunks(file.fileno(), key, start, stop), file.close)

    async def write(self, key: str, data: bytearray, content_type: str, if_generation: str) -> ObjectInfo:
        info = await _blocking(key, self._write, key, data, if_generation)
        return replace(info, crc32c=crc32c(data))

    def _write(self, key: str, data: bytearray, if_generation: str) -> ObjectInfo:
        self._disk.check_place(key, len(data), if_generation)
        temporary = self._disk.temporary()
        try:
            with open(temporary, "r+b") as file:
                file.write(data)
            return self._disk.place(temporary, key, if_generation)
        finally:
            discard(temporary)

    async def delete(self, key: str, if_generation: str | None) -> None:
        await _blocking(key, self._disk.delete, key, if_generation)

    async def begin_upload(self, key: str, size: int, content_type: str, if_generation: str | None) -> Upload:
        await _blocking(key, self._disk.check_place, key, size, if_generation)
        temporary = await _blocking(key, self._disk.temporary)
        return LocalUpload(self._disk, temporary, key, size, if_generation)

    async def walk(self, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        pages = walk(self._disk, prefix)
        while page := await _blocking(prefix, next, pages, None):
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
        return await _blocking(prefix, is_link, self._disk, prefix)

    async def tidy(self, prefix: str) -> bool:
        return await _blocking(prefix, tidy, self._disk, prefix)

    async def close(self) -> None:
        pass


class LocalUpload(Upload):
    """Pieces go into a temporary file, which becomes the object when it is complete."""

    def __init__(self, disk: Disk, temporary: str, key: str, size: int, if_generation: str | None) -> None:
        self._disk = disk
        self._temporary = temporary
        self._key = key
        self._size = size
        self._if_generation = if_generation

    async def send(self, length: int, chunks: AsyncIterator[bytes]) -> ObjectInfo | None:
        file = await _blocking(self._key, open, self._temporary, "r+b")
        try:
            # What a broken piece left behind its confirmed part is overwritten, or cut off at the end.
            file.seek(self.offset)
            async for chunk in chunks:
                await _blocking(self._key, file.write, chunk)
            await _blocking(self._key, file.truncate)
        finally:
            await _blocking(self._key, file.close)
        info = None
        if self.offset + length == self._size:
            info = await _blocking(self._key, self._disk.place, self._temporary, self._key, self._if_generation)
        self.offset += length
        return info

    async def find_offset(self) -> ObjectInfo | None:
        return None

    async def abort(self) -> None:
        await _blocking(self._key, discard, self._temporary)

    async def discard(self, made: ObjectInfo) -> None:
        await _blocking(self._key, self._disk.delete, self._key, made.generation)


async def _chunks(descriptor: int, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
    while start < stop:
        chunk = await _blocking(key, os.pread, descriptor, min(READ_SIZE, stop - start), start)
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
