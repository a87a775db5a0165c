"""Frames come out as they went in, however the body was cut on its way; everything else is refused with its reason."""

from __future__ import annotations

import random

import pytest

from ..errors import LeapError
from ..frames import MAX_FILES, MAX_HEADER, FrameReader
from .frames import frame, framed

FILES = {"a": b"12345", "empty": b"", "ünï/ço//de 🌊": b"\0" * 1000, "again": b"", "last": bytes(range(256)) * 5}
BODY = b"".join(frame(key, data) for key, data in FILES.items())


def read(reader: FrameReader, pieces: list[bytes], dropped: tuple[str, ...] = ()) -> dict[str, bytes]:
    found = {}
    for piece in pieces:
        for one in reader.feed(piece):
            if one.whole:
                found[one.key] = None if one.data is None else bytes(one.data)
                assert one.data is None or len(one.data) == one.size
            else:
                assert one.data == b"" and one.key not in found
                one.data = None if one.key in dropped else one.data
    return found


@pytest.mark.parametrize("length", [1, 2, 3, 5, 7, 64, 1000, len(BODY)])
def test_pieces_of_any_length(length):
    reader = FrameReader()
    pieces = [BODY[at : at + length] for at in range(0, len(BODY), length)]
    assert read(reader, pieces) == FILES
    reader.end()


@pytest.mark.parametrize("seed", range(20))
def test_pieces_of_random_lengths(seed):
    source, reader, at, pieces = random.Random(seed), FrameReader(), 0, []
    while at < len(BODY):
        length = source.choice([0, 1, 4, 50, 300])
        pieces.append(BODY[at : at + length])
        at += length
    assert read(reader, pieces, dropped=("ünï/ço//de 🌊",)) == {**FILES, "ünï/ço//de 🌊": None}
    reader.end()


def test_a_body_that_ends_anywhere_but_between_frames():
    ends = {0}
    for key, data in FILES.items():
        ends.add(max(ends) + len(frame(key, data)))
    for stop in range(len(BODY) + 1):
        reader = FrameReader()
        read(reader, [BODY[:stop]])
        if stop in ends:
            reader.end()
        else:
            with pytest.raises(LeapError) as caught:
                reader.end()
            assert caught.value.reason == "incomplete-frame"


NO_FRAMES = [
    b"\0\0\0\0",
    (MAX_HEADER + 1).to_bytes(4, "big"),
    b"\xff\xff\xff\xff",
    b"garbage behind the last frame",
    framed(b"no JSON"),
    framed(b"[]"),
    framed(b"null"),
    framed(b'"a"'),
    framed(b"\xff\xfe"),
    framed(b"[" * 10_000),
    framed(b"9" * 10_000),
    framed(b'{"size": 1}'),
    framed(b'{"key": 1, "size": 1}'),
    framed(b'{"key": null, "size": 1}'),
    *(
        framed(b'{"key": "k", "size": %b}' % size)
        for size in (b"-1", b"1.0", b"NaN", b"Infinity", b"1e9", b'"1"', b"true", b"null", b"[]", b"9" * 5000)
    ),
    framed(b'{"key": "k"}'),
]


@pytest.mark.parametrize("body", NO_FRAMES, ids=range(len(NO_FRAMES)))
def test_what_is_no_frame(body):
    reader = FrameReader()
    assert read(reader, [BODY]) == FILES
    with pytest.raises(LeapError) as caught:
        read(reader, [body])
    assert (caught.value.status, caught.value.reason) == (400, "bad-frame")
    assert f"number {len(FILES) + 1}" in caught.value.message


def test_too_many_files():
    reader = FrameReader()
    assert len(read(reader, [frame(str(number), b"") for number in range(MAX_FILES)])) == MAX_FILES
    with pytest.raises(LeapError) as caught:
        read(reader, [frame("one more", b"")])
    assert caught.value.reason == "too-many-files"


def test_a_size_that_is_never_sent_is_not_held():
    reader = FrameReader()
    (one,) = reader.feed(framed(b'{"key": "k", "size": 999999999999999999}', bytes(1000)))
    assert len(one.data) == 1000 and reader.frame is one
