"""A ``PATH`` for tests in which gcloud is the stand-in beside this file, or is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

TOOLS = ("sh", "bash", "env", "date", "sleep", "cat", "ls", "uname", "node")


def make_path(folder: Path) -> str:
    """Fills ``folder`` with the stand-in and the few tools a server needs; the value for ``PATH``.

    The machine's own folders are left out, for they may hold a real gcloud. Remove
    ``folder / "gcloud"`` for a machine without it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    stub = folder / "gcloud"
    shutil.copyfile(Path(__file__).with_name("gcloud"), stub)
    stub.chmod(0o755)
    return str(folder)
