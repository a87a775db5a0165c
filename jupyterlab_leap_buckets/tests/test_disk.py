"""What only a folder on disk has: files that were there before, empty folders, and other programs."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..errors import LeapError
from ..stores import disk_temporary
from ..stores.base import ABSENT
from ..stores.disk import Disk
from ..stores.disk_temporary import LEFTOVER_SECONDS, discard
from ..stores.local import LocalStore


async def test_files_that_were_there_before_are_objects(on_disk):
    folder = on_disk.root / on_disk.folder
    names = ["plain.txt", "%", "%%", "%.", "100%.txt", "%2F", " blanks ", ".hidden", "é", "tab\t", "~", "-"]
    (folder / "deep" / "%").mkdir(parents=True)
    (folder / "deep" / "%" / "x").write_bytes(b"x")
    for name in names:
        (folder / name).write_bytes(name.encode())
    listed = (await on_disk.client.list(on_disk.bucket, on_disk.folder)).json()["entries"]
    objects = [entry for entry in listed if entry["kind"] == "object"]
    assert len(objects) == len(names)
    for entry in objects:
        data = (await on_disk.client.get(on_disk.bucket, entry["key"])).body
        etag = f'"{entry["generation"]}"'
        assert (await on_disk.client.put(on_disk.bucket, entry["key"], data, {"If-Match": etag})).status == 200
        assert (folder / data.decode()).read_bytes() == data
        assert (await on_disk.client.delete(on_disk.bucket, entry["key"])).status == 204
        assert not (folder / data.decode()).exists()
    assert (await on_disk.client.get(on_disk.bucket, on_disk.key("deep//x"))).body == b"x"


async def test_names_that_are_not_utf8_have_no_key(on_disk):
    folder = on_disk.root / on_disk.folder
    folder.mkdir()
    os.close(os.open(os.fsencode(folder) + b"/\xff\xfe", os.O_CREAT))
    assert (await on_disk.client.list(on_disk.bucket, on_disk.folder)).json()["entries"] == []


async def test_an_empty_folder_on_disk_is_listed(on_disk):
    (on_disk.root / on_disk.folder / "empty").mkdir(parents=True)
    (entry,) = (await on_disk.client.list(on_disk.bucket, on_disk.folder)).json()["entries"]
    assert (entry["kind"], entry["name"]) == ("folder", "empty")


async def test_deleting_the_last_object_of_a_folder_deletes_the_folder(on_disk):
    await on_disk.client.put(on_disk.bucket, on_disk.key("a/b/c"), b"1")
    await on_disk.client.put(on_disk.bucket, on_disk.key("a/x"), b"1")
    await on_disk.client.delete(on_disk.bucket, on_disk.key("a/b/c"))
    assert os.listdir(on_disk.root / on_disk.folder / "a") == ["x"]
    await on_disk.client.delete(on_disk.bucket, on_disk.key("a/x"))
    assert not (on_disk.root / on_disk.folder).exists()


async def test_one_of_many_writers_wins(on_disk):
    key = on_disk.key("race")
    replies = await asyncio.gather(*(on_disk.client.put(on_disk.bucket, key, b"%d" % n) for n in range(20)))
    assert sorted(reply.status for reply in replies) == [200] + [412] * 19
    etag = next(reply.headers["ETag"] for reply in replies if reply.status == 200)
    replies = await asyncio.gather(
        *(on_disk.client.put(on_disk.bucket, key, b"%d" % n, {"If-Match": etag}) for n in range(20))
    )
    assert sorted(reply.status for reply in replies) == [200] + [412] * 19


async def test_writers_and_deleters_of_one_folder_do_not_trip_each_other(on_disk):
    async def come_and_go(number: int) -> None:
        for _ in range(10):
            key = on_disk.key(f"shared/{number}")
            assert (await on_disk.client.put(on_disk.bucket, key, b"1")).status == 200
            assert (await on_disk.client.delete(on_disk.bucket, key)).status == 204

    await asyncio.gather(*(come_and_go(number) for number in range(8)))


def test_generations_differ_however_fast_one_writes(tmp_path):
    disk = Disk(str(tmp_path))
    seen = set()
    for _ in range(200):
        temporary = disk.temporary()
        seen.add(disk.place(temporary, "x", None).generation)
    assert len(seen) == 200


def test_leftovers_of_a_server_that_is_gone_are_swept(tmp_path):
    disk = Disk(str(tmp_path))
    old, new = disk.temporary(), disk.temporary()
    os.utime(old, (0, os.stat(new).st_mtime - LEFTOVER_SECONDS - 60))
    Disk(str(tmp_path)).temporary()
    assert not os.path.exists(old) and os.path.exists(new)


def test_what_an_ended_server_was_writing_is_swept_at_once(tmp_path):
    disk = Disk(str(tmp_path))
    begun = disk.temporary()  # an upload that goes on
    with disk.held() as written:
        left = os.path.join(os.path.dirname(written), "write-0")
        with open(left, "w"):
            pass
        Disk(str(tmp_path)).temporary()
        assert os.path.exists(begun) and os.path.exists(written) and not os.path.exists(left)
    assert not os.path.exists(written)


def test_a_file_that_another_server_takes_for_a_leftover_is_begun_again(tmp_path, monkeypatch):
    """Between being made and being locked."""
    removed = []
    lock = disk_temporary._lock

    def slow(descriptor: int, shared: bool) -> bool:
        if shared and not removed:
            (name,) = os.listdir(tmp_path / ".leap-buckets-temporary")
            removed.append(name)
            os.unlink(tmp_path / ".leap-buckets-temporary" / name)
        return lock(descriptor, shared)

    monkeypatch.setattr(disk_temporary, "_lock", slow)
    with Disk(str(tmp_path)).held() as path:
        assert os.path.exists(path) and os.path.basename(path) not in removed
    assert os.listdir(tmp_path) == []


async def test_nothing_is_left_beside_the_objects(tmp_path):
    store = LocalStore(str(tmp_path))

    async def come_and_go(number: int) -> None:
        for turn in range(20):
            await store.write(f"{number}-{turn}", b"1", "text/plain", ABSENT)
            upload = await store.begin_upload(f"{number}-{turn}-begun", 1, "text/plain", ABSENT)
            await upload.abort()

    await asyncio.gather(*(come_and_go(number) for number in range(8)))
    upload = await store.begin_upload("large", 0, "text/plain", ABSENT)
    await upload.send(0, nothing())
    await store.close()
    assert sorted(os.listdir(tmp_path)) == sorted(["large", *(f"{n}-{turn}" for n in range(8) for turn in range(20))])


async def nothing():
    return
    yield


def test_servers_on_one_folder_do_not_trip_each_other(tmp_path):
    """Each removes the folder that the others are about to use."""

    def come_and_go(disk: Disk) -> None:
        for _ in range(200):
            discard(disk.temporary())

    with ThreadPoolExecutor(4) as servers:
        for done in [servers.submit(come_and_go, Disk(str(tmp_path))) for _ in range(4)]:
            done.result()
    assert os.listdir(tmp_path) == []


async def test_a_bucket_whose_folder_is_gone_is_not_an_empty_one(tmp_path):
    store = LocalStore(str(tmp_path / "gone"))
    with pytest.raises(LeapError, match="bucket-missing"):
        await store.list("", "", 10, None)
    with pytest.raises(LeapError, match="bucket-missing"):
        await store.write("a/b", b"1", "text/plain", ABSENT)
    assert not (tmp_path / "gone").exists()


async def test_a_page_is_all_that_is_held(tmp_path):
    """5,000 files: ten pages, in order, nothing twice and nothing left out."""
    for number in range(5000):
        (tmp_path / f"{number:04d}").touch()
    store, token, found = LocalStore(str(tmp_path)), None, []
    while True:
        page = await store.list("", "", 500, token)
        found += [entry["name"] for entry in page.entries]
        token = page.next_token
        if token is None:
            break
    assert found == [f"{number:04d}" for number in range(5000)]


class SwappedDisk(Disk):
    """A folder in which another program puts a link out in place of `d`, right after every look at a path."""

    def _inside(self, path, key):
        real = super()._inside(path, key)
        os.rename(os.path.join(self.root, "d"), os.path.join(self.root, "moved"))
        os.symlink("../beside", os.path.join(self.root, "d"))
        return real

    def swap_back(self):
        os.unlink(os.path.join(self.root, "d"))
        os.rename(os.path.join(self.root, "moved"), os.path.join(self.root, "d"))


@pytest.mark.parametrize(
    "act",
    [
        lambda disk: disk.open("d/secret.txt")[0].read(),
        lambda disk: disk.info("d/secret.txt").size,
        lambda disk: disk.page("d/", "", 10, None)[0][0],
        lambda disk: disk._move_with_parents(disk.temporary(), "d/new", disk.locate("d/new"), ABSENT),
        lambda disk: disk._move_with_parents(disk.temporary(), "d/e/new", disk.locate("d/e/new"), None),
        lambda disk: disk.delete("d/secret.txt", None),
    ],
)
def test_a_link_put_there_after_the_look_leads_nowhere(tmp_path, act):
    root, beside = tmp_path / "bucket", tmp_path / "beside"
    (root / "d").mkdir(parents=True)
    (root / "d" / "x").touch()
    beside.mkdir()
    (beside / "secret.txt").write_bytes(b"SECRET")
    disk = SwappedDisk(str(root))
    with pytest.raises((OSError, LeapError, AttributeError, IndexError)):
        act(disk)
    assert (beside / "secret.txt").read_bytes() == b"SECRET"
    assert os.listdir(beside) == ["secret.txt"]
    disk.swap_back()
    assert os.listdir(root / "d") == ["x"]
