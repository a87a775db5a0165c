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
    """1 GiB through the user's server, beside curl straight to the store: in one request, and in the panel's pieces."""
    file = written(folder / "large.nc", LARGE)
    times, whole, growth = [], [], 0.0
    for run in range(RUNS):
        with a_store(folder) as storage, panel(storage) as (url, pid):
            browser.do(open=url)
            whole.append(timed(curl_up, storage, file))
            idle = memory(pid, "VmRSS")
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            times.append(browser.seconds(drop=str(file), until="1 file uploaded"))
            growth = max(growth, memory(pid, "VmHWM") - idle)
            check(storage, "ada/large.nc", LARGE)
        say(f"relay {run}: {times[-1]:.2f} s, curl {whole[-1]:.2f} s, +{growth:.1f} MiB")
    return {"seconds": times, "curlSeconds": whole, "growthMiB": growth, "MiBps": LARGE / MIB / min(times)}


def delayed(folder: Path, browser: Browser) -> dict:
    """One file with and without 100 ms added to every round trip between the browser and the server."""
    file = written(folder / "delayed.nc", DELAYED)
    plain, late = [], []
    with a_store(folder) as storage, panel(storage) as (url, _):
        command = [sys.executable, "-m", "benchmarks.upload.delay", str(urlsplit(url).port), str(DELAY)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as line:
            try:
                port = line.stdout.readline().strip()
                for run in range(RUNS):
                    for address, times in ((url, plain), (re.sub(r":\d+/", f":{port}/", url, count=1), late)):
                        browser.do(open=address)
                        name = file.rename(file.with_name(f"delayed-{run}-{len(plain)}-{len(late)}.nc"))
                        file = name
                        times.append(browser.seconds(drop=str(file), until="1 file uploaded"))
                    say(f"delay {run}: {plain[-1]:.2f} s, {late[-1]:.2f} s")
            finally:
                line.terminate()
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
    return {"seconds": ours, "rcloneSeconds": theirs, "coreSeconds": core}


def direct(folder: Path, browser: Browser) -> dict:
    """1 GiB straight to the store, beside curl to the same store; what passed through the user's server is counted."""
    file = folder / "large.nc"
    times, floor, through = [], [], 0.0
    for run in range(RUNS):
        command = [sys.executable, "-m", "jupyterlab_leap_buckets.tests.standin", "--bucket", BUCKET]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as store:
            try:
                storage = store.stdout.readline().strip()
                with panel(storage) as (url, pid):
                    browser.do(open=url)
                    floor.append(timed(curl_up, storage, file))
                    before = read_bytes(pid)
                    times.append(browser.seconds(drop=str(file), until="1 file uploaded"))
                    through = max(through, (read_bytes(pid) - before) / MIB)
                    check(storage, "ada/large.nc", LARGE)
            finally:
                store.terminate()
        say(f"direct {run}: {times[-1]:.2f} s, curl {floor[-1]:.2f} s, {through:.2f} MiB through the server")
    file.unlink()
    return {"seconds": times, "curlSeconds": floor, "throughServerMiB": through}


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
    return [
        ("1 GiB through the server, to curl", ratio(relay["seconds"], relay["curlSeconds"]), "<= 2", "x"),
        ("growth of the server", round(relay["growthMiB"], 1), "<= 64", "MiB"),
        ("speed with 100 ms a round trip, to without", ratio(late["seconds"], late["delayedSeconds"]), ">= 0.6", "x"),
        ("2,000 files of 20 KB, to rclone", ratio(folder["seconds"], folder["rcloneSeconds"]), "<= 1", "x"),
        (
            "JupyterLab's own file browser, to the panel",
            round(folder["coreSeconds"] / statistics.median(folder["seconds"]), 1),
            ">= 20",
            "x",
        ),
        ("1 GiB straight to the store, to curl", ratio(straight["seconds"], straight["curlSeconds"]), "<= 1.3", "x"),
        ("of it through the server", round(straight["throughServerMiB"], 2), "<= 1", "MiB"),
        ("longest task with 10,000 files", round(result["lines"]["longestTask"]), "<= 100", "ms"),
    ]


def ratio(some: list[float], others: list[float]) -> float:
    return round(statistics.median(some) / statistics.median(others), 2)


@contextmanager
def a_store(folder: Path):
    """fake-gcs-server with its objects on the disk, empty."""
    with tempfile.TemporaryDirectory(dir=folder) as name, fake_gcs(Path(name), [BUCKET], "filesystem") as storage:
        yield storage


def written(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        for start in range(0, size, MIB):
            out.write(os.urandom(min(MIB, size - start)))
    return path


def curl_up(storage: str, file: Path) -> None:
    url = f"{storage}/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=floor.bin"
    command = ["curl", "--silent", "--show-error", "--fail", "--request", "POST", "--upload-file", str(file), url]
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


def read_bytes(pid: int) -> int:
    """Bytes that a process has read, sockets included."""
    return int(re.search(r"rchar: (\d+)", Path(f"/proc/{pid}/io").read_text())[1])


def timed(act, *arguments: object) -> float:
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
