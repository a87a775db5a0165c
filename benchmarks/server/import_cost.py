"""What loading the extension adds to a bare Jupyter Server, before anybody opens the panel.

Each run is a fresh process: it sets a server up, then loads the extension into it, and measures the second step.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile

LIMITS = {"ms": 15, "MiB": 3}

ONE_RUN = """
import asyncio, json, logging, re, sys, time
from jupyter_server.serverapp import ServerApp

def resident():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\\s+(\\d+)", status.read())[1]) / 1024

async def main():
    server = ServerApp(open_browser=False, port=0, log_level=logging.ERROR, allow_root=True)
    server.initialize(argv=[])
    before, start = resident(), time.perf_counter()
    manager = server.extension_manager
    manager.add_extension("jupyterlab_leap_buckets", enabled=True)
    manager.link_extension("jupyterlab_leap_buckets")
    result = manager.load_extension("jupyterlab_leap_buckets")
    if result is not None:
        await result
    spent = (time.perf_counter() - start) * 1000
    assert "jupyterlab_leap_buckets" in server.web_app.settings
    heavy = sorted({"aiohttp", "google.auth", "aiobotocore"} & set(sys.modules))
    print(json.dumps({"ms": spent, "MiB": resident() - before, "heavy": heavy}))

asyncio.run(main())
"""


def measure(runs: int = 11) -> dict:
    """Medians over fresh processes; `heavy` names cloud libraries that were imported too early."""
    with tempfile.TemporaryDirectory() as home:
        # No configuration of this machine: only the extension under test.
        environment = {"HOME": home, "JUPYTER_NO_CONFIG": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        results = [
            json.loads(subprocess.check_output([sys.executable, "-c", ONE_RUN], env=environment, cwd=home))
            for _ in range(runs)
        ]
    return {
        "ms": round(statistics.median(r["ms"] for r in results), 1),
        "MiB": round(statistics.median(r["MiB"] for r in results), 2),
        "heavy": sorted({name for r in results for name in r["heavy"]}),
        "runs": runs,
        "wanted": LIMITS,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
