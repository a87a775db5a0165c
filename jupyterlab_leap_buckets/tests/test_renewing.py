"""The code that renews its tokens with an upload grant, as the page gives it, run as on another computer."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import requests

from . import clock, typescript
from .hub import Page, make_grant

OWN = "# ds = xr.open_mfdataset"


@pytest.fixture(scope="module")
def cyd(hub):
    return Page(hub["url"], "cyd")


@pytest.fixture
def google(hub):
    """Tokens live 330 seconds."""
    service = Google(hub["limitedUrl"])
    service.set(lifetime=330)
    yield service
    service.set(lifetime=None, advance=0)


class Google:
    """What stands between programs and the storage."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, **settings) -> None:
        assert requests.put(f"{self.url}/boundary/settings", json=settings, timeout=30).ok

    def seen(self) -> dict:
        return requests.get(f"{self.url}/boundary/seen", timeout=30).json()

    def read(self, key: str) -> bytes:
        """With a token that may do everything."""
        url = f"{self.url}/storage/v1/b/leap-scratch/o/{requests.utils.quote(key, safe='')}?alt=media"
        answer = requests.get(url, headers={"Authorization": "Bearer ya29.full"}, timeout=30)
        assert answer.ok, (key, answer.status_code)
        return answer.content


def with_own_data(code: str, data: str) -> str:
    """The code as its reader goes on with it: the lines that were comments are hers."""
    begin, end = code.index(OWN), code.index("credentials.let_sleep()")
    own = textwrap.dedent(data) + code[begin:end].split("\n", 1)[1].replace("# ds.to_zarr", "ds.to_zarr")
    return code[:begin] + own + code[end:]


class Computer:
    """One that has Python, and the grant in a file."""

    def __init__(self, folder: Path, google: Google, made: dict) -> None:
        self.folder = folder
        (folder / "grant.txt").write_text(made["grant"] + "\n")
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self._environment = {
            **kept,
            **clock.start(str(folder), google.url),
            "HOME": str(folder),
            "STORAGE_EMULATOR_HOST": google.url,
            # Workers that are silent for minutes are given up, and minutes pass at once here.
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "null",
        }

    @contextlib.contextmanager
    def running(self, code: str):
        # As in a notebook, the main module is no file that worker processes could run once more.
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def run(self, code: str) -> str:
        """What it prints."""
        with self.running(code) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out + err


@pytest.fixture
def computer(tmp_path, google, cyd):
    return Computer(tmp_path, google, make_grant(cyd))


@pytest.fixture
def run(tmp_path):
    """The name of a data set that no other test writes."""
    return f"cyd/{tmp_path.name}.zarr"


@pytest.fixture
def code(pytestconfig, cyd, run):
    """What the page gives to copy."""
    use = {
        "url": f"{cyd.server}leap-buckets/grants/token",
        "store": "gs://leap-scratch/cyd/test_offsite_upload.zarr",
        "example": f"gs://leap-scratch/{run}",
        "keepAwake": False,
    }
    return typescript.call(pytestconfig.rootpath, "src/credential/renewing.ts", "renewingSnippet", use)


CHUNKS = 12
DATA = f"""
import dask.array as da
import numpy as np
from sitecustomize import advance

def computed(block, block_info=None):
    advance(60)
    return block + block_info[0]["chunk-location"][0] + 1

values = da.map_blocks(computed, da.zeros({CHUNKS * 4}, chunks=4, dtype="i4"), dtype="i4")
ds = xr.Dataset({{"run": ("time", values)}})
"""


def assert_complete(google: Google, run: str) -> None:
    """Each chunk is in the store."""
    names = [f"{run}/run/c/{number}" for number in range(CHUNKS)]
    assert len({google.read(name) for name in names}) == CHUNKS


def count(google: Google) -> int:
    return len(google.seen()["exchanges"])


def test_the_code_as_it_is_copied(computer, google, code):
    before = len(google.seen()["calls"])
    assert "Written: gs://leap-scratch/cyd/test_offsite_upload.zarr" in computer.run(code)
    assert google.read("cyd/test_offsite_upload.zarr/zarr.json")
    written = [call["allowed"] for call in google.seen()["calls"][before:] if call["path"].startswith("/upload/")]
    assert written and all(written)


def test_a_write_that_takes_longer_than_its_tokens(computer, google, code, run):
    before = count(google)
    computer.run(with_own_data(code, f'import dask\ndask.config.set(scheduler="synchronous")\n{DATA}'))
    assert_complete(google, run)
    # 720 seconds, and a token is renewed when 240 of its 330 seconds are left.
    assert 5 <= count(google) - before <= 13


def test_a_write_by_the_workers_of_a_cluster(computer, google, code, run):
    cluster = """
    from distributed import Client, LocalCluster
    client = Client(LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None))
    """
    before = count(google)
    computer.run(with_own_data(code, textwrap.dedent(cluster) + DATA) + "\nclient.shutdown()\n")
    assert_complete(google, run)
    assert count(google) - before >= 4


def test_a_server_that_is_stopped_in_the_middle_and_started_again(hub, computer, google, code, run, cyd):
    stop = """
    from pathlib import Path

    def computed(block, block_info=None):
        advance(60)
        if block_info[0]["chunk-location"][0] == 2:
            Path("stop").touch()
            while not Path("stopped").exists():
                time.sleep(0.1)
        return block + block_info[0]["chunk-location"][0] + 1
    """
    data = DATA.replace(DATA[DATA.index("def computed") : DATA.index("values =")], textwrap.dedent(stop) + "\n")
    with computer.running(
        with_own_data(code, f'import dask\ndask.config.set(scheduler="synchronous")\n{data}')
    ) as upload:
        said = []

        def listen():
            for line in upload.stderr:
                said.append(line)
                if "The upload waits." in line:
                    Page(hub["url"], "cyd")

        listener = threading.Thread(target=listen)
        listener.start()
        while not (computer.folder / "stop").exists():
            assert upload.poll() is None, said
        cyd.stop()
        (computer.folder / "stopped").touch()
        assert upload.wait(120) == 0, said
        listener.join()
    assert_complete(google, run)
    told = "".join(said)
    assert "Your server on the hub does not run" in told
    assert re.search(r"Start it at http://127\.0\.0\.1:\d+/hubprefix/hub/home and the upload goes on by itself", told)
    assert told.count("The upload waits") == 1 and "leap-grant-" not in told
