"""Connections: GET them all, POST one, DELETE it again, POST a trial. Keys come in, and never go out."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from .base import LeapHandler

MAX_BODY = 64 * 1024


def _lock() -> Path:
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir(), "leap-buckets", "connections.lock")


class ConnectionsHandler(LeapHandler):
    body_limit = MAX_BODY

    @web.authenticated
    @authorized
    async def get(self) -> None:
        from ..connections import read_connections

        found = await asyncio.to_thread(read_connections, os.environ)
        self.finish_json({"connections": [one.as_json() for one in found]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Writes a profile and a remote: 201 and the connection."""
        from ..connections import read_connections
        from ..connections.checks import wanted
        from ..connections.write import add

        asked = wanted(self.read_json())
        await asyncio.to_thread(add, os.environ, asked, _lock())
        await self.leap.s3.forget(asked.name, self.leap.places)
        found = await asyncio.to_thread(read_connections, os.environ)
        self.finish_json(next(one for one in found if one.name == asked.name).as_json(), 201)


class ConnectionHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        from ..connections.write import remove

        await asyncio.to_thread(remove, os.environ, name, _lock())
        await self.leap.s3.forget(name, self.leap.places)
        self.set_status(204)
        self.finish()


class TrialHandler(ConnectionHandler):
    """Its address is also that of a connection named "test", which can be deleted as any other."""

    body_limit = MAX_BODY

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """`{"name"}` -> 200 `{"ok", "buckets", "message"}`, within 5 seconds."""
        from ..connections import keys_of, read_connections
        from ..connections.trial import trial

        asked = self.read_json().get("name")
        found = await asyncio.to_thread(read_connections, os.environ)
        connection = next((one for one in found if one.name == asked), None)
        if connection is None:
            raise LeapError(404, "unknown-connection", "There is no such connection.", "Look at the list again.")
        own = await asyncio.to_thread(keys_of, connection, os.environ) if connection.own_keys else None
        self.finish_json(await trial(connection, own))
