"""Upload grants on disk. What is kept of a grant is its hash: the file opens nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from .errors import LeapError
from .paths import check_prefix
from .server_files import ServerFiles

MAX_DAYS = 30
_HASH = re.compile("[0-9a-f]{64}")
_LATEST = 253e9
"""Seconds since 1970 to the last year that a date can have."""


@dataclass(frozen=True)
class Grant:
    """id: names it, and is no secret. hash: the SHA-256 of the grant. uri: the bucket's address when it was made.
    created, expires, last_used: seconds since 1970. keep_awake: whether a heartbeat counts as the user's activity.
    read_only: whether its tokens only read, also if the bucket can be written to one day."""

    id: str
    hash: str
    bucket: str
    uri: str
    prefix: str
    created: float
    expires: float
    keep_awake: bool
    read_only: bool
    last_used: float | None = None
    uses: int = 0

    @classmethod
    def parse(cls, grant_id: str, data: bytes) -> Grant:
        """ValueError for what `as_json` has not written."""
        match json.loads(data):
            case {
                "hash": str() as digest,
                "bucket": str(),
                "uri": str(),
                "prefix": str() as prefix,
                "created": float() as created,
                "expires": float() as expires,
                "keep_awake": bool(),
                "read_only": bool(),
                "last_used": (float() | None) as last_used,
                "uses": int(),
                **more,
            } as values if (
                not more
                and _HASH.fullmatch(digest)
                and all(0 <= moment < _LATEST for moment in (created, expires, last_used or 0))
            ):
                try:
                    check_prefix(prefix)
                except LeapError:
                    raise ValueError from None
                return cls(grant_id, **values)
        raise ValueError

    def as_json(self) -> bytes:
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "id"}
        return json.dumps(values).encode()


class GrantFiles(ServerFiles):
    """No grant outlives `MAX_DAYS`, and no file of one."""

    WHAT = "Upload grants"
    LEFTOVER = (MAX_DAYS + 1) * 24 * 3600.0

    def write(self, grant: Grant) -> bool:
        """Whether it is kept."""
        return self.write_bytes(grant.id, grant.as_json())

    def read(self, grant_id: str) -> Grant | None:
        """None for one that is not there any more."""
        found = self.read_parsed(grant_id, lambda data: Grant.parse(grant_id, data))
        return found and found[0]

    def read_all(self) -> dict[str, Grant]:
        """Those of this server by their ids."""
        self.adopt()
        return {grant.id: grant for grant in map(self.read, self.ages()) if grant}
