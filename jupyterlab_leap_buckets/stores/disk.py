"""A folder on disk seen as a bucket: blocking calls only, run in threads by the local store.

No path is used before its real path is known to be inside the folder, so neither `..` nor a link leads out of it.
"""

from __future__ import annotations

import errno
import heapq
import mimetypes
import os
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import BinaryIO

from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER, from_disk, to_disk
from .base import ABSENT, ObjectInfo, changed, not_found

LEFTOVER_SECONDS = 7 * 24 * 3600
"""Age at which an unfinished upload of a server that is gone is deleted."""


class Disk:
    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._placing = threading.Lock()
        self._swept = False

    # Names

    def locate(self, key: str) -> str:
        """The real path of a key (or of a prefix without its last slash); 403 when a link leads out of the bucket."""
        return self._inside(os.path.join(self.root, to_disk(key)), key)

    def _inside(self, path: str, key: str) -> str:
        real = os.path.realpath(path)
        below = real[len(self.root) :] if real.startswith(self.root.rstrip(os.sep) + os.sep) else None
        temporary = below is not None and below.lstrip(os.sep).split(os.sep)[0] == TEMPORARY_FOLDER
        if below is None or temporary or os.path.islink(real):  # still a link: it leads to itself
            raise LeapError(
                403,
                "outside-bucket",
                f"{key!r} leads out of the bucket's folder.",
                "Open the place it leads to instead.",
            )
        return real

    # Reading

    def page(
        self, prefix: str, starts_with: str, limit: int, after: bytes | None
    ) -> tuple[list[tuple[bytes, ObjectInfo | None]], bytes | None]:
        """Up to `limit` names of a folder that come after `after`, in byte order, and the last of them if there are
        more.

        Each is its name (a folder's with a slash) and its facts (None for a folder). Holds one page, however many
        files the folder has.
        """
        folder = self.root if prefix == "" else self.locate(prefix[:-1])
        try:
            with os.scandir(folder) as found:
                names = self._names(found, folder, starts_with, after)
                chosen = heapq.nsmallest(limit + 1, names)
        except (FileNotFoundError, NotADirectoryError):
            if not os.path.isdir(self.root):
                raise _missing() from None
            return [], None
        entries: list[tuple[bytes, ObjectInfo | None]] = []
        for name, path in chosen[:limit]:
            if name.endswith(b"/"):
                entries.append((name, None))
            else:
                try:
                    entries.append((name, describe(prefix + name.decode(), os.stat(path))))
                except FileNotFoundError:
                    continue  # deleted since the folder was read
        return entries, chosen[limit - 1][0] if len(chosen) > limit else None

    def _names(
        self, found: Iterator[os.DirEntry[str]], folder: str, starts_with: str, after: bytes | None
    ) -> Iterator[tuple[bytes, str]]:
        for entry in found:
            if folder == self.root and entry.name == TEMPORARY_FOLDER:
                continue
            segment = from_disk(entry.name)
            if not segment.startswith(starts_with):
                continue
            try:
                name = segment.encode("utf-8")
            except UnicodeEncodeError:
                continue  # not UTF-8 on disk, so there is no key for it
            kind = self._kind(entry)
            if kind is None:
                continue
            if kind == "folder":
                name += b"/"
            if after is None or name > after:
                yield name, entry.path

    def _kind(self, entry: os.DirEntry[str]) -> str | None:
        """None for what is neither file nor folder, and for links that lead out of the bucket or nowhere."""
        if entry.is_symlink():
            try:
                real = self._inside(entry.path, entry.name)
            except LeapError:
                return None
            return "folder" if os.path.isdir(real) else "object" if os.path.isfile(real) else None
        return "folder" if entry.is_dir() else "object" if entry.is_file() else None

    def open(self, key: str) -> tuple[BinaryIO, ObjectInfo]:
        """An open file to read from, and the object's facts."""
        path = self.locate(key)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise not_found(key)
        return os.fdopen(descriptor, "rb", buffering=0), describe(key, status)

    def info(self, key: str) -> ObjectInfo | None:
        """An object's facts, None when there is none."""
        try:
            status = os.stat(self.locate(key))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return describe(key, status) if stat.S_ISREG(status.st_mode) else None

    # Writing

    def temporary(self) -> str:
        """A new empty file beside the objects, on the same file system, and never listed."""
        folder = os.path.join(self.root, TEMPORARY_FOLDER)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.path.islink(folder):
            raise LeapError(403, "outside-bucket", f"{TEMPORARY_FOLDER} is a link.", "Remove the link.")
        if not self._swept:
            self._swept = True
            _sweep(folder)
        path = os.path.join(folder, secrets.token_hex(16))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666))
        return path

    def check_place(self, key: str, size: int, if_generation: str | None) -> None:
        """Find out before a byte moves whether `place` would refuse."""
        path = self.locate(key)
        if os.path.isdir(path) or not self._can_hold(os.path.dirname(path)):
            raise _clash(key)
        self._check_generation(key, if_generation)
        free = os.statvfs(self.root)  # where the temporary file will be
        if size > free.f_bavail * free.f_frsize:
            raise _no_space()

    def _can_hold(self, folder: str) -> bool:
        """Whether a folder is there or can be made. Its empty ones may come and go while this looks."""
        while True:
            try:
                return stat.S_ISDIR(os.stat(folder).st_mode)
            except NotADirectoryError:
                return False
            except FileNotFoundError:
                if folder == self.root:
                    raise _missing() from None
                folder = os.path.dirname(folder)

    def place(self, temporary: str, key: str, if_generation: str | None) -> ObjectInfo:
        """Make a temporary file the object, all at once. The precondition holds against every writer in this server;
        "only if absent" against other programs too."""
        path = self.locate(key)
        # An own clock reading: the file system's is so coarse that two writes could look like one generation.
        os.utime(temporary, ns=(time.time_ns(), time.time_ns()))
        with self._placing:
            self._check_generation(key, if_generation)
            self._with_parents(key, path, lambda: self._move(temporary, path, if_generation))
        return describe(key, os.stat(path))

    def _move(self, temporary: str, path: str, if_generation: str | None) -> None:
        if if_generation == ABSENT:
            try:
                os.link(temporary, path)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
                    raise
            else:
                os.unlink(temporary)
                return
        os.replace(temporary, path)

    def _with_parents(self, key: str, path: str, act: Callable[[], None]) -> None:
        """Act with the folders above `path` in place. A delete beside us may remove one that is still empty."""
        for last in (False, False, True):
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                act()
                return
            except FileNotFoundError:
                if last:
                    raise
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                if self.info(key) is not None:
                    raise changed(key, ABSENT) from None
                raise _clash(key) from None

    def _check_generation(self, key: str, if_generation: str | None) -> None:
        if if_generation is not None:
            found = self.info(key)
            if (found.generation if found else ABSENT) != if_generation:
                raise changed(key, if_generation)

    def delete(self, key: str, if_generation: str | None) -> None:
        """Delete one object, and the folders it leaves empty: a bucket has no empty folders."""
        self.locate(key)
        with self._placing:
            if self.info(key) is None:
                raise not_found(key)
            self._check_generation(key, if_generation)
            folder, name = os.path.split(os.path.join(self.root, to_disk(key)))
            folder = os.path.realpath(folder)
            os.unlink(os.path.join(folder, name))
            while folder != self.root:
                try:
                    os.rmdir(folder)
                except OSError:
                    break  # not empty
                folder = os.path.dirname(folder)


def describe(key: str, status: os.stat_result) -> ObjectInfo:
    guessed, encoding = mimetypes.guess_type(key.rpartition("/")[2], strict=False)
    return ObjectInfo(
        key=key,
        size=status.st_size,
        updated=datetime.fromtimestamp(status.st_mtime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        generation=f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}",
        content_type="application/octet-stream" if encoding else guessed,
    )


def refusal(error: OSError, key: str) -> LeapError:
    """What the operating system said, as an answer."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO):
        return not_found(key)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LeapError(
            403,
            "no-permission",
            f"The server may not do that to {key!r} on disk.",
            "Check the file's permissions.",
        )
    if error.errno == errno.ELOOP:
        return LeapError(403, "outside-bucket", f"{key!r} is a link that leads nowhere.", "Remove the link.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _no_space()
    if error.errno == errno.ENAMETOOLONG:
        return LeapError(400, "name-too-long-for-disk", "The name is too long for this disk.", "Choose a shorter one.")
    return LeapError(500, "disk-error", f"The disk failed: {os.strerror(error.errno or 0)}.", "Try again.")


def _missing() -> LeapError:
    return LeapError(404, "bucket-missing", "The folder of this bucket is gone.", "Ask whoever configured it.")


def _no_space() -> LeapError:
    return LeapError(507, "no-space", "The disk of this bucket is full.", "Delete what is no longer needed.")


def _clash(key: str) -> LeapError:
    return LeapError(
        409,
        "name-clash",
        f"{key!r} needs a folder where there is a file, or a file where there is a folder.",
        "This bucket is a folder on disk, which cannot hold both: choose another name.",
    )


def _sweep(folder: str) -> None:
    with os.scandir(folder) as found:
        for entry in found:
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFTOVER_SECONDS:
                os.unlink(entry.path)
