"""GET details: all there is to know about one object."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..paths import check_key
from .base import LeapHandler


class DetailsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        bucket, key = self.leap.bucket(self.query("bucket")), check_key(self.query("key"))
        self.finish_json((await self.leap.store(bucket).details(key)).as_json())
