"""All connections: profiles, the remotes that refer to them, and remotes of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from . import aws, rclone
from .model import Connection, Keys, Problem

_LOGIN = re.compile("(?<=://).*@")


def read_connections(environ: Mapping[str, str]) -> list[Connection]:
    """Never fails: what is wrong with a file is an entry with its `error`. Reads three small files, asks no network."""
    profiles, problems = aws.read_profiles(environ)
    remotes, more = rclone.read_remotes(environ)
    found = {
        profile.name: Connection(
            profile.name,
            "aws",
            endpoint(profile.endpoint),
            profile.region,
            profile=profile.name,
            buckets=profile.buckets,
            error=profile.error or _login(profile.name, profile.endpoint),
            managed=profile.managed,
        )
        for profile in profiles
    }
    known = dict(found)
    for remote in remotes:
        named = remote.profile or environ.get("AWS_PROFILE") or "default"
        profile = known.get(named) if remote.profile is not None else None
        if profile and _belong_together(found[named], remote):
            found[named] = _merged(found[named], remote)
            continue
        error = remote.error or _login(remote.name, remote.endpoint)
        if remote.profile and not profile:
            error = f"The remote {remote.name} refers to the AWS profile {remote.profile}, which there is not."
        name = _free(remote.name, found)
        found[name] = Connection(
            name,
            "rclone",
            endpoint(remote.endpoint),
            remote.region,
            remote.provider,
            profile=named if profile else None,
            anonymous=remote.profile is None and not remote.own_keys,
            buckets=remote.buckets,
            error=error,
            managed=remote.managed,
            own_keys=remote.own_keys,
            remote=remote.name,
        )
    entries = list(found.values())
    for problem in [*problems, *more]:
        entries.append(_entry(problem, {one.name: one for one in entries}))
    return entries


def keys_of(connection: Connection, environ: Mapping[str, str]) -> Keys | None:
    """The keys themselves, read again for whoever signs with them. None where none are written down: the profile, or
    the environment, says how to get some."""
    if connection.own_keys and connection.remote:
        return rclone.remote_keys(environ, connection.remote)
    return aws.profile_keys(environ, connection.profile) if connection.profile else None


def endpoint(text: str | None) -> str | None:
    """rclone takes an endpoint without a scheme for one of https. What stands before its host may be a password."""
    if not text:
        return None
    return _LOGIN.sub("", _with_scheme(text)).rstrip("/")


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _login(name: str, text: str | None) -> str | None:
    if not _LOGIN.search(_with_scheme(text or "")):
        return None
    return f"The endpoint of {name} has a user name or password in it, which S3 does not use. Take it out."


def _belong_together(profile: Connection, remote: rclone.Remote) -> bool:
    """A remote is another way to its profile's storage unless both say where that is and disagree. "default" is no
    word for one storage: a remote that has an endpoint gives it none."""
    there = endpoint(remote.endpoint)
    return there is None or there == profile.endpoint or (profile.endpoint is None and profile.name != "default")


def _merged(profile: Connection, remote: rclone.Remote) -> Connection:
    return replace(
        profile,
        source="both",
        endpoint=profile.endpoint or endpoint(remote.endpoint),
        region=profile.region or remote.region,
        provider=profile.provider or remote.provider,
        buckets=tuple(dict.fromkeys([*profile.buckets, *remote.buckets])),
        error=profile.error or remote.error or _login(remote.name, remote.endpoint),
        managed=profile.managed or remote.managed,
        remote=profile.remote or remote.name,
    )


def _free(name: str, found: Mapping[str, Connection]) -> str:
    """A profile and a remote of one name need have nothing in common."""
    number, free = 2, name if name not in found else f"{name}~rclone"
    while free in found:
        number, free = number + 1, f"{name}~rclone~{number}"
    return free


def _entry(problem: Problem, found: Mapping[str, Connection]) -> Connection:
    return Connection(_free(problem.name, found), problem.source, error=f"{problem.path} {problem.text}")
