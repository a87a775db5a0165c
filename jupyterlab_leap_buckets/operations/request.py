"""What `POST operations` may ask for. Everything else is 400 with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import LeapError
from ..paths import check_key, check_prefix
from ..stores.base import ABSENT, GENERATION

KINDS = ("copy", "move", "delete", "measure", "search")
CONFLICTS = ("fail", "skip", "replace", "keepBoth")
MAX_KEYS = 10_000
MAX_QUERY = 1024
ECHOED_KEYS = 100


@dataclass(frozen=True)
class Request:
    """prefix and keys: one of them is None. generations: beside the keys. target: the prefix of the destination, None
    for kinds that have none. name: another last name for one key alone. replaces: the only generation that one object
    may replace. query: what a search looks for."""

    kind: str
    bucket: str
    prefix: str | None
    keys: tuple[str, ...] | None
    generations: tuple[str | None, ...]
    target_bucket: str | None = None
    target: str | None = None
    name: str | None = None
    on_conflict: str = "fail"
    query: str = ""
    replaces: str | None = None

    @property
    def where(self) -> str:
        """What to name when the whole of it failed."""
        return self.prefix if self.prefix is not None else self.keys[0]

    @property
    def changes_source(self) -> bool:
        return self.kind in ("move", "delete")

    def source_json(self) -> dict[str, Any]:
        """As it was asked for; of many keys the first only, and how many they are."""
        if self.keys is None:
            return {"bucket": self.bucket, "prefix": self.prefix}
        return {"bucket": self.bucket, "keys": self.keys[:ECHOED_KEYS], "keysTotal": len(self.keys)}

    def destination_json(self) -> dict[str, Any] | None:
        if self.target is None:
            return None
        more = {"name": self.name, "replaces": self.replaces}
        said = {what: value for what, value in more.items() if value is not None}
        return {"bucket": self.target_bucket, "prefix": self.target, **said}


def parse(asked: dict[str, Any]) -> Request:
    kind = asked.get("kind")
    if kind not in KINDS:
        raise _bad("bad-kind", f"'kind' is one of {', '.join(KINDS)}.")
    bucket, prefix, keys, generations = _source(asked.get("source"))
    target_bucket, target, name = _destination(asked.get("destination"), kind, keys)
    on_conflict = asked.get("onConflict", "fail")
    if on_conflict not in CONFLICTS:
        raise _bad("bad-conflict", f"'onConflict' is one of {', '.join(CONFLICTS)}.")
    replaces = asked["destination"].get("replaces") if target is not None else None
    if replaces is not None:
        if on_conflict != "replace" or keys is None or len(keys) != 1 or keys[0].endswith("/"):
            raise _bad("bad-destination", "'replaces' is for a source of one object, beside 'onConflict': 'replace'.")
        _check_generation(replaces)
    query = asked.get("query")
    if kind == "search":
        if not isinstance(query, str) or not query or len(query) > MAX_QUERY:
            raise _bad("bad-query", f"A search needs 'query', a text of at most {MAX_QUERY:,} characters.")
    elif query is not None:
        raise _bad("bad-query", "Only a search takes a 'query'.")
    return Request(
        kind, bucket, prefix, keys, generations, target_bucket, target, name, on_conflict, query or "", replaces
    )


def _source(source: object) -> tuple[str, str | None, tuple[str, ...] | None, tuple[str | None, ...]]:
    if not isinstance(source, dict):
        raise _bad("bad-source", "The body needs 'source', an object with 'bucket' and 'prefix' or 'keys'.")
    bucket, prefix, keys = source.get("bucket"), source.get("prefix"), source.get("keys")
    generations = source.get("generations")
    if not isinstance(bucket, str):
        raise _bad("bad-source", "'source' needs 'bucket', a text.")
    if (prefix is None) == (keys is None):
        raise _bad("bad-source", "'source' needs either 'prefix' or 'keys'.")
    if prefix is not None:
        if not isinstance(prefix, str) or generations is not None:
            raise _bad("bad-source", "'prefix' is a text, and goes without 'generations'.")
        return bucket, check_prefix(prefix), None, ()
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS or not all(isinstance(key, str) for key in keys):
        raise _bad("bad-source", f"'keys' is a list of 1 to {MAX_KEYS:,} texts.")
    if generations is None:
        generations = [None] * len(keys)
    if not isinstance(generations, list) or len(generations) != len(keys):
        raise _bad("bad-generation", "'generations' is a list as long as 'keys'.")
    for key, generation in zip(keys, generations, strict=True):
        check_key(key)
        if generation is None:
            continue
        if key.endswith("/"):
            raise _bad("bad-generation", f"{key!r} is a folder, which has no generation.")
        _check_generation(generation)
    return bucket, None, tuple(keys), tuple(generations)


def _check_generation(generation: object) -> None:
    if not isinstance(generation, str) or generation == ABSENT or not GENERATION.fullmatch(generation):
        raise _bad("bad-generation", "A generation is what a list or an object said it is.")


def _destination(
    destination: object, kind: str, keys: tuple[str, ...] | None
) -> tuple[str | None, str | None, str | None]:
    if kind not in ("copy", "move"):
        if destination is not None:
            raise _bad("bad-destination", f"{kind!r} takes no 'destination'.")
        return None, None, None
    if not isinstance(destination, dict):
        raise _bad("bad-destination", f"{kind!r} needs 'destination', an object with 'bucket' and 'prefix'.")
    bucket, prefix, name = destination.get("bucket"), destination.get("prefix"), destination.get("name")
    if not isinstance(bucket, str) or not isinstance(prefix, str):
        raise _bad("bad-destination", "'destination' needs 'bucket' and 'prefix', two texts.")
    check_prefix(prefix)
    if name is not None:
        if keys is None or len(keys) != 1:
            raise _bad("bad-destination", "'name' is for a source of one key.")
        if not isinstance(name, str) or not name or "/" in name:
            raise _bad("bad-destination", "'name' is a text without a slash.")
        check_key(prefix + name)
    return bucket, prefix, name


def _bad(reason: str, message: str) -> LeapError:
    return LeapError(400, reason, message, "See docs/decisions/0006-operations-in-detail.md.")
