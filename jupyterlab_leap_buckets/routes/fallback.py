"""Every other address below leap-buckets/: a JSON 404 instead of the server's HTML page."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import from_status
from .base import LeapHandler


class FallbackHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        raise from_status(404)

    head = get

    # Not `get` again: `authorized` remembers whether the first call read or wrote.
    @web.authenticated
    @authorized
    async def post(self) -> None:
        raise from_status(404)

    put = patch = delete = post
