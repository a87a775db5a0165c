"""256 MiB up in pieces of 8 MiB and down again through a real Jupyter Server, beside curl straight to the store.

Times are ratios to curl in the same run, so that they mean something on another machine. Memory is the growth of the
server's peak over an idle server, so that it holds the cloud libraries too.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

from jupyterlab_leap_buckets.tests.processes import JupyterServer, end_with_parent, fake_gcs, jupyter_server_process

MIB = 1024 * 1024
PIECE = 8 * MIB
LIMIT = 48


def measure(size: int = 256 * MIB, runs: int = 3) -> dict:
    """Medians of `runs` uploads and downloads; the memory figures are the worst run's."""
    end_with_parent()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "data.bin"
        with file.open("wb") as out:
            for _ in range(size // MIB):
                out.write(os.urandom(MIB))
        expected = digest(file)
        with ExitStack() as stack:
            storage = stack.enter_context(fake_gcs(folder, ["bench"], backend="filesystem"))
            environment = {"SCRATCH_BUCKET": "gs://bench/ada", "STORAGE_EMULATOR_HOST": storage}
            server = Client(stack.enter_context(jupyter_server_process(folder, environment)))
            ratios, seconds = {"upload": [], "download": []}, {"upload": [], "download": []}
            growth = dict.fromkeys(ratios, 0.0)
            for run in range(runs):
                key = f"ada/{run}.bin"
                floor = timed(pieces_up, storage, file)
                spent, grown = server.watched(server.upload, key, file)
                ratios["upload"].append(spent / floor)
                seconds["upload"].append(spent)
                growth["upload"] = max(growth["upload"], grown)

                floor = timed(curl_down, storage, key, folder / "floor.bin")
                spent, grown = server.watched(server.download, key, folder / "got.bin")
                ratios["download"].append(spent / floor)
                seconds["download"].append(spent)
                growth["download"] = max(growth["download"], grown)
                if {digest(folder / "got.bin"), digest(folder / "floor.bin")} != {expected}:
                    raise ValueError(f"run {run}: the bytes that came back are not those that went up")
    return {
        way: {
            "timesCurl": round(statistics.median(ratios[way]), 2),
            "MiBps": round(size / MIB / statistics.median(seconds[way])),
            "peakGrowthMiB": round(growth[way], 1),
            "wantedMiB": LIMIT,
        }
        for way in ratios
    }


class Client:
    """Moves files through a server, never holding more than a piece, and watches the server's memory."""

    def __init__(self, server: JupyterServer) -> None:
        self._url = urlsplit(server.url)
        self._token = server.token
        self._status = Path(f"/proc/{server.pid}/status")
        self._clear = Path(f"/proc/{server.pid}/clear_refs")
        self._idle = self._memory("VmRSS")

    def watched(self, act: Callable[..., None], *arguments: object) -> tuple[float, float]:
        """Seconds, and MiB by which the peak of the server's memory went above the idle server's."""
        reset_peak = "5"
        self._clear.write_text(reset_peak)
        return timed(act, *arguments), self._memory("VmHWM") - self._idle

    def upload(self, key: str, file: Path) -> None:
        size = file.stat().st_size
        connection = http.client.HTTPConnection(self._url.netloc)
        asked = {"bucket": "bench", "key": key, "size": size, "contentType": "", "ifGenerationMatch": 0}
        answer = self._call(connection, "POST", "uploads", json.dumps(asked), {"Content-Type": "application/json"})
        path = json.loads(answer.read())["relayUrl"]
        with file.open("rb") as source:
            for start in range(0, size, PIECE):
                piece = source.read(PIECE)
                headers = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{size}"}
                self._call(connection, "PUT", path, piece, headers).read()
        connection.close()

    def download(self, key: str, target: Path) -> None:
        self.fetch(f"object?bucket=bench&key={quote(key)}", target)

    def fetch(self, path: str, target: Path) -> None:
        connection = http.client.HTTPConnection(self._url.netloc)
        answer = self._call(connection, "GET", path)
        with target.open("wb") as out:
            while chunk := answer.read(MIB):
                out.write(chunk)
        connection.close()

    def _call(self, connection, verb, path, body=None, headers=None) -> http.client.HTTPResponse:
        full = path if path.startswith("/") else f"{self._url.path}leap-buckets/{path}"
        connection.request(verb, full, body, {"Authorization": f"token {self._token}", **(headers or {})})
        answer = connection.getresponse()
        if answer.status not in (200, 201, 308):
            raise ValueError(f"{verb} {path}: {answer.status} {answer.read().decode()}")
        return answer

    def _memory(self, field: str) -> float:
        return int(re.search(rf"{field}:\s+(\d+)", self._status.read_text())[1]) / 1024


def pieces_up(storage: str, file: Path) -> None:
    """The same pieces by curl: the emulator takes one large body several times faster than a resumable upload."""
    size = file.stat().st_size
    url = f"{storage}/upload/storage/v1/b/bench/o?uploadType=resumable&name=floor.bin"
    headers = curl("--request", "POST", "--data", "", "--dump-header", "-", "--output", os.devnull, url)
    session = re.search(r"(?i)^location: (\S+)", headers, re.MULTILINE)[1]
    with file.open("rb") as source:
        for start in range(0, size, PIECE):
            piece = source.read(PIECE)
            content_range = f"Content-Range: bytes {start}-{start + len(piece) - 1}/{size}"
            curl("--request", "PUT", "--upload-file", "-", "--header", content_range, session, body=piece)


def curl_down(storage: str, key: str, target: Path) -> None:
    curl("--output", str(target), f"{storage}/storage/v1/b/bench/o/{quote(key, safe='')}?alt=media")


def curl(*arguments: str, body: bytes | None = None) -> str:
    command = ["curl", "--silent", "--show-error", "--fail", *arguments]
    return subprocess.run(command, check=True, input=body, stdout=subprocess.PIPE).stdout.decode()


def timed(act: Callable[..., None], *arguments: object) -> float:
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def digest(file: Path) -> str:
    total = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(MIB):
            total.update(chunk)
    return total.hexdigest()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
