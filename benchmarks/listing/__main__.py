"""Folders of 100 to 1,000,000 objects in the panel, beside JupyterLab's own list and jupyter-drives, as JSON, then as
the table of benchmarks/README.md.

Exits with 1 when a wanted figure is not kept. Needs the built extension, Node and Chromium, as the UI tests do.
jupyter-drives has an environment of its own, and is left out without it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.lab import jupyterlab, panel
from benchmarks.report import Figure, report
from jupyterlab_leap_buckets.tests.processes import REPOSITORY, end_with_parent, find

CORE_SIZES = (100, 1000, 10_000)
DRIVES_SIZES = (100, 1000, 10_000, 100_000)
DRIVES = REPOSITORY / ".cache" / "env-drives" / "bin" / "python"


def main() -> int:
    end_with_parent()
    result = measure()
    return report(result, figures(result))


def measure() -> dict:
    """What the browser saw; the load of the machine is that before and after."""
    load = [os.getloadavg()[0]]
    with serving("benchmarks.listing.store") as address, panel(address, fill=core_folders) as (url, pid):
        seen = watched("browser.mjs", url, address, str(pid))
    if DRIVES.exists():
        with serving("benchmarks.listing.s3") as address, drives(address) as url:
            seen["drives"] = watched("drives.mjs", url, ",".join(map(str, DRIVES_SIZES)))
    else:
        print("Without jupyter-drives, whose environment `. scripts/lib.sh && need_drives` makes.", file=sys.stderr)
    return {**seen, "load": [*load, os.getloadavg()[0]]}


@contextmanager
def serving(module: str) -> Iterator[str]:
    """A store in a process of its own; its address, which it prints first."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as store:
        try:
            yield store.stdout.readline().strip()
        finally:
            store.terminate()


def watched(script: str, *arguments: str) -> dict:
    """What a script beside this file prints."""
    command = [find("node"), str(Path(__file__).with_name(script)), *arguments]
    return json.loads(subprocess.check_output(command))


def core_folders(root: Path) -> None:
    """Folders of files for JupyterLab's own list."""
    for size in CORE_SIZES:
        (root / f"core-{size}").mkdir(parents=True)
        for number in range(size):
            (root / f"core-{size}" / f"core-{size}-{number:05d}.nc").touch()


@contextmanager
def drives(storage: str) -> Iterator[str]:
    """JupyterLab with jupyter-drives, set to show all objects rather than 1,000; its address."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root").mkdir()
        (folder / "settings").mkdir()
        settings = {"jupyter-drives:drives-file-browser": {"maxFilesListed": 2 * max(DRIVES_SIZES)}}
        (folder / "settings" / "overrides.json").write_text(json.dumps(settings))
        command = [
            *(str(DRIVES), str(Path(__file__).with_name("drives.py"))),
            f"--LabApp.app_settings_dir={folder / 'settings'}",
        ]
        environment = {
            "AWS_ENDPOINT_URL": storage,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        with jupyterlab(command, folder, environment) as (url, _):
            yield url


def figures(result: dict) -> list[Figure]:
    first, core = result["firstRows"], result["core"]
    scrolled, control = result["scrolling"]["list"], result["scrolling"]["control"]
    return [
        ("First rows of 100", round(first["100"]), "", "ms"),
        ("First rows of 10,000", round(first["10000"]), "", "ms"),
        ("First rows of 100,000", round(first["100000"]), "", "ms"),
        ("First rows of 1,000,000", round(first["1000000"]), "", "ms"),
        ("First rows, 1,000,000 to 100", round(first["1000000"] / first["100"], 2), "<= 1.2", "x"),
        ("JupyterLab's own list, 100 files", round(core["100"]), "", "ms"),
        ("JupyterLab's own list, 1,000 files", round(core["1000"]), "", "ms"),
        ("JupyterLab's own list, 10,000 files", round(core["10000"]), "", "ms"),
        ("The same to ours, 10,000", round(core["10000"] / first["10000"], 1), ">= 20", "x"),
        *compared(result.get("drives", {})),
        ("Rows in the page", result["rows"], "<= 80", ""),
        ("Store requests to open", result["requestsToOpen"], "<= 1", ""),
        ("Store requests in 5 idle seconds", result["requestsWhileIdle"], "<= 0", ""),
        ("Mean frame while scrolling, to an empty page", round(scrolled["mean"] / control["mean"], 2), "<= 1.3", "x"),
        ("The 95th frame of 100, to an empty page", round(scrolled["p95"] / control["p95"], 2), "", "x"),
        ("Long tasks in 5 s of scrolling", scrolled["longTasks"], f"<= {1.3 * control['longTasks']:g}", ""),
        ("Loading all 1,000,000", round(result["secondsToLoadAll"], 1), "", "s"),
        ("Browser heap for 1,000,000", round(result["heapGrowth"], 1), "<= 150", "MiB"),
        ("Server memory for 1,000,000", round(result["serverGrowth"], 1), "<= 40", "MiB"),
        ("Sorting 1,000,000", round(result["sorted"]["seconds"], 2), "", "s"),
        ("Longest task while sorting", round(result["sorted"]["longestTask"]), "<= 100", "ms"),
        ("Filtering 1,000,000", round(result["filtered"]["seconds"], 2), "", "s"),
        ("Longest task while filtering", round(result["filtered"]["longestTask"]), "<= 100", "ms"),
    ]  # fmt: skip


def compared(drives: dict) -> list[tuple[str, float | str, str, str]]:
    """Of jupyter-drives: time to the first rows, which are all of them, and how many the page holds."""
    rows: list[tuple[str, float | str, str, str]] = []
    for size, seen in drives.items():
        time = "not within 120,000" if seen["milliseconds"] is None else round(seen["milliseconds"])
        rows.append((f"jupyter-drives, {int(size):,} objects", time, "", "ms"))
        if seen["milliseconds"] is not None:
            rows.append((f"jupyter-drives, {int(size):,} objects: rows in the page", seen["rows"], "", ""))
    return rows


if __name__ == "__main__":
    sys.exit(main())
