"""POST operations starts work that the server does by itself, GET tells how far it is, DELETE ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import LeapHandler
from .writing import check_may_write_all

if TYPE_CHECKING:
    from ..discovery import Bucket
    from ..operations.jobs import Operation
    from ..operations.request import Request
    from ..operations.roots import Root

BODY_LIMIT = 16 * 1024 * 1024
"""10,000 keys of 1,024 bytes, and their generations."""


class OperationsHandler(LeapHandler):
    body_limit = BODY_LIMIT
    too_large_hint = "Name folders instead of what is in them."

    @web.authenticated
    @authorized
    async def get(self) -> None:
        found = self.leap.operations.newest_first()
        self.finish_json({"operations": [operation.as_json(matches=False) for operation in found]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        from ..operations.request import parse
        from ..operations.roots import plan, settle

        request = parse(self.read_json(BODY_LIMIT))
        bucket = self.leap.operand(request.bucket, request.kind)
        target_bucket = self.leap.operand(request.target_bucket, request.kind) if request.target is not None else None
        roots = plan(request)
        self._check_may_write(request, bucket, target_bucket, roots)
        self.leap.operations.check_room()
        source = self.leap.store(bucket)
        target = self.leap.store(target_bucket) if target_bucket is not None else None
        roots = await settle(request, roots, source, target)
        self._check_may_write(request, bucket, target_bucket, roots)  # again: a numbered folder has another name
        self.leap.operations.check_room()  # again: others may have come meanwhile

        async def work(operation: Operation) -> None:
            from ..operations.pipeline import Pipeline

            await Pipeline(operation, roots, source, target, self.leap.tell_surprise).run()

        operation = self.leap.operations.start(request, work)
        self.finish_json({"id": operation.id}, 202)

    def _check_may_write(self, request: Request, bucket: Bucket, target: Bucket | None, roots: list[Root]) -> None:
        places = [(bucket, root.key) for root in roots] if request.changes_source else []
        if target is not None:
            places += [(target, root.target) for root in roots]
        check_may_write_all(self, places)


class OperationHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self, operation_id: str) -> None:
        self.finish_json(self.leap.operations.get(operation_id).as_json())

    @web.authenticated
    @authorized
    async def delete(self, operation_id: str) -> None:
        """Answers when it has ended, with what was done."""
        operation = self.leap.operations.get(operation_id)
        await operation.cancel()
        self.finish_json(operation.as_json())
