"""The files of upload sessions: whose they are, what is in them, and that an edited one leads the server nowhere."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import time
from pathlib import Path

import pytest

from .. import server_files
from ..checksum import crc32c
from ..errors import LeapError
from ..server_files import identity
from ..stores.local import LocalStore
from ..upload_files import Record, UploadFiles
from .server import jupyter_server
from .standin_faults import Fault

ID = "a" * 24
RECORD = Record("b", "file:///b", "x", 5, "text/plain", None, 1.0, {"uri": "https://SECRET"})
DAY = 24 * 3600


class Opened(UploadFiles):
    def __init__(self, base: Path, server: str = "server") -> None:
        self.told: list[str] = []
        super().__init__(base, server, self.told.append)
        self.open()


def test_what_is_written_is_read(tmp_path):
    files = Opened(tmp_path / "up")
    assert files.write(ID, RECORD) and files.ages().keys() == {ID}
    assert files.read(ID)[0] == RECORD
    files.close()
    again = Opened(tmp_path / "up")
    assert again.read(ID)[0] == RECORD
    again.remove(ID)
    assert again.read(ID) is None and again.ages() == {} and again.told == files.told == []


def test_a_server_is_itself_again():
    hub = {"JUPYTERHUB_USER": "ada", "JUPYTERHUB_SERVER_NAME": ""}
    assert identity(hub, "/a") == identity(hub, "/b") == identity({"JUPYTERHUB_USER": "ada"}, "/c")
    named = {**hub, "JUPYTERHUB_SERVER_NAME": "gpu"}
    known = [identity(hub, "/a"), identity(named, "/a"), identity({**hub, "JUPYTERHUB_USER": "bob"}, "/a")]
    known += [identity({}, "/a"), identity({}, "/b")]
    assert len(set(known)) == 5 and identity({}, "/a") == identity({}, "/a/.")


def test_living_servers_of_one_name_have_a_folder_each(tmp_path):
    first, second = Opened(tmp_path / "up"), Opened(tmp_path / "up")
    first.write(ID, RECORD)
    assert second.read(ID) is None
    second.write("b" * 24, RECORD)
    first.close()
    assert second.read(ID)[0] == RECORD  # nobody else has it any more
    second.close()
    third = Opened(tmp_path / "up")
    assert third.ages().keys() == {ID} and third.read("b" * 24)[0] == RECORD


def test_without_locks_it_goes_on_and_says_so_once(tmp_path, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    first, second = Opened(tmp_path / "up"), Opened(tmp_path / "up")
    assert first.write(ID, RECORD) and second.read(ID)[0] == RECORD
    assert len(first.told) == len(second.told) == 1 and "no locks" in first.told[0]


def test_a_home_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    files = Opened(tmp_path / "file" / "up")
    assert not files.write(ID, RECORD) and files.read(ID) is None and files.ages() == {}
    assert len(files.told) == 1 and "will not survive" in files.told[0]
    full = Opened(tmp_path / "up")

    def fsync(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    assert not full.write(ID, RECORD) and not full.write("b" * 24, RECORD)
    assert len(full.told) == 1 and "No space left" in full.told[0] and "SECRET" not in full.told[0]
    assert [path.name for path in (tmp_path / "up" / "server").iterdir()] == ["lock"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[" * 60000,
        b"\xff",
        RECORD.as_json()[:-9],
        RECORD.as_json() + b" " * server_files.MAX_FILE,
        *(json.dumps({**json.loads(RECORD.as_json()), **change}).encode() for change in (
            {"more": 1},
            {"size": "5"},
            {"size": -1},
            {"key": None},
            {"key": "a\nb"},
            {"key": ""},
            {"state": []},
            {"if_generation": 0},
        )),
    ],
)  # fmt: skip
def test_what_is_no_record_is_removed(tmp_path, content):
    files = Opened(tmp_path / "up")
    path = tmp_path / "up" / "server" / f"{ID}.json"
    path.write_bytes(content)
    assert files.read(ID) is None
    assert not path.exists()


def test_a_link_is_removed_and_not_followed(tmp_path):
    files = Opened(tmp_path / "up")
    (tmp_path / "elsewhere").write_bytes(RECORD.as_json())
    path = tmp_path / "up" / "server" / f"{ID}.json"
    path.symlink_to(tmp_path / "elsewhere")
    assert files.read(ID) is None
    assert not path.is_symlink() and (tmp_path / "elsewhere").exists()


def test_a_file_of_somebody_else_is_removed(tmp_path, monkeypatch):
    files = Opened(tmp_path / "up")
    files.write(ID, RECORD)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert files.read(ID) is None and files.ages() == {}


def test_a_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "up").symlink_to(tmp_path / "mine")
    assert len(Opened(tmp_path / "up").told) == 1
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert len(Opened(tmp_path / "theirs").told) == 1


def test_a_link_beside_is_not_followed(tmp_path):
    files = Opened(tmp_path / "up")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / f"{ID}.json").write_bytes(RECORD.as_json())
    (tmp_path / "up" / "server-2").symlink_to(tmp_path / "elsewhere")
    assert files.read(ID) is None and files.ages() == {}
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == [f"{ID}.json"]


def test_a_disk_that_fails_is_told_and_stops_nothing(tmp_path, monkeypatch):
    files = Opened(tmp_path / "up")
    files.write(ID, RECORD)

    def fails(path):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(server_files, "_files", fails)
        assert files.ages() == {} and "Input/output error" in files.told[0]
    assert files.read(ID)[0] == RECORD


def test_a_folder_that_was_open_to_others_is_closed(tmp_path):
    (tmp_path / "up" / "server").mkdir(parents=True)
    (tmp_path / "up").chmod(0o777)
    (tmp_path / "up" / "server").chmod(0o755)
    files = Opened(tmp_path / "up")
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "up", tmp_path / "up" / "server")} == {"0o700"}
    assert files.told == []


@pytest.mark.parametrize("name", ["../" + "a" * 21, "a" * 23, "a" * 300, "", "a" * 23 + ".", "lock"])
def test_other_names_are_no_sessions(tmp_path, name):
    assert Opened(tmp_path / "up").read(name) is None


def test_leftovers_are_swept(tmp_path):
    lost = Opened(tmp_path / "up", "lost")
    for number, days in enumerate((8, 1)):
        lost.write(f"{number}" * 24, RECORD)
        age(tmp_path / "up" / "lost" / f"{str(number) * 24}.json", days)
    living = Opened(tmp_path / "up", "living")
    living.write(ID, RECORD)
    age(tmp_path / "up" / "living" / f"{ID}.json", 8)
    lost.close()
    half = tmp_path / "up" / "lost" / "half-written"
    half.touch()
    age(half, 1)
    Opened(tmp_path / "up", "other").close()
    assert lost_names(tmp_path) == {"1" * 24 + ".json", "lock", "half-written"}
    assert living.ages().keys() == {ID}
    Opened(tmp_path / "up", "lost")
    assert lost_names(tmp_path) == {"1" * 24 + ".json", "lock"}


def lost_names(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "up" / "lost").iterdir()}


def age(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * DAY,) * 2)


def test_a_clock_that_was_wrong(tmp_path):
    """A file from the future is not kept for ever, and not lost at once."""
    files = Opened(tmp_path / "up")
    files.write(ID, RECORD)
    path = tmp_path / "up" / "server" / f"{ID}.json"
    age(path, -3000)
    assert files.read(ID) == (RECORD, 0.0)
    assert abs(path.stat().st_mtime - time.time()) < 5


# On a server


def server(tmp_path, **more):
    buckets = [{"id": "disk", "path": str(tmp_path)}, {"id": "cloud", "uri": "gs://leap-scratch"}]
    return jupyter_server(tmp_path, LeapBuckets={"buckets": buckets, "retryDeadline": 0.2, **more})


@pytest.fixture
def home(tmp_path, standin, monkeypatch):
    """Where the files of this test's servers are."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", standin.url)
    return lambda: sorted((tmp_path / "data" / "leap-buckets" / "uploads").glob("*/*.json"))


async def begin(client, bucket: str) -> dict:
    upload = (await client.start(bucket, "x", 1 << 20)).json()
    assert (await client.piece(upload, bytes(1 << 18), 0, 1 << 20)).status == 308
    return upload


async def test_what_nobody_used_for_long_is_given_up(tmp_path, standin, home):
    before = set(standin.buckets["leap-scratch"].sessions)
    async with server(tmp_path) as client:
        for bucket in ("disk", "cloud"):
            await begin(client, bucket)
    assert len(home()) == 2
    for file in home():
        age(file, 7)
    async with server(tmp_path, maxUploads=1) as client:
        fresh = (await client.start("disk", "fresh", 5)).json()  # they do not count any more
        await client.ask("DELETE", fresh["relayUrl"])
    assert home() == [] and not (tmp_path / ".leap-buckets-temporary").exists()
    assert set(standin.buckets["leap-scratch"].sessions) == before


async def test_a_page_that_went_away_before_it_heard_of_its_upload(tmp_path, standin, home):
    sessions = standin.buckets["leap-scratch"].sessions
    before = set(sessions)
    async with server(tmp_path) as client:
        standin.faults.add(Fault("late", method="POST", seconds=0.5))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.start("cloud", "x", 5), 0.2)
        assert set(sessions) != before
        await asyncio.sleep(1)
        assert set(sessions) == before and home() == []


async def test_what_is_used_again_stays(tmp_path, standin, home, monkeypatch):
    monkeypatch.setattr("jupyterlab_leap_buckets.upload_sessions.TOUCH_SECONDS", 0)
    async with server(tmp_path) as client:
        upload = await begin(client, "disk")
        age(home()[0], 5)
        await client.offset(upload, 1 << 20)
    assert time.time() - home()[0].stat().st_mtime < 60


async def test_a_store_that_cannot_be_asked_does_not_keep_the_old_from_going(tmp_path, standin, home):
    async with server(tmp_path) as client:
        upload = await begin(client, "cloud")
    age(home()[0], 7)
    standin.faults.add(Fault("reset", method="DELETE", times=99))
    async with server(tmp_path) as client:
        assert (await client.ask("GET", upload["relayUrl"])).status == 404
    assert home() == []


@pytest.mark.parametrize(
    ("bucket", "change"),
    [
        ("disk", lambda told: told["state"].update(temporary="../../secret")),
        ("disk", lambda told: told["state"].update(temporary="/etc/passwd")),
        ("disk", lambda told: told["state"].update(temporary=["x"])),
        ("disk", lambda told: told["state"].pop("inode")),
        ("disk", lambda told: told.update(uri="file:///elsewhere")),
        ("disk", lambda told: told.update(bucket="cloud")),
        ("disk", lambda told: told.update(bucket="gone")),
        ("disk", lambda told: told.update(key="../x/../../y\0")),
        ("cloud", lambda told: told["state"].update(uri="http://127.0.0.1:9/upload")),
        ("cloud", lambda told: told["state"].update(uri=told["state"]["uri"].replace("://", "://a@"))),
        ("cloud", lambda told: told["state"].update(uri=told["state"]["uri"].replace("/upload", "@evil/upload", 1))),
        ("cloud", lambda told: told["state"].update(uri=told["state"]["uri"] + "\r\nX: y")),
        ("cloud", lambda told: told["state"].update(direct="yes")),
        ("cloud", lambda told: told.update(bucket="disk")),
    ],
)
async def test_a_file_that_was_edited_leads_nowhere(tmp_path, standin, home, bucket, change):
    (tmp_path / "secret").write_bytes(b"1" * (1 << 20))
    async with server(tmp_path) as client:
        upload = await begin(client, bucket)
    file = home()[0]
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    standin.faults.seen.clear()
    async with server(tmp_path) as client:
        for reply in (await client.offset(upload, 1 << 20), await client.ask("DELETE", upload["relayUrl"])):
            assert (reply.status, reply.reason) == (404, "unknown-upload")
    assert home() == [] and standin.faults.seen == []
    assert (tmp_path / "secret").read_bytes() == b"1" * (1 << 20)


async def test_a_bucket_that_became_read_only(tmp_path, standin, home):
    async with server(tmp_path) as client:
        upload = await begin(client, "disk")
    buckets = [{"id": "disk", "path": str(tmp_path), "access": "read-only"}]
    async with jupyter_server(tmp_path, LeapBuckets={"buckets": buckets}) as client:
        assert (await client.offset(upload, 1 << 20)).status == 404


# On a disk


async def chunks(data: bytes):
    yield data


async def resumed(store: LocalStore, upload, size: int):
    return await store.resume_upload(json.loads(json.dumps(upload.state())), "a/x", size, "0")


@pytest.mark.parametrize("linked", [False, True])
async def test_the_server_ended_when_the_object_was_there(tmp_path, linked):
    """Its first name is taken away after it has the second one: it may have both."""
    data = bytes(300_000)
    upload = await LocalStore(str(tmp_path)).begin_upload("a/x", len(data), "text/plain", "0")
    made = await upload.send(len(data), chunks(data))
    temporary = tmp_path / ".leap-buckets-temporary" / upload.state()["temporary"]
    if linked:
        temporary.parent.mkdir()
        os.link(tmp_path / "a" / "x", temporary)
    again = await resumed(LocalStore(str(tmp_path)), upload, len(data))
    found = await again.find_offset()
    assert (found.generation, found.crc32c) == (made.generation, crc32c(bytearray(data)))
    assert not temporary.exists()


@pytest.mark.parametrize("size", [2 * 262_144, 2 * 262_144 + 1])
async def test_the_server_ended_when_all_bytes_were_there_and_no_object(tmp_path, size):
    """The last ones come again, and with them the end."""
    store = LocalStore(str(tmp_path))
    upload = await store.begin_upload("a/x", size, "text/plain", "0")
    (tmp_path / ".leap-buckets-temporary" / upload.state()["temporary"]).write_bytes(bytes(size))
    again = await resumed(store, upload, size)
    assert await again.find_offset() is None and again.offset == (size - 1) // 262_144 * 262_144
    made = await again.send(size - again.offset, chunks(bytes(size - again.offset)))
    assert (made.size, made.crc32c) == (size, crc32c(bytearray(size)))


async def test_an_object_of_somebody_else_is_not_taken_for_ours(tmp_path):
    store = LocalStore(str(tmp_path))
    upload = await store.begin_upload("a/x", 300_000, "text/plain", "0")
    await store.write("a/x", bytearray(300_000), "text/plain", "0")
    again = await resumed(store, upload, 300_000)
    assert await again.find_offset() is None and again.offset == 0
    await again.abort()
    with pytest.raises(LeapError) as gone:
        await (await resumed(store, upload, 300_000)).find_offset()
    assert (gone.value.status, gone.value.reason) == (410, "upload-gone")


async def test_the_checksum_is_that_of_the_disk(tmp_path):
    """What was changed behind our back between two servers shows."""
    data = bytes(300_000)
    store = LocalStore(str(tmp_path))
    upload = await store.begin_upload("a/x", len(data), "text/plain", "0")
    await upload.send(262_144, chunks(data[:262_144]))
    (tmp_path / ".leap-buckets-temporary" / upload.state()["temporary"]).write_bytes(b"1" * 262_144)
    again = await resumed(store, upload, len(data))
    assert await again.find_offset() is None and again.offset == 262_144
    made = await again.send(len(data) - 262_144, chunks(data[262_144:]))
    assert made.crc32c == crc32c(bytearray(b"1" * 262_144 + data[262_144:]))


async def test_a_link_in_place_of_the_temporary_file_is_not_written_through(tmp_path):
    (tmp_path / "secret").write_bytes(b"1" * 10)
    store = LocalStore(str(tmp_path))
    upload = await store.begin_upload("a/x", 300_000, "text/plain", "0")
    temporary = tmp_path / ".leap-buckets-temporary" / upload.state()["temporary"]
    temporary.unlink()
    temporary.symlink_to(tmp_path / "secret")
    again = await resumed(store, upload, 300_000)
    with pytest.raises(LeapError):
        await again.find_offset()
    with pytest.raises(LeapError):
        await again.send(300_000, chunks(bytes(300_000)))
    assert (tmp_path / "secret").read_bytes() == b"1" * 10
