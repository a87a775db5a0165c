"""What every route shares: sign-in before bodies, JSON in and out, errors as `{message, reason, hint}`."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import LeapError, from_status, not_signed_in
from ..json_text import dumps

if TYPE_CHECKING:
    from ..app import LeapBuckets

AUTH_RESOURCE = "leap_buckets"
JSON_LIMIT = 1024 * 1024
ANY_SIZE = 1 << 62


@web.stream_request_body
class LeapHandler(APIHandler):
    """Base of all routes. A verb is declared with `@web.authenticated` and `@authorized`.

    Bodies arrive as a stream, so that one that is too large or not allowed is never held.
    """

    auth_resource = AUTH_RESOURCE
    body_limit = JSON_LIMIT
    too_large_hint = "Send less at once."

    def initialize(self) -> None:
        self._refused = False
        self._body = bytearray()

    @property
    def leap(self) -> LeapBuckets:
        return self.settings["jupyterlab_leap_buckets"]

    # Bodies

    async def prepare(self) -> None:
        try:
            await super().prepare()
            if not self.current_user:
                raise not_signed_in()
            if (self.content_length or 0) > self.body_limit:
                raise self._too_large()
            await self.begin_body()
        except Exception as error:
            # Not answered here, not even without a body: Tornado closes a connection whose request it has not read to
            # the end, under a browser that is still sending or a proxy that keeps connections for the next request.
            self._refuse(error)

    async def begin_body(self) -> None:
        """Called once the caller is known and before the first byte of a body is read."""

    @property
    def content_length(self) -> int | None:
        """The announced length of the body in bytes, None without one."""
        text = self.request.headers.get("Content-Length", "")
        return int(text) if re.fullmatch("[0-9]{1,19}", text) else None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        if not self._refused:
            self._body += chunk
            if len(self._body) > self.body_limit:
                self._refuse(self._too_large())
        return None

    def _refuse(self, error: Exception) -> None:
        """Let the rest of the body pass by, then answer with `error`: no verb of this request runs any more."""

        async def answer(*args: Any, **kwargs: Any) -> None:
            raise error

        self._refused = True
        self._body.clear()
        self.request.connection.set_max_body_size(ANY_SIZE)
        setattr(self, self.request.method.lower(), answer)

    @property
    def body(self) -> bytearray:
        """The body itself, not a copy: it may be large."""
        return self._body

    def read_json(self, max_bytes: int = JSON_LIMIT) -> dict[str, Any]:
        """The body as a JSON object. 413 when larger than `max_bytes` (at most 1 MiB), 415 when it is not declared
        as JSON, 400 when it is not a JSON object."""
        if len(self._body) > max_bytes:
            raise self._too_large()
        media_type = self.request.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media_type != "application/json":
            raise LeapError(
                415,
                "wrong-content-type",
                "This call takes a JSON body.",
                "Send Content-Type: application/json.",
            )
        try:
            value = json.loads(self._body)
        except (ValueError, RecursionError):
            raise LeapError(400, "bad-json", "The body is not valid JSON.", "Send one JSON object.") from None
        if not isinstance(value, dict):
            raise LeapError(400, "bad-json", "The body is not a JSON object.", "Send one JSON object.")
        return value

    def _too_large(self) -> LeapError:
        return LeapError(
            413,
            "body-too-large",
            f"The body is larger than the {self.body_limit:,} bytes this call takes.",
            self.too_large_hint,
        )

    # Query

    def query(self, name: str, default: str | None = None) -> str:
        """A query parameter, exactly as sent: Tornado's own accessor trims blanks and replaces control characters,
        which are legal in object names. 400 when it is missing (and has no default), doubled or not UTF-8."""
        values = self.request.query_arguments.get(name, [])
        if not values and default is not None:
            return default
        if len(values) != 1:
            raise LeapError(
                400,
                "bad-parameter",
                f"The query needs the parameter {name!r} exactly once.",
                f"Add ?{name}=... to the address, percent-encoded.",
            )
        try:
            return values[0].decode("utf-8")
        except UnicodeDecodeError:
            raise LeapError(
                400,
                "invalid-unicode",
                f"The parameter {name!r} is not valid UTF-8.",
                "Percent-encode the UTF-8 bytes of the name.",
            ) from None

    # Answers

    def finish_json(self, value: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.finish(dumps(value))

    def compute_etag(self) -> str | None:
        """No hash of the answer: an object's ETag is its generation, and lists are never cached."""
        return None

    # Errors

    def check_xsrf_cookie(self) -> None:
        try:
            super().check_xsrf_cookie()
        except web.HTTPError:
            # Under JupyterHub this check comes first, and nobody can tell yet who asks.
            if hasattr(self, "_jupyter_current_user") and not self.current_user:
                raise not_signed_in() from None
            raise LeapError(
                403,
                "xsrf",
                "The request did not carry this server's XSRF token.",
                "Reload the page; a program sends the cookie `_xsrf` again as the header X-XSRFToken.",
            ) from None

    def get_login_url(self) -> str:
        raise not_signed_in()

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, LeapError):
            status_code = error.status
        super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if not isinstance(error, LeapError):
            error = from_status(status_code)
        for name, value in error.headers.items():
            self.set_header(name, value)
        self.finish_json(error.as_json(), status_code)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Where it happened and its type, never its text: texts of HTTP clients hold upload session addresses."""
        if isinstance(value, LeapError):
            self.log.info("Leap buckets refused %s: %s", self.request.method, value)
        elif isinstance(value, web.HTTPError):
            self.log.info("Leap buckets refused %s with %d", self.request.method, value.status_code)
        elif not isinstance(value, StreamClosedError):
            place = "".join(traceback.format_tb(tb))
            self.log.error("Unexpected %s in %s\n%s", typ.__name__, type(self).__name__, place)
