"""How many requests reach the store when a folder is opened, and when nobody does anything."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from jupyterlab_leap_buckets.tests.processes import JupyterServer, end_with_parent, jupyter_server_process

OBJECTS = 5000
IDLE_SECONDS = 5


def measure() -> dict:
    """Counted by the stand-in store: requests for the bucket's rules (once in a server's life), for the first
    page, for one more, and in an idle stretch."""
    end_with_parent()
    command = [sys.executable, "-m", "jupyterlab_leap_buckets.tests.standin", "--bucket", "bench"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([*command, "--objects", str(OBJECTS)], stdout=subprocess.PIPE, text=True) as standin,
    ):
        try:
            storage = standin.stdout.readline().strip()
            environment = {"SCRATCH_BUCKET": "gs://bench/ada", "STORAGE_EMULATOR_HOST": storage}
            with jupyter_server_process(Path(folder), environment) as server:
                call(server, "buckets")
                start = len(seen(storage))
                page = call(server, "list?bucket=bench&prefix=many/")
                first = len(seen(storage)) - start
                call(server, f"list?bucket=bench&prefix=many/&pageToken={page['nextPageToken']}")
                more = len(seen(storage)) - first - start
                time.sleep(IDLE_SECONDS)
                idle = len(seen(storage)) - first - more - start
        finally:
            standin.terminate()
    return {
        "objectsInFolder": OBJECTS,
        "rowsOfFirstPage": len(page["entries"]),
        "requestsForTheBucketsRules": start,
        "requestsToOpen": first,
        "requestsForNextPage": more,
        "requestsWhileIdle": idle,
        "wanted": {"requestsForTheBucketsRules": 1, "requestsToOpen": 1, "requestsWhileIdle": 0},
    }


def call(server: JupyterServer, path: str) -> dict:
    url = f"{server.url}leap-buckets/{path}"
    request = urllib.request.Request(url, headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def seen(storage: str) -> list[dict]:
    with urllib.request.urlopen(f"{storage}/standin/requests", timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
