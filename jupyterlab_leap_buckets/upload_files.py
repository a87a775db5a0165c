"""Upload sessions on disk: they outlive the server. Their files hold addresses of sessions, which are credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import LeapError
from .paths import check_key
from .server_files import ServerFiles


@dataclass(frozen=True)
class Record:
    """What has to be known to go on with an upload. state: the store's own, with credentials. created: seconds since
    1970."""

    bucket: str
    uri: str
    key: str
    size: int
    content_type: str
    if_generation: str | None
    created: float
    state: Mapping[str, Any]

    @classmethod
    def parse(cls, data: bytes) -> Record:
        """ValueError for what `as_json` has not written."""
        match json.loads(data):
            case {
                "bucket": str(),
                "uri": str(),
                "key": str() as key,
                "size": int() as size,
                "content_type": str(),
                "if_generation": str() | None,
                "created": float(),
                "state": dict(),
                **more,
            } as values if not more and size >= 0:
                try:
                    check_key(key)
                except LeapError:
                    raise ValueError from None
                return cls(**values)
        raise ValueError

    def as_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()


class UploadFiles(ServerFiles):
    """Google forgets a session after a week, and so does the disk one of a server that never came back."""

    WHAT = "Unfinished uploads"

    def write(self, upload_id: str, record: Record) -> bool:
        """Whether it is kept."""
        return self.write_bytes(upload_id, record.as_json())

    def read(self, upload_id: str) -> tuple[Record, float] | None:
        """A record and its age in seconds, None when there is none."""
        return self.read_parsed(upload_id, Record.parse)
