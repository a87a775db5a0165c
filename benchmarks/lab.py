"""JupyterLab in a process of its own, for benchmarks that look at it with a browser."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyterlab_leap_buckets.tests.processes import REPOSITORY, free_port, program, wait_for

TOKEN = "the-token-of-the-benchmark"


@contextmanager
def panel(
    storage: str,
    fill: Callable[[Path], None] = lambda root: None,
    port: int | None = None,
    direct: bool = True,
    arguments: Iterable[str] = (),
) -> Iterator[tuple[str, int]]:
    """JupyterLab with the extension of this checkout on a store; its address and process. `fill` makes its files;
    direct: whether uploads may go past the server; arguments: more of its command."""
    built = REPOSITORY / "jupyterlab_leap_buckets" / "labextension"
    if not built.is_dir():
        raise FileNotFoundError(f"{built} is missing: build the extension first (jlpm build).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "root").mkdir()
        fill(folder / "root")
        share = folder / "share" / "labextensions"
        share.mkdir(parents=True)
        (share / "jupyterlab-leap-buckets").symlink_to(built)
        command = [
            *(sys.executable, "-m", "jupyterlab"),
            "--ServerApp.jpserver_extensions={'jupyterlab': True, 'jupyterlab_leap_buckets': True}",
            f"--LeapBuckets.directUploads={direct}",
            *arguments,
        ]
        environment = {
            "JUPYTER_NO_CONFIG": "1",
            "JUPYTER_PATH": str(folder / "share"),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]),
            "PERSISTENT_BUCKET": "gs://bench/ada",
            "STORAGE_EMULATOR_HOST": storage,
        }
        with jupyterlab(command, folder, environment, port) as started:
            yield started


@contextmanager
def jupyterlab(
    command: list[str], folder: Path, environment: dict[str, str], port: int | None = None
) -> Iterator[tuple[str, int]]:
    """JupyterLab on the folder's `root`; its address and process."""
    port = port or free_port()
    command = [
        *command,
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder / 'root'}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    environment = {**os.environ, "HOME": str(folder), **environment}
    with program(command, folder / "server.log", env=environment, cwd=folder) as process:
        url = f"http://127.0.0.1:{port}/"
        wait_for(f"{url}api")
        yield f"{url}lab?token={TOKEN}", process.pid
