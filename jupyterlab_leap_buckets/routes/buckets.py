"""The places to browse: GET them all, POST a public one, DELETE that again."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from .base import LeapHandler

if TYPE_CHECKING:
    from ..discovery import Bucket

MAX_LABEL = 200


class BucketsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Waits for the stores 2 seconds at most, and only as long as they have not said when they delete, or which
        buckets a connection has."""
        known = self.leap.places
        dated, shown = await asyncio.gather(self.leap.lifecycles.dated(known), self.leap.s3.look(known))
        self.finish_json({"buckets": [self._described(bucket) for bucket in shown(dated)]})

    def _described(self, bucket: Bucket) -> dict[str, Any]:
        """With what is known so far about whether its store keeps preconditions, where that is in question."""
        told = bucket.as_json()
        if bucket.connection is not None:
            told["raceSafe"] = self.leap.store(bucket).race_safe if bucket.uri else None
        return told

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """`{"uri", "label"?}` -> 201 and the bucket, 200 for one that is here already."""
        asked = self.read_json()
        uri, label = asked.get("uri"), asked.get("label") or ""
        if not isinstance(uri, str) or len(uri) > 2000:
            raise LeapError(
                400, "bad-parameter", "uri has to be a bucket's address.", "Write it as gs://bucket/folder."
            )
        if not isinstance(label, str) or not re.fullmatch(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{0,{MAX_LABEL}}}", label):
            raise LeapError(
                400, "bad-parameter", f"A label has at most {MAX_LABEL} characters in one line.", "Choose another one."
            )
        bucket, is_new = await self.leap.public.add(uri, label.strip(), self.leap.places)
        (bucket,) = await self.leap.lifecycles.dated([bucket])
        self.finish_json(bucket.as_json(), 201 if is_new else 200)


class BucketHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def delete(self, bucket_id: str) -> None:
        if not self.leap.public.remove(bucket_id):
            self.leap.bucket(bucket_id)  # 404 for an unknown one
            raise LeapError(
                403,
                "not-added-here",
                f"The bucket {bucket_id!r} comes from this server's configuration.",
                "Only a bucket that was added as a public one can be removed.",
            )
        self.set_status(204)
        self.finish()
