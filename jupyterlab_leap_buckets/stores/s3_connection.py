"""Where a bucket of S3 is, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class S3Connection:
    """Holds no key. endpoint: None for AWS, or what the environment and the profile say.
    profile: the AWS profile, None for the keys that the environment gives. anonymous: without keys. remote: the name
    of the rclone remote whose own keys are used."""

    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    anonymous: bool = False
    remote: str | None = None

    @property
    def is_aws(self) -> bool:
        host = urlsplit(self.endpoint or "").hostname or ""
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    def as_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile,
            "remote": self.remote,
            "endpoint": self.endpoint,
            "region": self.region,
            "anonymous": self.anonymous,
        }


def is_endpoint(text: str) -> bool:
    """Whether it is the address of a service: http or https, a host, no path, nobody's name or password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    bare = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text.rstrip("/").lower() == bare
