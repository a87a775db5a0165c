"""The lines of an INI file as AWS's tools and rclone read it, with their places in the text.

Both formats have `[section]`, `key = value` and whole lines of comment; an indented line of an AWS file belongs to the
value above it. What was read is as tolerant as the most tolerant of those tools: spacing, CRLF, a byte order mark,
sections that come twice.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_SIZE = 1024 * 1024
TOO_LARGE = "is larger than 1 MiB, which no file of connections is."
BOM = "\ufeff"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_HEADER = re.compile(r"\[(.+?)\]")
_OPTION = re.compile(r"([^=:]*?)\s*[=:]\s*(.*)", re.DOTALL)


class Unreadable(Exception):
    """A file that is there and is not read; its text is the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class Line:
    """One line, `text[start:end]` with its end.

    kind: "header" (name is the section), "option" (name in lower case), "nested" (below an option), "comment", "blank",
    or "stray" for what none of them is.
    """

    number: int
    start: int
    end: int
    kind: str
    name: str = ""
    value: str = field(default="", repr=False)


def read_text(path: Path) -> str | None:
    """The text of a file, its bytes kept by `surrogateescape`; None without one. Raises `Unreadable`."""
    try:
        with open(path, "rb", opener=_open) as file:
            kind = os.fstat(file.fileno()).st_mode
            if stat.S_ISCHR(kind):  # /dev/null is how people say "none"
                return None
            if not stat.S_ISREG(kind):
                raise Unreadable("is not a file.")
            data = file.read(MAX_SIZE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(f"cannot be read: {in_words(error)}.") from None
    if len(data) > MAX_SIZE:
        raise Unreadable(TOO_LARGE)
    if b"\0" in data:
        raise Unreadable("is not text.")
    return data.decode("utf-8", "surrogateescape")


def _open(path: str, flags: int) -> int:
    """Not blocking: somebody's named pipe would hold the server up."""
    return os.open(path, flags | os.O_NONBLOCK)


def in_words(error: OSError) -> str:
    """Why the system refused, without the path that Python adds."""
    known = {
        errno.EACCES: "this server has no permission",
        errno.EPERM: "this server has no permission",
        errno.EROFS: "its disk is read-only",
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "your share of the disk is full",
        errno.EFBIG: "the file may not grow so large",
        errno.ELOOP: "its links lead in a circle",
        errno.EISDIR: "it is a folder",
        errno.ENOTDIR: "what should be its folder is a file",
    }
    return known.get(error.errno or 0) or os.strerror(error.errno or 0).lower()


def lines(text: str, nesting: bool) -> Iterator[Line]:
    """All lines in order. `nesting`: whether an indented line belongs to the option above it."""
    indent: int | None = None  # of the option that a deeper line would belong to
    inside = False
    number, position = 0, len(BOM) if text.startswith(BOM) else 0
    while position < len(text):
        found = _LINE.match(text, position)
        assert found  # noqa: S101 - it matches anything
        number, start, position = number + 1, position, found.end()
        bare = found[1].strip()
        depth = len(found[1]) - len(found[1].lstrip())
        option = _OPTION.fullmatch(bare)
        kind, name, value = "stray", "", ""
        if not bare:
            kind = "blank"
        elif bare[0] in "#;":
            kind, value = "comment", bare
        elif header := _HEADER.match(bare):
            kind, name, indent, inside = "header", header[1].strip(), None, True
        elif nesting and indent is not None and depth > indent:
            kind = "nested"
            if option:
                name, value = option[1].lower(), option[2]
        elif inside and option and option[1]:
            kind, name, value, indent = "option", option[1].lower(), option[2], depth
        yield Line(number, start, position, kind, name, value)


@dataclass
class Section:
    """The options of one section. Values are kept of those asked for alone; of others only that they are there."""

    name: str
    values: dict[str, str] = field(default_factory=dict, repr=False)
    given: set[str] = field(default_factory=set)
    nested: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    marked: bool = False


def sections(text: str, keep: Collection[str], marker: str, nesting: bool) -> tuple[dict[str, Section], int | None]:
    """The sections by name, a later one of the same name adding to the first, and the number of the first line that
    makes no sense. `marked` are those that have the comment `marker` right above them."""
    found: dict[str, Section] = {}
    current: Section | None = None
    stray: int | None = None
    option, above = "", ""
    for line in lines(text, nesting):
        if line.kind == "header":
            current = found.setdefault(line.name, Section(line.name))
            current.marked |= above == marker
            option = ""
        elif line.kind == "option" and current:
            option = line.name
            if line.value:
                current.given.add(option)
            if option in keep:
                current.values[option] = line.value
        elif line.kind == "nested" and current and line.name in keep:
            current.nested.setdefault(option, {})[line.name] = line.value
        elif line.kind == "stray" and stray is None:
            stray = line.number
        above = line.value if line.kind == "comment" else ""
    return found, stray
