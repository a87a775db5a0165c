"""Adding a connection, and removing it again.

The keys are in one place, the profile in `~/.aws/credentials`; rclone's remote refers to it. What else belongs to the
profile is in `~/.aws/config`, and the endpoint once more in `rclone.conf`.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from ..errors import LeapError
from . import aws, rclone
from .checks import Wanted
from .files import Change, Edit, apply
from .ini import BOM, lines
from .read import read_connections

CHECKSUMS = (("request_checksum_calculation", "when_required"), ("response_checksum_validation", "when_required"))
"""Else AWS's libraries since 2025 send checksums after the body, which other gateways take for a part of it."""

Options = Sequence[tuple[str, str | None]]

_CONFIG = ("region", "endpoint_url", aws.BUCKETS, *(name for name, _ in CHECKSUMS))
_REMOTE = ("type", "provider", "env_auth", "profile", "endpoint", "region")


def add(environ: Mapping[str, str], wanted: Wanted, lock: Path) -> None:
    """One profile and one remote. 409 `connection-exists` when one of them is there."""
    name, values = wanted.name, (wanted.keys.access_key_id, wanted.keys.secret_access_key, wanted.keys.session_token)
    keys = list(zip(aws.KEYS, values, strict=True))
    config = [
        ("region", wanted.region),
        ("endpoint_url", wanted.endpoint),
        (aws.BUCKETS, ", ".join(wanted.buckets)),
        *(CHECKSUMS if wanted.provider != "AWS" else ()),
    ]
    remote = [
        ("type", "s3"),
        ("provider", wanted.provider),
        ("env_auth", "true"),
        ("profile", name),
        ("endpoint", wanted.endpoint),
        ("region", wanted.region),
    ]
    apply(
        [
            Edit(aws.credentials_path(environ), _adder(aws.credentials_path(environ), name, keys), private=True),
            Edit(aws.config_path(environ), _adder(aws.config_path(environ), f"profile {name}", config)),
            Edit(rclone.config_path(environ), _adder(rclone.config_path(environ), name, remote, _refuse_encrypted)),
        ],
        lock,
        backup=lambda text: aws.MARKER not in text,
    )


def remove(environ: Mapping[str, str], name: str, lock: Path) -> None:
    """What `add` wrote. 404 for an unknown name, 403 `not-added-here`, 409 `connection-edited`."""
    found = next((one for one in read_connections(environ) if one.name == name), None)
    if found is None:
        raise LeapError(404, "unknown-connection", f"There is no connection {name!r}.", "Look at the list again.")
    if not found.managed:
        raise LeapError(
            403,
            "not-added-here",
            f"The connection {name} was not added by this dialog.",
            "Remove it where it was made: in ~/.aws, or with `rclone config`.",
        )
    places = [
        (rclone.config_path(environ), found.remote or name, _REMOTE),
        (aws.config_path(environ), f"profile {found.profile or name}", _CONFIG),
        (aws.credentials_path(environ), found.profile or name, aws.KEYS),
    ]
    apply([Edit(path, _remover(path, *rest)) for path, *rest in places], lock, backup=lambda text: False)


def _adder(path: Path, section: str, options: Options, refuse: Callable[[str, Path], None] | None = None) -> Change:
    def change(text: str) -> str:
        (refuse or _refuse_broken)(text, path)
        return _with(text, section, options, path)

    return change


def _remover(path: Path, section: str, own: Collection[str]) -> Change:
    return lambda text: _without(text, section, own, path)


def _with(text: str, section: str, options: Options, path: Path) -> str:
    """The text with one more section at its end, as rclone and `aws configure` write theirs."""
    if any(line.kind == "header" and re.sub("[\"']", "", line.name) == section for line in lines(text, nesting=True)):
        raise LeapError(
            409,
            "connection-exists",
            f"{path} already has [{section}].",
            "Choose another name, or remove that one first.",
        )
    end = "\r\n" if "\r\n" in text else "\n"
    # One end of a line before ours, whatever the text ends in: that is what `_without` takes away again.
    own = [aws.MARKER, f"[{section}]", *(f"{name} = {value}" for name, value in options if value)]
    return text + (end if text.strip(BOM) else "") + "".join(line + end for line in own)


def _without(text: str, section: str, own: Collection[str], path: Path) -> str:
    """The text without the section below our marker; the text itself where there is none."""
    found = list(lines(text, nesting=True))
    for index, line in enumerate(found[:-1]):
        header = found[index + 1]
        if (line.kind, line.value, header.kind, header.name) != ("comment", aws.MARKER, "header", section):
            continue
        last = header
        for inner in found[index + 2 :]:
            if inner.kind == "header":
                break
            if inner.kind in ("blank", "comment"):
                continue
            if inner.kind != "option" or inner.name not in own:
                raise LeapError(
                    409,
                    "connection-edited",
                    f"Something was added to [{section}] in {path} since: line {inner.number}.",
                    "Nothing was removed. Delete the section in that file yourself.",
                )
            last = inner
        before, after = text[: line.start], text[last.end :]
        shorter = before.removesuffix("\r\n") if before.endswith("\r\n") else before.removesuffix("\n")
        # What follows has to begin on a line of its own.
        joined = shorter and after and shorter[-1] != "\n" and after[0] not in "\r\n"
        return (before if joined else shorter) + after
    return text


def _refuse_broken(text: str, path: Path) -> None:
    """AWS's tools read a file as Python's own parser does, and nothing of one that has a line wrong."""
    try:
        configparser.RawConfigParser(default_section="\0").read_string(text)
    except configparser.Error as error:
        errors = getattr(error, "errors", None)
        number = errors[0][0] if errors else getattr(error, "lineno", "?")
        raise LeapError(
            409,
            "file-broken",
            f"{path} has a line that AWS's tools do not understand, so they read nothing of it: line {number}.",
            "Nothing was written. Correct that line, then try again.",
        ) from None


def _refuse_encrypted(text: str, path: Path) -> None:
    if rclone.is_encrypted(text):
        raise LeapError(
            409,
            "file-encrypted",
            f"{path} is encrypted with a password, so no remote can be added to it.",
            "Nothing was written. Take the password off with `rclone config`, or add a profile with `aws configure`.",
        )
