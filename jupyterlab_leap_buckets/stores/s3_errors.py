"""What a refusal of S3 means: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import LeapError

PASSING_STATUS = frozenset({408, 429, 500, 502, 503, 504})
PASSING_CODES = frozenset(
    {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted"}
    | {"ConditionalRequestConflict", "ThrottlingException", "RequestThrottled", "TooManyRequests"}
)
BAD_KEYS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
    | {"InvalidSecurity", "NotSignedUp", "RequestTimeTooSkewed"}
)
MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "404", "NotFound"})
UNREACHABLE = frozenset({"store-unreachable", "store-timeout"})


class S3Error(LeapError):
    """A refusal of the store. code: S3's word, or the status where it said none. there: its status. total: the object's
    size, where a refused range told it. repeated: an attempt before this one may have had its effect."""

    code = ""
    there = 0
    total: int | None = None
    repeated = False


def is_passing(error: LeapError) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, S3Error):
        return error.there in PASSING_STATUS or error.code in PASSING_CODES
    return error.reason in UNREACHABLE


def failure(response: Mapping[str, Any], what: str, repeated: bool, profile: str | None) -> S3Error:
    """What an error's parsed answer means for `what` (an object or bucket, as named to people)."""
    told = response.get("Error", {})
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 500)
    code = str(told.get("Code") or "")
    if not re.fullmatch("[A-Za-z0-9.]{1,64}", code):
        code = str(status)  # shown to people, so no text of just anybody
    error = S3Error(*_meaning(status, code, what, profile))
    error.code, error.there, error.repeated = code, status, repeated
    size = str(told.get("ActualObjectSize", ""))
    error.total = int(size) if size.isdigit() else None
    return error


def _meaning(status: int, code: str, what: str, profile: str | None) -> tuple[int, str, str, str]:
    if code in BAD_KEYS:
        return (
            403,
            "bad-keys",
            f"The store does not take the keys{_of(profile)} ({code}).",
            "Check them, or get new ones.",
        )
    if code == "NoSuchBucket":
        return 404, "no-such-bucket", f"There is no such bucket in the store: {what}.", "Check its name."
    if status in (401, 403):
        return (
            403,
            "no-permission",
            f"The store does not let this server do that to {what}.",
            "Ask for access, or choose a place of your own.",
        )
    if status in (408, 429) or code in PASSING_CODES - {"InternalError"}:
        return 503, "store-busy", "The store asks to slow down.", "Try again in a minute."
    if code in ("AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect"):
        return (
            400,
            "wrong-region",
            f"{what} is in another region of the store.",
            "Set the region of this connection.",
        )
    if 300 <= status < 400:
        return (
            502,
            "redirected",
            f"The store sends those who ask for {what} on to another address ({status}). Keys are not sent there.",
            "Correct the endpoint or the region of this connection.",
        )
    if 400 <= status < 500:
        return status, "store-refused", f"The store refused {what} ({code}).", ""
    return 502, "store-failed", f"The store failed ({code}) for {what}.", "Try again in a minute."


def no_library() -> LeapError:
    return LeapError(
        501,
        "no-aiobotocore",
        "Buckets of S3 need the Python package aiobotocore, which this server does not have.",
        "Run `pip install aiobotocore`, then restart the server.",
    )


def no_keys(profile: str | None, kind: str) -> LeapError:
    """No request can be signed. kind: the library's name for why."""
    return LeapError(
        403,
        "no-keys",
        f"There are no usable keys{_of(profile)} on this server ({kind}).",
        "Add them to ~/.aws/credentials, or correct what is there.",
    )


def bad_files() -> LeapError:
    return LeapError(
        409,
        "file-broken",
        "AWS's library cannot read the files in ~/.aws: one of them has a line that is wrong.",
        "Correct that line; the list of connections says which it is.",
    )


def no_connection() -> LeapError:
    return LeapError(
        410,
        "connection-gone",
        "This connection was removed, or leads elsewhere now.",
        "Look at the list of buckets again.",
    )


def _of(profile: str | None) -> str:
    return f" of the AWS profile {profile!r}" if profile else ""
