"""Whether an answer of 200 is one of S3: a gateway's sign-in page is 200 as well, and an empty answer to the parser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import LeapError
from .s3_errors import S3Error

REQUIRED = {
    "complete_multipart_upload": "ETag",
    "copy_object": "CopyObjectResult",
    "create_multipart_upload": "UploadId",
    "get_object": "ETag",
    "head_object": "ETag",
    "list_buckets": "Buckets",
    "list_objects_v2": "Name",
    "list_parts": "UploadId",
    "put_object": "ETag",
    "upload_part": "ETag",
    "upload_part_copy": "CopyPartResult",
}
"""What every S3 says in its answer to a call, and no page does."""


def check(operation: str, answer: Mapping[str, Any], what: str) -> None:
    """502 for what is no answer of S3. what: the object or bucket, as named to people."""
    told = answer.get("ResponseMetadata", {})
    needed = answer.get(REQUIRED.get(operation, "ResponseMetadata"))
    if needed not in (None, "", {}) and (operation != "delete_object" or _is_deleted(told)):
        return
    if "Body" in answer:
        answer["Body"].close()
    raise no_storage(what)


def _is_deleted(told: Mapping[str, Any]) -> bool:
    headers = told.get("HTTPHeaders", {})
    return told.get("HTTPStatusCode") == 204 or (
        headers.get("content-length", "0") == "0" and "html" not in headers.get("content-type", "")
    )


def no_storage(what: str) -> S3Error:
    error = S3Error(
        502,
        "store-failed",
        f"What answered for {what} is no S3 storage: a sign-in page or a proxy may be in between.",
        "Check the address of this connection, then look whether anything was written.",
    )
    error.there = 200
    return error


def next_token(page: Mapping[str, Any], token: str | None) -> str | None:
    """Where the list goes on behind a page that `token` gave, None at its end; 502 when the store does not say."""
    if not page.get("IsTruncated"):
        return None
    found = page.get("NextContinuationToken")
    if not found or found == token:
        raise stuck()
    return str(found)


def stuck() -> LeapError:
    return LeapError(
        502,
        "store-failed",
        "The store says that its list goes on, and does not go on with it.",
        "It knows only a part of S3's protocol (ListObjectsV2): use a tool that its makers recommend.",
    )
