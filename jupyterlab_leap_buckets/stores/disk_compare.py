"""What a folder on disk says of a file that is compared with one elsewhere: blocking, run in threads."""

from __future__ import annotations

import os
from dataclasses import replace

from ..checksum import SLICE, Crc32c
from ..errors import LeapError
from .base import ObjectInfo
from .disk import Disk, describe


def compared(disk: Disk, key: str, size: int) -> ObjectInfo | None:
    """An object's facts, with its checksum when it has `size` bytes; None when there is none, or none to be seen."""
    try:
        info = disk.info(key)
        if info is None or info.size != size:
            return info
        return _summed(disk, key)
    except (LeapError, OSError):
        return None  # writing it will tell why


def _summed(disk: Disk, key: str) -> ObjectInfo:
    """The facts and the checksum of the same bytes; no checksum of a file that changes meanwhile."""
    file, info = disk.open(key)
    with file:
        checksum = Crc32c()
        while checksum.value is not None and (chunk := file.read(SLICE)):
            checksum.update(chunk)
        after = describe(key, os.fstat(file.fileno()))
    return replace(info, crc32c=checksum.value if after == info else None)
