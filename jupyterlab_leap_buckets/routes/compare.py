"""POST compare: which of the files of a folder are there already."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from ..paths import check_prefix
from .base import LeapHandler

BODY_LIMIT = 8 * 1024 * 1024
"""1,000 keys of 1,024 bytes, each written in JSON's longest form."""


class CompareHandler(LeapHandler):
    body_limit = BODY_LIMIT
    too_large_hint = "Ask in parts."

    @web.authenticated
    @authorized
    async def post(self) -> None:
        from ..compare import existing, parse

        asked = self.read_json(BODY_LIMIT)
        for name in ("bucket", "prefix"):
            if not isinstance(asked.get(name), str):
                raise LeapError(400, "bad-parameter", f"The body needs {name!r}, a text.", "")
        files = parse(asked.get("files"))
        prefix = check_prefix(asked["prefix"])
        store = self.leap.store(self.leap.bucket(asked["bucket"]))
        self.finish_json({"existing": await existing(store, prefix, files)})
