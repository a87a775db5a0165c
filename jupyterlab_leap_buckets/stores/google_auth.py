"""Who the server is when it talks to Google: Application Default Credentials, renewed away from the event loop."""

from __future__ import annotations

import asyncio
from typing import Any

from ..errors import LeapError

SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"


class GoogleAuth:
    """Authorization headers for Google's storage."""

    def __init__(self) -> None:
        self._credentials: Any = None
        self._renewing = asyncio.Lock()

    async def headers(self, renew: bool = False) -> dict[str, str]:
        """A header with a token that is valid now; `renew` after one was refused."""
        async with self._renewing:
            if renew or self._credentials is None or not self._credentials.valid:
                await asyncio.to_thread(self._renew)
            return {"Authorization": f"Bearer {self._credentials.token}"}

    def _renew(self) -> None:
        import google.auth
        import google.auth.exceptions
        from google.auth.transport.requests import Request

        try:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[SCOPE])
            self._credentials.refresh(Request())
        except google.auth.exceptions.TransportError:
            raise LeapError(
                502,
                "sign-in-unreachable",
                "Google's sign-in service did not answer.",
                "Try again in a minute.",
            ) from None
        except google.auth.exceptions.GoogleAuthError:
            raise LeapError(
                403,
                "no-credentials",
                "This server has no valid Google credentials.",
                "On a hub, restart your server; elsewhere run: gcloud auth application-default login",
            ) from None


class Anonymous:
    """For emulators, which know nobody, and for what anybody may read."""

    async def headers(self, renew: bool = False) -> dict[str, str]:
        return {}
