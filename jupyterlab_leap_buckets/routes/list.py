"""GET list: one page of a folder for one request to the store."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from ..paths import check_prefix, check_starts_with
from .base import LeapHandler

MAX_LIMIT = 1000


class ListHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        bucket = self.leap.bucket(self.query("bucket"))
        prefix = check_prefix(self.query("prefix", ""))
        starts_with = check_starts_with(prefix, self.query("startsWith", ""))
        limit = self._limit()
        page = await self.leap.store(bucket).list(prefix, starts_with, limit, self.query("pageToken", "") or None)
        self.finish_json({"entries": page.entries, "nextPageToken": page.next_token})

    def _limit(self) -> int:
        text = self.query("limit", str(MAX_LIMIT))
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_LIMIT):
            raise LeapError(
                400,
                "bad-limit",
                f"limit has to be a whole number from 1 to {MAX_LIMIT}.",
                "Leave it out for the most.",
            )
        return int(text)
