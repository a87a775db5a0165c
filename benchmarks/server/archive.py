"""A folder of 256 MiB as a zip through a real Jupyter Server: what that costs the server in memory.

Half of it are objects that are streamed, half such as are opened and held ahead.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from jupyterlab_leap_buckets.tests.processes import end_with_parent, fake_gcs, jupyter_server_process

from .transfer import LIMIT, MIB, Client

SIZES = [4 * MIB] * 32 + [MIB // 4] * 512


def measure() -> dict:
    end_with_parent()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with fake_gcs(folder, ["bench"], backend="filesystem") as storage:
            expected = {f"run/{number:04d}.bin": fill(storage, number, size) for number, size in enumerate(SIZES)}
            environment = {"SCRATCH_BUCKET": "gs://bench/ada", "STORAGE_EMULATOR_HOST": storage}
            with jupyter_server_process(folder, environment) as server:
                file = folder / "run.zip"
                client = Client(server)
                seconds, grown = client.watched(client.fetch, "archive?bucket=bench&prefix=run/", file)
                with zipfile.ZipFile(file) as packed:
                    found = {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}
        if found != expected:
            raise ValueError("the archive does not hold what is in the folder")
    return {
        "objects": len(SIZES),
        "MiBps": round(sum(SIZES) / MIB / seconds),
        "peakGrowthMiB": round(grown, 1),
        "wantedMiB": LIMIT,
    }


def fill(storage: str, number: int, size: int) -> str:
    """Put an object of random bytes straight into the store; its checksum."""
    data = os.urandom(size)
    url = f"{storage}/upload/storage/v1/b/bench/o?uploadType=media&name=run%2F{number:04d}.bin"
    urllib.request.urlopen(urllib.request.Request(url, data), timeout=30).close()
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
