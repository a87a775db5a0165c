"""A bucket's folder as somebody who means harm would want it, for the tests of hostile callers."""

from __future__ import annotations

import os
from pathlib import Path

CANARY = b"only for those who may read it"
SECRET = b"SECRET"


def set_traps(folder: Path) -> None:
    """A bucket in `folder`, secrets beside it, and links that lead to them."""
    root, beside = folder / "bucket", folder / "beside"
    (root / "ada").mkdir(parents=True)
    (root / "ada" / "x.txt").write_bytes(CANARY)
    (folder / "secret.txt").write_bytes(SECRET)
    beside.mkdir()
    (beside / "secret.txt").write_bytes(SECRET)
    (root / "link.txt").symlink_to(folder / "secret.txt")
    (root / "link").symlink_to(beside)
    (root / "ada" / "up").symlink_to("../..")
    (root / "loop").symlink_to("loop")
    (root / "inside.txt").symlink_to("ada/x.txt")
    os.mkfifo(root / "fifo")


def places(folder: Path) -> list[dict[str, str]]:
    """That bucket by the rules it can have, for `LeapBuckets.buckets`."""
    root = str(folder / "bucket")
    return [
        {"id": "disk", "path": root},
        {"id": "home", "path": root, "home": "ada/"},
        {"id": "locked", "path": root, "access": "read-only"},
        {"id": "broken", "path": str(folder / "missing")},
    ]


def body_for(method: str) -> dict:
    """What `Client.ask` needs to send a body that no route refuses for its form."""
    return {"data": b"{}", "headers": {"Content-Type": "application/json"}} if method in ("POST", "PUT") else {}
