"""GET buckets: the places to browse. No network call."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import LeapHandler


class BucketsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.finish_json({"buckets": [bucket.as_json() for bucket in self.leap.places]})
