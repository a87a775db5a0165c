"""What a connection is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Connection:
    """A way to S3 storage. Holds no key.

    name: unique among all. source: the file that knows it: "aws", "rclone", or "both" when a remote refers to a
    profile. endpoint: None for AWS itself. provider: rclone's word, such as "Ceph". profile: the AWS profile that has
    the keys, None where rclone has its own (`own_keys`), or where the environment gives some. anonymous: read without
    keys. buckets: those that are named, for keys that may not list. managed: whether it was added here, and can be
    removed. remote: its name in rclone. error: why it cannot be used, or None.
    """

    name: str
    source: str
    endpoint: str | None = None
    region: str | None = None
    provider: str | None = None
    profile: str | None = None
    anonymous: bool = False
    buckets: tuple[str, ...] = ()
    error: str | None = None
    managed: bool = False
    own_keys: bool = False
    remote: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "source": self.source,
            "endpoint": self.endpoint,
            "region": self.region,
            "provider": self.provider,
            "buckets": list(self.buckets),
            "managed": self.managed,
            "error": self.error,
        }


@dataclass(frozen=True)
class Keys:
    """What requests are signed with. Its repr tells nothing."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Problem:
    """A file of connections that is not understood, in whole or in part."""

    name: str
    source: str
    path: Path
    text: str
