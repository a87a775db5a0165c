"""Files and folders dropped on the panel in Chromium, beside curl and rclone to the same store, as JSON, then as the
table of benchmarks/README.md.

Exits with 1 when a wanted figure is not kept. Needs the built extension, Node, Chromium, curl and rclone.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from benchmarks.lab import panel
from benchmarks.report import Figure, report
from jupyterlab_leap_buckets.tests.processes import REPOSITORY, end_with_parent, fake_gcs, find

MIB = 1024 * 1024
LARGE = 1024 * MIB
DELAYED = 512 * MIB
FILES = 2000
FILE = 20_000
LINES = 10_000
RUNS = 3
DELAY = 0.1
LINE = 1e9 / 8
"""Bytes a second of a line of 1 Gbit/s."""
BUCKET = "bench"


def main() -> int:
    end_with_parent()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        result = {"load": [os.getloadavg()[0]]}
        browser = stack.enter_context(a_browser())
        result["relay"] = relayed(folder, browser)
        result["delayed"] = delayed(folder, browser)
        result["folder"] = many(folder, browser)
        result["direct"] = direct(folder, browser)
        result["lines"] = lines(folder, browser)
        result["load"].append(os.getloadavg()[0])
    return report(result, figures(result))


class Browser:
    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def do(self, **command: object) -> dict:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ValueError(f"The browser ended at {command}.")
        return json.loads(answer)

    def seconds(self, **command: object) -> float:
        return self.do(**command)["milliseconds"] / 1000


@contextmanager
def a_browser():
    command = [find("node"), str(Path(__file__).with_name("browser.mjs"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Browser(process)
        finally:
            process.stdin.close()


def relayed(folder: Path, browser: Browser) -> dict:
    """1 GiB through the user's server, beside curl straight to the same store."""
    file = written(folder / "large.nc", LARGE)
    stores = {
        "line": lambda: a_stand_in("--rate", str(LINE)),
        "memory": a_stand_in,
        "emulator": lambda: a_store(folder),
    }
    return {name: pair(f"relay, {name}", store, file, browser, direct=False) for name, store in stores.items()}


def direct(folder: Path, browser: Browser) -> dict:
    """1 GiB straight to the store, beside curl to the same store; what passed through the user's server is counted."""
    file = folder / "large.nc"
    stores = {"line": lambda: a_stand_in("--rate", str(LINE)), "memory": a_stand_in}
    result = {name: pair(f"direct, {name}", store, file, browser, direct=True) for name, store in stores.items()}
    file.unlink()
    return result


def pair(what: str, store, file: Path, browser: Browser, direct: bool) -> dict:
    times, floor, growth, through = [], [], 0.0, 0.0
    for run in range(RUNS):
        with store() as storage, panel(storage, direct=direct) as (url, pid), a_line(url, 0) as (address, sent):
            # What counting costs is no part of the relay.
            browser.do(open=address if direct else url)
            floor.append(timed(curl_up, storage, file))
            idle, before = memory(pid, "VmRSS"), sent()
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            times.append(browser.seconds(drop=str(file), until="1 file uploaded"))
            growth = max(growth, memory(pid, "VmHWM") - idle)
            through = max(through, (sent() - before) / MIB)
            check(storage, "ada/large.nc", LARGE)
        say(f"{what} {run}: {times[-1]:.2f} s, curl {floor[-1]:.2f} s, +{growth:.1f} MiB, through {through:.2f} MiB")
    return {"seconds": times, "curlSeconds": floor, "growthMiB": growth, "throughServerMiB": through}


def delayed(folder: Path, browser: Browser) -> dict:
    """One file with and without 100 ms added to every round trip between the browser and the server."""
    file = written(folder / "delayed.nc", DELAYED)
    plain, late = [], []
    with a_store(folder) as storage, panel(storage) as (url, _), a_line(url, DELAY) as (far, _):
        for run in range(RUNS):
            for address, times in ((url, plain), (far, late)):
                browser.do(open=address)
                file = file.rename(file.with_name(f"delayed-{run}-{len(plain)}-{len(late)}.nc"))
                times.append(browser.seconds(drop=str(file), until="1 file uploaded"))
            say(f"delay {run}: {plain[-1]:.2f} s, {late[-1]:.2f} s")
    file.unlink()
    return {"seconds": plain, "delayedSeconds": late}


def many(folder: Path, browser: Browser) -> dict:
    """2,000 files of 20 KB as a folder, beside rclone with 32 transfers, and JupyterLab's own file browser once."""
    tree = folder / "ocean.zarr"
    for number in range(FILES):
        written(tree / str(number // 100) / f"{number}.0", FILE)
    ours, theirs, core = [], [], 0.0
    for run in range(RUNS):
        with a_store(folder) as storage, panel(storage) as (url, _):
            browser.do(open=url)
            ours.append(browser.seconds(drop=str(tree), until=f"{FILES:,} files uploaded"))
            theirs.append(timed(rclone, storage, "copy", str(tree), "--transfers", "32"))
            # What the panel sent is what rclone finds.
            rclone(storage, "check", str(tree), target="ada/ocean.zarr")
            if run == 0:
                core = browser.seconds(core=str(tree), files=FILES)
        say(f"folder {run}: {ours[-1]:.2f} s, rclone {theirs[-1]:.2f} s, JupyterLab {core:.1f} s")
    return {"seconds": ours, "rcloneSeconds": theirs, "coreSeconds": [core]}


def lines(folder: Path, browser: Browser) -> dict:
    """The longest task of the page while 10,000 files are walked, queued, sent and listed in the tray."""
    tree = folder / "small"
    for number in range(LINES):
        written(tree / str(number // 1000) / str(number), 10)
    with a_store(folder) as storage, panel(storage) as (url, _):
        browser.do(open=url)
        seen = browser.do(drop=str(tree), until=f"{LINES:,} files uploaded")
    say(f"lines: {seen}")
    return {"longestTask": seen["longest"], "seconds": seen["milliseconds"] / 1000}


def figures(result: dict) -> list[Figure]:
    relay, late, folder, straight = result["relay"], result["delayed"], result["folder"], result["direct"]
    growth = max(one["growthMiB"] for one in relay.values())
    through = max(one["throughServerMiB"] for one in straight.values())
    quicker = statistics.median(folder["coreSeconds"]) / statistics.median(folder["seconds"])
    return [
        ("1 GiB through the server, to curl, 1 Gbit/s", to_curl(relay["line"]), "<= 2", "x"),
        ("the same with fake-gcs-server", to_curl(relay["emulator"]), "<= 2", "x"),
        ("the same at the speed of memory", to_curl(relay["memory"]), "", "x"),
        ("growth of the server", round(growth, 1), "<= 64", "MiB"),
        ("1 GiB straight to the store, to curl, 1 Gbit/s", to_curl(straight["line"]), "<= 1.3", "x"),
        ("the same at the speed of memory", to_curl(straight["memory"]), "", "x"),
        ("of it through the server", round(through, 2), "<= 1", "MiB"),
        ("speed with 100 ms a round trip, to without", ratio(late["seconds"], late["delayedSeconds"]), ">= 0.6", "x"),
        ("2,000 files of 20 KB, to rclone", ratio(folder["seconds"], folder["rcloneSeconds"]), "<= 1", "x"),
        ("JupyterLab's own file browser, to the panel", round(quicker, 1), ">= 20", "x"),
        ("longest task with 10,000 files", round(result["lines"]["longestTask"]), "<= 100", "ms"),
    ]


def to_curl(pair: dict) -> float:
    return ratio(pair["seconds"], pair["curlSeconds"])


def ratio(some: list[float], others: list[float]) -> float:
    return round(statistics.median(some) / statistics.median(others), 2)


@contextmanager
def a_store(folder: Path):
    """fake-gcs-server with its objects on the disk, empty."""
    with tempfile.TemporaryDirectory(dir=folder) as name, fake_gcs(Path(name), [BUCKET], "filesystem") as storage:
        yield storage


@contextmanager
def a_stand_in(*options: str):
    """The stand-in of the tests, open to pages, which takes pieces of a resumable upload as fast as one large body."""
    command = [sys.executable, "-m", "jupyterlab_leap_buckets.tests.standin", "--bucket", BUCKET, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as store:
        try:
            storage = store.stdout.readline().strip()
            rules = json.dumps({"allows": True, "exposes_range": True}).encode()
            urlopen(Request(f"{storage}/standin/cors", data=rules)).close()
            yield storage
        finally:
            store.terminate()


@contextmanager
def a_line(url: str, delay: float):
    """The address of a server by a line that takes `delay` seconds a round trip, and the bytes sent to it so far."""
    command = [sys.executable, "-m", "benchmarks.upload.line", str(urlsplit(url).port), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as line:
        port = line.stdout.readline().strip()

        def sent() -> int:
            line.stdin.write("\n")
            line.stdin.flush()
            return int(line.stdout.readline())

        try:
            yield re.sub(r":\d+/", f":{port}/", url, count=1), sent
        finally:
            line.terminate()


def written(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        for start in range(0, size, MIB):
            out.write(os.urandom(min(MIB, size - start)))
    return path


def curl_up(storage: str, file: Path) -> None:
    """The whole file in one PUT to an upload session of its own."""
    url = f"{storage}/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=floor.bin"
    with urlopen(Request(url, data=b"{}", headers={"Content-Type": "application/json"})) as answer:
        session = answer.headers["Location"]
    command = ["curl", "--silent", "--show-error", "--fail", "--upload-file", str(file), session]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def rclone(storage: str, verb: str, tree: str, *options: str, target: str = "floor") -> None:
    remote = f":gcs,anonymous=true,no_check_bucket=true,endpoint='{storage}/storage/v1/':{BUCKET}/{target}"
    command = [find("rclone"), verb, tree, remote, *options, "--config", os.devnull]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def check(storage: str, key: str, size: int) -> None:
    with urlopen(Request(f"{storage}/storage/v1/b/{BUCKET}/o/{quote(key, safe='')}")) as answer:
        stored = int(json.load(answer)["size"])
    if stored != size:
        raise ValueError(f"{key} has {stored:,} bytes in the store, not {size:,}.")


def memory(pid: int, field: str) -> float:
    return int(re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def timed(act, *arguments: object) -> float:
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
