"""What of a folder is there already: a thousand names and sizes instead of their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .errors import LeapError
from .paths import check_key
from .stores.base import ObjectInfo, Store

MAX_FILES = 1000


@dataclass(frozen=True)
class Asked:
    """A file that may be there. key: relative to the prefix."""

    key: str
    size: int


def parse(files: object) -> list[Asked]:
    """400 when `files` is no list of at most 1,000 different keys with their sizes."""
    if not isinstance(files, list) or not all(map(_is_file, files)):
        raise LeapError(
            400, "bad-parameter", "The body needs 'files', a list of files with key and size.", "Send one for each."
        )
    if len(files) > MAX_FILES:
        raise LeapError(400, "too-many-files", f"At most {MAX_FILES:,} files are compared at once.", "Ask in parts.")
    seen: set[str] = set()
    for file in files:
        if file["key"] in seen:
            raise LeapError(400, "duplicate-key", f"{file['key']!r} is named twice.", "Ask for each file once.")
        seen.add(file["key"])
    return [Asked(file["key"], file["size"]) for file in files]


def _is_file(file: Any) -> bool:
    if not isinstance(file, dict) or not isinstance(file.get("key"), str):
        return False
    size = file.get("size")
    return isinstance(size, int) and not isinstance(size, bool) and size >= 0


async def existing(store: Store, prefix: str, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Those that exist, in the order asked. A name that no object can have is left out: writing it will tell why."""
    sizes = {prefix + one.key: one.size for one in asked if _is_legal(prefix + one.key)}
    found = {info.key: info for info in await store.existing(sizes)} if sizes else {}
    return [_described(one.key, found[prefix + one.key]) for one in asked if prefix + one.key in found]


def _is_legal(key: str) -> bool:
    try:
        check_key(key)
    except LeapError:
        return False
    return True


def _described(key: str, info: ObjectInfo) -> dict[str, Any]:
    return {
        "key": key,
        "size": info.size,
        "updated": info.updated,
        "generation": info.generation,
        "crc32c": info.crc32c,
    }
