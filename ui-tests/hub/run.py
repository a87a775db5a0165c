"""Starts a real JupyterHub with its proxy, and fake-gcs-server as the cloud, on free ports.

Prints one JSON line when all of it answers:

    {"url": the hub's address with its prefix, "users": names (any password), "storageUrl": the store's JSON API,
     "limitedUrl": the same for limited tokens, which is what users' servers know,
     "gcloudModeFile": write a mode of the stand-in gcloud here, "gcloud": the stand-in; remove it for a machine
     without gcloud, "folder": homes and logs}

Runs until SIGTERM, SIGINT or the end of the program that started it, then ends everything it started.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
USERS = ["ada", "ben", "cyd"]
BUCKETS = ["leap-scratch", "leap-persistent"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", default="/hubprefix/", help="path the hub lives under (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the hub's public port (default: a free one)")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="leap-hub-") as folder, running(Path(folder), options) as facts:
        print(json.dumps(facts), flush=True)
        signal.pause()


def package_folder() -> Path:
    """Where the installed package is, else this checkout."""
    found = importlib.util.find_spec("jupyterlab_leap_buckets")
    return Path(found.origin).parent.parent if found and found.origin else HERE.parent.parent


@contextlib.contextmanager
def running(folder: Path, options: argparse.Namespace) -> Iterator[dict]:
    package = package_folder()
    sys.path.insert(0, str(package))
    from jupyterlab_leap_buckets.tests import processes
    from jupyterlab_leap_buckets.tests.stub_gcloud import make_path

    processes.end_with_parent()
    mode_file = folder / "gcloud-mode"
    mode_file.write_text("fresh\n")
    with contextlib.ExitStack() as stack:
        storage = stack.enter_context(processes.fake_gcs(folder, BUCKETS))
        limited = stack.enter_context(processes.limiting(folder, storage))
        setup = {
            "folder": str(folder),
            "url": f"http://127.0.0.1:{options.port or processes.free_port()}{options.prefix}",
            "hubPort": processes.free_port(),
            "proxyPort": processes.free_port(),
            "proxy": processes.find("configurable-http-proxy"),
            "users": USERS,
            "exchange": f"{limited}/v1/token",
            "environment": {
                "PATH": make_path(folder / "bin"),
                "PYTHONPATH": str(package),
                "STORAGE_EMULATOR_HOST": limited,
                "STUB_GCLOUD_MODE_FILE": str(mode_file),
                "STUB_GCLOUD_LOG": str(folder / "gcloud-calls"),
                "NO_GCE_CHECK": "true",
            },
        }
        command = [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "jupyterhub_config.py")]
        environment = {**os.environ, "LEAP_HUB_SETUP": json.dumps(setup)}
        log = folder / "hub.log"
        stack.enter_context(processes.program(command, log, cwd=folder, env=environment))
        try:
            processes.wait_for(f"{setup['url']}hub/health")
        except TimeoutError:
            print(log.read_text()[-4000:], file=sys.stderr)
            raise
        yield {
            "url": setup["url"],
            "users": USERS,
            "storageUrl": storage,
            "limitedUrl": limited,
            "gcloudModeFile": str(mode_file),
            "gcloud": str(folder / "bin" / "gcloud"),
            "folder": str(folder),
        }


if __name__ == "__main__":
    main()
