"""AWS profiles: `~/.aws/config` and `~/.aws/credentials`.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html, and for `endpoint_url` and `services`
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .ini import Section, Unreadable, read_text, sections
from .model import Keys, Problem

MARKER = "# Added by jupyterlab-leap-buckets, whose dialog Connections can remove it"
"""The line above a section of ours."""

BUCKETS = "leap_buckets"
"""Our own option: the names of buckets, for keys that may not list them. AWS's tools ignore what they do not know."""

KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_KEPT = ("region", "endpoint_url", "services", BUCKETS)


@dataclass(frozen=True)
class Profile:
    name: str
    endpoint: str | None
    region: str | None
    buckets: tuple[str, ...]
    static_keys: bool
    managed: bool
    error: str | None


def config_path(environ: Mapping[str, str]) -> Path:
    return _path(environ, "AWS_CONFIG_FILE", "config")


def credentials_path(environ: Mapping[str, str]) -> Path:
    return _path(environ, "AWS_SHARED_CREDENTIALS_FILE", "credentials")


def _path(environ: Mapping[str, str], variable: str, name: str) -> Path:
    given = environ.get(variable)
    if not given:
        return home(environ) / ".aws" / name
    if given == "~" or given.startswith("~/"):
        return home(environ) / given[2:]
    return Path(given).expanduser()


def home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or os.path.expanduser("~"))


def config_profile(section: str) -> str | None:
    """The profile that a section of the config file is about, None for one that is no profile."""
    if section == "default":
        return section
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 and words[0] == "profile" else None


def read_profiles(environ: Mapping[str, str]) -> tuple[list[Profile], list[Problem]]:
    """The profiles in the order of the files, and what is wrong with these."""
    problems: list[Problem] = []
    config = _sections(config_path(environ), "aws-config", _KEPT, problems)
    credentials = _sections(credentials_path(environ), "aws-credentials", _KEPT, problems)
    services = {name.split(None, 1)[1]: one for name, one in config.items() if re.match(r"services\s", name)}
    profiles: dict[str, list[Section]] = {}
    for section in config.values():
        name = config_profile(section.name)
        if name is not None:
            profiles.setdefault(name, []).append(section)
    for section in credentials.values():
        if not re.match(r"(profile|services)\s", section.name):  # one file may be both
            profiles.setdefault(section.name, []).append(section)
    return [_profile(name, parts, services) for name, parts in profiles.items()], problems


def _profile(name: str, parts: list[Section], services: Mapping[str, Section]) -> Profile:
    values: dict[str, str] = {}
    for part in parts:  # what stands in the credentials comes last and wins, as it does for AWS's own tools
        values.update({key: value for key, value in part.values.items() if value})
    given = set().union(*(part.given for part in parts))
    endpoint, error = values.get("endpoint_url"), None
    service = values.get("services")
    if service:
        if service in services:
            endpoint = services[service].nested.get("s3", {}).get("endpoint_url") or endpoint
        else:
            error = f"The profile {name} names services {service!r}, and the config file has no [services {service}]."
    if len(given & set(KEYS[:2])) == 1:
        missing = (set(KEYS[:2]) - given).pop()
        error = error or f"The profile {name} lacks {missing}."
    return Profile(
        name,
        endpoint,
        values.get("region"),
        names(values.get(BUCKETS, "")),
        set(KEYS[:2]) <= given,
        any(part.marked for part in parts),
        error,
    )


def names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[^\s,]+", text)))


def profile_keys(environ: Mapping[str, str], profile: str) -> Keys | None:
    """The keys that a profile holds itself; None where it says how to get some, or has none."""
    found: dict[str, str] = {}
    for section in _sections(config_path(environ), "", KEYS, []).values():
        if config_profile(section.name) == profile:
            found.update(section.values)
    credentials = _sections(credentials_path(environ), "", KEYS, [])
    if profile in credentials:
        found.update(credentials[profile].values)
    if not (found.get(KEYS[0]) and found.get(KEYS[1])):
        return None
    return Keys(found[KEYS[0]], found[KEYS[1]], found.get(KEYS[2]) or None)


def _sections(path: Path, name: str, keep: tuple[str, ...], problems: list[Problem]) -> dict[str, Section]:
    try:
        text = read_text(path)
    except Unreadable as error:
        problems.append(Problem(name, "aws", path, str(error)))
        return {}
    found, stray = sections(text or "", keep, MARKER, nesting=True)
    if stray is not None:
        problems.append(Problem(name, "aws", path, f"has a line that AWS's tools do not understand: line {stray}."))
    return found
