"""rclone's remotes of type s3. https://rclone.org/docs/#config-config-file, https://rclone.org/s3/."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .aws import MARKER, home
from .ini import Line, Section, Unreadable, lines, read_text, sections
from .model import Keys, Problem

KEYS = ("access_key_id", "secret_access_key", "session_token")
_KEPT = ("type", "provider", "endpoint", "region", "env_auth", "profile", "remote")
_ENCRYPTED = re.compile(r"RCLONE_ENCRYPT_V\d+:")


@dataclass(frozen=True)
class Remote:
    """`profile` is the AWS profile that it refers to, "" for the one of the environment; None if to none."""

    name: str
    endpoint: str | None
    region: str | None
    provider: str | None
    profile: str | None
    own_keys: bool
    buckets: tuple[str, ...]
    managed: bool
    error: str | None


def config_path(environ: Mapping[str, str]) -> Path:
    """Where `rclone config file` says it is."""
    if environ.get("RCLONE_CONFIG"):
        return Path(environ["RCLONE_CONFIG"])
    folder = Path(environ.get("XDG_CONFIG_HOME") or home(environ) / ".config", "rclone")
    beside = shutil.which("rclone", path=environ.get("PATH", ""))
    places = [
        *([Path(beside).parent / "rclone.conf"] if beside else []),
        folder / "rclone.conf",
        home(environ) / ".rclone.conf",
    ]
    return next((place for place in places if place.is_file()), folder / "rclone.conf")


def is_encrypted(text: str) -> bool:
    for line in lines(text, nesting=False):
        if line.kind not in ("blank", "comment"):
            return _ENCRYPTED.match(_raw(text, line)) is not None
    return False


def _raw(text: str, line: Line) -> str:
    return text[line.start : line.end].strip()


def read_remotes(environ: Mapping[str, str]) -> tuple[list[Remote], list[Problem]]:
    """The S3 remotes in the order of the file, and what is wrong with this."""
    problems: list[Problem] = []
    found = _sections(config_path(environ), _KEPT, problems)
    named: dict[str, list[str]] = {}
    for section in found.values():
        if section.values.get("type") == "alias":
            # "osn:leap-pubs/data" names a bucket of the remote osn.
            remote, _, path = section.values.get("remote", "").partition(":")
            if path.strip("/"):
                named.setdefault(remote, []).append(path.strip("/").split("/")[0])
    return [
        _remote(section, tuple(dict.fromkeys(named.get(section.name, ()))))
        for section in found.values()
        if section.values.get("type") == "s3"
    ], problems


def _remote(section: Section, buckets: tuple[str, ...]) -> Remote:
    values = section.values
    keys = section.given & set(KEYS[:2])
    refers = not keys and values.get("env_auth", "").lower() in ("true", "1", "t")
    return Remote(
        section.name,
        values.get("endpoint") or None,
        values.get("region") or None,
        values.get("provider") or None,
        values.get("profile", "") if refers else None,
        bool(keys),
        buckets,
        section.marked,
        f"The remote {section.name} lacks {(set(KEYS[:2]) - keys).pop()}." if len(keys) == 1 else None,
    )


def remote_keys(environ: Mapping[str, str], remote: str) -> Keys | None:
    """The keys that a remote holds itself."""
    section = _sections(config_path(environ), KEYS, []).get(remote)
    values = section.values if section else {}
    if not (values.get(KEYS[0]) and values.get(KEYS[1])):
        return None
    return Keys(values[KEYS[0]], values[KEYS[1]], values.get(KEYS[2]) or None)


def _sections(path: Path, keep: tuple[str, ...], problems: list[Problem]) -> dict[str, Section]:
    try:
        text = read_text(path)
    except Unreadable as error:
        problems.append(Problem("rclone", "rclone", path, str(error)))
        return {}
    if text and is_encrypted(text):
        problems.append(Problem("rclone", "rclone", path, "is encrypted with a password: its remotes are not shown."))
        return {}
    found, stray = sections(text or "", keep, MARKER, nesting=False)
    if stray is not None:
        problems.append(Problem("rclone", "rclone", path, f"has a line that rclone does not understand: line {stray}."))
    return found
