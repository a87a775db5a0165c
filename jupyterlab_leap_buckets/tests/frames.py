"""Bodies of batches, as a page sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..checksum import crc32c
from .server import Reply


def frame(key: str, data: bytes, **changed: Any) -> bytes:
    """One file, new unless told otherwise. A changed field that is `...` is left out."""
    header = {"key": key, "size": len(data), "crc32c": crc32c(data), "contentType": "text/plain"}
    header = {**header, "ifGenerationMatch": 0, **changed}
    return framed(json.dumps({name: value for name, value in header.items() if value is not ...}).encode(), data)


def framed(header: bytes, data: bytes = b"") -> bytes:
    return len(header).to_bytes(4, "big") + header + data


async def batch(place, body: Any, headers: Mapping[str, str] | None = None, **query: str) -> Reply:
    query = {"bucket": place.bucket, "prefix": place.folder, **query}
    return await place.client.ask("POST", "batch", query, headers, data=body)


def lines(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.body == b"" or reply.body.endswith(b"\n")
    return [json.loads(line) for line in reply.body.splitlines()]


def settled(reply: Reply) -> dict[str | None, Any]:
    """By key: the object's facts, or the reason of its error. Each key once."""
    found = {}
    for line in lines(reply):
        assert len(line) == 2 and line["key"] not in found
        if "error" in line:
            assert set(line["error"]) == {"status", "message", "reason", "hint"} and line["error"]["message"]
        found[line["key"]] = line["object"] if "object" in line else (line["error"]["status"], line["error"]["reason"])
    return found
