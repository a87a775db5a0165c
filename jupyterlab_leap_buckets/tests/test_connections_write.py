"""Adding and removing connections: what others wrote stays as it is, byte for byte, whatever goes wrong."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..connections import files, keys_of, read_connections
from ..connections.checks import wanted
from ..connections.write import add, remove
from ..errors import LeapError

SECRET = "canary/secret+canary"
ASKED = {
    "name": "osn",
    "endpoint": "https://nyu1.osn.mghpcc.org/",
    "accessKeyId": "AKIACANARYCANARY",
    "secretAccessKey": SECRET,
    "buckets": ["leap-pangeo-inbox"],
}
NAMES = (".aws/credentials", ".aws/config", ".config/rclone/rclone.conf")
ODD = {
    ".aws/credentials": b"# mine\r\n[ a ]\r\n  aws_access_key_id=AKIA  \r\n\r\n; last\r\n[b]\r\nx :y",
    ".aws/config": b"\n\n[default]\nregion = x\ns3 =\n   addressing_style = path\n# \xe9\xff\n\n\n",
    ".config/rclone/rclone.conf": b"[drive]\ntype = drive\ntoken = {\"a\":\"b\"}\n",
}  # fmt: skip


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": ""}


def write(environ: dict[str, str], texts: dict[str, bytes]) -> None:
    for name, text in texts.items():
        path = Path(environ["HOME"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def snapshot(environ: dict[str, str]) -> dict[str, bytes]:
    """All files below the home but backups and the lock."""
    home = Path(environ["HOME"])
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.endswith(files.BACKUP) and path.name != "lock"
    }


def lock(environ: dict[str, str]) -> Path:
    return Path(environ["HOME"], "lock")


def put(environ: dict[str, str], **more: object) -> None:
    add(environ, wanted({**ASKED, **more}), lock(environ))


def test_one_profile_and_one_remote_that_refers_to_it(environ) -> None:
    put(environ, region="us-east-1", sessionToken="token")
    texts = {name: text.decode() for name, text in snapshot(environ).items()}
    assert set(texts) == set(NAMES)
    assert [name for name, text in texts.items() if SECRET in text] == [".aws/credentials"]
    (found,) = read_connections(environ)
    assert (found.name, found.source, found.managed, found.provider) == ("osn", "both", True, "Ceph")
    assert (found.endpoint, found.region) == ("https://nyu1.osn.mghpcc.org", "us-east-1")
    assert found.buckets == ("leap-pangeo-inbox",)
    assert keys_of(found, environ).secret_access_key == SECRET
    for name in NAMES:
        assert stat.S_IMODE(Path(environ["HOME"], name).stat().st_mode) == 0o600


@pytest.mark.parametrize("texts", [
    {},
    ODD,
    {name: text.rstrip() for name, text in ODD.items()},
    dict.fromkeys(NAMES, b""),
    dict.fromkeys(NAMES, b"\n"),
], ids=["none", "odd", "no end", "empty", "blank"])  # fmt: skip
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_what_was_there_stays_byte_for_byte(environ, texts, order) -> None:
    write(environ, texts)
    put(environ, name="a1")
    put(environ, name="b1")
    after = snapshot(environ)
    for name, text in texts.items():
        assert after[name].startswith(text)
    for letter in order:
        remove(environ, f"{letter}1", lock(environ))
    assert snapshot(environ) == {**dict.fromkeys(NAMES, b""), **texts}


def test_the_last_newline_and_the_spelling_of_newlines(environ) -> None:
    write(environ, ODD)
    put(environ)
    assert b"\nx :y\r\n# Added by" in snapshot(environ)[".aws/credentials"]
    assert b"\n\n" not in snapshot(environ)[".aws/credentials"].replace(b"\r\n", b"")


def test_what_is_appended_later_stays(environ) -> None:
    write(environ, ODD)
    put(environ)
    for name in NAMES:
        with Path(environ["HOME"], name).open("ab") as file:
            file.write(b"# later\n[later]\nregion = x")
    remove(environ, "osn", lock(environ))
    assert all(text.endswith(b"# later\n[later]\nregion = x") for text in snapshot(environ).values())
    assert not any(b"osn" in text for text in snapshot(environ).values())


@pytest.mark.parametrize("name", NAMES)
def test_what_was_added_to_ours_is_not_removed(environ, name) -> None:
    put(environ)
    with Path(environ["HOME"], name).open("ab") as file:
        file.write(b"acl = private\n")
    before = snapshot(environ)
    with pytest.raises(LeapError) as caught:
        remove(environ, "osn", lock(environ))
    assert (caught.value.status, caught.value.reason) == (409, "connection-edited")
    assert name in caught.value.message and snapshot(environ) == before


@pytest.mark.parametrize(("name", "text"), [
    (".aws/credentials", b"[osn]\n"),
    (".aws/config", b"[profile 'osn']\n"),
    (".config/rclone/rclone.conf", b"[osn]\ntype = drive\n"),
])  # fmt: skip
def test_nothing_is_replaced_and_nothing_of_others_removed(environ, name, text) -> None:
    write(environ, {name: text})
    with pytest.raises(LeapError, match="connection-exists"):
        put(environ)
    assert snapshot(environ) == {name: text}
    with pytest.raises(LeapError) as caught:
        remove(environ, "osn", lock(environ))
    assert caught.value.status == (404 if b"drive" in text else 403)
    assert snapshot(environ) == {name: text}


@pytest.mark.parametrize(("name", "text", "reason"), [
    (".aws/credentials", b"[a]\nno option\n", "file-broken"),
    (".aws/config", b"[a]\n[a]\n", "file-broken"),
    (".aws/config", b"\xef\xbb\xbf[a]\n", "file-broken"),
    (".aws/config", b"\0", "file-unreadable"),
    (".config/rclone/rclone.conf", b"RCLONE_ENCRYPT_V0:\nxyz", "file-encrypted"),
])  # fmt: skip
def test_nothing_is_written_into_what_no_tool_reads(environ, name, text, reason) -> None:
    write(environ, {name: text})
    with pytest.raises(LeapError) as caught:
        put(environ)
    assert (caught.value.status, caught.value.reason) == (409, reason) and name in caught.value.message
    assert snapshot(environ) == {name: text}


def test_links_stay_links(environ, tmp_path) -> None:
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    write(environ, ODD)
    for name in NAMES:
        path, target = Path(environ["HOME"], name), dotfiles / Path(name).name
        path.rename(target)
        path.symlink_to(target)
    Path(environ["HOME"], ".aws", "config").unlink()
    (dotfiles / "config").rename(dotfiles / "new-config")
    Path(environ["HOME"], ".aws", "config").symlink_to(dotfiles / "config")  # leads nowhere yet
    put(environ)
    assert all(Path(environ["HOME"], name).is_symlink() for name in NAMES)
    assert SECRET in (dotfiles / "credentials").read_text("utf-8")
    assert (dotfiles / "config").is_file()
    remove(environ, "osn", lock(environ))
    assert (dotfiles / "credentials").read_bytes() == ODD[".aws/credentials"]


def test_one_file_for_profiles_and_keys(environ) -> None:
    environ["AWS_CONFIG_FILE"] = "~/.aws/credentials"
    write(environ, {NAMES[0]: b"[a]\n"})
    put(environ)
    found = {one.name: one for one in read_connections(environ)}
    assert set(found) == {"a", "osn"} and keys_of(found["osn"], environ).secret_access_key == SECRET
    remove(environ, "osn", lock(environ))
    assert snapshot(environ) == {NAMES[0]: b"[a]\n", NAMES[2]: b""}


def test_a_link_in_a_circle(environ) -> None:
    path = Path(environ["HOME"], ".aws", "config")
    path.parent.mkdir()
    path.symlink_to(path)
    with pytest.raises(LeapError, match="circle") as caught:
        put(environ)
    assert caught.value.reason in ("not-writable", "file-unreadable")
    assert snapshot(environ) == {}


def test_rights_and_one_backup(environ) -> None:
    write(environ, ODD)
    for name in NAMES:
        Path(environ["HOME"], name).chmod(0o644)
    put(environ, name="one")
    put(environ, name="two")
    modes = [stat.S_IMODE(Path(environ["HOME"], name).stat().st_mode) for name in NAMES]
    assert modes == [0o600, 0o644, 0o644], "only the file with the keys has to be private"
    for name in NAMES:
        kept = Path(environ["HOME"], name + files.BACKUP)
        assert kept.read_bytes() == ODD[name] and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(list(Path(environ["HOME"]).rglob(f"*{files.BACKUP}"))) == 3


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Does something, with the number of the time, while the new files are there and the old ones not yet replaced."""
    rename, times = files._rename, iter(range(1000))

    def later(one: files._Prepared) -> None:
        act(next(times))
        rename(one)

    monkeypatch.setattr(files, "_rename", later)


@pytest.mark.parametrize("moment", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_another_program_writes_meanwhile(environ, monkeypatch, moment, name) -> None:
    write(environ, ODD)
    path = Path(environ["HOME"], name)
    added = b"\n[other]\nregion = y\n"

    def act(number: int) -> None:
        if number == moment:
            path.write_bytes(path.read_bytes() + added)

    meanwhile(monkeypatch, act)
    already_ours = NAMES.index(name) < moment
    try:
        put(environ)
    except LeapError as error:
        raise AssertionError(error) from None
    after = snapshot(environ)
    assert added in after[name]
    assert all(text in after[name] for name, text in ODD.items())
    assert all(after[name].count(b"osn]") == 1 for name in NAMES), already_ours


def test_a_program_that_never_stops_writing(environ, monkeypatch) -> None:
    write(environ, ODD)
    path = Path(environ["HOME"], NAMES[2])
    meanwhile(monkeypatch, lambda number: path.write_bytes(path.read_bytes() + b"# again\n"))
    with pytest.raises(LeapError) as caught:
        put(environ)
    assert (caught.value.status, caught.value.reason) == (409, "file-changed")
    after = snapshot(environ)
    assert after.pop(NAMES[2]).replace(b"# again\n", b"") == ODD[NAMES[2]]
    assert after == {name: ODD[name] for name in NAMES[:2]}
    assert set(after) | {NAMES[2]} == set(snapshot(environ)), "nothing is left beside them"


def test_the_first_files_are_changed_back_when_the_last_one_fails(environ, monkeypatch) -> None:
    write(environ, {NAMES[0]: ODD[NAMES[0]]})
    folder = Path(environ["HOME"], ".config", "rclone")

    def act(number: int) -> None:
        if number == 2:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()

    meanwhile(monkeypatch, act)
    with pytest.raises(LeapError, match="cannot be written"):
        put(environ)
    assert snapshot(environ) == {NAMES[0]: ODD[NAMES[0]]}
    assert not list(Path(environ["HOME"]).rglob(f"*{files.BACKUP}"))


def test_many_at_once(environ) -> None:
    write(environ, ODD)
    threads = [threading.Thread(target=put, args=(environ,), kwargs={"name": f"n{n}"}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.name for one in read_connections(environ) if one.managed} == {f"n{n}" for n in range(8)}
    for number in range(8):
        remove(environ, f"n{number}", lock(environ))
    assert snapshot(environ) == ODD


def in_child(act: Callable[[], None]) -> str:
    """What is raised by `act` in a process of its own, whose limits and rights may be changed."""
    receiver, sender = multiprocessing.get_context("fork").Pipe(duplex=False)

    def run() -> None:
        try:
            act()
            sender.send("nothing")
        except BaseException as error:
            sender.send(f"{error}")

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    said = receiver.recv()
    process.join()
    return said


@pytest.mark.parametrize("room", [0, 100, 200, 300])
def test_no_room_for_the_file(environ, room) -> None:
    """The limit on a file's size stops a write in its middle, as a full disk does."""
    write(environ, ODD)

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        put(environ)

    assert "507 disk-full" in in_child(act)
    assert snapshot(environ) == ODD
    assert not list(Path(environ["HOME"]).rglob(f"*{files.BACKUP}"))


@contextlib.contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(environ) -> None:
    with small_disk(Path(environ["HOME"]), "size=16k"):
        write(environ, {NAMES[0]: ODD[NAMES[0]]})
        with contextlib.suppress(OSError), Path(environ["HOME"], "rest").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        before = snapshot(environ)
        with pytest.raises(LeapError, match="disk is full") as caught:
            put(environ)
        assert (caught.value.status, caught.value.reason) == (507, "disk-full")
        assert snapshot(environ) == before


def test_a_read_only_home(environ) -> None:
    home = Path(environ["HOME"])
    with small_disk(home, "size=1m"):
        write(environ, ODD)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        with pytest.raises(LeapError, match="read-only") as caught:
            put(environ)
        assert (caught.value.status, caught.value.reason) == (403, "not-writable")
        assert snapshot(environ) == ODD


def test_without_permission(environ, tmp_path) -> None:
    write(environ, ODD)
    folder = Path(environ["HOME"], ".config", "rclone")
    for path in [tmp_path, *tmp_path.rglob("*")]:
        os.chmod(path, 0o755 if path.is_dir() else 0o644)
    for path in (tmp_path, *tmp_path.parents):
        if path.parent != path and path.owner() == tmp_path.owner():
            path.chmod(path.stat().st_mode | 0o011)
    if os.geteuid() == 0:
        for path in (Path(environ["HOME"], ".aws"), *Path(environ["HOME"], ".aws").iterdir()):
            os.chown(path, 65534, 65534)
    folder.chmod(0o555)

    def act() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        put(environ)

    assert "403 not-writable" in in_child(act)
    folder.chmod(0o755)
    assert snapshot(environ) == ODD


@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("name", "default"), ("name", "a b"), ("name", "a]\n[b"), ("name", "-a"), ("name", "a" * 65),
    ("name", 5), ("name", None), ("name", "é"), ("name", "../a"), ("name", "a\n"),
    ("endpoint", "http://nyu1.osn.mghpcc.org"), ("endpoint", "ftp://a"), ("endpoint", "https://u:p@a"),
    ("endpoint", ""), ("endpoint", "https://a/b"), ("endpoint", "https://a?b"), ("endpoint", "https://a#"),
    ("endpoint", "https://a:b"),
    ("endpoint", "https://a\nx = y"), ("endpoint", "http://localhost.evil.example"), ("endpoint", "https://"),
    ("endpoint", "http://127.0.0.1@evil.example"), ("endpoint", "nyu1.osn.mghpcc.org"), ("endpoint", ["https://a"]),
    ("region", "a\nb"), ("region", "a b"), ("region", 1),
    ("accessKeyId", ""), ("accessKeyId", "a b"), ("accessKeyId", "a\n[b]"), ("accessKeyId", None),
    ("secretAccessKey", "a\r\n[b]\n"), ("secretAccessKey", "a\x00"), ("secretAccessKey", "a\u2028b"),
    ("secretAccessKey", "x" * 4097), ("secretAccessKey", '"a"'), ("sessionToken", "a\tb"), ("sessionToken", 5),
    ("buckets", "a"), ("buckets", ["a, b"]), ("buckets", ["a\nb"]), ("buckets", [1]), ("buckets", ["a"] * 101),
    ("more", 1),
])  # fmt: skip
def test_what_the_form_may_not_send(field, value) -> None:
    with pytest.raises(LeapError) as caught:
        wanted({**ASKED, field: value})
    assert caught.value.status == 400
    reason = "".join(f"-{c.lower()}" if c.isupper() else c for c in field)
    assert caught.value.reason == ("bad-parameter" if field == "more" else f"bad-{reason}")


@pytest.mark.parametrize("field", ["name", "endpoint", "region", "accessKeyId", "sessionToken", "buckets", "more"])
def test_a_key_in_the_wrong_field_is_not_repeated(field) -> None:
    with pytest.raises(LeapError) as caught:
        wanted({**ASKED, field: f"{SECRET} {SECRET}"})
    assert SECRET not in str(caught.value.as_json())


@pytest.mark.parametrize("endpoint", [
    "https://nyu1.osn.mghpcc.org", "https://a.example:8443/", "http://127.0.0.1:9000", "http://localhost:9000",
    "http://[::1]:9000", "https://s3.us-west-2.amazonaws.com",
])  # fmt: skip
def test_endpoints_that_may_be_sent(endpoint) -> None:
    found = wanted({**ASKED, "endpoint": endpoint})
    assert found.endpoint == endpoint.rstrip("/") and SECRET not in repr(found)
