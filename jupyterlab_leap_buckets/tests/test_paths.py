"""Names: what is refused and why, whose folder a key is in, and names on disk."""

from __future__ import annotations

import pytest

from ..errors import LeapError
from ..paths import (
    as_folder,
    check_key,
    check_prefix,
    check_starts_with,
    from_disk,
    outside_owner,
    split_uri,
    to_disk,
)


def reason(act, *args) -> str:
    with pytest.raises(LeapError) as caught:
        act(*args)
    assert caught.value.status == 400 and caught.value.message
    return caught.value.reason


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "empty-name"),
        (".", "reserved-name"),
        ("..", "reserved-name"),
        (".well-known/acme-challenge/x", "reserved-name"),
        ("a\rb", "line-break-in-name"),
        ("a\nb", "line-break-in-name"),
        ("\ud83c", "invalid-unicode"),
        ("x" * 1025, "name-too-long"),
        ("é" * 513, "name-too-long"),
    ],
)
def test_what_google_refuses_is_refused(key, why):
    assert reason(check_key, key) == why


@pytest.mark.parametrize("key", ["a//b", "x/./y", "x/../z", "/", "../x", "...", "%2F", "\0", "x" * 1024, "é" * 512])
def test_what_google_takes_is_taken(key):
    assert check_key(key) == key


def test_prefixes_are_folders():
    assert check_prefix("") == ""
    assert check_prefix("a//") == "a//"
    assert reason(check_prefix, "a") == "bad-prefix"
    assert reason(check_prefix, "a\n/") == "line-break-in-name"
    assert check_starts_with("a/", "b") == "b"
    assert reason(check_starts_with, "a/", "b/c") == "bad-starts-with"
    assert as_folder("user") == as_folder("user/") == "user/"


def test_uris():
    assert split_uri("gs://leap-scratch/ada") == ("gcs", "leap-scratch", "ada")
    assert split_uri("gs://leap-scratch") == ("gcs", "leap-scratch", "")
    assert split_uri("s3://pod/a/b/") == ("s3", "pod", "a/b/")
    for uri in ("leap-scratch", "http://leap-scratch", "gs://", "gs:///ada", "gs://a b/c", "gs://x/a\nb"):
        assert reason(split_uri, uri) in ("bad-uri", "line-break-in-name")


def test_whose_folder():
    assert outside_owner("ada/x", ["ada/"]) is None
    assert outside_owner("adam/x", ["ada/"]) == "adam"
    assert outside_owner("ada", ["ada/"]) == "ada"
    assert outside_owner("readme.txt", ["ada/"]) == "readme.txt"
    assert outside_owner("anything", [""]) is None
    assert outside_owner("ada-2/x", ["ada/", "ada-2/"]) is None


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a/b", "a/b"),
        ("a//b", "a/%/b"),
        ("a/", "a/%"),
        ("/", "%/%"),
        ("x/./y", "x/%./y"),
        ("x/../z", "x/%../z"),
        ("%", "%%"),
        ("%%.", "%%%."),
        ("%2F", "%2F"),
        ("...", "..."),
        (".hidden", ".hidden"),
    ],
)
def test_names_on_disk(key, path):
    assert to_disk(key) == path
    assert [from_disk(name) for name in path.split("/")] == key.split("/")


@pytest.mark.parametrize("name", ["%", "%.", "%..", "%%", "%a", "100%", "a", "...", ".x"])
def test_every_file_on_disk_has_a_key(name):
    assert to_disk(from_disk(name)) == name


def test_what_no_disk_holds():
    assert reason(to_disk, "a\0b") == "nul-in-name"
    assert reason(to_disk, "x" * 256) == "name-too-long-for-disk"
    assert reason(to_disk, ".leap-buckets-temporary/x") == "reserved-name"
