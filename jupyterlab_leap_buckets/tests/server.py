"""A real Jupyter server with the extension, inside the test's own process and event loop."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from jupyter_server.serverapp import ServerApp
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config
from yarl import URL

TOKEN = "test-server-token"
BASE_URL = "/user/ada/"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        """That of an error, which has to be whole: a sentence, a reason and a hint."""
        error = self.json()
        assert set(error) == {"message", "reason", "hint"}, error
        assert error["message"] and "Traceback" not in error["message"]
        return error["reason"]


class Client:
    """Asks one server. Paths are relative to `leap-buckets/`; queries are percent-encoded in full."""

    def __init__(self, origin: str, http: aiohttp.ClientSession, app: ServerApp) -> None:
        self.origin = origin
        self.http = http
        self.app = app

    @property
    def leap(self) -> Any:
        return self.app.web_app.settings["jupyterlab_leap_buckets"]

    def url(self, path: str, query: Mapping[str, Any]) -> str:
        text = urlencode({name: str(value) for name, value in query.items()}, quote_via=quote, safe="")
        path = path if path.startswith("/") else f"{BASE_URL}leap-buckets/{path}"
        return f"{self.origin}{path}" + (f"?{text}" if text else "")

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        body: Any = None,
        token: str | None = TOKEN,
    ) -> Reply:
        """`body` is sent as JSON, `data` as it is."""
        sent = {**({"Authorization": f"token {token}"} if token else {}), **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            data = json.dumps(body).encode()
        url = URL(self.url(path, query or {}), encoded=True)
        async with self.http.request(method, url, headers=sent, data=data, allow_redirects=False) as reply:
            return Reply(reply.status, reply.headers, await reply.read())

    # What tests do all the time

    async def list(self, bucket: str, prefix: str = "", **query: Any) -> Reply:
        return await self.ask("GET", "list", {"bucket": bucket, "prefix": prefix, **query})

    async def get(self, bucket: str, key: str, **headers: str) -> Reply:
        return await self.ask("GET", "object", {"bucket": bucket, "key": key}, headers)

    async def put(self, bucket: str, key: str, data: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        headers = {"If-None-Match": "*", "Content-Type": "text/plain"} if headers is None else headers
        return await self.ask("PUT", "object", {"bucket": bucket, "key": key}, headers, data)

    async def delete(self, bucket: str, key: str, headers: Mapping[str, str] | None = None) -> Reply:
        return await self.ask("DELETE", "object", {"bucket": bucket, "key": key}, headers)

    async def start(self, bucket: str, key: str, size: int, **more: Any) -> Reply:
        return await self.ask("POST", "uploads", body={"bucket": bucket, "key": key, "size": size, **more})

    async def piece(
        self, upload: Mapping[str, Any], data: bytes, start: int, total: int, crc32c: str | None = None
    ) -> Reply:
        headers = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{total}"}
        if crc32c is not None:
            headers["X-Goog-Hash"] = f"crc32c={crc32c}"
        return await self.ask("PUT", upload["relayUrl"], headers=headers, data=data)

    async def offset(self, upload: Mapping[str, Any], total: int) -> Reply:
        return await self.ask("PUT", upload["relayUrl"], headers={"Content-Range": f"bytes */{total}"})

    async def upload(self, bucket: str, key: str, data: bytes, part: int = 8 << 20, **more: Any) -> Reply:
        """The whole protocol; the last answer."""
        upload = (await self.start(bucket, key, len(data), **more)).json()
        if not data:
            return await self.offset(upload, 0)
        for at in range(0, len(data), part):
            reply = await self.piece(upload, data[at : at + part], at, len(data))
        return reply


@contextlib.asynccontextmanager
async def jupyter_server(folder: Path, **config: Mapping[str, Any]) -> AsyncIterator[Client]:
    """`config` is by class: `LeapBuckets={"buckets": [...]}`. Logs everything, at debug level."""
    merged = Config(
        {
            "ServerApp": {
                "jpserver_extensions": {"jupyterlab_leap_buckets": True},
                "root_dir": str(folder),
                "base_url": BASE_URL,
                "log_level": "DEBUG",
                "open_browser": False,
                "allow_root": True,
            },
            "IdentityProvider": {"token": TOKEN},
        }
    )
    merged.merge(Config(config))
    app = ServerApp(config=merged)
    app.init_signal = lambda: None  # signals are pytest's
    app.initialize(argv=[], new_httpserver=False)
    app.log.propagate = True
    http_server = HTTPServer(app.web_app)
    sockets = bind_sockets(0, "127.0.0.1")
    http_server.add_sockets(sockets)
    origin = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as http:
            yield Client(origin, http, app)
    finally:
        http_server.stop()
        await http_server.close_all_connections()
        await app._cleanup()
