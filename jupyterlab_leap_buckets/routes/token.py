"""`POST token`: a Google access token for use on another computer."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import LeapError
from .base import LeapHandler


class TokenHandler(LeapHandler):
    """POST only: a link, an image or a page restored from a cache must never bring a token up."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """`{}` -> the full token. `expiresAt` is null when its end, `account` when its owner is unknown.

        403 from another site's page; 501 for a limited token, in whose place a full one is never given.
        """
        asked = self.read_json()
        if self.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise LeapError(
                403,
                "cross-site",
                "Another site's page asked for a token.",
                "Ask for the token in JupyterLab itself.",
            )
        if asked.keys() & {"bucket", "prefix"}:
            raise LeapError(
                501,
                "limited-not-available",
                "Tokens limited to one bucket or folder are not available in this version.",
                "Ask without bucket and prefix for a full token.",
            )
        if asked:
            raise LeapError(
                400, "bad-parameter", f"Not known here: {', '.join(map(repr, sorted(asked)))}.", "Send {} as the body."
            )
        from ..credentials import format_time

        token = await self.leap.tokens.token()
        self.finish_json(
            {
                "accessToken": token.value,
                "expiresAt": format_time(token.expires_at) if token.expires_at else None,
                "account": token.account,
                "source": token.source,
                "scope": {"kind": "full", "bucket": None, "prefix": None, "permissions": ["*"]},
            }
        )
