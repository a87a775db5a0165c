"""A free name for what arrives where its own is taken."""

from __future__ import annotations

import re

from ..stores.base import Store

_NAME = re.compile(r"(?P<stem>.+?)(?:-Copy\d*)?(?P<suffix>(?:\.tar)?\.[^.]*|)", re.DOTALL)
PAGE = 1000


def numbered(name: str, number: int) -> str:
    """`x.txt` -> `x-Copy1.txt`, as JupyterLab names copies; `x-Copy1.txt` -> `x-Copy2.txt` for number 2."""
    stem, suffix = _parts(name)
    return f"{stem}-Copy{number}{suffix}"


def _parts(name: str) -> tuple[str, str]:
    parsed = _NAME.fullmatch(name)
    return (parsed["stem"], parsed["suffix"]) if parsed else (name, "")


async def free_number(store: Store, prefix: str, name: str) -> int:
    """The first number whose name nothing in the folder `prefix` has, a folder neither, by one list."""
    stem, _ = _parts(name)
    page = await store.list(prefix, f"{stem}-Copy", PAGE, None)
    taken = {entry["name"] for entry in page.entries}
    number = 1
    while numbered(name, number) in taken:
        number += 1
    return number
