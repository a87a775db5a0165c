"""Real programs beside tests and benchmarks: started on free ports, ended with the one who started them."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def program(command: list[str], log: Path, **options) -> Iterator[subprocess.Popen]:
    """Runs a program until the block ends, its outputs in `log`. `options` are those of `subprocess.Popen`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its own session: Ctrl+C and a killed process group must not reach it before our cleaning does.
            start_new_session=True,
            preexec_fn=end_with_parent,
            **options,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def fake_gcs(folder: Path, buckets: Iterable[str], backend: str = "memory") -> Iterator[str]:
    """fake-gcs-server with these buckets; its address, as `STORAGE_EMULATOR_HOST` wants it.

    The `filesystem` backend keeps its objects below `folder`, where the log is too.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        os.environ.get("FAKE_GCS_SERVER") or find("fake-gcs-server", Path.home() / "go" / "bin"),
        *("-scheme", "http", "-host", "127.0.0.1", "-port", str(port)),
        *("-backend", backend, "-filesystem-root", str(folder / "objects")),
        *("-public-host", f"127.0.0.1:{port}", "-external-url", url, "-log-level", "error"),
    ]
    with program(command, folder / "storage.log"):
        wait_for(f"{url}/storage/v1/b")
        for name in buckets:
            body = json.dumps({"name": name}).encode()
            headers = {"Content-Type": "application/json"}
            request = urllib.request.Request(f"{url}/storage/v1/b?project=test", body, headers)
            urllib.request.urlopen(request, timeout=5).close()
        yield url


@contextlib.contextmanager
def limiting(folder: Path, storage: str, *arguments: str) -> Iterator[str]:
    """`boundary` before an emulator: its address, whose `/v1/token` is for `c.LeapBuckets.tokenExchange`."""
    port = free_port()
    module = "jupyterlab_leap_buckets.tests.boundary"
    command = [sys.executable, "-m", module, "--storage", storage, "--port", str(port), *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with program(command, folder / "boundary.log", env=environment):
        wait_for(f"http://127.0.0.1:{port}/boundary/seen")
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class JupyterServer:
    """`url` ends in a slash; `token` signs a program in, by header or as the login page's password."""

    url: str
    token: str
    pid: int
    log: Path


@contextlib.contextmanager
def jupyter_server_process(
    folder: Path, environment: dict[str, str], *arguments: str, port: int | None = None
) -> Iterator[JupyterServer]:
    """A real Jupyter Server with the extension and no other configuration of this machine; its home is `folder`."""
    port, token, log = port or free_port(), "the-test-token-of-this-server", folder / "server.log"
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        *("--ServerApp.jpserver_extensions={'jupyterlab_leap_buckets': True}", *arguments),
    ]
    ours = {"HOME": str(folder), "JUPYTER_NO_CONFIG": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    with program(command, log, env={**os.environ, **ours, **environment}, cwd=folder) as process:
        url = f"http://127.0.0.1:{port}/"
        wait_for(f"{url}api")
        yield JupyterServer(url, token, process.pid, log)


def end_with_parent() -> None:
    """Has Linux send SIGTERM to this process when the one that started it ends without a word."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def find(name: str, *folders: Path) -> str:
    """A program from `PATH`, else from where our scripts and its own installer put it."""
    places = [os.environ["PATH"], REPOSITORY / ".cache" / "bin", REPOSITORY / "node_modules" / ".bin", *folders]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; scripts/test installs it and says where.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, seconds: float = 60) -> None:
    """Returns when the address answers with success."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} did not answer within {seconds} s") from error
            time.sleep(0.1)
