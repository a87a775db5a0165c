"""A stand-in for Google Cloud Storage, for what no emulator does right: folder pages, resumed uploads, faults, size.

    python -m jupyterlab_leap_buckets.tests.standin --port 0 --bucket leap-scratch --objects 1000000

prints its address; give that to STORAGE_EMULATOR_HOST. `/standin/faults`, `/standin/requests` and
`/standin/cors` control it; `/standin/sessions` lists uploads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import secrets
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from ..checksum import Crc32c
from .standin_cors import Cors
from .standin_faults import Fault, Faults, break_connection
from .standin_storage import GRANULE, MAX_RESULTS, Bucket, Object, Refused, Session

CHUNK = 256 * 1024


class StandIn:
    """The service. `buckets`, `faults`, `cors` and `rate` (bytes a second that an upload session takes, 0 for any) may
    be changed while it runs; `token`, if set, has to be presented, except to read a public bucket."""

    def __init__(self, buckets: Iterable[str] = (), token: str = "") -> None:
        self.buckets = {name: Bucket(name) for name in buckets}
        self.faults = Faults()
        self.cors = Cors()
        self.token = token
        self.rewrite_step = 1 << 20
        self.rate = 0.0
        self._rewrites: dict[str, tuple[tuple[int, str, str], int]] = {}
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Its address, on the loopback interface."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/standin/cors":
            return await self.cors.control(request)
        if request.path == "/standin/sessions":
            return web.json_response(self._sessions(forget=request.method == "DELETE"))
        if request.path.startswith("/standin/"):
            return await self.faults.control(request)
        fault = self.faults.next(request)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "reset":
            break_connection(request)
        try:
            if fault is not None and fault.kind == "status":
                raise Refused(fault.status, "A fault that a test asked for.")
            answer = await self._dispatch(request, fault)
        except Refused as refused:
            answer = refusal(refused)
        except ConnectionError:
            raise asyncio.CancelledError from None  # the other side went away: nobody to answer
        if fault is not None and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "lost":
            break_connection(request)
        if not answer.prepared:
            answer.headers.update(self.cors.headers(request))
        return answer

    def _sessions(self, forget: bool) -> list[dict[str, Any]]:
        """The upload sessions that it remembers, cancelled ones not."""
        known = [session for bucket in self.buckets.values() for session in bucket.sessions.values()]
        if forget:
            for bucket in self.buckets.values():
                bucket.sessions.clear()
        return [{"name": one.name, "received": len(one.received), "done": one.done is not None} for one in known]

    async def _dispatch(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        # By hand, from the raw path: routers decode %2F, which is part of a name here.
        raw_path, _, raw_query = request.raw_path.partition("?")
        query = dict(parse_qsl(raw_query, keep_blank_values=True))
        is_session = "upload_id" in query
        parts = [unquote(part) for part in raw_path.strip("/").split("/")]
        if not is_session and not self._may(request, parts):
            raise Refused(401, "Invalid Credentials")
        match parts:
            case ["storage", "v1", "b"]:
                return await self._buckets(request)
            case ["storage", "v1", "b", name]:
                return self._describe(self._bucket(name), query)
            case ["storage", "v1", "b", name, "o"]:
                return self._list(self._bucket(name), query)
            case ["storage", "v1", "b", name, "o", key, "rewriteTo", "b", target, "o", to_key]:
                return self._rewrite(self._bucket(name), key, self._bucket(target), to_key, query)
            case [("storage" | "download"), *_, "b", name, "o", key]:
                return await self._object(request, self._bucket(name), key, query, fault)
            case ["upload", "storage", "v1", "b", name, "o"]:
                return await self._upload(request, self._bucket(name), query, fault)
        raise Refused(404, "Not Found")

    def _may(self, request: web.Request, parts: list[str]) -> bool:
        """Who has the token may everything, everybody may read below a public bucket: its objects, not itself."""
        if not self.token or request.headers.get("Authorization") == f"Bearer {self.token}":
            return True
        bucket = self.buckets.get(parts[3]) if parts[:3] == ["storage", "v1", "b"] and len(parts) > 4 else None
        return request.method == "GET" and bucket is not None and bucket.public

    def _bucket(self, name: str) -> Bucket:
        if name not in self.buckets:
            raise Refused(404, "The specified bucket does not exist.")
        return self.buckets[name]

    def _describe(self, bucket: Bucket, query: dict[str, str]) -> web.Response:
        lifecycle = {} if bucket.lifecycle is None else {"lifecycle": bucket.lifecycle}
        described = {"kind": "storage#bucket", "name": bucket.name, **lifecycle}
        return web.json_response(selected(described, query.get("fields", "")))

    async def _buckets(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            name = (await request.json())["name"]
            self.buckets[name] = Bucket(name)
            return web.json_response({"kind": "storage#bucket", "name": name})
        found = [{"kind": "storage#bucket", "name": name} for name in sorted(self.buckets)]
        return web.json_response({"kind": "storage#buckets", "items": found})

    def _list(self, bucket: Bucket, query: dict[str, str]) -> web.Response:
        limit = min(MAX_RESULTS, int(query.get("maxResults") or MAX_RESULTS))
        offsets = [query.get(name, "") for name in ("startOffset", "endOffset")]
        page = bucket.page(
            query.get("prefix", ""), query.get("delimiter", ""), limit, query.get("pageToken", ""), *offsets
        )
        return web.json_response(selected(page, query.get("fields", "")))

    async def _object(
        self, request: web.Request, bucket: Bucket, key: str, query: dict[str, str], fault: Fault | None
    ) -> web.StreamResponse:
        if request.method == "DELETE":
            bucket.delete(key, query)
            return web.Response(status=204)
        found = bucket.get(key, query)
        if query.get("alt") == "media":
            return await download(request, found, fault)
        return web.json_response(selected(found.resource(bucket.name), query.get("fields", "")))

    def _rewrite(self, bucket: Bucket, key: str, target: Bucket, to_key: str, query: dict[str, str]) -> web.Response:
        """https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite, `rewrite_step` bytes a call."""
        found = bucket.rewritten(key, target, to_key, query)
        token = query.get("rewriteToken")
        if token and self._rewrites.get(token, ("",))[0] != (found.generation, target.name, to_key):
            raise Refused(400, "Invalid rewrite token.")
        known = self._rewrites.pop(token)[1] if token else 0
        size, done = len(found.data), known + self.rewrite_step
        answer: dict[str, Any] = {"kind": "storage#rewriteResponse", "done": done >= size, "objectSize": str(size)}
        answer["totalBytesRewritten"] = str(min(done, size))
        if done < size:
            answer["rewriteToken"] = secrets.token_urlsafe(16)
            self._rewrites[answer["rewriteToken"]] = ((found.generation, target.name, to_key), done)
        else:
            answer["resource"] = target.adopt(found, to_key, query).resource(target.name)
        return web.json_response(selected(answer, query.get("fields", "")))

    async def _upload(
        self, request: web.Request, bucket: Bucket, query: dict[str, str], fault: Fault | None
    ) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return self.cors.preflight(request)
        if "upload_id" in query:
            return await self._piece(request, bucket, query, fault)
        kind = query.get("uploadType")
        if kind == "resumable":
            return await self._start(request, bucket, query)
        if kind == "media":
            name, content_type, data = query.get("name", ""), request.content_type, await request.read()
        elif kind == "multipart":
            name, content_type, data = multipart(request.headers["Content-Type"], await request.read())
            name = query.get("name", name)
        else:
            raise Refused(400, "Unknown uploadType.")
        if not (fault is not None and fault.kind == "corrupt"):
            check_hash(request, damage(data) if fault is not None and fault.kind == "flip" else data)
        else:
            data = damage(data)
        # An object whose size is only pretended: no test has to move a gigabyte.
        size = request.headers.get("X-Standin-Size")
        made = bucket.put(name, data, content_type, query, more={"size": size} if size else None)
        return web.json_response(selected(made.resource(bucket.name), query.get("fields", "")))

    async def _start(self, request: web.Request, bucket: Bucket, query: dict[str, str]) -> web.Response:
        metadata = json.loads(await request.read() or b"{}")
        content_type = request.headers.get("X-Upload-Content-Type") or metadata.get("contentType")
        name = query.get("name") or metadata.get("name", "")
        session_id = bucket.start(name, content_type or "application/octet-stream", query)
        where = f"{self.url}/upload/storage/v1/b/{bucket.name}/o?uploadType=resumable"
        self.cors.start(session_id, request)
        location = f"{where}&name={quote(name, safe='')}&upload_id={session_id}"
        return web.Response(headers={"Location": location, "X-GUploader-UploadID": session_id})

    async def _piece(
        self, request: web.Request, bucket: Bucket, query: dict[str, str], fault: Fault | None
    ) -> web.StreamResponse:
        session = bucket.sessions.get(query["upload_id"])
        if session is None:
            raise Refused(410, "The upload session is gone.")
        if request.method == "DELETE":
            del bucket.sessions[query["upload_id"]]
            raise Refused(499, "Client Closed Request")
        if session.done is None:
            await receive(request, bucket, session, fault, self.rate)
        if session.done is None:
            received = len(session.received)
            headers = {"Range": f"bytes=0-{received - 1}"} if received else {}
            return web.Response(status=308, headers=headers)
        return web.json_response(selected(session.done.resource(bucket.name), query.get("fields", "")))


async def receive(request: web.Request, bucket: Bucket, session: Session, fault: Fault | None, rate: float) -> None:
    """Takes a piece, or answers the question how far it got, by finishing the session when all is there."""
    header = request.headers.get("Content-Range", "")
    question = re.fullmatch(r"bytes \*/(\d+|\*)", header)
    piece = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", header)
    if not question and not piece and header:
        raise Refused(400, "Failed to parse Content-Range header.")
    start = int(piece[1]) if piece else 0
    if start > len(session.received):
        raise Refused(400, "The piece does not begin where the last one ended.")
    stop = int(piece[2]) + 1 if piece else None
    total = question[1] if question else piece[3] if piece else str(request.content_length)
    body = b"" if question else await take(request, fault, session, start, rate)
    if stop is not None and stop - start != len(body):
        raise Refused(400, "The body is not as long as its range.")
    known = len(session.received) - start
    if total == str(start + len(body)) or (question and total == str(len(session.received))):
        if "X-Goog-Hash" in request.headers and not (fault is not None and fault.kind == "corrupt"):
            check_hash(request, session.received, body[known:])
        session.received += body[known:]
        bucket.finish(session)
    elif not question:
        keep(session, body, start)


def check_hash(request: web.Request, *parts: bytes | bytearray) -> None:
    """Compare what the writer says of the object: https://cloud.google.com/storage/docs/data-validation"""
    wanted = re.fullmatch(r"crc32c=(\S+)", request.headers.get("X-Goog-Hash", ""))
    if not wanted:
        return
    checksum = Crc32c()
    for part in parts:
        for start in range(0, len(part), CHUNK):
            checksum.update(bytes(part[start : start + CHUNK]))
    if wanted[1] != checksum.value:
        raise Refused(400, f"Provided CRC32C {wanted[1]!r} is not that of the object.")


async def take(request: web.Request, fault: Fault | None, session: Session, start: int, rate: float) -> bytes:
    """The body, at most `rate` bytes a second. Of one that breaks off, whole granules are kept, as Google does."""
    body = bytearray()
    began = time.monotonic()
    try:
        async for chunk in request.content.iter_chunked(CHUNK):
            body += chunk
            if rate and (early := len(body) / rate - (time.monotonic() - began)) > 0:
                await asyncio.sleep(early)
            if fault is not None and fault.kind == "cut" and len(body) >= fault.after:
                keep(session, bytes(body[: fault.after]), start)
                break_connection(request)
    except (ConnectionError, web.RequestPayloadError):
        keep(session, bytes(body), start)
        raise
    return damage(body) if fault is not None and fault.kind in ("corrupt", "flip") else bytes(body)


def damage(body: bytes | bytearray) -> bytes:
    return bytes([body[0] ^ 1]) + body[1:]


def keep(session: Session, body: bytes, start: int) -> None:
    whole = len(body) - len(body) % GRANULE
    session.received += body[len(session.received) - start : whole]


async def download(request: web.Request, found: Object, fault: Fault | None) -> web.StreamResponse:
    """https://cloud.google.com/storage/docs/json_api/v1/objects/get with alt=media"""
    size, headers, status = len(found.data), found.headers(), 200
    start, stop = 0, size
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if wanted and (wanted[1] or wanted[2]):
        start = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        stop = min(size, int(wanted[2]) + 1) if wanted[1] and wanted[2] else size
        if start >= stop:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        status, headers["Content-Range"] = 206, f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(stop - start)})
    await response.prepare(request)
    cut = start + fault.after if fault is not None and fault.kind == "cut" else stop
    for at in range(start, min(cut, stop), CHUNK):
        await response.write(found.data[at : min(at + CHUNK, cut, stop)])
    if cut < stop:
        break_connection(request)
    return response


def multipart(content_type: str, body: bytes) -> tuple[str, str, bytes]:
    """Name, content type and bytes of a `multipart/related` upload."""
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if not boundary:
        raise Refused(400, "A multipart body needs a boundary.")
    _, described, media, _ = body.split(b"--" + boundary[1].encode())
    metadata = json.loads(described.partition(b"\r\n\r\n")[2])
    headers, _, data = media.partition(b"\r\n\r\n")
    kind = re.search(rb"(?i)content-type: *(\S+)", headers)
    return metadata.get("name", ""), kind[1].decode() if kind else "", data.removesuffix(b"\r\n")


def selected(value: dict[str, Any], fields: str) -> dict[str, Any]:
    """Google's partial responses: `a,b(c,d)`."""
    if not fields:
        return value
    chosen: dict[str, Any] = {}
    for name, inner in re.findall(r"(\w+)(?:\(([^)]*)\))?", fields):
        if name in value:
            found = value[name]
            several = isinstance(found, list)
            chosen[name] = [selected(one, inner) for one in found] if several and inner else found
            if inner and not several:
                chosen[name] = selected(found, inner)
    return chosen


def refusal(refused: Refused) -> web.Response:
    error = {"code": refused.status, "message": refused.message}
    return web.json_response({"error": error}, status=refused.status)


async def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Google Cloud Storage, in memory.")
    parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
    parser.add_argument("--bucket", action="append", default=[], help="may be given more than once")
    parser.add_argument("--objects", type=int, default=0, help="pretended objects in the first bucket")
    parser.add_argument("--prefix", default="many/", help="the folder of the pretended objects")
    parser.add_argument("--rate", type=float, default=0, help="bytes a second that an upload session takes; 0: any")
    options = parser.parse_args()
    standin = StandIn(options.bucket or ["leap-scratch", "leap-persistent"])
    standin.rate = options.rate
    if options.objects:
        next(iter(standin.buckets.values())).pretend(options.prefix, options.objects)
    print(await standin.start(options.port), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
