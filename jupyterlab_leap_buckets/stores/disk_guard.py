"""Buckets that lie in a folder which can be written to beside them: their rules hold there too."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from ..discovery import Bucket
from ..errors import LeapError
from ..paths import folder_of, from_disk


@dataclass(frozen=True)
class Guard:
    """root: the real path of the bucket's folder. homes: prefixes below which one may write."""

    label: str
    root: str
    homes: tuple[str, ...]

    def check(self, real: str, key: str) -> None:
        """403 for a real path in the bucket where it is not to be written, or only after a question."""
        if not real.startswith(self.root.rstrip(os.sep) + os.sep):
            return
        inside = "/".join(map(from_disk, real[len(self.root) :].strip(os.sep).split(os.sep)))
        if any(inside.startswith(home) for home in self.homes):
            return
        if not self.homes:
            raise LeapError(
                403,
                "read-only",
                f"{key!r} is in the bucket {self.label!r}, which is read-only.",
                "Choose a place of your own.",
            )
        raise LeapError(
            403,
            "outside-home-denied",
            f"{key!r} is in the bucket {self.label!r}, outside your own folder there.",
            "Copy it to that place in the bucket itself.",
        )


def guards(buckets: Iterable[Bucket], home_rule: str) -> list[Guard]:
    """For the buckets on this machine's disk."""
    found = []
    for bucket in buckets:
        if bucket.provider != "local" or bucket.error:
            continue
        homes = () if bucket.access == "read-only" else bucket.own if home_rule != "allow" else ("",)
        found.append(Guard(bucket.label, os.path.realpath(folder_of(bucket.uri)), homes))
    return found
