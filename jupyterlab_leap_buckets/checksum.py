"""crc32c as Google writes it, where the machine has the library for it.

`google_crc32c` is compiled, so it is used when it is there (hub images have it) and never required: the browser
computes its own checksum of what it sends.
"""

from __future__ import annotations

import base64
from typing import Any

SLICE = 1024 * 1024
EMPTY_SUM = "AAAAAA=="
"""The crc32c of nothing."""


class Crc32c:
    """A running checksum. `value` is base64 of the four big-endian bytes, or None without the library."""

    def __init__(self) -> None:
        self._state: Any = _new_state()

    def update(self, data: bytes) -> None:
        if self._state is not None:
            self._state.update(data)

    def copy(self) -> Crc32c:
        twin = Crc32c()
        twin._state = None if self._state is None else self._state.copy()
        return twin

    @property
    def value(self) -> str | None:
        return None if self._state is None else base64.b64encode(self._state.digest()).decode("ascii")


def crc32c(data: bytearray) -> str | None:
    checksum = Crc32c()
    for start in range(0, len(data), SLICE):  # the library takes bytes alone, and a copy of everything would be large
        checksum.update(bytes(data[start : start + SLICE]))
    return checksum.value


def extended(value: str | None, data: bytes) -> str | None:
    """The crc32c of what has the crc32c `value`, followed by `data`; None without the library, or of what has none."""
    try:
        from google_crc32c import extend
    except ImportError:
        return None
    if value is None:
        return None
    known = int.from_bytes(base64.b64decode(value), "big")
    return base64.b64encode(extend(known, data).to_bytes(4, "big")).decode("ascii")


def _new_state() -> Any:
    try:
        from google_crc32c import Checksum
    except ImportError:
        return None
    return Checksum()
