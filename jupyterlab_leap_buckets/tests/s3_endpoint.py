"""moto's server as S3, and what stands before it: a gateway that knows less, or is in a bad mood."""

from __future__ import annotations

import contextlib
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from .processes import free_port, program, wait_for

PRECONDITIONS = ("If-Match", "If-None-Match")
PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"


@contextlib.contextmanager
def moto(folder: Path, buckets: Iterable[str]) -> Iterator[str]:
    """moto's server with these buckets; its address. The log is in `folder`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with program([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], folder / "moto.log"):
        wait_for(f"{url}/moto-api/")
        for name in buckets:
            urllib.request.urlopen(urllib.request.Request(f"{url}/{name}", method="PUT"), timeout=5).close()
        yield url


@dataclass
class Gateway:
    """Passes requests on, as bytes of the address and the body.

    deaf: whether it drops preconditions of writes, as older gateways do. dropped: what else it does not pass on, names
    of headers of writes and of queries. page: whether a request is answered by 200 and a sign-in page. damage: whether
    the body of a request loses its last byte unnoticed. elsewhere: a status and an address to which all are sent on.
    refuse: a status for a request, None to pass it on; code: S3's word for it. lose: whether the answer to a request is
    lost, once. cut: after how many bytes the next body breaks off. seen: method and path of each.
    """

    behind: str
    deaf: bool = False
    dropped: tuple[str, ...] = ()
    page: Callable[[web.Request], bool] = lambda request: False
    damage: Callable[[web.Request], bool] = lambda request: False
    elsewhere: tuple[int, str] | None = None
    refuse: Callable[[web.Request], int | None] = lambda request: None
    code: str | None = None
    lose: Callable[[web.Request], bool] = lambda request: False
    cut: int | None = None
    seen: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.raw_path}")
        body = await request.read()
        status = self.refuse(request)
        if status is not None:
            code = self.code or {403: "AccessDenied", 501: "NotImplemented", 503: "SlowDown"}.get(
                status, "InternalError"
            )
            text = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
            return web.Response(status=status, text="" if request.method == "HEAD" else text)
        if self.page(request):
            return web.Response(text="" if request.method == "HEAD" else PAGE, content_type="text/html")
        if self.elsewhere:
            status, other = self.elsewhere
            return web.Response(status=status, headers={"Location": other + request.raw_path})
        headers = request.headers.copy()
        if request.method != "GET":
            for name in (*(PRECONDITIONS if self.deaf else ()), *self.dropped):
                headers.popall(name, None)
        if self.damage(request):
            body = body[:-1]
            for name in ("Content-MD5", "Content-Length", "X-Amz-Content-SHA256"):
                headers.popall(name, None)
        address = URL(self.behind + request.raw_path, encoded=True)
        if self.dropped:
            address = address.without_query_params(*self.dropped)
        options = {"headers": headers, "data": body, "allow_redirects": False, "skip_auto_headers": ["Content-Type"]}
        async with self._http.request(request.method, address, **options) as reply:
            told = reply.headers.copy()
            for name in ("Transfer-Encoding", "Connection"):
                told.popall(name, None)
            content = await reply.read()
            if self.lose(request):
                self.lose = lambda request: False
                request.transport.abort()
            if request.method != "HEAD":
                told["Content-Length"] = str(len(content))
            if self.cut is not None and request.method == "GET":
                stop, self.cut = self.cut, None
                broken = web.StreamResponse(status=reply.status, headers=told)
                await broken.prepare(request)
                await broken.write(content[:stop])
                request.transport.close()
                return broken
            return web.Response(status=reply.status, headers=told, body=content)

    async def start(self) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{rest:.*}", self.answer)
        self._http = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()
        await self._http.close()


@contextlib.asynccontextmanager
async def gateway(behind: str, deaf: bool = False) -> AsyncIterator[Gateway]:
    made = Gateway(behind, deaf)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
