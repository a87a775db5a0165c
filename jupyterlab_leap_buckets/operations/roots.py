"""What the source of an operation means: single objects, and folders with everything below them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import LeapError
from ..stores.base import Store
from .conflict import free_number, numbered
from .request import Request


@dataclass(frozen=True)
class Root:
    """One thing of the source. key: an object's, or a folder's prefix. target: the same in the destination, None for
    kinds without one. generation: the only one to touch, None for any. over: sources that lie in the target, as what
    follows the target in their names."""

    key: str
    is_folder: bool
    target: str | None = None
    generation: str | None = None
    over: frozenset[str] = frozenset()

    def is_over(self, key: str) -> bool:
        """Whether the target of an object of this root lies in a source, which may have to go away from there first."""
        if not self.over:
            return False
        rest = key[len(self.key) :]
        above = (rest[: at + 1] for at, character in enumerate(rest) if character == "/")
        return "" in self.over or rest in self.over or any(folder in self.over for folder in above)

    def target_of(self, key: str) -> str:
        """Where an object of this root goes."""
        return self.target + key[len(self.key) :]


def plan(request: Request) -> list[Root]:
    """The roots of a request. What lies below another one goes with that one; 400 when two would replace each other."""
    if request.keys is None:
        return [Root(request.prefix, True, request.target)]
    folders = {key for key in request.keys if key.endswith("/")}
    roots: dict[str, Root] = {}
    for key, generation in zip(request.keys, request.generations, strict=True):
        if key in roots or _is_below(key, folders):
            continue
        target = None
        if request.target is not None:
            slash = "/" if key.endswith("/") else ""
            target = request.target + (request.name or last_name(key)) + slash
        roots[key] = Root(key, key.endswith("/"), target, generation)
    if request.on_conflict == "replace" and request.target is not None:
        targets = [root.target.removesuffix("/") for root in roots.values()]
        if len(set(targets)) < len(targets):
            raise LeapError(
                400,
                "same-name",
                "Two of these have the same name: one would replace the other.",
                "Copy or move them one after the other.",
            )
    return list(roots.values())


def last_name(key: str) -> str:
    return key.removesuffix("/").rpartition("/")[2]


def _is_below(key: str, folders: set[str]) -> bool:
    at = key.find("/")
    while at >= 0 and at + 1 < len(key):
        if key[: at + 1] in folders:
            return True
        at = key.find("/", at + 1)
    return False


async def settle(request: Request, roots: Sequence[Root], source: Store, target: Store | None) -> list[Root]:
    """The roots with targets that are free of themselves: a folder that is copied onto itself gets a number. 400 for
    what would go into itself, or where it is already."""
    if target is None:
        return list(roots)
    here = await source.addresses([root.key for root in roots])
    there = await target.addresses([root.target for root in roots])
    over = _sources_in(there, here)
    if source is target:  # on a disk names and addresses may differ
        by_name = _sources_in([root.target for root in roots], [root.key for root in roots])
        over = [one | other for one, other in zip(over, by_name, strict=True)]
    return [
        await _settle(request, replace(root, over=in_target), come_from, go_to, target)
        for root, in_target, come_from, go_to in zip(roots, over, here, there, strict=True)
    ]


def _sources_in(targets: Sequence[str], sources: Sequence[str]) -> list[frozenset[str]]:
    """For each target the sources that lie in it, as what follows the target in their names."""
    ordered = sorted(sources)
    found = []
    for target in targets:
        start = stop = bisect_left(ordered, target)
        if target == "" or target.endswith("/"):
            while stop < len(ordered) and ordered[stop].startswith(target):
                stop += 1
        found.append(frozenset(source[len(target) :] for source in ordered[start:stop]))
    return found


async def _settle(request: Request, root: Root, here: str, there: str, target: Store) -> Root:
    if here == there:
        if (request.kind, request.on_conflict) != ("copy", "keepBoth") or root.key == "":
            raise LeapError(
                400, "same-place", f"{root.key!r} is there already.", "Choose another folder or another name."
            )
        if not root.is_folder:
            return root
        parent, name = root.target[: -len(last_name(root.target)) - 1], last_name(root.target)
        number = await free_number(target, parent, name)
        return replace(root, target=f"{parent}{numbered(name, number)}/", over=frozenset())
    if root.is_folder and there.startswith(here):
        raise LeapError(
            400, "into-itself", f"The folder {root.key!r} cannot go into itself.", "Choose a folder outside it."
        )
    return root
