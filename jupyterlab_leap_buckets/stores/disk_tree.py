"""Everything below a folder of a disk seen as a bucket: blocking, run in threads by the local store.

Links to folders are told, never followed: what they lead to belongs elsewhere, and may be where they are.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER, to_disk
from .base import LINKED_FOLDER, ObjectInfo
from .below import folder as open_folder
from .below import listing
from .disk import Disk, describe

PAGE = 1000


def walk(disk: Disk, prefix: str) -> Iterator[list[ObjectInfo]]:
    """Pages of the objects below a prefix. Those of a folder come together; there is no other order."""
    page: list[ObjectInfo] = []
    for info in _below(disk, prefix):
        page.append(info)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _below(disk: Disk, prefix: str) -> Iterator[ObjectInfo]:
    folder = disk.root if prefix == "" else disk.locate(prefix[:-1])
    try:
        with open_folder(disk.root, folder) as opened, listing(opened) as (descriptor, found):
            for name, on_disk in disk.names(found, folder):
                key = prefix + name.decode()
                try:
                    status = os.stat(on_disk, dir_fd=descriptor, follow_symlinks=False)
                    linked = stat.S_ISLNK(status.st_mode)
                    if linked and not name.endswith(b"/"):
                        status = disk.behind_link(folder, on_disk)
                except (FileNotFoundError, NotADirectoryError, LeapError):
                    continue  # gone since the folder was read
                if not name.endswith(b"/"):
                    yield describe(key, status)
                elif linked:
                    yield ObjectInfo(key, 0, "", "", LINKED_FOLDER)
                else:
                    yield from _below(disk, key)
    except (FileNotFoundError, NotADirectoryError):
        return  # gone since it was found


def tidy(disk: Disk, prefix: str) -> bool:
    """Remove the folders below a prefix that hold nothing, it too, and those above it that this leaves empty: a bucket
    has no empty folders. Whether the folder itself is gone by this."""
    folder = disk.root if prefix == "" else disk.locate(prefix[:-1])
    try:
        with open_folder(disk.root, folder) as opened:
            _prune(disk, opened, folder)
        return disk.remove_empty(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _prune(disk: Disk, folder: int, path: str) -> None:
    with listing(folder) as (descriptor, found):
        names = [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
        for name in names:
            below = os.path.join(path, name)
            if below == os.path.join(disk.root, TEMPORARY_FOLDER):
                continue
            with contextlib.suppress(OSError):  # not empty, or gone
                opened = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
                try:
                    _prune(disk, opened, below)
                finally:
                    os.close(opened)
                if not disk.is_kept(below):
                    os.rmdir(name, dir_fd=descriptor)


def is_link(disk: Disk, prefix: str) -> bool:
    """Whether a folder is a link to one."""
    return prefix != "" and os.path.islink(os.path.join(disk.root, to_disk(prefix[:-1])))
