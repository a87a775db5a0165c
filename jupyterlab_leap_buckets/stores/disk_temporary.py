"""Files that are not objects yet, beside the objects: blocking, run in threads by the local store."""

from __future__ import annotations

import contextlib
import os
import secrets
import time

from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER
from .below import folder as open_folder
from .below import listing

LEFTOVER_SECONDS = 7 * 24 * 3600
"""Age at which an unfinished upload of a server that is gone is deleted."""
ATTEMPTS = 20
"""How often a file is begun while its folder is removed, which whoever finishes the last file does."""


class Temporaries:
    """Their folder is on the file system of the objects, is never listed, and is there only while it holds one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._folder = os.path.join(root, TEMPORARY_FOLDER)
        self._swept = False

    def new(self) -> str:
        """A new empty file. Its name cannot be guessed: opened without creating it, this path leads to this file or
        nowhere."""
        if os.path.islink(self._folder):
            raise LeapError(403, "outside-bucket", f"{TEMPORARY_FOLDER} is a link.", "Remove the link.")
        path = os.path.join(self._folder, secrets.token_hex(16))
        for attempt in range(ATTEMPTS):
            try:
                self._make(path)
                break
            except FileNotFoundError:
                if attempt == ATTEMPTS - 1 or not os.path.isdir(self._root):
                    raise
            except OSError:
                _remove_if_empty(self._folder)
                raise
        return path

    def _make(self, path: str) -> None:
        with open_folder(self._root, self._folder, 0o700) as folder:
            if not self._swept:
                self._swept = True
                _sweep(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(os.path.basename(path), flags, 0o666, dir_fd=folder))


def discard(path: str) -> None:
    """Remove a temporary file, unless it has become an object, and their folder with the last of them."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    _remove_if_empty(os.path.dirname(path))


def _remove_if_empty(folder: str) -> None:
    with contextlib.suppress(OSError):  # not empty, or gone
        os.rmdir(folder)


def _sweep(folder: int) -> None:
    with listing(folder) as (descriptor, found):
        for entry in found:
            with contextlib.suppress(FileNotFoundError):  # finished by another server meanwhile
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFTOVER_SECONDS:
                    os.unlink(entry.name, dir_fd=descriptor)
