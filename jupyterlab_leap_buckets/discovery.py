"""Which buckets this server offers: from the hub's environment variables, then from configuration.

Nothing here asks the network. A source that makes no sense becomes an entry with its own `error`; the others show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import paths
from .errors import LeapError

BUCKET_ID = re.compile(r"[A-Za-z0-9._~-]+")
ACCESS = ("read-write", "read-only")
SCRATCH_DAYS = 7
"""Objects in a hub's scratch bucket are deleted this many days after they were made."""

ENVIRONMENT = (
    ("SCRATCH_BUCKET", "scratch", "My scratch", SCRATCH_DAYS),
    ("PERSISTENT_BUCKET", "persistent", "My persistent", None),
    ("PANGEO_SCRATCH", "pangeo-scratch", "Pangeo scratch", SCRATCH_DAYS),
)
DISK = "~disk"
"""The id of the folder of JupyterLab's file browser, which is a bucket for copies alone."""


@dataclass(frozen=True)
class Bucket:
    """A place to browse.

    id: `[A-Za-z0-9._~-]+`, unique on this server. uri: the bucket alone (`gs://name`, `file:///folder`).
    home: the prefix that is the user's own, `""` or ending in `/`. own: where writing needs no confirmation.
    anonymous: whether it is read without the server's credentials.
    keeps_days: whether `expires_after_days` holds whatever the bucket's own rules say.
    error: why it cannot be used, or None.
    """

    id: str
    uri: str
    provider: str
    label: str
    home: str = ""
    access: str = "read-write"
    expires_after_days: int | None = None
    error: str | None = None
    own: tuple[str, ...] = ()
    keeps_days: bool = False
    anonymous: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "uri": self.uri,
            "provider": self.provider,
            "label": self.label,
            "home": self.home,
            "access": self.access,
            "expiresAfterDays": self.expires_after_days,
            "error": self.error,
        }


def discover(environ: Mapping[str, str], configured: Sequence[Mapping[str, Any]]) -> list[Bucket]:
    """The buckets in the order people meet them: scratch, persistent, then configuration."""
    found: list[Bucket] = []
    for variable, source, label, days in ENVIRONMENT:
        value = environ.get(variable, "").strip()
        if value:
            bucket = _from_uri(value, source, label, days, variable)
            if not any((known.uri, known.home) == (bucket.uri, bucket.home) for known in found):
                found.append(unique(bucket, found, source))
    for number, entry in enumerate(configured, start=1):
        found.append(unique(_from_config(entry, number), found, f"config-{number}"))
    return [_with_own_homes(bucket, found) for bucket in found]


def _from_uri(value: str, source: str, label: str, days: int | None, where: str) -> Bucket:
    try:
        provider, name, prefix = paths.split_uri(value)
        home = paths.as_folder(prefix)
    except LeapError as error:
        return Bucket(source, value, "gcs", label, error=f"{where} cannot be used: {error.message}")
    unavailable = None
    if provider == "s3":
        unavailable = f"{where} names {value}: the S3 provider isn't available in this version."
    scheme = "gs" if provider == "gcs" else "s3"
    return Bucket(name, f"{scheme}://{name}", provider, label, home, "read-write", days, unavailable)


def _from_config(entry: Mapping[str, Any], number: int) -> Bucket:
    """A configured bucket; every mistake in it is told by the entry itself."""
    where = f"Entry {number} of c.LeapBuckets.buckets"
    bucket_id = entry.get("id")
    if not isinstance(bucket_id, str) or not BUCKET_ID.fullmatch(bucket_id):
        text = f"{where} needs an id made of letters, digits and . _ ~ -"
        return Bucket(f"config-{number}", "", "local", f"Bucket {number}", error=text)
    label = str(entry.get("label") or bucket_id)
    days = entry.get("expiresAfterDays")
    access = entry.get("access") or "read-write"
    uri, path = entry.get("uri"), entry.get("path")
    problem = None
    if bool(uri) == bool(path):
        problem = f"{where} ({bucket_id}) needs either a uri or a path."
    elif access not in ACCESS:
        problem = f"{where} ({bucket_id}) has access {access!r}; it can be read-write or read-only."
    elif days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        problem = f"{where} ({bucket_id}) has expiresAfterDays {days!r}; it can be a whole number of days."
    if problem:
        return Bucket(bucket_id, str(uri or path or ""), "local", label, error=problem)
    if path:
        folder = Path(str(path)).expanduser().absolute()
        missing = None if folder.is_dir() else f"{where} ({bucket_id}): the folder {folder} does not exist."
        bucket = Bucket(bucket_id, folder.as_uri(), "local", label, "", access, days, missing, keeps_days=True)
    else:
        named = _from_uri(str(uri), bucket_id, label, days, f"{where} ({bucket_id})")
        bucket = replace(named, id=bucket_id, access=access, expires_after_days=days, keeps_days=days is not None)
    if not entry.get("home"):
        return bucket
    try:
        return replace(bucket, home=paths.as_folder(str(entry["home"])))
    except LeapError as error:
        return replace(bucket, error=f"{where} ({bucket_id}) has a home that cannot be used: {error.message}")


def unique(bucket: Bucket, found: Sequence[Bucket], source: str) -> Bucket:
    """One bucket may be found twice, with different homes: the second is then `<bucket>~<source>`."""
    taken = {known.id for known in found}
    if bucket.id not in taken:
        return bucket
    name, number = f"{bucket.id}~{source}", 2
    while name in taken:
        name, number = f"{bucket.id}~{source}~{number}", number + 1
    return replace(bucket, id=name)


def _with_own_homes(bucket: Bucket, found: Sequence[Bucket]) -> Bucket:
    """A bucket without a home has no rule; in one with a home, every home known there is the user's own."""
    homes = [one.home for one in found if one.uri == bucket.uri and one.home] if bucket.home else [""]
    return replace(bucket, own=tuple(dict.fromkeys(homes)))
