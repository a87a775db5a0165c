"""What a server keeps beyond its own life, a file each. Blocking calls only, run in threads.

The folder belongs to one living server, which holds a lock on it: several servers share a home. Files are written
aside and renamed, and may hold credentials: nobody else may read them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TypeVar

from .paths import UPLOAD_ID

MAX_FILE = 64 * 1024
MAX_SERVERS = 100

_NAME = re.compile(rf"({UPLOAD_ID})\.json")

Parsed = TypeVar("Parsed")


def identity(environ: Mapping[str, str], root: str) -> str:
    """What makes a server itself again after a restart: its name on a hub, elsewhere the folder that it shows."""
    user = environ.get("JUPYTERHUB_USER")
    what = ["hub", user, environ.get("JUPYTERHUB_SERVER_NAME", "")] if user else ["folder", os.path.realpath(root)]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


class ServerFiles:
    """base: the folder of all servers' folders. server: an `identity`. warn: told once, in words without secrets, when
    nothing can be kept.

    WHAT: in people's words. LEFTOVER: age in seconds at which files of a server that never came back are deleted.
    """

    WHAT = "Files"
    LEFTOVER = 7 * 24 * 3600.0

    def __init__(self, base: Path, server: str, warn: Callable[[str], None]) -> None:
        self._base = base
        self._server = server
        self._warn = warn
        self._held: dict[Path, int] = {}
        self._own: Path | None = None
        self._finding = threading.Lock()
        self._told: set[str] = set()

    def open(self) -> None:
        """Take a folder, the first that no living server has. Without one, nothing is kept."""
        try:
            _make_private(self._base)
            self._own = next(folder for folder in self._candidates() if self._take(folder))
            self._clean(self._own)
        except (OSError, StopIteration) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
        self._tell(f"{self.WHAT} will not survive a restart of this server ({why}): {self._base}")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._warn(text)

    def _candidates(self) -> Iterator[Path]:
        yield self._base / self._server
        for number in range(2, MAX_SERVERS):
            yield self._base / f"{self._server}-{number}"

    def _take(self, folder: Path) -> bool:
        """Lock a folder until `close`. False when a living server has it."""
        _make_private(folder)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            is_free = _lock(descriptor)
        except OSError:
            is_free = True
            self._tell(f"This file system has no locks; servers of one name share their files: {self._base}")
        if is_free:
            self._held[folder] = descriptor
        else:
            os.close(descriptor)
        return is_free

    def _clean(self, own: Path) -> None:
        """Delete what was being written when a server ended, and what servers left behind that never came back."""
        for file in own.iterdir():
            if file.name != "lock" and not _NAME.fullmatch(file.name) and _age(file) > 60:
                _remove(file)
        for folder in self._base.iterdir():
            old = [] if folder in self._held else [file for file in _files(folder) if _age(file) > self.LEFTOVER]
            if old and self._take(folder):
                for file in old:
                    _remove(file)
                self._release(folder)

    def _release(self, folder: Path) -> None:
        os.close(self._held.pop(folder))

    def adopt(self) -> None:
        """Take also the folders of ended servers of the same name that lived beside another."""
        if self._own is not None:
            with self._finding:
                for folder in self._base.glob(f"{self._server}*"):
                    with contextlib.suppress(OSError):  # not a folder of ours
                        _ = folder in self._held or self._take(folder)

    def ages(self) -> dict[str, float]:
        """What is kept, with the seconds since each was used."""
        try:
            return {file.stem: _age(file) for folder in tuple(self._held) for file in _files(folder)}
        except OSError as error:
            self._give_up(error)
            return {}

    def write_bytes(self, file_id: str, data: bytes) -> bool:
        """Whether it is kept."""
        if self._own is None:
            return False
        try:
            path = self._find(file_id) or self._own / f"{file_id}.json"
            aside = path.with_name(f"{file_id}.{secrets.token_hex(4)}")
            try:
                descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(descriptor)
                os.replace(aside, path)
            except BaseException:
                _remove(aside)
                raise
        except OSError as error:
            self._give_up(error)
            return False
        return True

    def read_parsed(self, file_id: str, parse: Callable[[bytes], Parsed]) -> tuple[Parsed, float] | None:
        """What a file says and its age in seconds, None when there is none. One that is not ours, or that `parse`
        refuses by ValueError, is removed."""
        path = self._find(file_id)
        if path is None:
            return None
        try:
            return parse(_read_private(path)), _age(path)
        except (FileNotFoundError, IsADirectoryError):
            return None
        except (ValueError, RecursionError):
            _remove(path)
            return None

    def touch(self, file_id: str) -> None:
        """It was used now."""
        if path := self._find(file_id):
            with contextlib.suppress(FileNotFoundError):
                os.utime(path)

    def remove(self, file_id: str) -> None:
        if path := self._find(file_id):
            _remove(path)

    def _find(self, file_id: str) -> Path | None:
        """Its file, also one of an ended server of the same name that lived beside another."""
        name = f"{file_id}.json"
        if self._own is None or not _NAME.fullmatch(name):
            return None
        with self._finding:
            for folder in chain(tuple(self._held), self._base.glob(f"{self._server}*")):
                with contextlib.suppress(PermissionError):  # not a folder of ours
                    if os.path.lexists(folder / name) and (folder in self._held or self._take(folder)):
                        return folder / name
        return None

    def close(self) -> None:
        for folder in list(self._held):
            self._release(folder)
        self._own = None


def _lock(descriptor: int) -> bool:
    """Whether nobody else holds it. OSError where there are no locks."""
    try:
        import fcntl
    except ImportError:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK)) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _make_private(folder: Path) -> None:
    """A folder for this user alone; PermissionError when it is a link or somebody else's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def _read_private(path: Path) -> bytes:
    """A file of this user's; ValueError for anything else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EACCES):
            raise ValueError from None
        raise
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_size > MAX_FILE:
            raise ValueError
        return file.read(MAX_FILE)


def _files(folder: Path) -> list[Path]:
    """What is kept in a folder."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    return [file for file in folder.iterdir() if _NAME.fullmatch(file.name)]


def _age(path: Path) -> float:
    """Seconds since a file was written or touched. One from the future, of a clock that was wrong, is as of now."""
    try:
        age = time.time() - path.lstat().st_mtime
        if age < 0:
            os.utime(path, follow_symlinks=False)
    except (FileNotFoundError, PermissionError):  # just gone, or somebody else's
        return 0.0
    return max(0.0, age)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
