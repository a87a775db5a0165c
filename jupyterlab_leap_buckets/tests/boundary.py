"""Google's token exchange, and its storage with limited tokens, before an emulator that knows neither.

`python -m jupyterlab_leap_buckets.tests.boundary --storage URL` prints one JSON line, `{"url", "exchange"}`: the
address of the storage, and that of the exchange for `c.LeapBuckets.tokenExchange`. It runs until SIGTERM.

- `POST /v1/token` exchanges `ya29.*` for `ya29.limited-*`.
- `GET /boundary/seen` is what happened: `{"exchanges": [boundary, ...], "calls": [{"method", "path", "allowed"}]}`,
  the calls being those with limited tokens.
- `PUT /boundary/settings` changes `Settings`, given as a JSON object.
- Everything else is the storage's. A limited token is held to its boundary: 403 outside, 401 after its end. Other
  tokens `ya29.*` may do everything, and so may who has none, as at any emulator, unless `anonymous` is off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import secrets
import signal
import time
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from yarl import URL

from .common_expression import evaluate
from .processes import end_with_parent

ROLES = {
    "inRole:roles/storage.objectUser": {"list", "get", "create", "delete", "update"},
    "inRole:roles/storage.objectViewer": {"list", "get"},
}
LIST_PREFIX = "storage.googleapis.com/objectListPrefix"
HOPS = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "te", "upgrade"}
FORM = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
}
CALLS = {"GET": "get", "HEAD": "get", "DELETE": "delete", "PATCH": "update", "PUT": "update"}


@dataclass(frozen=True)
class Settings:
    """lifetime: seconds of a limited token, None where the exchange does not tell and the storage does not end it.
    refuse: the exchange answers with this status. wide: limited tokens are not. shut: limited tokens may do nothing.
    advance: seconds by which this clock is ahead. anonymous: whether a call needs no token."""

    lifetime: int | None = None
    refuse: int = 0
    wide: bool = False
    shut: bool = False
    advance: float = 0
    anonymous: bool = True


@dataclass(frozen=True)
class Need:
    """What a call needs: a permission on the bucket or on an object, `attributes` being those of the call."""

    permission: str
    bucket: str
    key: str | None
    prefix: str | None = None

    def holds(self, rules: list[dict[str, Any]]) -> bool:
        return any(self._by(rule) for rule in rules)

    def _by(self, rule: dict[str, Any]) -> bool:
        bucket = f"projects/_/buckets/{self.bucket}"
        if rule["availableResource"] != f"//storage.googleapis.com/{bucket}":
            return False
        if not any(self.permission in ROLES[role] for role in rule["availablePermissions"]):
            return False
        condition = rule.get("availabilityCondition")
        name = bucket if self.key is None else f"{bucket}/objects/{self.key}"
        attributes = {} if self.prefix is None else {LIST_PREFIX: self.prefix}
        return condition is None or evaluate(condition["expression"], name, attributes)


class Boundary:
    """storage: the address of the emulator behind it."""

    def __init__(self, storage: str) -> None:
        self.storage = storage.rstrip("/")
        self.url = ""
        self.settings = Settings()
        self.exchanges: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self._tokens: dict[str, tuple[list[dict[str, Any]], float | None]] = {}

    async def start(self, port: int = 0) -> str:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_post("/v1/token", self._exchange)
        app.router.add_get("/boundary/seen", self._seen)
        app.router.add_put("/boundary/settings", self._set)
        app.router.add_route("*", "/{rest:.*}", self._guarded)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        return self.url

    async def stop(self) -> None:
        await self._client.close()
        await self._runner.cleanup()

    def set(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)

    def now(self) -> float:
        return time.time() + self.settings.advance

    async def _seen(self, request: web.Request) -> web.Response:
        return _json({"exchanges": self.exchanges, "calls": self.calls})

    async def _set(self, request: web.Request) -> web.Response:
        self.set(**await request.json())
        return _json(asdict(self.settings))

    # The exchange

    async def _exchange(self, request: web.Request) -> web.Response:
        form = await request.post()
        source = str(form.get("subject_token", ""))
        if self.settings.refuse:
            said = f"The API is not enabled for {source}."
            return _json({"error": "invalid_request", "error_description": said}, self.settings.refuse)
        if not re.fullmatch(r"ya29\.(?!limited)\S+", source):
            return _json({"error": "invalid_grant", "error_description": "Bad subject token."}, 400)
        try:
            boundary = json.loads(form["options"])
            rules = _rules(boundary)
        except (KeyError, TypeError, ValueError) as error:
            return _json({"error": "invalid_request", "error_description": f"Bad options: {error!r}"}, 400)
        if {name: form.get(name) for name in FORM} != FORM or form.keys() - FORM.keys() - {"subject_token", "options"}:
            return _json({"error": "invalid_request", "error_description": "Bad form."}, 400)
        self.exchanges.append(boundary)
        token = f"ya29.limited-SECRET-{secrets.token_urlsafe(24)}"
        lifetime = self.settings.lifetime
        self._tokens[token] = (rules, None if lifetime is None else self.now() + lifetime)
        told = {"access_token": token, "token_type": "Bearer", "issued_token_type": FORM["requested_token_type"]}
        return _json(told if lifetime is None else {**told, "expires_in": lifetime})

    # The storage

    async def _guarded(self, request: web.Request) -> web.Response:
        body = await request.read()
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token:
            allowed = self.settings.anonymous or "upload_id" in request.query
            return await self._pass_on(request, body) if allowed else _failed(401, "Anonymous caller.")
        if kind != "Bearer" or not (token in self._tokens or re.match(r"ya29\.(?!limited)", token)):
            return _failed(401, "Invalid Credentials")
        if token not in self._tokens:
            return await self._pass_on(request, body)
        rules, end = self._tokens[token]
        if end is not None and self.now() >= end:
            return _failed(401, "Invalid Credentials: the token has ended.")
        allowed = self.settings.wide or (not self.settings.shut and self._is_within(request, body, rules))
        self.calls.append({"method": request.method, "path": request.raw_path, "allowed": allowed})
        return await self._pass_on(request, body) if allowed else _failed(403, "The access boundary denies this.")

    def _is_within(self, request: web.Request, body: bytes, rules: list[dict[str, Any]]) -> bool:
        if "upload_id" in request.query and request.method in ("PUT", "DELETE"):
            return True  # the address of a session is all the authority it needs
        try:
            wanted = needs(request.method, request.rel_url, body)
        except (KeyError, ValueError):
            return False
        return bool(wanted) and all(need.holds(rules) for need in wanted)

    async def _pass_on(self, request: web.Request, body: bytes) -> web.Response:
        url = URL(self.storage + request.raw_path, encoded=True)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOPS}
        headers.pop("Authorization", None)
        skip = ["Content-Type", "User-Agent", "Accept", "Accept-Encoding"]
        async with self._client.request(
            request.method, url, headers=headers, data=body, allow_redirects=False, skip_auto_headers=skip
        ) as answer:
            content = await answer.read()
            told = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOPS]
            if answer.content_type == "application/json":
                content = content.replace(self.storage.encode(), self.url.encode())
            response = web.Response(status=answer.status, body=content)
            response.headers.clear()
            for name, value in told:
                response.headers.add(name, value.replace(self.storage, self.url) if name == "Location" else value)
            if request.method == "HEAD" and "Content-Length" in answer.headers:
                response.headers["Content-Length"] = answer.headers["Content-Length"]
            return response


def _rules(boundary: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules of a boundary as Google's reference has it; ValueError or KeyError for anything else."""
    rules = boundary["accessBoundary"]["accessBoundaryRules"]
    if set(boundary) != {"accessBoundary"} or set(boundary["accessBoundary"]) != {"accessBoundaryRules"}:
        raise ValueError("fields")
    if not 1 <= len(rules) <= 10:
        raise ValueError("number of rules")
    for rule in rules:
        if not set(rule) <= {"availableResource", "availablePermissions", "availabilityCondition"}:
            raise ValueError("fields of a rule")
        if not rule["availablePermissions"] or not set(rule["availablePermissions"]) <= set(ROLES):
            raise ValueError("roles")
        if not re.fullmatch("//storage.googleapis.com/projects/_/buckets/[^/]+", rule["availableResource"]):
            raise ValueError("resource")
        if (condition := rule.get("availabilityCondition")) is not None:
            if len(condition["expression"]) > 2048:
                raise ValueError("length of the expression")
            evaluate(condition["expression"], "", {})
    return rules


def needs(method: str, url: URL, body: bytes) -> list[Need]:
    """What Google's storage asks of a call; empty for one that no limited token may make."""
    parts = [unquote(part) for part in url.raw_path.split("/")[1:]]
    query = url.query
    match parts:
        case ["storage", "v1", "b", bucket, "o"] if method == "GET":
            return [Need("list", bucket, None, query.get("prefix", ""))]
        case ["upload", *_, "b", bucket, "o"] if method == "POST":
            return [Need("create", bucket, query.get("name") or _named(body))]
        case ["storage", "v1", "b", bucket, "o", key, "rewriteTo" | "copyTo", "b", to, "o", new]:
            return [Need("get", bucket, key), Need("create", to, new)]
        case ["storage", "v1", "b", bucket, "o", key, "compose"]:
            sources = [one["name"] for one in json.loads(body)["sourceObjects"]]
            return [Need("create", bucket, key), *(Need("get", bucket, name) for name in sources)]
        case ["storage", "v1", "b", bucket, "o", key] | ["download", "storage", "v1", "b", bucket, "o", key]:
            return [Need(CALLS[method], bucket, key)]
        case ["batch", "storage", "v1"]:
            lines = re.findall(r"^(GET|POST|PUT|PATCH|DELETE) (\S+)", body.decode(), re.MULTILINE)
            return [need for verb, path in lines for need in needs(verb, URL(path, encoded=True), b"")]
        case [first, *_] if first in ("storage", "upload", "download", "batch", "b"):
            return []
        case [bucket] | [bucket, ""] if method == "GET" and bucket:  # the XML API
            return [Need("list", bucket, None, query.get("prefix", ""))]
        case [bucket, *rest] if rest:
            return [Need("create" if method in ("PUT", "POST") else CALLS[method], bucket, "/".join(rest))]
    return []


def _named(body: bytes) -> str:
    """The name in the metadata with which an upload begins, alone or as the first part of several."""
    text = body if body.startswith(b"{") else body[body.index(b"{") :]
    return json.JSONDecoder().raw_decode(text[: 1 << 16].decode("utf-8", "replace"))[0]["name"]


def _json(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status)


def _failed(status: int, message: str) -> web.Response:
    return _json({"error": {"code": status, "message": message}}, status)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storage", required=True, help="address of the emulator")
    parser.add_argument("--port", type=int, default=0, help="port to listen at (default: a free one)")
    parser.add_argument("--lifetime", type=int, help="seconds of a limited token")
    options = parser.parse_args()
    end_with_parent()
    boundary = Boundary(options.storage)
    boundary.set(lifetime=options.lifetime)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    url = await boundary.start(options.port)
    print(json.dumps({"url": url, "exchange": f"{url}/v1/token"}), flush=True)
    await stopped.wait()
    await boundary.stop()


if __name__ == "__main__":
    asyncio.run(main())
