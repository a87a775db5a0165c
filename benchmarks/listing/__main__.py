"""Folders of 100 to 1,000,000 objects in the panel, as JSON, then as the table of benchmarks/README.md.

Exits with 1 when a wanted figure is not kept. Needs the built extension, Node and Chromium, as the UI tests do.
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

from jupyterlab_leap_buckets.tests.processes import REPOSITORY, end_with_parent, find, free_port, program, wait_for

CORE_SIZES = (100, 1000, 10_000)
TOKEN = "the-token-of-the-benchmark"


def main() -> int:
    end_with_parent()
    result = measure()
    print(json.dumps(result, indent=2))
    rows = figures(result)
    print("\n| what | measured | wanted |\n| --- | --- | --- |")
    for what, value, wanted, unit in rows:
        print(f"| {what} | {value:g} {unit} | {wanted or ''} |")
    return 0 if all(kept(value, wanted) for _, value, wanted, _ in rows) else 1


def measure() -> dict:
    """What the browser saw; the load of the machine is that before and after."""
    load = [os.getloadavg()[0]]
    command = [sys.executable, "-m", "benchmarks.listing.store"]
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as store,
    ):
        try:
            address = store.stdout.readline().strip()
            with jupyterlab(Path(name), address) as (url, pid):
                script = str(Path(__file__).with_name("browser.mjs"))
                seen = subprocess.check_output([find("node"), script, url, address, str(pid)])
        finally:
            store.terminate()
    return {**json.loads(seen), "load": [*load, os.getloadavg()[0]]}


@contextmanager
def jupyterlab(folder: Path, storage: str) -> Iterator[tuple[str, int]]:
    """JupyterLab with the extension of this checkout and files for its own list; its address and process."""
    root, share = folder / "root", folder / "share" / "labextensions"
    for size in CORE_SIZES:
        (root / f"core-{size}").mkdir(parents=True)
        for number in range(size):
            (root / f"core-{size}" / f"core-{size}-{number:05d}.nc").touch()
    share.mkdir(parents=True)
    built = REPOSITORY / "jupyterlab_leap_buckets" / "labextension"
    if not built.is_dir():
        raise FileNotFoundError(f"{built} is missing: build the extension first (jlpm build).")
    (share / "jupyterlab-leap-buckets").symlink_to(built)
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"),
        "--ServerApp.jpserver_extensions={'jupyterlab': True, 'jupyterlab_leap_buckets': True}",
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    environment = {
        **os.environ,
        "HOME": str(folder),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PATH": str(folder / "share"),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]),
        "PERSISTENT_BUCKET": "gs://bench/ada",
        "STORAGE_EMULATOR_HOST": storage,
    }
    with program(command, folder / "server.log", env=environment, cwd=folder) as process:
        url = f"http://127.0.0.1:{port}/"
        wait_for(f"{url}api")
        yield f"{url}lab?token={TOKEN}", process.pid


def figures(result: dict) -> list[tuple[str, float, str, str]]:
    """What, value, wanted as `<= n` or `>= n` or empty, unit."""
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


def kept(value: float, wanted: str) -> bool:
    if not wanted:
        return True
    relation, limit = wanted.split()
    return value <= float(limit) if relation == "<=" else value >= float(limit)


if __name__ == "__main__":
    sys.exit(main())
