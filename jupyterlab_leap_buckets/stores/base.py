"""What a store can do. Routes know this, and never which provider is behind it."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import LeapError

ABSENT = "0"
"""The generation of what does not exist: `if_generation=ABSENT` means "only if absent"."""
GENERATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What a generation of any store looks like."""
HEADS_AT_ONCE = 32
LINKED_FOLDER = "inode/symlink"
"""The content type by which `walk` tells of a link to a folder, which it does not follow."""


@dataclass(frozen=True)
class ObjectInfo:
    """An object's facts. updated: RFC 3339 with `Z`. generation: opaque. crc32c: base64 of the four big-endian bytes,
    None where the store has none. encoding: how the stored bytes are encoded (`gzip`), None for as they are.
    created: RFC 3339 with `Z`, None where a store did not say. digest: two objects of one kind of store that have the
    same hold the same bytes; None where there is none."""

    key: str
    size: int
    updated: str
    generation: str
    content_type: str | None
    storage_class: str | None = None
    crc32c: str | None = None
    encoding: str | None = None
    created: str | None = None
    digest: str | None = None

    def as_entry(self, prefix: str) -> dict[str, Any]:
        """The entry of a list of `prefix`."""
        facts = (self.size, self.updated, self.generation, self.content_type, self.storage_class, self.created)
        return object_entry(prefix, self.key, *facts)

    def as_json(self) -> dict[str, Any]:
        """The object as an answer of its own, with its checksum."""
        checksum = {"algorithm": "crc32c", "value": self.crc32c} if self.crc32c else None
        entry = self.as_entry(self.key[: self.key.rfind("/") + 1])
        return {**entry, "crc32c": self.crc32c, "checksum": checksum}


def object_entry(
    prefix: str,
    key: str,
    size: int,
    updated: str,
    generation: str,
    content_type: str | None,
    storage_class: str | None,
    created: str | None,
) -> dict[str, Any]:
    """The entry of an object in a list of `prefix`. A page has 1,000: an `ObjectInfo` each would take thrice."""
    return {
        "kind": "object",
        "name": key[len(prefix) :],
        "key": key,
        "size": size,
        "updated": updated,
        "generation": generation,
        "contentType": content_type,
        "storageClass": storage_class,
        "created": created,
    }


def folder_entry(prefix: str, key: str) -> dict[str, Any]:
    """The entry of the folder `key` (which ends in a slash) in a list of `prefix`."""
    return {
        "kind": "folder",
        "name": key[len(prefix) : -1],
        "key": key,
        "size": None,
        "updated": None,
        "generation": None,
        "contentType": None,
        "storageClass": None,
        "created": None,
    }


@dataclass(frozen=True)
class Details:
    """All there is to know about an object. md5: base64, None where the store has none. metadata: the custom one.
    public: whether the whole world may read it, None where that is unknown."""

    info: ObjectInfo
    md5: str | None = None
    cache_control: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    public: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            **self.info.as_json(),
            "md5": self.md5,
            "encoding": self.info.encoding,
            "cacheControl": self.cache_control,
            "metadata": dict(self.metadata),
            "public": self.public,
        }


@dataclass(frozen=True)
class Expiry:
    """A rule of a bucket: objects whose keys begin with `prefix` are deleted `days` after they were made."""

    days: int
    prefix: str


@dataclass(frozen=True)
class Page:
    """Part of a list. entries: in order of their keys' UTF-8 bytes. next_token: None after the last page."""

    entries: list[dict[str, Any]]
    next_token: str | None


@dataclass(frozen=True)
class ByteRange:
    """Bytes `start` to `end`, both included; `end` None is the object's end; a negative `start` counts from it."""

    start: int
    end: int | None = None

    def resolve(self, size: int) -> tuple[int, int]:
        """First byte and the one after the last, for an object of `size` bytes; 416 when there are none."""
        start = max(0, size + self.start) if self.start < 0 else self.start
        stop = size if self.end is None else min(size, self.end + 1)
        if start >= stop:
            raise not_satisfiable(size)
        return start, stop


@dataclass(frozen=True)
class Reading:
    """An object being read: bytes `start` to `stop` (not included) of `info.size`, in `chunks`. Whoever got it calls
    `release` in the end, read or not."""

    info: ObjectInfo
    start: int
    stop: int
    chunks: AsyncIterator[bytes]
    release: Callable[[], None]


class Upload(ABC):
    """One object on its way up. `offset` bytes are known to have arrived.

    One piece at a time: `send` and `find_offset` are never called together. After an exception from `send` the
    offset is only a lower bound, `unsure` is True, and `find_offset` has to be called before the next piece.
    """

    offset: int = 0
    unsure: bool = False
    address: str | None = None
    """Where a browser may send pieces itself, None where it may not. A credential."""

    steps: int = 0
    """How often `state` has come to say something new."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What `resume_upload` needs to go on after this server has ended, for JSON. Holds credentials."""

    @abstractmethod
    async def send(self, length: int, chunks: AsyncIterator[bytes], crc32c: str | None = None) -> ObjectInfo | None:
        """Send `length` bytes from `offset` on. The object once it is complete, else None. crc32c: of the whole object,
        with its last bytes; a store that can compare it makes no object of anything else (502)."""

    @abstractmethod
    async def find_offset(self) -> ObjectInfo | None:
        """Ask how far it got and set `offset`; the object if it turns out to be complete."""

    @abstractmethod
    async def abort(self) -> None:
        """Give up and delete what has arrived."""

    @abstractmethod
    async def discard(self, made: ObjectInfo) -> None:
        """Delete the object that this upload has made; 404 when it is gone, 412 when it was replaced since."""


class Store(ABC):
    """A bucket. Keys are legal object names; every failure is a LeapError."""

    @property
    def race_safe(self) -> bool | None:
        """Whether preconditions hold whoever else writes at the same time, None while that is unknown."""
        return True

    @abstractmethod
    async def list(self, prefix: str, starts_with: str, limit: int, token: str | None) -> Page:
        """One page of the folder `prefix`, of names that begin with `starts_with`; 400 for a bad token."""

    @abstractmethod
    async def head(self, key: str) -> ObjectInfo:
        """An object's facts; 404 when there is none."""

    async def existing(self, wanted: Mapping[str, int]) -> Sequence[ObjectInfo]:
        """Those of the wanted keys that exist, each with its crc32c if it has the size given and one can be had. What
        cannot be looked at counts as absent: a write with its precondition will tell why."""
        turns = asyncio.Semaphore(HEADS_AT_ONCE)

        async def look(key: str) -> ObjectInfo | None:
            async with turns:
                try:
                    return await self.head(key)
                except LeapError as error:
                    if error.status in (400, 403, 404):
                        return None
                    raise

        return [info for info in await asyncio.gather(*map(look, wanted)) if info is not None]

    @abstractmethod
    async def details(self, key: str) -> Details:
        """All there is to know about an object; 404 when there is none."""

    async def expiries(self) -> Sequence[Expiry]:
        """The rules by which the bucket deletes objects, asked for once without repeats; 403 when this server may not
        know them, 404 when there is no such bucket."""
        return ()

    @abstractmethod
    async def read(self, key: str, wanted: ByteRange | None) -> Reading:
        """Start to read; 404 when there is no such object, 416 when there are no such bytes."""

    @abstractmethod
    async def write(
        self, key: str, data: bytearray, content_type: str, if_generation: str, crc32c: str | None = None
    ) -> ObjectInfo:
        """Write a small object if its generation is `if_generation`, else 412. crc32c: compared by a store that can,
        before it replaces anything; 502 when it is another."""

    @abstractmethod
    async def delete(self, key: str, if_generation: str | None) -> None:
        """Delete one object; 404 when there is none, 412 when its generation is another one."""

    @abstractmethod
    async def begin_upload(
        self, key: str, size: int, content_type: str, if_generation: str | None, origin: str | None = None
    ) -> Upload:
        """Start an upload of `size` bytes. origin: that of a page which may send pieces to the store itself."""

    @abstractmethod
    async def resume_upload(self, state: Mapping[str, Any], key: str, size: int, if_generation: str | None) -> Upload:
        """Go on with an upload that another server began, `unsure` of its offset. ValueError when `state` is not what
        an upload of this store would have said, LeapError when it has no place for the key."""

    @abstractmethod
    def walk(self, prefix: str) -> AsyncIterator[list[ObjectInfo]]:
        """Every object whose key begins with `prefix`, in pages. What is below a folder comes together, and comes
        whole although objects are deleted meanwhile."""

    @abstractmethod
    async def addresses(self, keys: Sequence[str]) -> list[str]:
        """Where keys and prefixes really are: two of one provider are one place when their addresses are equal, and
        one is below another when its address begins with that one's."""

    async def is_link(self, prefix: str) -> bool:
        """Whether a folder is only a link to one elsewhere."""
        return False

    async def copy(self, source: Store, info: ObjectInfo, key: str, if_generation: str) -> ObjectInfo | None:
        """Copy an object of `source`, in that generation alone, to here without its bytes passing through this server.
        None where that is not possible; 412 when one of the two has changed."""
        return None

    async def tidy(self, prefix: str) -> bool:
        """Remove folders at and below `prefix` that hold nothing. Whether that one was there until now."""
        return False

    @abstractmethod
    async def close(self) -> None:
        """Give back connections."""


def not_found(key: str) -> LeapError:
    return LeapError(
        404,
        "no-such-object",
        f"There is no object {key!r}.",
        "It may have been deleted or moved: refresh the list.",
    )


def changed(key: str, if_generation: str | None) -> LeapError:
    """412: the precondition of a write or a delete does not hold."""
    if if_generation == ABSENT:
        return LeapError(
            412, "already-exists", f"{key!r} exists already.", "Choose another name, or replace it knowingly."
        )
    return LeapError(
        412,
        "changed-meanwhile",
        f"{key!r} was changed or deleted since it was read.",
        "Read it again and compare before you replace it.",
    )


def damaged(key: str, removed: bool) -> LeapError:
    """What the store made differs from what was sent. removed: it is not in the bucket any more."""
    if removed:
        message, hint = f"{key!r} arrived damaged and was removed again.", "Upload the file again."
    else:
        message, hint = f"{key!r} arrived damaged, and could not be removed.", "Delete it, then upload the file again."
    return LeapError(502, "checksum-mismatch" if removed else "damaged-and-left", message, hint)


def damaged_on_the_way(key: str) -> LeapError:
    """What arrived differs from what was sent, and did not become an object."""
    return LeapError(502, "checksum-mismatch", f"{key!r} arrived damaged and was not stored.", "Upload the file again.")


def not_satisfiable(size: int | None) -> LeapError:
    """416; `size` is that of the object where it is known."""
    headers = {} if size is None else {"Content-Range": f"bytes */{size}"}
    return LeapError(
        416,
        "range-not-satisfiable",
        "The object has no bytes in this range.",
        "Ask for bytes inside it.",
        headers,
    )
