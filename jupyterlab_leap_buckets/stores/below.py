"""Folders below a root, opened one part of the path at a time and through no link.

A path that was real when it was looked up may lead elsewhere when it is used: another program can put a link in place
of one of its folders. What is done by name in a folder opened here happens in that folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

# Where there is O_PATH, folders that may be entered but not read are passed through.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def folder(root: str, real: str, mode: int | None = None) -> Iterator[int]:
    """A descriptor of the folder `real`, which is `root` or below it, for use as `dir_fd`.

    mode: that of missing folders below the root, which are then made. OSError with ENOTDIR where `real` is outside, or
    a part of it is a link or a file.
    """
    if real != root and not real.startswith(root.rstrip(os.sep) + os.sep):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    descriptor = os.open(root, _FOLDER)
    try:
        for part in filter(None, real[len(root) :].split(os.sep)):
            below = _enter(descriptor, part, mode)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(descriptor: int, part: str, mode: int | None) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=descriptor)
    except FileNotFoundError:
        if mode is None:
            raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(part, mode, dir_fd=descriptor)
    return os.open(part, _FOLDER, dir_fd=descriptor)


@contextlib.contextmanager
def listing(descriptor: int) -> Iterator[tuple[int, Iterator[os.DirEntry[str]]]]:
    """The entries of an open folder, and the descriptor through which they are looked at."""
    readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=descriptor)
    try:
        with os.scandir(readable) as found:
            yield readable, found
    finally:
        os.close(readable)
