"""JSON with and without orjson."""

from __future__ import annotations

import json
import sys

import pytest

from jupyterlab_leap_buckets.json_text import dumps, loads

VALUES = [
    {"a": [1, 2.5, None, True, 'é🌊 "\\\n\t\x1f']},
    [],
    {},
    "half \ud83c",
    5 * 1024**4,
    2**70,
    "\x7f\u2028</script>",
]


@pytest.fixture(params=["with orjson", "without"])
def library(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "orjson", None)
    else:
        pytest.importorskip("orjson")


@pytest.mark.parametrize("value", VALUES)
def test_comes_back_equal(library, value):
    assert json.loads(dumps(value)) == value
    assert loads(dumps(value)) == value


@pytest.mark.parametrize("data", [b"", b"<html>", b"{", b"\xff", b'{"a":1}}'])
def test_refuses_what_is_none(library, data):
    with pytest.raises(ValueError):
        loads(data)
