"""Which pages may use an upload session: https://cloud.google.com/storage/docs/cross-origin

A session answers the page of the origin that it was started with, and no other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from aiohttp import web

EXPOSED = ("Content-Length", "Content-Type", "Date", "Server", "X-GUploader-UploadID")


@dataclass
class Cors:
    """allows: whether pages may use sessions at all. exposes_range: whether they may read how far an upload got."""

    allows: bool = True
    exposes_range: bool = True
    _origins: dict[str, str] = field(default_factory=dict)

    def start(self, session_id: str, request: web.Request) -> None:
        if origin := request.headers.get("Origin"):
            self._origins[session_id] = origin

    def headers(self, request: web.Request) -> dict[str, str]:
        """What the answer to a request tells the browser."""
        origin = request.headers.get("Origin")
        if not self.allows or origin is None or self._origins.get(request.query.get("upload_id", "")) != origin:
            return {}
        exposed = (*EXPOSED, "Range") if self.exposes_range else EXPOSED
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": ", ".join(exposed),
            "Vary": "Origin",
        }

    def preflight(self, request: web.Request) -> web.Response:
        """The answer to OPTIONS."""
        headers = self.headers(request)
        if headers:
            headers["Access-Control-Allow-Methods"] = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
            headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
            headers["Access-Control-Max-Age"] = "3600"
        return web.Response(headers=headers)

    async def control(self, request: web.Request) -> web.Response:
        """`/standin/cors`: POST `{"allows", "exposes_range"}` to change either."""
        if request.method == "POST":
            asked = await request.json()
            self.allows = asked.get("allows", self.allows)
            self.exposes_range = asked.get("exposes_range", self.exposes_range)
        told = asdict(self)
        return web.json_response({name: told[name] for name in ("allows", "exposes_range")})
