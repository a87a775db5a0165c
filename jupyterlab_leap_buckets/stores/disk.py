"""A folder on disk seen as a bucket: blocking calls only, run in threads by the local store.

Links are followed as long as they stay inside. The real path of a key is looked up and has to be below the folder; then
it is opened part by part through no link, so neither `..` nor a link leads out, not even one put there in between.
"""

from __future__ import annotations

import contextlib
import errno
import heapq
import mimetypes
import os
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import BinaryIO

from ..errors import LeapError
from ..paths import TEMPORARY_FOLDER, from_disk, to_disk
from .base import ABSENT, ObjectInfo, changed, not_found
from .below import folder as open_folder
from .below import listing
from .disk_errors import clash, missing, no_space
from .disk_guard import Guard
from .disk_temporary import Temporaries, discard, is_temporary, nearest, on_disk_of

LOOKS = 20
"""How often a path is looked up while another program moves its folders."""


class Disk:
    def __init__(self, root: str, homes: Iterable[str] = (), guards: Iterable[Guard] = ()) -> None:
        """homes: prefixes whose folders stay when they are empty. guards: of buckets whose rules hold in here too."""
        self.root = os.path.realpath(root)
        self._guards = list(guards)
        self._kept = {self.root, *(os.path.join(self.root, to_disk(home[:-1])) for home in homes if home)}
        self._placing = threading.Lock()
        self._temporaries = Temporaries(self.root)

    # Names

    def locate(self, key: str) -> str:
        """The real path of a key (or of a prefix without its last slash); 403 when a link leads out of the bucket."""
        return self._inside(os.path.join(self.root, to_disk(key)), key)

    def _inside(self, path: str, key: str) -> str:
        real = _real(path, key)
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

    @contextlib.contextmanager
    def _folder_of(self, real: str, mode: int | None = None) -> Iterator[tuple[int, str]]:
        """The open folder of a real path, and its name in there. mode: that of missing folders, which are then made."""
        parent, name = os.path.split(real)
        with open_folder(self.root, parent, mode) as descriptor:
            yield descriptor, name

    def _status(self, real: str) -> os.stat_result:
        with self._folder_of(real) as (descriptor, name):
            return os.stat(name, dir_fd=descriptor, follow_symlinks=False)

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
            with open_folder(self.root, folder) as opened, listing(opened) as (descriptor, found):
                names = self.names(found, folder, starts_with, after)
                chosen = heapq.nsmallest(limit + 1, names)
                entries = list(self._described(chosen[:limit], prefix, folder, descriptor))
        except (FileNotFoundError, NotADirectoryError):
            if not os.path.isdir(self.root):
                raise missing() from None
            return [], None
        return entries, chosen[limit - 1][0] if len(chosen) > limit else None

    def _described(
        self, chosen: list[tuple[bytes, str]], prefix: str, folder: str, descriptor: int
    ) -> Iterator[tuple[bytes, ObjectInfo | None]]:
        for name, on_disk in chosen:
            if name.endswith(b"/"):
                yield name, None
                continue
            try:
                status = os.stat(on_disk, dir_fd=descriptor, follow_symlinks=False)
                if stat.S_ISLNK(status.st_mode):
                    status = self.behind_link(folder, on_disk)
            except (FileNotFoundError, NotADirectoryError, LeapError):
                continue  # deleted or put elsewhere since the folder was read
            yield name, describe(prefix + name.decode(), status)

    def behind_link(self, folder: str, on_disk: str) -> os.stat_result:
        """The status of what a link in a folder leads to; 403 when that is out of the bucket."""
        return self._status(self._inside(os.path.join(folder, on_disk), on_disk))

    def names(
        self, found: Iterator[os.DirEntry[str]], folder: str, starts_with: str = "", after: bytes | None = None
    ) -> Iterator[tuple[bytes, str]]:
        """The names in a folder as parts of keys (a folder's with a slash) and as they are on disk."""
        for entry in found:
            if is_temporary(entry.name) or (folder == self.root and entry.name == TEMPORARY_FOLDER):
                continue
            segment = from_disk(entry.name)
            if not segment.startswith(starts_with):
                continue
            try:
                name = segment.encode("utf-8")
            except UnicodeEncodeError:
                continue  # not UTF-8 on disk, so there is no key for it
            kind = self._kind(entry, folder)
            if kind is None:
                continue
            if kind == "folder":
                name += b"/"
            if after is None or name > after:
                yield name, entry.name

    def _kind(self, entry: os.DirEntry[str], folder: str) -> str | None:
        """None for what is neither file nor folder, and for links that lead out of the bucket or nowhere."""
        if entry.is_symlink():
            try:
                mode = self.behind_link(folder, entry.name).st_mode
            except (OSError, LeapError):
                return None
            return "folder" if stat.S_ISDIR(mode) else "object" if stat.S_ISREG(mode) else None
        return "folder" if entry.is_dir() else "object" if entry.is_file() else None

    def open(self, key: str) -> tuple[BinaryIO, ObjectInfo]:
        """An open file to read from, and the object's facts."""
        with self._folder_of(self.locate(key)) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise not_found(key)
        return os.fdopen(descriptor, "rb", buffering=0), describe(key, status)

    def info(self, key: str) -> ObjectInfo | None:
        """An object's facts, None when there is none."""
        try:
            status = self._status(self.locate(key))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return describe(key, status) if stat.S_ISREG(status.st_mode) else None

    # Writing

    def temporary(self) -> str:
        """A new empty file beside the objects, for `place` or `discard`."""
        return self._temporaries.new()

    def held(self) -> contextlib.AbstractContextManager[str]:
        """The same, for a write that ends with it."""
        return self._temporaries.held()

    def _place_of(self, key: str) -> str:
        path = self.locate(key)
        for guard in self._guards:
            guard.check(path, key)
        return path

    def check_place(self, key: str, size: int, if_generation: str | None) -> None:
        """Find out before a byte moves whether `place` would refuse."""
        path = self._place_of(key)
        if os.path.isdir(path) or not self._can_hold(os.path.dirname(path)):
            raise clash(key)
        self._check_generation(key, if_generation)
        for place in (self.root, os.path.dirname(path)):  # of the temporary file, and of the object
            _, free = nearest(place, os.statvfs)
            if size > free.f_bavail * free.f_frsize:
                raise no_space(key)

    def _can_hold(self, folder: str) -> bool:
        """Whether a folder is there or can be made. Its empty ones may come and go while this looks."""
        while True:
            try:
                return stat.S_ISDIR(os.stat(folder).st_mode)
            except NotADirectoryError:
                return False
            except FileNotFoundError:
                if folder == self.root:
                    raise missing() from None
                folder = os.path.dirname(folder)

    def place(self, temporary: str, key: str, if_generation: str | None) -> ObjectInfo:
        """Make a temporary file the object, all at once. The precondition holds against every writer in this server;
        "only if absent" against other programs too."""
        path = self._place_of(key)
        # An own clock reading: the file system's is so coarse that two writes could look like one generation.
        os.utime(temporary, ns=(time.time_ns(), time.time_ns()))
        folder = os.path.dirname(path)
        there, status = nearest(folder, os.stat)
        try:
            with on_disk_of(temporary, self.root, there, status.st_dev) as ready, self._placing:
                self._check_generation(key, if_generation)
                made = describe(key, self._move_with_parents(ready, key, path, if_generation))
        except BaseException:
            self.remove_empty(nearest(folder, os.stat)[0], there)
            raise
        discard(temporary)
        return made

    def _move(self, temporary: str, folder: int, name: str, if_generation: str | None) -> None:
        if if_generation == ABSENT:
            try:
                os.link(temporary, name, dst_dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
                    raise
            else:
                os.unlink(temporary)
                return
        os.replace(temporary, name, dst_dir_fd=folder)

    def _move_with_parents(self, temporary: str, key: str, path: str, if_generation: str | None) -> os.stat_result:
        """Move with the folders above `path` in place. A delete beside us may remove one that is still empty."""
        attempts = 3
        while True:
            try:
                with self._folder_of(path, 0o777) as (folder, name):
                    self._move(temporary, folder, name, if_generation)
                    return os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                attempts -= 1
                if attempts == 0:
                    raise
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                if self.info(key) is not None:
                    raise changed(key, ABSENT) from None
                raise clash(key) from None

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
            folder = _real(folder, key)
            with open_folder(self.root, folder) as descriptor:
                os.unlink(name, dir_fd=descriptor)
            self.remove_empty(folder)

    def remove_empty(self, folder: str, kept: str | None = None) -> bool:
        """Remove a folder (a real path) and those above it, up to `kept`, as long as they hold nothing. Whether it went
        itself."""
        start = folder
        while folder != kept and not self.is_kept(folder):
            try:
                with self._folder_of(folder) as (descriptor, name):
                    os.rmdir(name, dir_fd=descriptor)
            except OSError:
                break  # not empty
            folder = os.path.dirname(folder)
        return folder != start

    def is_kept(self, folder: str) -> bool:
        """Whether a folder (a real path) stays when it is empty: the bucket itself, and homes."""
        return folder in self._kept


def _real(path: str, key: str) -> str:
    """The real path; 409 when links and folders on the way take turns faster than they can be looked at."""
    for _ in range(LOOKS):
        try:
            return os.path.realpath(path)
        except OSError as error:
            if error.errno != errno.EINVAL:  # a link that is none any more
                raise
    raise LeapError(409, "changed-meanwhile", f"Another program keeps moving the folders of {key!r}.", "Try again.")


def describe(key: str, status: os.stat_result) -> ObjectInfo:
    """`created` is when the file got its content: the best there is, as file systems need not tell when a file was
    made, and a new content is a new object."""
    modified = datetime.fromtimestamp(status.st_mtime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    guessed, encoding = mimetypes.guess_type(key.rpartition("/")[2], strict=False)
    return ObjectInfo(
        key=key,
        size=status.st_size,
        updated=modified,
        generation=f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}",
        content_type="application/octet-stream" if encoding else guessed,
        created=modified,
    )
