"""Names inside an archive: nothing that leads out, and no two that are one file on some disk."""

from __future__ import annotations

import os
import time

import pytest

from ..archive_names import MAX_BYTES, ArchiveNames, harmless


@pytest.mark.parametrize(
    ("segment", "written"),
    [
        ("", "_"),
        (".", "_"),
        ("..", "__"),
        ("...", "___"),
        (".. ", "___"),
        (" ", "_"),
        ("..\\..\\x", ".._.._x"),
        ("a/b", "a_b"),
        ("C:", "C_"),
        ("c:x", "c_x"),
        ("a\0b\x1f\x7f\x85", "a_b___"),
        ("a\nb", "a_b"),
        (".bashrc", ".bashrc"),
        ("12:00:00.nc", "12:00:00.nc"),
        ("CON", "CON"),
        ("日本語 🌊.nc", "日本語 🌊.nc"),
    ],
)
def test_parts_of_names(segment, written):
    assert harmless(segment) == written


def test_a_part_that_no_disk_can_hold_is_cut():
    assert harmless("é" * 400 + ".nc") == "é" * 118 + ".nc"
    assert len(harmless("x." + "y" * 1000).encode()) == MAX_BYTES


def test_no_two_are_one_file():
    names = ArchiveNames()
    keys = [
        "x/a.txt",
        "x/A.TXT",
        "y/a.txt",
        "x/a",
        "x/a/b",
        "x/A/b",
        "x/a./b",
        "x/a-Copy1.txt",
        "x/\u00e9",
        "x/e\u0301",
    ]
    paths = [names.file(key[:2], key) for key in keys]
    assert paths[:7] == ["a.txt", "A-Copy1.TXT", "a-Copy2.txt", "a", "a-Copy1/b", "A-Copy2/b", "a.-Copy3/b"]
    assert paths[7] == "a-Copy1-Copy1.txt"
    assert paths[8:] == ["\u00e9", "e\u0301-Copy1"]
    assert names.folder("x/", "a/") == "a-Copy1/" and names.folder("x/", "") == ""
    assert names.file("x/", "x/a/c") == "a-Copy1/c"
    assert ArchiveNames().file("", "a//../b") == "a/_/__/b"
    assert ArchiveNames().file("", "/etc/passwd") == "_/etc/passwd"


def test_many_files_of_one_name_take_no_longer_each():
    names, started = ArchiveNames(), time.monotonic()
    paths = {names.file(f"{number}/", f"{number}/x.txt") for number in range(10_000)}
    assert len(paths) == 10_000 and "x-Copy9999.txt" in paths
    assert time.monotonic() - started < 5
    assert all(os.path.basename(path) == path for path in paths)
