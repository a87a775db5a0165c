"""GET and POST archive: a folder, or a selection, as a zip that is made while it is sent."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import LeapError
from ..paths import check_key, check_prefix, parent
from .base import LeapHandler
from .content import SANDBOX, disposition

if TYPE_CHECKING:
    from ..discovery import Bucket

MAX_KEYS = 10_000


class PackingHandler(LeapHandler):
    @property
    def content_security_policy(self) -> str:
        return SANDBOX

    async def send(self, bucket: Bucket, keys: Sequence[str]) -> None:
        """Answer with the zip. What goes wrong before its first bytes is an answer of its own."""
        from ..archive import pack

        async with contextlib.aclosing(pack(self.leap.store(bucket), keys)) as chunks:  # type: ignore[type-var]
            first = await anext(chunks)
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", disposition("attachment", archive_name(bucket, keys)))
            self.set_header("Cache-Control", "no-store")
            try:
                self.write(first)
                await self.flush()
                async for chunk in chunks:
                    self.write(chunk)
                    await self.flush()
            except StreamClosedError:
                return  # the reader went away
            except Exception as error:
                # The status is sent already: a connection cut short is the only true way left to say that it failed.
                if isinstance(error, LeapError):
                    self.log.warning("Leap buckets stopped an archive: %s", error)
                else:
                    self.log_exception(*sys.exc_info())
                self.detach().close()
                return
        self.finish(set_content_type="application/zip")


class ArchiveHandler(PackingHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        bucket = self.leap.bucket(self.query("bucket"))
        await self.send(bucket, [check_prefix(self.query("prefix"))])

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """`{"bucket", "keys"}` -> 201 `{"id"}`."""
        asked = self.read_json()
        bucket_id, keys = asked.get("bucket"), asked.get("keys")
        if not isinstance(bucket_id, str) or not isinstance(keys, list) or not all(isinstance(k, str) for k in keys):
            raise LeapError(
                400, "bad-parameter", "bucket is a bucket's id, and keys a list of names.", "Send both of them."
            )
        bucket = self.leap.bucket(bucket_id)
        if not 1 <= len(keys) <= MAX_KEYS:
            raise LeapError(
                400,
                "bad-parameter",
                f"A download has 1 to {MAX_KEYS:,} names, and this one has {len(keys):,}.",
                "Choose the folder that they are in instead.",
            )
        chosen = list(dict.fromkeys(check_key(key) for key in keys))
        self.finish_json({"id": self.leap.archives.add(bucket.id, chosen)}, 201)


class WaitingArchiveHandler(PackingHandler):
    @web.authenticated
    @authorized
    async def get(self, archive_id: str) -> None:
        bucket_id, keys = self.leap.archives.take(archive_id)
        await self.send(self.leap.bucket(bucket_id), keys)


def archive_name(bucket: Bucket, keys: Sequence[str]) -> str:
    """The name of the one thing that is in it, else of the folder that all are in, else of the bucket."""
    parents = {parent(key) for key in keys}
    common = keys[0] if len(keys) == 1 else parents.pop() if len(parents) == 1 else ""
    return f"{common.rstrip('/').rpartition('/')[2] or bucket.id}.zip"
