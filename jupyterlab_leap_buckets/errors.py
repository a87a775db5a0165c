"""The one exception every layer raises, and how it becomes an answer."""

from __future__ import annotations


class LeapError(Exception):
    """A refusal or failure that a person can act on.

    status: the HTTP status of the answer.
    reason: a kebab-case word for programs, stable across releases.
    message: what happened, and to which object. Never holds a token, a session address or a traceback.
    hint: what to do now; may be empty.
    headers: response headers that belong to the answer, such as `Content-Range` of a 416.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        hint: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.hint = hint
        self.headers = headers or {}

    def as_json(self) -> dict[str, str]:
        return {"message": self.message, "reason": self.reason, "hint": self.hint}


def from_status(status: int) -> LeapError:
    """The answer for an error that Jupyter Server or Tornado raised before our own code ran."""
    known = {
        400: ("bad-request", "The server could not read this request.", "Reload the page and try again."),
        403: (
            "forbidden",
            "This server does not let you do that.",
            "Reload the page; sign in again if asked to.",
        ),
        404: ("not-found", "Nothing is at this address.", "Check the spelling, or update the extension."),
        405: ("method-not-allowed", "This address does not take that kind of request.", ""),
    }
    if status in known:
        return LeapError(status, *known[status])
    if status < 500:
        return LeapError(status, "bad-request", "The server refused this request.", "Reload the page and try again.")
    return LeapError(
        status,
        "internal-error",
        "Something went wrong inside the server.",
        "Try again; if it happens again, look at the Jupyter server's log.",
    )


def not_signed_in() -> LeapError:
    return LeapError(
        403,
        "not-signed-in",
        "You are not signed in to this Jupyter server.",
        "Reload the page and sign in again.",
    )
