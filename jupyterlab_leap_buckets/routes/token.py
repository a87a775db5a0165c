"""`POST token`: a Google access token for use on another computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from .base import LeapHandler

if TYPE_CHECKING:
    from ..credentials import AccessToken
    from ..limited import Scope

FULL = {"kind": "full", "bucket": None, "prefix": None, "permissions": ["*"]}


def check_same_site(handler: LeapHandler) -> None:
    """403 for what another site's page sent: browsers say so."""
    if handler.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise LeapError(
            403,
            "cross-site",
            "Another site's page asked for a token.",
            "Ask for the token in JupyterLab itself.",
        )


def check_known(asked: dict[str, Any], *names: str) -> None:
    """400 for a field that is not one of `names`."""
    if more := asked.keys() - set(names):
        known = ", ".join(names) or "nothing"
        raise LeapError(
            400, "bad-parameter", f"Not known here: {', '.join(map(repr, sorted(more)))}.", f"Send {known} in the body."
        )


def check_scope(handler: LeapHandler, asked: dict[str, Any]) -> Scope:
    """The `bucket` and `prefix` of a body, both of which have to be there: nothing is limited by what is missing."""
    from ..limited import Scope

    bucket, prefix = asked.get("bucket"), asked.get("prefix")
    if not isinstance(bucket, str) or not isinstance(prefix, str):
        raise LeapError(
            400,
            "bad-parameter",
            "A limited token needs a bucket and a prefix, both of them text.",
            'Send the folder\'s prefix, which ends in a slash, or "" for the whole bucket.',
        )
    return Scope.parse(handler.leap.bucket(bucket), prefix)


async def limited_token(handler: LeapHandler, scope: Scope) -> AccessToken:
    """A token for that alone."""
    others = [bucket for bucket in handler.leap.places if bucket.provider == "gcs" and not bucket.anonymous]
    return await handler.leap.limiter.token(scope, others)


def finish_token(handler: LeapHandler, token: AccessToken, scope: dict[str, Any], receiver: str) -> None:
    """The answer, and a line of the log that tells who got what, until when, and not the token itself."""
    from ..credentials import format_time

    expires_at = format_time(token.expires_at) if token.expires_at else None
    handler.log.info(
        "Leap buckets gave a token: account %r, %s, bucket %r, prefix %r, until %s, to %s",
        token.account,
        scope["kind"],
        scope["bucket"],
        scope["prefix"],
        expires_at or "unknown",
        receiver,
    )
    handler.finish_json(
        {
            "accessToken": token.value,
            "expiresAt": expires_at,
            "account": token.account,
            "source": token.source,
            "scope": scope,
        }
    )


class TokenHandler(LeapHandler):
    """POST only: a link, an image or a page restored from a cache must never bring a token up."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """`{}` -> the full token, `{"bucket", "prefix"}` -> one limited to that. `expiresAt` is null when its end,
        `account` when its owner is unknown. 403 from another site's page. A full token never stands in for a limited
        one: whoever wants it asks again, without bucket and prefix."""
        asked = self.read_json()
        check_same_site(self)
        check_known(asked, "bucket", "prefix")
        user = repr(self.current_user.username)
        if not asked:
            finish_token(self, await self.leap.tokens.token(), FULL, user)
            return
        scope = check_scope(self, asked)
        finish_token(self, await limited_token(self, scope), scope.as_json(), user)
