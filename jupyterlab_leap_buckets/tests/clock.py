"""A clock that tests put forward, for programs in which tokens end: all of them share it, and the storage follows.

`start` copies this file to where Python finds it as `sitecustomize`. There, sleeping for long puts the clock forward.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import struct
import time
import urllib.request

LONG = 5.0
"""Seconds above which nobody really sleeps."""


def start(folder: str, boundary: str) -> dict[str, str]:
    """The environment of programs that share a clock, and the storage whose tokens end by it."""
    import shutil

    shutil.copyfile(__file__, os.path.join(folder, "sitecustomize.py"))
    clock = os.path.join(folder, "clock")
    with open(clock, "wb") as file:
        file.write(struct.pack("d", 0.0))
    return {"LEAP_TEST_CLOCK": clock, "LEAP_TEST_BOUNDARY": boundary, "PYTHONPATH": folder}


if __name__ == "sitecustomize":
    _file = open(os.environ["LEAP_TEST_CLOCK"], "r+b")  # noqa: SIM115 - for the life of the program
    _ahead = mmap.mmap(_file.fileno(), 8)
    _time, _sleep = time.time, time.sleep

    def advance(seconds: float) -> None:
        fcntl.flock(_file, fcntl.LOCK_EX)
        try:
            ahead = struct.unpack("d", _ahead[:8])[0] + seconds
            _ahead[:8] = struct.pack("d", ahead)
            url = f"{os.environ['LEAP_TEST_BOUNDARY']}/boundary/settings"
            body = json.dumps({"advance": ahead}).encode()
            urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=30).close()
        finally:
            fcntl.flock(_file, fcntl.LOCK_UN)

    def sleep(seconds: float) -> None:
        if seconds > LONG:
            advance(seconds)
        _sleep(min(seconds, 0.3))

    time.time = lambda: _time() + struct.unpack("d", _ahead[:8])[0]
    time.sleep = sleep
