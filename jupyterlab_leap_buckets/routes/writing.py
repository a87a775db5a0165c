"""What is asked before anything is written or deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from ..errors import LeapError
from ..paths import outside_owner
from .base import LeapHandler

if TYPE_CHECKING:
    from ..discovery import Bucket

CONFIRM_HEADER = "X-Leap-Confirm-Outside-Home"


def check_may_write(handler: LeapHandler, bucket: Bucket, key: str) -> None:
    """403 in a read-only bucket, and outside the user's home unless that was confirmed by naming whose folder it is."""
    if bucket.access == "read-only":
        raise LeapError(403, "read-only", f"The bucket {bucket.label!r} is read-only.", "Write to a place of your own.")
    owner = outside_owner(key, bucket.own)
    if owner is None or handler.leap.homeRule == "allow":
        return
    where = f"{key!r} is outside your own folder: it belongs to {owner!r}."
    if handler.leap.homeRule == "deny":
        raise LeapError(403, "outside-home-denied", where, "This server lets you write in your own folder only.")
    confirmed = handler.request.headers.get(CONFIRM_HEADER)
    if confirmed is None or unquote(confirmed) != owner:
        raise LeapError(
            403,
            "outside-home",
            where,
            f"If you mean it, send it again with the header {CONFIRM_HEADER}: {quote(owner, safe='')}",
        )


def check_may_write_all(handler: LeapHandler, places: Iterable[tuple[Bucket, str]]) -> None:
    """`check_may_write` for many keys and prefixes. Only one other person's folder can be confirmed at once: 403 with
    the reason `several-owners` for more, the whole bucket being everybody's."""
    first = {(bucket.id, outside_owner(key, bucket.own), key == ""): (bucket, key) for bucket, key in places}
    owners = {owner for _, owner, _ in first if owner is not None}
    is_all = any(owner is not None and whole for _, owner, whole in first)
    if handler.leap.homeRule == "confirm" and (len(owners) > 1 or is_all):
        raise LeapError(
            403,
            "several-owners",
            "This would change more than one folder outside your own"
            + (": the whole bucket." if is_all else f": those of {', '.join(map(repr, sorted(owners)[:10]))}."),
            "Do it for one of them at a time.",
        )
    for bucket, key in first.values():
        check_may_write(handler, bucket, key)


def check_generation(value: object) -> str | None:
    """`ifGenerationMatch`: 0 or a generation, None without one. 400 for anything else."""
    from ..stores.base import GENERATION

    if value is None:
        return None
    if isinstance(value, int | str) and not isinstance(value, bool) and GENERATION.fullmatch(str(value)):
        return str(value)
    raise LeapError(
        400,
        "bad-generation",
        "A generation is 0 or what a list or an object said it is.",
        "Read the object again.",
    )


def precondition(handler: LeapHandler) -> str | None:
    """The generation asked for by `If-None-Match: *` (absent) or `If-Match: "<generation>"`, None without either."""
    from ..stores.base import ABSENT

    absent = handler.request.headers.get("If-None-Match")
    match = handler.request.headers.get("If-Match")
    if absent is not None:
        if absent.strip() != "*" or match is not None:
            raise LeapError(
                400,
                "bad-precondition",
                "If-None-Match can only be *, and not beside If-Match.",
                "Send one of them.",
            )
        return ABSENT
    if match is None:
        return None
    quoted = re.fullmatch(r'\s*"([^"]*)"\s*', match)
    if not quoted:
        raise LeapError(
            400,
            "bad-precondition",
            "If-Match has to be one quoted generation.",
            'Send If-Match: "<generation>".',
        )
    return check_generation(quoted[1])
