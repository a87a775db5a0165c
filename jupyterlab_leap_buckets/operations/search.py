"""Names that contain a text, wherever they are below a folder."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from ..stores.base import ObjectInfo, folder_entry


class Search:
    """Compares ignoring case and how Unicode composes letters."""

    def __init__(self, query: str) -> None:
        self._query = _plain(query)
        self._last: list[str] = []

    def matches(self, prefix: str, info: ObjectInfo) -> Iterator[dict[str, Any]]:
        """The entries that an object adds: folders below `prefix` that come with it, and itself. Objects of one folder
        have to come together, so that each folder is told once and none has to be remembered."""
        *folders, name = info.key[len(prefix) :].split("/")
        path = [prefix, *folders]
        for depth, folder in enumerate(folders, start=1):
            if path[: depth + 1] != self._last[: depth + 1] and self._is_in(folder):
                parent = prefix + "".join(f"{one}/" for one in folders[: depth - 1])
                yield folder_entry(parent, f"{parent}{folder}/")
        self._last = path
        if self._is_in(name):
            yield info.as_entry(info.key[: len(info.key) - len(name)])

    def _is_in(self, name: str) -> bool:
        return self._query in _plain(name)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
