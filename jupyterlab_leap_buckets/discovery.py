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
from .stores.s3_connection import S3Connection, is_endpoint

BUCKET_ID = re.compile(r"[A-Za-z0-9._~-]+")
ACCESS = ("read-write", "read-only")
S3_SETTINGS = ("endpoint", "region", "profile", "anonymous")
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
    connection: how a bucket of S3 is asked.
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
    connection: S3Connection | None = None

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
            **({"connection": self.connection.as_json()} if self.connection else {}),
        }

    @property
    def place(self) -> str | tuple[str, S3Connection]:
        """What two entries for the same storage, asked in the same way, have in common."""
        return self.uri if self.connection is None else (self.uri, self.connection)


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
    if provider == "s3":
        return Bucket(name, f"s3://{name}", "s3", label, home, "read-write", days, connection=S3Connection())
    return Bucket(name, f"gs://{name}", "gcs", label, home, "read-write", days)


def _from_config(entry: Mapping[str, Any], number: int) -> Bucket:
    """A configured bucket; every mistake in it is told by the entry itself."""
    where = f"Entry {number} of c.LeapBuckets.buckets"
    bucket_id = entry.get("id") or _s3_id(entry)
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
    else:
        problem = _s3_problem(entry, f"{where} ({bucket_id})")
    if problem:
        return Bucket(bucket_id, str(uri or path or ""), "local", label, error=problem)
    if path:
        folder = Path(str(path)).expanduser().absolute()
        missing = None if folder.is_dir() else f"{where} ({bucket_id}): the folder {folder} does not exist."
        bucket = Bucket(bucket_id, folder.as_uri(), "local", label, "", access, days, missing, keeps_days=True)
    else:
        named = _from_uri(str(uri), bucket_id, label, days, f"{where} ({bucket_id})")
        bucket = replace(named, id=bucket_id, access=access, expires_after_days=days, keeps_days=days is not None)
        if bucket.provider == "s3":
            asked = {name: entry.get(name) or None for name in ("endpoint", "region", "profile")}
            anonymous = entry.get("anonymous") is True
            access = "read-only" if anonymous else access
            connection = S3Connection(**asked, anonymous=anonymous)
            bucket = replace(bucket, access=access, anonymous=anonymous, connection=connection)
    if not entry.get("home"):
        return bucket
    try:
        return replace(bucket, home=paths.as_folder(str(entry["home"])))
    except LeapError as error:
        return replace(bucket, error=f"{where} ({bucket_id}) has a home that cannot be used: {error.message}")


def s3_id(who: str, bucket: str) -> str:
    """`<profile>~<bucket>`. Names of profiles may hold anything."""
    return f"{re.sub('[^A-Za-z0-9._-]', '-', who)}~{bucket}"


def _s3_id(entry: Mapping[str, Any]) -> str | None:
    """The id of an entry that leaves it out: a bucket of S3 has one by itself."""
    scheme, _, rest = str(entry.get("uri") or "").partition("://")
    name = rest.partition("/")[0]
    if scheme != "s3" or not name:
        return None
    who = "public" if entry.get("anonymous") is True else entry.get("profile")
    return s3_id(who, name) if isinstance(who, str) and who else name


def _s3_problem(entry: Mapping[str, Any], where: str) -> str | None:
    """What is wrong with the settings that only a bucket of S3 has."""
    given = [name for name in S3_SETTINGS if entry.get(name) not in (None, "", False)]
    if given and not str(entry.get("uri") or "").startswith("s3://"):
        return f"{where} has {given[0]}, which only a bucket of S3 can have: one whose uri begins with s3://."
    for name in given:
        if not isinstance(entry[name], bool if name == "anonymous" else str):
            return f"{where} has {name} {entry[name]!r}; it can be {'True' if name == 'anonymous' else 'a text'}."
    if "endpoint" in given and not is_endpoint(entry["endpoint"]):
        return f"{where} has an endpoint that is no address of a service; write it as https://host."
    if "anonymous" in given and ("profile" in given or entry.get("access") == "read-write"):
        return f"{where} is anonymous: it is read without a profile, and not written."
    return None


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
    homes = [one.home for one in found if one.place == bucket.place and one.home] if bucket.home else [""]
    return replace(bucket, own=tuple(dict.fromkeys(homes)))
