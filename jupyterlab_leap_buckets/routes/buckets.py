"""GET buckets: the places to browse, with what their stores say about when objects are deleted."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import LeapHandler


class BucketsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Waits for the stores 2 seconds at most, and only as long as they have not said it once."""
        buckets = await self.leap.lifecycles.dated(self.leap.places)
        self.finish_json({"buckets": [bucket.as_json() for bucket in buckets]})
