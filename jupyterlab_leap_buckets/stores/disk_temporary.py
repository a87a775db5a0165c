"""Files that are not objects yet, beside the objects: blocking, run in threads by the local store."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER
from .below import folder as open_folder
from .below import listing

LEFTOVER_SECONDS = 7 * 24 * 3600
"""Age at which an unfinished upload of a server that is gone is deleted."""
COPIED_AT_ONCE = 1024 * 1024
T = TypeVar("T")
_COPY = re.compile(re.escape(TEMPORARY_FOLDER) + "-[0-9a-f]{32}")
_HELD = "write-"
ATTEMPTS = 20
"""How often a file is begun while its folder is removed, which whoever finishes the last file does."""


class Temporaries:
    """Their folder is on the file system of the objects, is never listed, and is there only while it holds one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._folder = os.path.join(root, TEMPORARY_FOLDER)
        self._swept = False

    def new(self) -> str:
        """A new empty file that outlives the server. Its name cannot be guessed: opened without creating it, this path
        leads to this file or nowhere."""
        path, descriptor = self._new("")
        os.close(descriptor)
        return path

    @contextlib.contextmanager
    def held(self) -> Iterator[str]:
        """As `new`, for one write: it is removed at the end. If its server ends before, the next one that writes here
        removes it."""
        while True:
            path, descriptor = self._new(_HELD)
            try:
                _lock(descriptor, shared=True)
                if os.fstat(descriptor).st_nlink > 0:  # else another server took it for one that was left
                    yield path
                    return
            finally:
                os.close(descriptor)
                discard(path)

    def _new(self, kind: str) -> tuple[str, int]:
        if os.path.islink(self._folder):
            raise LeapError(403, "outside-bucket", f"{TEMPORARY_FOLDER} is a link.", "Remove the link.")
        path = os.path.join(self._folder, kind + secrets.token_hex(16))
        attempts = ATTEMPTS
        while True:
            try:
                return path, self._make(path)
            except FileNotFoundError:
                attempts -= 1
                if attempts == 0 or not os.path.isdir(self._root):
                    raise
            except OSError:
                _remove_if_empty(self._folder)
                raise

    def _make(self, path: str) -> int:
        with open_folder(self._root, self._folder, 0o700) as folder:
            if not self._swept:
                self._swept = True
                _sweep(folder)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            return os.open(os.path.basename(path), flags, 0o666, dir_fd=folder)


def discard(path: str) -> None:
    """Remove a temporary file, unless it has become an object, and their folder with the last of them."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    _remove_if_empty(os.path.dirname(path))


def nearest(path: str, look: Callable[[str], T]) -> tuple[str, T]:
    """A path, or the nearest above it that is there, and what a look at it gives. Folders may come and go meanwhile."""
    while True:
        try:
            return path, look(path)
        except (FileNotFoundError, NotADirectoryError):
            path = os.path.dirname(path)


@contextlib.contextmanager
def on_disk_of(temporary: str, root: str, folder: str, device: int) -> Iterator[str]:
    """A temporary file where it can become an object in or below `folder`, which is the root or below it: itself, or,
    when another disk is mounted there, a copy of it in that folder. device: the disk of the folder."""
    if os.stat(temporary).st_dev == device:
        yield temporary
        return
    name = f"{TEMPORARY_FOLDER}-{secrets.token_hex(16)}"
    with open_folder(root, folder) as descriptor:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with open(temporary, "rb") as source, open(os.open(name, flags, 0o666, dir_fd=descriptor), "wb") as copy:
                shutil.copyfileobj(source, copy, COPIED_AT_ONCE)
            os.utime(name, ns=(time.time_ns(), time.time_ns()), dir_fd=descriptor)
            yield os.path.join(folder, name)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=descriptor)


def is_temporary(name: str) -> bool:
    """Whether a file is such a copy."""
    return name.startswith(TEMPORARY_FOLDER) and _COPY.fullmatch(name) is not None


def _remove_if_empty(folder: str) -> None:
    with contextlib.suppress(OSError):  # not empty, or gone
        os.rmdir(folder)


def _sweep(folder: int) -> None:
    with listing(folder) as (descriptor, found):
        for entry in found:
            with contextlib.suppress(FileNotFoundError):  # finished by another server meanwhile
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFTOVER_SECONDS:
                    os.unlink(entry.name, dir_fd=descriptor)
                elif entry.name.startswith(_HELD):
                    _remove_if_left(entry.name, descriptor)


def _remove_if_left(name: str, folder: int) -> None:
    """Remove a held file whose server is gone."""
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError:  # somebody else's
        return
    try:
        if _lock(descriptor, shared=False):
            os.unlink(name, dir_fd=folder)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, shared: bool) -> bool:
    """Lock a file until it is closed: shared as readers of HDF5 files do, which this may become. Whether it is locked:
    not while another has it, nor on a file system without locks."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
