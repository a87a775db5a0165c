"""Which of many names exist: pages of the sorted list, jumping over what was not asked about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from .base import ObjectInfo
from .gcs_object import object_info

AT_A_TIME = 32
"""Names looked up one by one after a page that passed fewer of them: they lie far apart in a full bucket."""
MAX_OFFSET_BYTES = 1024

Page = Callable[..., Awaitable[dict[str, Any]]]
"""A page of the list from a token on, narrowed by `prefix`, `startOffset` and `endOffset`."""
Look = Callable[[Mapping[str, int]], Awaitable[Sequence[ObjectInfo]]]
"""Looks names up one by one."""


async def scan(
    wanted: Mapping[str, int], page: Page, look: Look, read: Callable[[Any], ObjectInfo] = object_info
) -> list[ObjectInfo]:
    """Never more requests than there are names, and one. A thousand names that lie together, or that nothing lies
    between, cost one or two. read: the facts about an item of a page, which has its `name`."""
    names = sorted(wanted)  # by code points, which is the order of the UTF-8 bytes
    narrow = {"prefix": _shared(names[0], names[-1]) or None, "endOffset": _behind(names[-1])}
    found: list[ObjectInfo] = []
    token = None
    at = 0
    while at < len(names):
        listed = await page(token, startOffset=names[at], **narrow)
        items = listed.get("items", [])
        found += [read(item) for item in items if item["name"] in wanted]
        token = listed.get("nextPageToken")
        if not token:
            break
        if not items:
            continue  # a page may be empty and not the last one
        token = None
        passed = bisect_right(names, items[-1]["name"])
        if passed - at < AT_A_TIME:
            single = names[passed : passed + AT_A_TIME]
            found += await look({name: wanted[name] for name in single})
            passed += len(single)
        at = passed
    return found


def _shared(first: str, last: str) -> str:
    """What all names between these two begin with."""
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def _behind(name: str) -> str | None:
    """An offset that no wanted name reaches, None where it would be too long."""
    return name + " " if len(name.encode()) < MAX_OFFSET_BYTES else None
