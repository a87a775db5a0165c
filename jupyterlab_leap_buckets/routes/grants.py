"""`grants`: what lets another computer ask for limited tokens, and the one route that answers without a login."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from tornado import web

from ..errors import LeapError
from .base import LeapHandler
from .token import check_known, check_same_site, check_scope, finish_token, limited_token

if TYPE_CHECKING:
    from ..grant_files import Grant


class GrantsHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        """`{"grants": [...]}`: those that have not ended, without what their holders show."""
        self.finish_json({"grants": [_as_json(grant) for grant in await self.leap.grants.list()]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """`{"bucket", "prefix", "expiresAt", "keepAwake"?}` -> 201 `{"id", "grant", "url"}`, the grant this once. A
        limited token is made and thrown away, so that nobody carries off a grant that gives none."""
        asked = self.read_json()
        check_same_site(self)
        check_known(asked, "bucket", "prefix", "expiresAt", "keepAwake")
        scope = check_scope(self, asked)
        expires = _parse_end(asked.get("expiresAt"))
        keep_awake = asked.get("keepAwake", False)
        if not isinstance(keep_awake, bool):
            raise LeapError(400, "bad-parameter", "keepAwake is true or false.", "Leave it out for false.")
        await self.leap.grants.check_room()
        await limited_token(self, scope)
        grant, secret = await self.leap.grants.add(
            scope.bucket.id,
            scope.bucket.uri,
            scope.prefix,
            expires.timestamp(),
            keep_awake,
            scope.bucket.access == "read-only",
        )
        self.log.info(
            "Leap buckets made the upload grant %s: bucket %r, prefix %r, until %s, for %r",
            grant.id,
            grant.bucket,
            grant.prefix,
            _time(grant.expires),
            self.current_user.username,
        )
        self.finish_json({"id": grant.id, "grant": secret, "url": public_url(self)}, 201)


class GrantHandler(LeapHandler):
    @web.authenticated
    @authorized
    async def delete(self, grant_id: str) -> None:
        """204: it is not valid any more. Tokens that it gave stay valid until their own end."""
        check_same_site(self)
        grant = await self.leap.grants.revoke(grant_id)
        self.log.info("Leap buckets revoked the upload grant %s for %r", grant.id, self.current_user.username)
        self.set_status(204)
        self.finish()


class GrantTokenHandler(LeapHandler):
    """Who calls is told by the grant alone: no cookie is looked at, and JupyterHub is not asked."""

    body_limit = 4096
    refused_limit = 64 * 1024
    """Bytes of a body that is too large which are read before its 413: nobody has signed in here."""

    async def prepare(self) -> None:
        self.current_user = self._jupyter_current_user = None
        try:
            if not self.check_host():
                raise web.HTTPError(403)
            if (self.content_length or 0) > self.body_limit:
                raise self._too_large()
        except Exception as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        super()._refuse(error)
        self.request.connection.set_max_body_size(self.refused_limit)

    def check_xsrf_cookie(self) -> None:
        """No cookie gives any right here, so none can be abused."""

    @allow_unauthenticated
    async def post(self) -> None:
        """`Authorization: Bearer <grant>` -> a token limited to what the grant is for, and never another one.
        `{"heartbeat": true}` -> 204. 401 `bad-grant`, 429 with `Retry-After`."""
        check_same_site(self)
        asked = self.read_json() if self.body else {}
        check_known(asked, "heartbeat")
        if not isinstance(asked.get("heartbeat", False), bool):
            raise LeapError(400, "bad-parameter", "heartbeat is true or false.", "Leave it out for a token.")
        is_heartbeat = asked.get("heartbeat", False)
        grant = await self.leap.grants.check(self._shown(), is_heartbeat)
        from ..grants import bad_grant
        from ..limited import Scope

        bucket = self.leap.bucket(grant.bucket)
        if bucket.uri != grant.uri:
            raise bad_grant()
        if is_heartbeat:
            await self.leap.grants.confirm(grant, is_heartbeat)
            self._beat(grant)
            return
        scope = Scope.parse(replace(bucket, access="read-only") if grant.read_only else bucket, grant.prefix)
        token = await limited_token(self, scope)
        await self.leap.grants.confirm(grant)
        finish_token(self, token, scope.as_json(), f"upload grant {grant.id}")

    def _shown(self) -> str:
        values = self.request.headers.get_list("Authorization")
        match = re.fullmatch(r"(?i:bearer) +(\S{1,512})", values[0]) if len(values) == 1 else None
        return match[1] if match else ""

    def _beat(self, grant: Grant) -> None:
        if grant.keep_awake:
            # What Jupyter Server looks at, and JupyterHub with it, before it stops a server that nobody uses.
            self.settings["api_last_activity"] = datetime.now(timezone.utc)
        self.set_status(204)
        self.set_header("Cache-Control", "no-store")
        self.finish()

    @allow_unauthenticated
    def options(self) -> None:
        """Pages of other sites may not even ask."""
        raise web.HTTPError(405)

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        for name in ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"):
            self.clear_header(name)
        return super().finish(*args, **kwargs)


def public_url(handler: LeapHandler) -> str:
    """The address of `POST grants/token` for other computers. JupyterHub's own word comes first, then the page that
    asks, which knows where it is; its `Origin` has to agree with the `Host` that led here."""
    path = f"{handler.base_url}leap-buckets/grants/token"
    if public := os.environ.get("JUPYTERHUB_PUBLIC_URL"):
        parts = urlsplit(public)
        return f"{parts.scheme}://{parts.netloc}{path}"
    origin = urlsplit(handler.request.headers.get("Origin", ""))
    if origin.scheme in ("http", "https") and origin.netloc == handler.request.host:
        return f"{origin.scheme}://{origin.netloc}{path}"
    return f"{handler.request.protocol}://{handler.request.host}{path}"


def _parse_end(value: object) -> datetime:
    from ..grant_files import MAX_DAYS

    try:
        end = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else None
    except ValueError:
        end = None
    if end is None or end.tzinfo is None:
        raise LeapError(400, "bad-parameter", "expiresAt is a time in RFC 3339.", "Write it as 2026-01-31T12:00:00Z.")
    now = datetime.now(timezone.utc)
    if not now < end <= now + timedelta(days=MAX_DAYS, minutes=5):
        raise LeapError(400, "bad-end", f"An upload grant ends within the next {MAX_DAYS} days.", "Choose another end.")
    return min(end, now + timedelta(days=MAX_DAYS))


def _as_json(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "bucket": grant.bucket,
        "prefix": grant.prefix,
        "createdAt": _time(grant.created),
        "expiresAt": _time(grant.expires),
        "lastUsedAt": None if grant.last_used is None else _time(grant.last_used),
        "uses": grant.uses,
        "keepAwake": grant.keep_awake,
    }


def _time(seconds: float) -> str:
    from ..credentials import format_time

    return format_time(datetime.fromtimestamp(seconds, timezone.utc))
