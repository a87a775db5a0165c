"""Copies that Google makes itself, so that no byte passes through here.
https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..errors import LeapError
from .base import ABSENT, ObjectInfo, changed, not_found
from .gcs_client import GcsClient, failure
from .gcs_object import OBJECT_FIELDS, condition, object_info

REWRITE = "/storage/v1/b/{}/o/{}/rewriteTo/b/{}/o/{}"
FIELDS = f"done,rewriteToken,resource({OBJECT_FIELDS})"


async def rewrite(
    client: GcsClient,
    source: str,
    info: ObjectInfo,
    bucket: str,
    key: str,
    if_generation: str,
    head: Callable[[str], Awaitable[ObjectInfo]],
) -> ObjectInfo:
    """The copy of `info`, in that generation alone, from the bucket `source` to `key` in `bucket`. A large one takes
    several steps, each a call. 412 says which of the two has changed. head: of the destination's store."""
    generation = condition(info.key, info.generation)
    token = None
    while True:
        url = client.url(
            REWRITE,
            source,
            info.key,
            bucket,
            key,
            ifGenerationMatch=condition(key, if_generation),
            ifSourceGenerationMatch=generation,
            rewriteToken=token,
            fields=FIELDS,
        )
        answer = await client.call("POST", url, headers={"Content-Length": "0"})
        if answer.status == 404:
            raise not_found(info.key)
        if answer.status == 412:
            found = await _find(head, key)
            # Our own first attempt may have made it, and only its answer got lost.
            if answer.repeated and found is not None and is_same(found, info):
                return found
            raise _which_changed(info, key, if_generation, found)
        if not 200 <= answer.status < 300:
            raise failure(answer.status, repr(key), answer.body)
        said = answer.json()
        if said.get("done"):
            return object_info(said["resource"])
        token = said["rewriteToken"]


def is_same(one: ObjectInfo, other: ObjectInfo) -> bool:
    """Whether two objects certainly hold the same bytes."""
    return one.crc32c is not None and (one.size, one.crc32c) == (other.size, other.crc32c)


def _which_changed(info: ObjectInfo, key: str, if_generation: str, found: ObjectInfo | None) -> LeapError:
    if (found.generation if found else ABSENT) == if_generation:
        return changed(info.key, info.generation)
    return changed(key, if_generation)


async def _find(head: Callable[[str], Awaitable[ObjectInfo]], key: str) -> ObjectInfo | None:
    try:
        return await head(key)
    except LeapError as error:
        if error.status == 404:
            return None
        raise
