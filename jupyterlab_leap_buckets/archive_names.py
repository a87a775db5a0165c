"""What objects are called inside an archive: names that no unpacking program can take for a way out of the folder that
it unpacks into, and of which no two become one file there.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata

MAX_BYTES = 240
"""Of one part of a name: a disk takes 255, and a number may be added."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\/]")
_DRIVE = re.compile(r"[A-Za-z]:")


class ArchiveNames:
    """Gives every object and every folder a path of its own. `base` is the part of a key that is left out of its path:
    empty, or ending in a slash."""

    def __init__(self) -> None:
        self._folders: dict[tuple[str, str], str] = {}
        self._taken: set[int] = set()
        self._numbers: dict[int, int] = {}

    def of(self, base: str, key: str) -> str:
        """The path of an empty object: of a folder, if that is what it stands for."""
        return self.folder(base, key[len(base) :]) if key.endswith("/") else self.file(base, key)

    def file(self, base: str, key: str) -> str:
        """A new path for the object `key`."""
        below = key[len(base) :]
        name = below.rpartition("/")[2]
        folder = self.folder(base, below[: len(below) - len(name)])
        stem, extension = posixpath.splitext(harmless(name))
        return folder + self._free(folder, stem, extension)

    def folder(self, base: str, below: str) -> str:
        """The path of a folder with a slash at its end; always the same for one folder. below: what follows `base`."""
        known = self._folders.get((base, below))
        if known is not None or not below:
            return known or ""
        path, start = "", 0
        while start < len(below):
            stop = below.index("/", start) + 1
            place = (base, below[:stop])
            if place not in self._folders:
                self._folders[place] = path + self._free(path, harmless(below[start : stop - 1]), "") + "/"
            path, start = self._folders[place], stop
        return path

    def _free(self, folder: str, stem: str, extension: str) -> str:
        """The name itself, or numbered as JupyterLab does when it is taken: disks may ignore case, how letters with
        accents are composed, and dots and blanks at the end."""
        name = stem + extension
        first = same = _as_disks_see(folder, name)
        while same in self._taken:
            self._numbers[first] = self._numbers.get(first, 0) + 1
            name = f"{stem}-Copy{self._numbers[first]}{extension}"
            same = _as_disks_see(folder, name)
        self._taken.add(same)
        return name


def harmless(segment: str) -> str:
    """One part of a key as a name on any disk. What is empty, `..` or the like, a drive's letter, a backslash or a
    control character becomes underscores; everything else stays."""
    if not segment.strip(". "):
        return "_" * max(1, len(segment))
    name = _UNSAFE.sub("_", segment)
    if _DRIVE.match(name):
        name = f"{name[0]}_{name[2:]}"
    if len(name.encode()) <= MAX_BYTES:
        return name
    extension = posixpath.splitext(name)[1]
    extension = extension if len(extension.encode()) < MAX_BYTES // 4 else ""
    stem = name[: len(name) - len(extension)].encode()[: MAX_BYTES - len(extension.encode())]
    return stem.decode("utf-8", "ignore") + extension


def _as_disks_see(folder: str, name: str) -> int:
    """A number that stands for all names that some disk takes for this one: a set of numbers is smaller than one of
    names, and should two names ever share a number, one of them is numbered without need."""
    folded = unicodedata.normalize("NFC", folder + name.rstrip(". ")).casefold()
    return hash(unicodedata.normalize("NFC", folded))
