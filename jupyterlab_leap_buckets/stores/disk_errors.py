"""What a disk refuses, as answers."""

from __future__ import annotations

import errno
import os

from ..errors import LeapError
from .base import not_found


def refusal(error: OSError, key: str) -> LeapError:
    """What the operating system said, as an answer."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO):
        return not_found(key)
    if error.errno == errno.EROFS:
        return LeapError(
            403,
            "read-only-disk",
            f"{key!r} was not changed: the disk can only be read.",
            "Choose a place on another disk.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return LeapError(
            403,
            "no-permission",
            f"The server may not do that to {key!r} on disk.",
            "Check the permissions of the file and of its folder.",
        )
    if error.errno == errno.ELOOP:
        return LeapError(403, "outside-bucket", f"{key!r} is a link that leads nowhere.", "Remove the link.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return no_space(key)
    if error.errno == errno.ENAMETOOLONG:
        return LeapError(400, "name-too-long-for-disk", "The name is too long for this disk.", "Choose a shorter one.")
    return LeapError(500, "disk-error", f"The disk failed: {os.strerror(error.errno or 0)}.", "Try again.")


def missing() -> LeapError:
    return LeapError(404, "bucket-missing", "The folder of this bucket is gone.", "Ask whoever configured it.")


def no_space(key: str) -> LeapError:
    return LeapError(
        507,
        "no-space",
        f"The disk is too full for {key!r}.",
        "Delete what is no longer needed there, then try again.",
    )


def clash(key: str) -> LeapError:
    return LeapError(
        409,
        "name-clash",
        f"{key!r} needs a folder where there is a file, or a file where there is a folder.",
        "This bucket is a folder on disk, which cannot hold both: choose another name.",
    )
