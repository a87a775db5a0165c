"""Changing several small files as one: all of them, or none, and nothing that others write is lost.

Each is written anew aside, with the rights of the old one, and renamed over it once it is on the disk. Before each
rename the file is read again: where one was changed meanwhile, all are edited anew. Blocking calls, run in a thread.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import LeapError
from .ini import Unreadable, in_words, read_text

ATTEMPTS = 5
LOCK_SECONDS = 10
BACKUP = ".before-leap-buckets"

Change = Callable[[str], str]


@dataclass(frozen=True)
class Edit:
    """path: may be a link; its target is what changes. change: from the old text to the new one, which may be the
    same. private: whether nobody else may read the new file, whatever the old one allowed."""

    path: Path
    change: Change
    private: bool = False


class _Changed(Exception):
    """Somebody else has written the file since it was read."""


@dataclass
class _Prepared:
    edit: Edit
    target: Path
    before: str | None
    after: str
    temporary: Path


def apply(edits: list[Edit], lock: Path, backup: Callable[[str], bool]) -> None:
    """Change all of these files. backup: whether a file with this text is kept, once, beside itself.

    409 `file-changed` when others write them all the time, 507 or 403 when they cannot be written, 409
    `file-unreadable`: then none is changed.
    """
    with _locked(lock):
        for _ in range(ATTEMPTS):
            with contextlib.suppress(_Changed):
                return _apply(edits, backup)
    raise LeapError(
        409,
        "file-changed",
        f"Another program keeps changing {', '.join(str(edit.path) for edit in edits)}.",
        "Nothing was written. Close that program and try again.",
    )


def _apply(edits: list[Edit], backup: Callable[[str], bool]) -> None:
    prepared: list[_Prepared] = []
    backups: list[Path] = []
    done: list[_Prepared] = []
    try:
        for edit in _by_target(edits):
            with _told(edit.path):
                one = _prepare(edit)
                if one:
                    prepared.append(one)
        for one in prepared:
            if one.before and backup(one.before):
                with _told(one.edit.path):
                    backups += _keep(one)
        for one in prepared:
            with _told(one.edit.path):
                _rename(one)
            done.append(one)
    except BaseException:
        try:
            _undo(done)
        finally:
            for path in [*backups, *(one.temporary for one in prepared)]:
                with contextlib.suppress(OSError):
                    path.unlink()
        raise


def _by_target(edits: list[Edit]) -> list[Edit]:
    """One edit a file: two of them may be the same, by a link or by what the environment says."""
    found: dict[Path, Edit] = {}
    for edit in edits:
        with _told(edit.path):
            target = _target(edit.path)
        before = found.get(target)
        found[target] = _both(before, edit) if before else edit
    return list(found.values())


def _both(first: Edit, second: Edit) -> Edit:
    return Edit(first.path, lambda text: second.change(first.change(text)), first.private or second.private)


def _prepare(edit: Edit) -> _Prepared | None:
    """Writes the new file aside; None where nothing changes."""
    target = _target(edit.path)
    before = read_text(target)
    after = edit.change(before or "")
    if after == (before or ""):
        return None
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    _write(temporary, after, target, 0o600 if edit.private else None)
    return _Prepared(edit, target, before, after, temporary)


def _target(path: Path) -> Path:
    """Where a link leads in the end, also when nothing is there yet."""
    try:
        return path.resolve(strict=True)
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    except RuntimeError:  # what Python before 3.13 says of links in a circle
        raise OSError(errno.ELOOP, "") from None


def _write(temporary: Path, text: str, like: Path, mode: int | None) -> None:
    """A new file on the disk, complete or not at all, with the owner and the rights of the one it is to replace."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with open(descriptor, "wb") as file:
            with contextlib.suppress(FileNotFoundError):
                old = os.stat(like)
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, -1, old.st_gid)
                if old.st_uid != os.fstat(descriptor).st_uid:
                    os.fchown(descriptor, old.st_uid, -1)
                if mode is None:
                    mode = stat.S_IMODE(old.st_mode)
            os.fchmod(descriptor, 0o600 if mode is None else mode)
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _keep(one: _Prepared) -> list[Path]:
    """The file as it was, beside itself, unless that has been kept before; what was made."""
    kept = one.target.with_name(one.target.name + BACKUP)
    if os.path.lexists(kept):
        return []
    temporary = kept.with_name(f".{kept.name}.{secrets.token_hex(8)}")
    _write(temporary, one.before or "", one.target, 0o600)
    os.replace(temporary, kept)
    return [kept]


def _rename(one: _Prepared) -> None:
    if _target(one.edit.path) != one.target or read_text(one.target) != one.before:
        raise _Changed
    os.replace(one.temporary, one.target)
    _sync(one.target.parent)


def _undo(done: list[_Prepared]) -> None:
    """What was before in these files again. 500 `half-done` where it cannot be, or where others wrote since."""
    left = []
    for one in reversed(done):
        try:
            if read_text(one.target) != one.after:
                left.append(str(one.edit.path))
            elif one.before is None:
                one.target.unlink()
            else:
                _write(one.temporary, one.before, one.target, None)
                os.replace(one.temporary, one.target)
        except (OSError, Unreadable):
            left.append(str(one.edit.path))
    if left:
        raise LeapError(
            500,
            "half-done",
            f"Only a part was written, and {' and '.join(left)} could not be changed back.",
            "Look for the lines of jupyterlab-leap-buckets there and remove them.",
        )


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems cannot, and the rename holds all the same
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system refuses, as an answer: which file, why, and what to do."""
    try:
        yield
    except Unreadable as error:
        raise LeapError(409, "file-unreadable", f"{path} {error}", "Mend or move the file, then try again.") from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise LeapError(
            507 if full else 403,
            "disk-full" if full else "not-writable",
            f"{path} cannot be written: {in_words(error)}.",
            "Nothing was changed. " + ("Delete something and try again." if full else "Mend that and try again."),
        ) from None


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One server at a time: several of one user share a home. Where there are no locks, the second look before the
    rename has to do."""
    descriptor = -1
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if descriptor != -1:
            _lock(descriptor)
        yield
    finally:
        if descriptor != -1:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LeapError(
                    409, "file-changed", "Another of your servers is writing connections.", "Try again in a minute."
                ) from None
            time.sleep(0.05)
        except OSError:
            return
