"""An upload into a folder on this machine: pieces go into a temporary file, which becomes the object."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, ParamSpec, TypeVar

from ..checksum import SLICE, Crc32c
from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER
from .base import ObjectInfo, Upload, damaged_on_the_way
from .disk import Disk
from .disk_errors import refusal
from .disk_temporary import discard

GRANULE = 256 * 1024
_NAME = re.compile("[0-9a-f]{32}")

P = ParamSpec("P")
T = TypeVar("T")


async def blocking(key: str, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking disk call in a thread, its OSError becoming an answer about `key`."""
    try:
        return await asyncio.to_thread(act, *args, **kwargs)
    except OSError as error:
        raise refusal(error, key) from None


class LocalUpload(Upload):
    """temporary: the path of the file that takes the pieces. inode: its number, which it keeps as the object."""

    def __init__(self, disk: Disk, temporary: str, inode: int, key: str, size: int, if_generation: str | None) -> None:
        self._disk = disk
        self._temporary = temporary
        self._inode = inode
        self._key = key
        self._size = size
        self._if_generation = if_generation
        self._is_resumed = False

    @classmethod
    def resume(
        cls, disk: Disk, state: Mapping[str, Any], key: str, size: int, if_generation: str | None
    ) -> LocalUpload:
        """A name and no path is what `state` holds, so that it leads nowhere but into the folder of temporary files."""
        match state:
            case {"temporary": str() as name, "inode": int() as inode} if _NAME.fullmatch(name):
                upload = cls(disk, os.path.join(disk.root, TEMPORARY_FOLDER, name), inode, key, size, if_generation)
                upload.unsure = upload._is_resumed = True
                return upload
        raise ValueError

    def state(self) -> dict[str, Any]:
        return {"temporary": os.path.basename(self._temporary), "inode": self._inode}

    async def send(self, length: int, chunks: AsyncIterator[bytes], crc32c: str | None = None) -> ObjectInfo | None:
        file = await blocking(self._key, self._open, self.offset)
        try:
            async for chunk in chunks:
                await blocking(self._key, file.write, chunk)
        finally:
            await blocking(self._key, file.close)
        info = None
        if self.offset + length == self._size:
            info = await blocking(self._key, self._place, crc32c)
        self.offset += length
        return info

    def _open(self, offset: int) -> BinaryIO:
        """The temporary file, to go on at `offset`. What a broken piece left behind that is cut off: the file's length
        says what has arrived, also to the next server."""
        file = os.fdopen(os.open(self._temporary, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC), "r+b")
        file.truncate(offset)
        file.seek(offset)
        return file

    def _place(self, crc32c: str | None) -> ObjectInfo:
        """Make it the object. Nobody has the checksum of what another server began: it is that of the disk's."""
        checksum = None
        if self._is_resumed:
            with open(self._temporary, "rb") as file:
                checksum = _checksum(file)
            if None not in (checksum, crc32c) and checksum != crc32c:
                raise damaged_on_the_way(self._key)
        return replace(self._disk.place(self._temporary, self._key, self._if_generation), crc32c=checksum)

    async def find_offset(self) -> ObjectInfo | None:
        info = await blocking(self._key, self._find) if self.unsure else None
        self.unsure = False
        return info

    def _find(self) -> ObjectInfo | None:
        """Looks at the disk; 410 when there is neither the temporary file nor the object that it became."""
        try:
            status: os.stat_result | None = os.lstat(self._temporary)
        except FileNotFoundError:
            status = None
        if made := self._made():
            discard(self._temporary)  # the server ended between giving it its name and taking the first one away
            self.offset = self._size
            return made
        if status is None or not stat.S_ISREG(status.st_mode):
            raise LeapError(
                410,
                "upload-gone",
                f"What had arrived of {self._key!r} is not on the disk any more.",
                "Start it again.",
            )
        # Never all of it: the last bytes come once more, and with them the end.
        whole = min(status.st_size, max(0, self._size - 1))
        self.offset = whole - whole % GRANULE
        return None

    def _made(self) -> ObjectInfo | None:
        """The object, if it is this upload that has made it."""
        info = self._disk.info(self._key)
        if info is None or not info.generation.endswith(f"-{self._size}-{self._inode}"):
            return None
        file, opened = self._disk.open(self._key)
        with file:
            return replace(info, crc32c=_checksum(file)) if opened.generation == info.generation else None

    async def abort(self) -> None:
        await blocking(self._key, discard, self._temporary)

    async def discard(self, made: ObjectInfo) -> None:
        await blocking(self._key, self._disk.delete, self._key, made.generation)


def _checksum(file: BinaryIO) -> str | None:
    checksum = Crc32c()
    while chunk := file.read(SLICE):
        checksum.update(chunk)
    return checksum.value
