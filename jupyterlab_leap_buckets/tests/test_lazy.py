"""A server that nobody browses with pays for no store."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import jupyter_server.serverapp
before = set(sys.modules)
import jupyterlab_leap_buckets
from jupyterlab_leap_buckets.routes import handlers
jupyterlab_leap_buckets._jupyter_server_extension_points()
handlers()
print(*sorted(set(sys.modules) - before))
"""


def test_importing_the_extension_imports_no_store():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    imported = run.stdout.split()
    assert "jupyterlab_leap_buckets.app" in imported
    unwanted = ("aiohttp", "google", "requests", "urllib3", "yarl", "numpy")
    assert [name for name in imported if name.split(".")[0] in unwanted] == []
    assert not any(name.endswith((".stores.gcs", ".stores.local", ".stores.disk")) for name in imported)
