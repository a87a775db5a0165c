"""The body of a batch: frames of a header and the bytes of a file, whatever pieces they arrive in.

A frame is 4 bytes, the big-endian length of the header, the header in JSON, and as many bytes as it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .errors import LeapError

MAX_FILES = 1000
"""Frames of one body."""
MAX_HEADER = 16 * 1024
LENGTH = 4


@dataclass
class Frame:
    """One file. key: relative to the body's prefix. header: all that was said about it, still to be checked.
    data: what has arrived of it; None, set by whoever reads frames, lets its bytes pass by. whole: all has arrived."""

    key: str
    size: int
    header: dict[str, Any]
    data: bytearray | None = field(default_factory=bytearray, repr=False)
    whole: bool = False


class FrameReader:
    """Fed with the body piece by piece. It holds a header and what its frames keep, nothing else."""

    def __init__(self) -> None:
        self._frames = 0
        self._part = bytearray()
        self._header: int | None = None
        self._frame: Frame | None = None
        self._missing = LENGTH

    @property
    def frame(self) -> Frame | None:
        """The frame of which a part has arrived."""
        return self._frame

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Each frame twice: when its header has come, before a byte of it is kept, and when it is whole. 400 once the
        body turns out to be no sequence of frames; what follows means nothing then."""
        rest = memoryview(chunk)
        while rest:
            piece, rest = rest[: self._missing], rest[self._missing :]
            self._missing -= len(piece)
            if self._frame is None:
                self._part += piece
            elif self._frame.data is not None:
                self._frame.data += piece
            while self._missing == 0:  # an empty file takes no more bytes
                yield from self._next()

    def _next(self) -> Iterator[Frame]:
        """What is complete, and how many bytes the next part has."""
        if self._frame is not None:
            done, self._frame, self._missing = self._frame, None, LENGTH
            done.whole = True
            yield done
        elif self._header is None:
            self._header = self._missing = self._length()
            self._part.clear()
        else:
            self._frame = self._parsed()
            self._part.clear()
            self._header, self._missing = None, self._frame.size
            yield self._frame

    def _length(self) -> int:
        if self._frames == MAX_FILES:
            raise LeapError(
                400, "too-many-files", f"A batch has at most {MAX_FILES:,} files.", "Send the others again."
            )
        self._frames += 1
        length = int.from_bytes(self._part, "big")
        if not 0 < length <= MAX_HEADER:
            raise _bad_frame(self._frames, f"a header of {length:,} bytes; it has 1 to {MAX_HEADER:,}")
        return length

    def _parsed(self) -> Frame:
        try:
            header = json.loads(self._part)
        except (ValueError, RecursionError):
            raise _bad_frame(self._frames, "a header that is not JSON") from None
        if not isinstance(header, dict) or not isinstance(header.get("key"), str):
            raise _bad_frame(self._frames, "a header without a key")
        size = header.get("size")
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise _bad_frame(self._frames, "a header whose size is not a whole number of bytes")
        return Frame(header["key"], size, header)

    def end(self) -> None:
        """The body is over: 400 when it ends inside a frame."""
        if self._frame is not None:
            raise LeapError(
                400,
                "incomplete-frame",
                f"The batch ended inside {self._frame.key!r}: {self._missing:,} bytes are missing.",
                "Send that file again.",
            )
        if self._part or self._header is not None:
            raise LeapError(400, "incomplete-frame", "The batch ended inside a header.", "Send the last file again.")


def _bad_frame(number: int, what: str) -> LeapError:
    return LeapError(
        400,
        "bad-frame",
        f"The batch cannot be read further: its file number {number:,} has {what}.",
        "Send that file and those after it again.",
    )
