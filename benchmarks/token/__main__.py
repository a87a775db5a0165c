"""How long a token takes beside the gcloud command that it comes from, as JSON, then as the table of
benchmarks/README.md.

Exits with 1 when a wanted figure is not kept. Needs the built extension, Node, Chromium and fake-gcs-server. The gcloud
is a stand-in that takes as long as the real one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.lab import TOKEN, panel
from benchmarks.report import Figure, report
from jupyterlab_leap_buckets.tests.processes import end_with_parent, fake_gcs, find, limiting
from jupyterlab_leap_buckets.tests.stub_gcloud import make_path

RUNS = 7
GCLOUD = 0.8
"""Seconds that gcloud takes to start Python and answer from what it has kept."""
BUCKET = "bench"
LIMITED = {"bucket": BUCKET, "prefix": "ada/"}


def main() -> int:
    end_with_parent()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        calls = folder / "gcloud-calls"
        path = slow_gcloud(folder)
        os.environ.update(PATH=f"{path}{os.pathsep}{os.environ['PATH']}", STUB_GCLOUD_LOG=str(calls))
        storage = stack.enter_context(fake_gcs(folder, [BUCKET]))
        limited = stack.enter_context(limiting(folder, storage))
        os.environ["NO_GCE_CHECK"] = "true"
        exchange = f"--LeapBuckets.tokenExchange={limited}/v1/token"
        result = {"load": os.getloadavg()[0], "gcloud": gcloud(folder)}
        with panel(limited, arguments=[exchange]) as (lab, _):
            result["full"] = median(lambda: post(lab, {}))
            result["limited"] = median(lambda: post(lab, LIMITED))
            result["page"] = page(lab)
        with metadata_server() as host:
            os.environ.update(NO_GCE_CHECK="false", GCE_METADATA_HOST=host, JUPYTERHUB_SERVICE_PREFIX="/user/ada/")
            calls.unlink()
            with panel(limited, arguments=[exchange]) as (lab, process):
                result["metadata"] = median(lambda: post(lab, LIMITED))
                result["processes"] = children(process) + (len(calls.read_text().splitlines()) if calls.exists() else 0)
    return report(result, figures(result))


def figures(result: dict) -> Iterator[Figure]:
    base = result["gcloud"]
    yield "The gcloud command", round(base, 2), "", "s"
    yield "A full token, to the gcloud command", round(result["full"] / base, 2), "<= 1.15", "x"
    yield "A limited and tried one", round(result["limited"] / base, 2), "<= 1.15", "x"
    yield (
        "From the command of the palette to a limited one in the dialog",
        round(result["page"] / base, 2),
        "<= 1.15",
        "x",
    )
    yield "A limited one where there is a metadata server", round(result["metadata"] * 1000), "", "ms"
    yield "Processes started for that", result["processes"], "<= 0", ""


def slow_gcloud(folder: Path) -> str:
    """A `PATH` whose gcloud is the stand-in, slow."""
    path = make_path(folder / "bin")
    stub = folder / "bin" / "gcloud"
    stub.rename(folder / "bin" / "quick-gcloud")
    stub.write_text(f'#!/bin/sh\nsleep {GCLOUD}\nexec "{folder}/bin/quick-gcloud" "$@"\n')
    stub.chmod(0o755)
    return path


def median(once: Callable[[], object]) -> float:
    """Seconds, after a first time that imports and connects."""
    seconds = []
    for _ in range(RUNS + 1):
        begun = time.monotonic()
        once()
        seconds.append(time.monotonic() - begun)
    return statistics.median(seconds[1:])


def gcloud(folder: Path) -> float:
    command = [str(folder / "bin" / "gcloud"), "config", "config-helper", "--format=json"]
    return median(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def post(lab: str, body: dict) -> None:
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    url = lab.partition("lab?")[0] + "leap-buckets/token"
    with urlopen(Request(url, json.dumps(body).encode(), headers)) as answer:
        assert json.load(answer)["scope"]["kind"] == ("limited" if body else "full")


def page(lab: str) -> float:
    command = [find("node"), str(Path(__file__).with_name("browser.mjs")), lab, str(RUNS)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["milliseconds"] / 1000


def children(process: int) -> int:
    """How many processes a server has started that still run."""
    return sum(len(task.joinpath("children").read_text().split()) for task in Path(f"/proc/{process}/task").iterdir())


@contextmanager
def metadata_server() -> Iterator[str]:
    """The address of one that answers as Google's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = b"hub@leap.iam.gserviceaccount.com"
            if self.path.endswith("/token"):
                told = json.dumps({"access_token": "ya29.of-the-benchmark", "expires_in": 3599}).encode()
            self.send_response(200)
            self.send_header("Metadata-Flavor", "Google")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
