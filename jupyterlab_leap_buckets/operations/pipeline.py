"""Walks the source and works on what is found at the same time, holding a bounded part of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..errors import LeapError, from_status
from ..paths import check_key
from ..stores.base import ABSENT, LINKED_FOLDER, ObjectInfo, Store, changed
from .conflict import free_number, numbered
from .jobs import Operation, Stopped
from .roots import Root
from .search import Search
from .transfer import Transfer

WORKERS = 16
"""Objects that are worked on at once."""
QUEUED = 64
MATCHES_KEPT = 1000
NUMBERS_TRIED = 20

Item = tuple[Root, ObjectInfo | None]


class Pipeline:
    """One operation. surprised: told of exceptions that nobody foresaw."""

    def __init__(
        self,
        operation: Operation,
        roots: Sequence[Root],
        source: Store,
        target: Store | None,
        surprised: Callable[[BaseException], None],
    ) -> None:
        self._operation = operation
        self._request = operation.request
        self._roots = roots
        self._source = source
        self._target = target
        self._surprised = surprised
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue(QUEUED)
        self._search = Search(self._request.query)
        self._dropped = False
        self._found = 0
        self._found_bytes = 0
        self._inward: list[Item] = []
        self._placeholders: list[Item] = []
        is_move = self._request.kind == "move"
        self._transfer = target and Transfer(source, target, is_move, operation.stopping)

    async def run(self) -> None:
        """A LeapError when the source could not be listed to its end: what was found until then is done. Stopped when
        something was left undone because the operation was cancelled."""
        workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        feeding = asyncio.create_task(self._feed())
        stopped = asyncio.create_task(self._operation.stopping.wait())
        try:
            await asyncio.wait({feeding, stopped}, return_when=asyncio.FIRST_COMPLETED)
            feeding.cancel()
            await asyncio.wait({feeding})
            for _ in workers:
                await self._queue.put(None)
            await asyncio.gather(*workers)
            if feeding.cancelled() or self._dropped:
                raise Stopped
            feeding.result()
            await self._tidy()
        finally:
            for task in (feeding, stopped, *workers):
                task.cancel()
            await asyncio.gather(feeding, stopped, *workers, return_exceptions=True)

    # Finding

    async def _feed(self) -> None:
        for root in self._roots:
            if root.is_folder:
                await self._feed_folder(root)
            else:
                self._found += 1
                await self._queue.put((root, None))
        self._operation.objects_total, self._operation.bytes_total = self._found, self._found_bytes
        await self._queue.join()
        # What lies in the way of another one goes itself to where names are shorter: in this order it goes first.
        for root, info in sorted(self._inward, key=lambda item: len(item[0].target_of(item[1].key))):
            await self._try(root, info)
        for item in self._placeholders:
            await self._queue.put(item)

    async def _feed_folder(self, root: Root) -> None:
        if self._request.changes_source and await self._source.is_link(root.key):
            self._operation.fail(root.key, _linked(root.key))
            return
        is_empty = True
        async for page in self._source.walk(root.key):
            for info in page:
                is_empty = False
                if info.content_type != LINKED_FOLDER:
                    await self._take(root, info)
                elif self._request.kind not in ("measure", "search"):
                    self._operation.fail(info.key, _linked(info.key))
        if is_empty:
            await self._miss(root)

    async def _miss(self, root: Root) -> None:
        """Nothing is below a folder."""
        if self._request.kind in ("measure", "search"):
            return
        # A disk has folders without anything in them: then there is one to delete.
        if self._request.kind == "delete" and await self._source.tidy(root.key):
            return
        self._operation.fail(
            root.key,
            LeapError(404, "no-such-object", f"There is nothing below {root.key!r}.", "Refresh the list."),
        )

    async def _take(self, root: Root, info: ObjectInfo) -> None:
        self._found += 1
        self._found_bytes += info.size
        if self._request.kind in ("measure", "search"):
            self._look(root, info)
        elif info.key == root.key and self._request.changes_source:
            self._placeholders.append((root, info))  # last, so that the folder is seen as long as something is in it
        elif root.is_over(info.key):
            self._inward.append((root, info))  # after the walk, which would find it again
        else:
            await self._queue.put((root, info))

    def _look(self, root: Root, info: ObjectInfo) -> None:
        """Measure it, or compare its name."""
        self._operation.count(info)
        if self._request.kind == "search":
            prefix = root.key if root.is_folder else root.key[: root.key.rfind("/") + 1]
            for entry in self._search.matches(prefix, info):
                self._operation.matches_total += 1
                if len(self._operation.matches) < MATCHES_KEPT:
                    self._operation.matches.append(entry)

    async def _tidy(self) -> None:
        if self._request.changes_source:
            for root in self._roots:
                if root.is_folder and not await self._source.is_link(root.key):
                    await self._source.tidy(root.key)

    # Working

    async def _work(self) -> None:
        while (item := await self._queue.get()) is not None:
            if self._operation.stopping.is_set():
                self._dropped = True
            else:
                await self._try(*item)
            self._queue.task_done()

    async def _try(self, root: Root, info: ObjectInfo | None) -> None:
        """Work on one object; its failure is told and stops no other."""
        key = root.key if info is None else info.key
        try:
            if info is None:
                await self._do_single(root)
            else:
                await self._do(root, info)
        except LeapError as error:
            self._operation.fail(key, error)
        except Stopped:
            self._dropped = True
        except Exception as error:
            self._operation.fail(key, from_status(500))
            self._surprised(error)

    async def _do_single(self, root: Root) -> None:
        """An object that was named, and of which nothing is known yet."""
        if self._request.kind == "delete" and root.generation is not None:
            await self._source.delete(root.key, root.generation)
            self._operation.count(ObjectInfo(root.key, 0, "", root.generation, None))
            return
        info = await self._source.head(root.key)
        if root.generation not in (None, info.generation):
            raise changed(root.key, root.generation)
        self._found_bytes += info.size
        if self._operation.bytes_total is not None:
            self._operation.bytes_total = self._found_bytes
        if self._request.kind in ("measure", "search"):
            self._look(root, info)
        else:
            await self._do(root, info)

    async def _do(self, root: Root, info: ObjectInfo) -> None:
        if self._request.kind == "delete":
            await self._delete(info)
            self._operation.count(info)
            return
        key = check_key(root.target_of(info.key))
        is_made = await self._place(info, key)
        if is_made and self._request.kind == "move":
            try:
                await self._delete(info)
            except LeapError as error:
                message = f"{info.key!r} was copied, but the original stays: {error.message}"
                raise LeapError(error.status, error.reason, message, error.hint) from None
        self._operation.count(info, skipped=not is_made)

    async def _delete(self, info: ObjectInfo) -> None:
        """In this generation alone. It was there a moment ago: when it is gone now, that is what was wanted."""
        try:
            await self._source.delete(info.key, info.generation)
        except LeapError as error:
            if error.status != 404:
                raise

    async def _place(self, info: ObjectInfo, key: str) -> bool:
        """Copy it to `key`, or where `onConflict` wants it to go. False when it was skipped."""
        is_placeholder = key.endswith("/") and info.size == 0
        wanted = self._request.on_conflict
        expected = ABSENT
        if wanted == "replace" and not is_placeholder:
            expected = self._request.replaces or await self._generation(key)
        try:
            await self._transfer.copy(info, key, expected)
        except LeapError as error:
            if error.reason != "already-exists":
                raise
            if is_placeholder:
                return True  # the folder is there
            if wanted == "skip":
                return False
            if wanted != "keepBoth":
                raise
            await self._place_beside(info, key)
        return True

    async def _place_beside(self, info: ObjectInfo, key: str) -> None:
        folder, slash, name = key.rpartition("/")
        folder += slash
        first = await free_number(self._target, folder, name)
        for number in range(first, first + NUMBERS_TRIED):
            try:
                return await self._transfer.copy(info, check_key(folder + numbered(name, number)), ABSENT)
            except LeapError as error:
                if error.reason != "already-exists" or number == first + NUMBERS_TRIED - 1:
                    raise

    async def _generation(self, key: str) -> str:
        """That of what will be replaced, as it is seen now."""
        try:
            return (await self._target.head(key)).generation
        except LeapError as error:
            if error.status == 404:
                return ABSENT
            raise


def _linked(key: str) -> LeapError:
    return LeapError(
        409, "linked-folder", f"{key!r} is a link to another folder, which is left alone.", "Use the folder itself."
    )
