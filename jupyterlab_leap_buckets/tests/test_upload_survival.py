"""Uploads go on after the server: killed between and inside pieces, stopped, or beside another one of the same name."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from ..checksum import crc32c
from .processes import JupyterServer, free_port, jupyter_server_process, program

PIECE = 1 << 20
DATA = random.Random(11).randbytes(4 * PIECE + 77)
TOTAL = len(DATA)
# How often a server is killed; more tell more, and take some seconds each.
KILLS = int(os.environ.get("LEAP_BUCKETS_KILLS", "4"))


@dataclass
class Ground:
    """A home, a folder and a store on which servers come and go. Its bucket `cloud` is the store, `disk` a folder."""

    home: Path
    store: str
    port: int

    @contextlib.contextmanager
    def server(self, port: int | None = None) -> Iterator[JupyterServer]:
        root = self.home / "bucket"
        root.mkdir(exist_ok=True)
        buckets = [{"id": "cloud", "uri": "gs://leap-scratch"}, {"id": "disk", "path": str(root)}]
        names = {name: str(self.home / name.lower()) for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR")}
        environment = {"STORAGE_EMULATOR_HOST": self.store, **names}
        config = self.home / "config.json"
        config.write_text(json.dumps({"LeapBuckets": {"buckets": buckets, "retryDeadline": 3}}))
        with jupyter_server_process(self.home, environment, f"--config={config}", port=port or self.port) as server:
            yield server

    @property
    def files(self) -> list[Path]:
        return sorted((self.home / "jupyter_data_dir" / "leap-buckets" / "uploads").glob("*/*.json"))

    @property
    def temporaries(self) -> list[Path]:
        return list((self.home / "bucket" / ".leap-buckets-temporary").glob("*"))

    def stored(self, bucket: str, key: str) -> tuple[int, bytes]:
        if bucket == "disk":
            path = self.home / "bucket" / key
            return (200, path.read_bytes()) if path.exists() else (404, b"")
        reply = requests.get(f"{self.store}/storage/v1/b/leap-scratch/o/{key}?alt=media", timeout=30)
        return reply.status_code, reply.content

    def fault(self, **fault) -> None:
        requests.post(f"{self.store}/standin/faults", json=fault, timeout=10).raise_for_status()


class Page:
    """A page that knows the id of its upload alone."""

    def __init__(self, server: JupyterServer, bucket: str, key: str = "x", chosen: str | None = None) -> None:
        self.bucket, self.key = bucket, key
        self._token = {"Authorization": f"token {server.token}"}
        self._url = server.url
        body = {"bucket": bucket, "key": key, "size": TOTAL, "ifGenerationMatch": 0, "id": chosen}
        reply = self.ask("POST", f"{server.url}leap-buckets/uploads", json=body)
        assert reply.status_code == 201, reply.text
        self.id = reply.json()["id"]

    def ask(self, method: str, url: str, headers=None, **options) -> requests.Response:
        return requests.request(method, url, headers={**self._token, **(headers or {})}, timeout=60, **options)

    @property
    def address(self) -> str:
        return f"{self._url}leap-buckets/uploads/{self.id}"

    def told(self) -> requests.Response:
        return self.ask("GET", self.address)

    def piece(self, start: int, stop: int) -> requests.Response:
        headers = {"Content-Range": f"bytes {start}-{stop - 1}/{TOTAL}"}
        return self.ask("PUT", self.address, headers, data=DATA[start:stop])

    def question(self) -> requests.Response:
        return self.ask("PUT", self.address, {"Content-Range": f"bytes */{TOTAL}"})

    def cancel(self) -> requests.Response:
        return self.ask("DELETE", self.address)

    def begin(self, start: int, stop: int, sent: int) -> socket.socket:
        """A piece of which only `sent` bytes leave."""
        address = urlsplit(self.address)
        connection = socket.create_connection((address.hostname, address.port))
        head = (
            f"PUT {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: {self._token['Authorization']}\r\n"
            f"Content-Length: {stop - start}\r\nContent-Range: bytes {start}-{stop - 1}/{TOTAL}\r\n\r\n"
        )
        connection.sendall(head.encode() + DATA[start : start + sent])
        return connection

    def finish(self, start: int) -> requests.Response:
        """The rest, in pieces; the last answer."""
        for at in range(start, TOTAL, PIECE):
            reply = self.piece(at, min(at + PIECE, TOTAL))
        return reply


def next_byte(reply: requests.Response) -> int:
    assert reply.status_code == 308, reply.text
    return int(reply.headers["Range"].rpartition("-")[2]) + 1 if "Range" in reply.headers else 0


@pytest.fixture
def ground(tmp_path) -> Iterator[Ground]:
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab_leap_buckets.tests.standin", "--port", str(port)]
    with program(command, tmp_path / "store.log"):
        store = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                requests.get(f"{store}/standin/requests", timeout=5)
                break
            time.sleep(0.05)
        yield Ground(tmp_path, store, free_port())


def kill(server: JupyterServer) -> None:
    os.kill(server.pid, signal.SIGKILL)


def started(server: JupyterServer) -> list[Page]:
    return [Page(server, bucket) for bucket in ("cloud", "disk")]


def check_end(ground: Ground, page: Page, done: requests.Response) -> None:
    """The answer is true."""
    assert done.status_code == 200, done.text
    assert (done.json()["size"], done.json()["crc32c"]) == (TOTAL, crc32c(bytearray(DATA)))
    assert ground.stored(page.bucket, page.key) == (200, DATA)


def check_nothing_left(ground: Ground) -> None:
    deadline = time.monotonic() + 5
    while ground.files and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ground.files == [] and ground.temporaries == []


def test_killed_between_pieces_and_inside_one(ground):
    with ground.server() as server:
        pages = started(server)
        for page in pages:
            assert next_byte(page.piece(0, PIECE)) == PIECE
        kill(server)
    with ground.server() as server:
        for page in pages:
            about = {"id": page.id, "bucket": page.bucket, "key": "x", "size": TOTAL, "directUrl": None}
            assert about.items() <= page.told().json().items()
            assert next_byte(page.question()) == PIECE
        connections = [page.begin(PIECE, 2 * PIECE, 700_000) for page in pages]
        time.sleep(0.3)
        kill(server)
    for connection in connections:
        connection.close()
    with ground.server():
        for page in pages:
            offset = next_byte(page.question())
            assert PIECE <= offset < 2 * PIECE and offset % (256 * 1024) == 0
            check_end(ground, page, page.finish(offset))
        check_nothing_left(ground)


def test_stopped_inside_a_piece_then_killed_and_the_next_piece_comes_unasked(ground):
    with ground.server() as server:
        pages = started(server)
        for page in pages:
            page.piece(0, PIECE)
        connections = [page.begin(PIECE, 2 * PIECE, 700_000) for page in pages]
        time.sleep(0.2)
        os.kill(server.pid, signal.SIGTERM)
    for connection in connections:
        connection.close()
    with ground.server() as server:
        offsets = [next_byte(page.question()) for page in pages]
        kill(server)
    with ground.server():
        for page, offset in zip(pages, offsets, strict=True):
            check_end(ground, page, page.finish(offset))
        check_nothing_left(ground)


def test_killed_after_the_last_byte_and_before_the_answer(ground):
    """One page waited, the other had gone away: the file of a session goes only when the answer has left."""
    with ground.server() as server:
        pages = [Page(server, "cloud", "waits"), Page(server, "cloud", "goes")]
        for page in pages:
            page.piece(0, 4 * PIECE)
        ground.fault(kind="late", method="PUT", seconds=1, path="goes")
        ground.fault(kind="late", method="PUT", seconds=9, path="waits")
        connections = [page.begin(4 * PIECE, TOTAL, TOTAL - 4 * PIECE) for page in pages]
        time.sleep(0.3)
        connections[1].close()
        time.sleep(1.5)
        assert [ground.stored("cloud", page.key)[0] for page in pages] == [200, 200]
        assert len(ground.files) == 2
        kill(server)
    connections[0].close()
    with ground.server():
        for page in pages:
            check_end(ground, page, page.question())
            assert page.question().status_code == 200
        check_nothing_left(ground)


def test_cancelled_after_a_kill(ground):
    with ground.server() as server:
        pages, other = started(server), Page(server, "disk", "other")
        for page in (*pages, other):
            page.piece(0, PIECE)
        assert other.cancel().status_code == 204
        assert len(ground.files) == 2 and len(ground.temporaries) == 1
        kill(server)
    with ground.server():
        for page in pages:
            assert page.cancel().status_code == 204
            assert (page.told().status_code, page.told().json()["reason"]) == (404, "unknown-upload")
            assert page.question().status_code == 404
            assert ground.stored(page.bucket, "x")[0] == 404
        check_nothing_left(ground)


def test_two_servers_share_a_home(ground):
    """Each keeps its own, also over its end; and what an ended one kept is found by the one that is left."""
    with ground.server() as first, ground.server(free_port()) as second:
        pages = [Page(first, "disk", "first"), Page(second, "disk", "second")]
        assert len({file.parent for file in ground.files}) == 2
        for page in pages:
            page.piece(0, PIECE)
        pages[0]._url, pages[1]._url = second.url, first.url
        assert [page.question().status_code for page in pages] == [404, 404]
        pages[0]._url, pages[1]._url = first.url, second.url
        kill(first)
        with ground.server():
            assert [next_byte(page.question()) for page in pages] == [PIECE, PIECE]
            kill(second)
            pages[1]._url = first.url
            for page in pages:
                check_end(ground, page, page.finish(next_byte(page.question())))
            check_nothing_left(ground)


def test_killed_at_any_moment(ground):
    """Pages that send, and ask for the offset after each failure, while the server is killed again and again."""
    moments = random.Random(KILLS)
    running: list[JupyterServer] = []
    ended = threading.Event()

    def come_and_go() -> None:
        for _ in range(KILLS):
            with ground.server() as server:
                running.append(server)
                time.sleep(moments.uniform(0, 0.4))
                kill(server)
        with ground.server() as server:
            running.append(server)
            ended.wait(120)

    def upload(bucket: str) -> tuple[Page, requests.Response]:
        page = None
        while True:
            try:
                page = page or Page(running[-1], bucket, chosen=f"chosen-by-the-page-of-{bucket}")
                reply = page.question()
                while reply.status_code == 308:
                    at = next_byte(reply)
                    reply = page.piece(at, min(at + 256 * 1024, TOTAL))
                    time.sleep(0.01 * KILLS)
                return page, reply
            except (requests.RequestException, IndexError):
                time.sleep(0.02)

    with ThreadPoolExecutor(3) as threads:
        servers = threads.submit(come_and_go)
        try:
            for page, done in threads.map(upload, ("cloud", "disk")):
                check_end(ground, page, done)
            check_nothing_left(ground)
        finally:
            ended.set()
        servers.result()


def test_nothing_of_a_session_is_readable_by_others(ground):
    before = os.umask(0)
    try:
        with ground.server() as server:
            Page(server, "cloud")
            (file,) = ground.files
            log = server.log.read_text()
    finally:
        os.umask(before)
    address = json.loads(file.read_text())["state"]["uri"]
    assert address.startswith(ground.store) and address not in log and "upload_id" not in log
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in file.parent.iterdir()} == {
        file.name: "0o600",
        "lock": "0o600",
    }
    assert oct(file.parent.stat().st_mode & 0o777) == oct(file.parents[1].stat().st_mode & 0o777) == "0o700"
