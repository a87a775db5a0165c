"""A server whose Google limits tokens."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from .boundary import Boundary
from .server import Client, jupyter_server


@contextlib.asynccontextmanager
async def limited_server(
    folder: Path, storage: str, patch: pytest.MonkeyPatch, **config: Any
) -> AsyncIterator[tuple[Client, Boundary]]:
    """The server, and what stands between it and the emulator at `storage`. `config`: more classes of its
    configuration."""
    (folder / "disk").mkdir()
    buckets = [
        {"id": "leap-scratch", "uri": "gs://leap-scratch", "home": "ada/"},
        {"id": "kept", "uri": "gs://leap-persistent", "home": "ada/"},
        {"id": "reader", "uri": "gs://leap-persistent", "access": "read-only"},
        {"id": "disk", "path": str(folder / "disk")},
    ]
    google = Boundary(storage)
    await google.start()
    ours = {"buckets": buckets, "tokenExchange": f"{google.url}/v1/token", "tokenTimeout": 2.0}
    try:
        async with jupyter_server(folder, LeapBuckets=ours, **config) as client:
            patch.setenv("STORAGE_EMULATOR_HOST", google.url)
            assert client.leap.limiter  # reads the variable
            patch.delenv("STORAGE_EMULATOR_HOST")
            yield client, google
    finally:
        await google.stop()
