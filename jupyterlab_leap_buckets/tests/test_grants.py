"""Upload grants: who may make, use and revoke one, what it gives, and what is never given."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import re
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from ..credentials import format_time
from ..errors import LeapError
from ..grant_files import Grant, GrantFiles
from ..grants import MAX_GRANTS, PREFIX, USES_A_MINUTE, WRONG_A_MINUTE, Grants, Limit
from ..routes.grants import public_url
from .boundary import Settings
from .limited import limited_server
from .server import TOKEN
from .test_limited import ADA, EXPECTED, ask, refusal

DAY = 24 * 3600.0
LEAK = "Bearer ya29.SECRET"


def end(days: float = 7) -> str:
    return format_time(datetime.now(timezone.utc) + timedelta(days=days))


@pytest_asyncio.fixture(scope="module")
async def world(standin, tmp_path_factory, clean_environment):
    # The widest that a person can make her server open for other sites.
    cors = {"allow_origin": "*", "allow_credentials": True}
    folder = tmp_path_factory.mktemp("grants")
    async with limited_server(folder, standin.url, clean_environment, ServerApp=cors) as world:
        yield world


@pytest.fixture
def server(world):
    return world[0]


@pytest.fixture
def google(world):
    return world[1]


@pytest_asyncio.fixture(autouse=True)
async def as_it_should_be(google, server):
    google.settings = Settings(anonymous=False)
    google.exchanges.clear()
    yield
    for grant in await server.leap.grants.list():
        await server.leap.grants.revoke(grant.id)
    server.leap.grants._wrong = Limit(WRONG_A_MINUTE)


async def make(server, **more) -> dict:
    reply = await server.ask("POST", "grants", body={**ADA, "expiresAt": end(), **more})
    assert reply.status == 201, reply.body
    return reply.json()


def use(server, grant: str, body=None, **headers):
    """As another computer asks: without a login, a cookie or anything of this server."""
    sent = {"Authorization": f"Bearer {grant}", **headers}
    return server.ask("POST", "grants/token", headers=sent, body=body, token=None)


def kept(server) -> list[Path]:
    return [path for path in server.leap.grants._files._own.iterdir() if path.suffix == ".json"]


async def test_a_grant_is_told_once_and_kept_as_its_hash(server):
    reply = await server.ask("POST", "grants", body={**ADA, "expiresAt": end()})
    assert reply.status == 201 and reply.headers["Cache-Control"] == "no-store"
    told = reply.json()
    assert set(told) == {"id", "grant", "url"}
    assert told["url"] == f"{server.origin}/user/ada/leap-buckets/grants/token"
    secret = told["grant"].removeprefix(PREFIX)
    assert len(base64.urlsafe_b64decode(secret + "=")) * 8 == 256
    listed = await server.ask("GET", "grants")
    (one,) = listed.json()["grants"]
    assert {**ADA, "id": told["id"], "lastUsedAt": None, "uses": 0, "keepAwake": False}.items() <= one.items()
    assert set(one) == {"id", "bucket", "prefix", "createdAt", "expiresAt", "lastUsedAt", "uses", "keepAwake"}
    (file,) = kept(server)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.stem == told["id"]
    assert secret not in file.read_text() and secret.encode() not in listed.body


async def test_it_gives_limited_tokens_again_and_again(server, google):
    made = await make(server)
    google.exchanges.clear()
    for uses in (1, 2):
        reply = await use(server, made["grant"])
        assert reply.status == 200, reply.body
        told = reply.json()
        assert told["accessToken"].startswith("ya29.limited-") and told["expiresAt"]
        assert told["scope"] == {"kind": "limited", **ADA, "permissions": ["list", "read", "write", "delete"]}
        assert reply.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in reply.headers
        (one,) = (await server.ask("GET", "grants")).json()["grants"]
        assert one["uses"] == uses and one["lastUsedAt"]
    assert google.exchanges == [EXPECTED, EXPECTED]


async def test_a_grant_is_not_made_where_tokens_are_not_limited(server, google):
    google.set(wide=True)
    refusal(await server.ask("POST", "grants", body={**ADA, "expiresAt": end()}), 502, "limiting-refused")
    assert kept(server) == []


@pytest.mark.parametrize("settings", [{"refuse": 400}, {"wide": True}, {"shut": True}])
async def test_a_grant_never_gives_a_full_token(server, google, settings):
    made = await make(server)
    google.set(**settings)
    refusal(await use(server, made["grant"]), 502, "limiting-refused")


@pytest.mark.parametrize("body", [{"bucket": "leap-scratch", "prefix": ""}, {"prefix": ""}, {"full": True}])
async def test_its_holder_cannot_choose_what_it_gives(server, body):
    made = await make(server)
    refusal(await use(server, made["grant"], body), 400, "bad-parameter")


async def test_all_that_is_no_valid_grant_gets_the_same_answer(server):
    made, revoked, ended = await make(server), await make(server), await make(server)
    assert (await server.ask("DELETE", f"grants/{revoked['id']}")).status == 204
    grants = server.leap.grants
    known = grants._known[ended["id"]]
    grants._known[ended["id"]] = Grant(**{**known.__dict__, "expires": known.created - 1})
    shown = [
        {},
        {"Authorization": ""},
        {"Authorization": made["grant"]},
        {"Authorization": f"token {made['grant']}"},
        {"Authorization": f"Basic {made['grant']}"},
        {"Authorization": f"token {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"Bearer {made['grant']}x"},
        {"Authorization": f"Bearer {made['grant'][:-1]}"},
        {"Authorization": f"Bearer {made['grant']} x"},
        {"Authorization": f"Bearer {made['id']}"},
        {"Authorization": f"Bearer {grants._known[made['id']].hash}"},
        {"Authorization": f"Bearer {revoked['grant']}"},
        {"Authorization": f"Bearer {ended['grant']}"},
        {"Authorization": "Bearer \u00e9\u00e9".encode().decode("latin-1")},
        {"Cookie": f"grant={made['grant']}"},
    ]
    replies = [await server.ask("POST", "grants/token", headers=headers, token=None) for headers in shown]
    for reply in replies:
        refusal(reply, 401, "bad-grant")
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert len({reply.body for reply in replies}) == 1
    query = {"grant": made["grant"], "token": TOKEN}
    assert (await server.ask("POST", "grants/token", query, token=None)).status == 401
    assert (await use(server, made["grant"])).status == 200


async def test_every_hash_is_compared_in_constant_time(server, monkeypatch):
    made = [await make(server) for _ in range(3)]
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or a == b)
    for one in made:
        await use(server, one["grant"])
    assert len(compared) == 9 and len({shown for _, shown in compared}) == 3


async def signed_in(server) -> dict[str, str]:
    """The cookies of somebody who signed in on this server."""
    cookies = {}
    async with server.http.get(f"{server.origin}/user/ada/login") as reply:
        cookies.update({name: morsel.value for name, morsel in reply.cookies.items()})
    form = {"password": TOKEN, "_xsrf": cookies["_xsrf"]}
    async with server.http.post(
        f"{server.origin}/user/ada/login", data=form, cookies=cookies, allow_redirects=False
    ) as reply:
        cookies.update({name: morsel.value for name, morsel in reply.cookies.items()})
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    assert (await server.ask("GET", "grants", headers=header, token=None)).status == 200
    return header


async def test_cookies_neither_help_nor_hinder(server):
    cookies = await signed_in(server)
    refusal(await server.ask("POST", "grants/token", headers=cookies, token=None), 401, "bad-grant")
    made = await make(server)
    for more in (cookies, {"Cookie": "_xsrf=1; username-x=2; nonsense"}):
        reply = await use(server, made["grant"], **more)
        assert reply.status == 200 and "Set-Cookie" not in reply.headers


async def test_the_other_routes_want_a_login_and_xsrf(server):
    made = await make(server)
    cookies = await signed_in(server)
    for method, path in (("POST", "grants"), ("DELETE", f"grants/{made['id']}")):
        body = {**ADA, "expiresAt": end()}
        refusal(await server.ask(method, path, headers=cookies, body=body, token=None), 403, "xsrf")
        refusal(await server.ask(method, path, body=body, token=None), 403, "not-signed-in")
        grant = {"Authorization": f"Bearer {made['grant']}"}
        refusal(await server.ask(method, path, headers=grant, body=body, token=None), 403, "not-signed-in")
        site = {"Sec-Fetch-Site": "cross-site"}
        refusal(await server.ask(method, path, headers=site, body=body), 403, "cross-site")
    assert (await server.ask("GET", "grants", token=None)).status == 403
    assert [one["id"] for one in (await server.ask("GET", "grants")).json()["grants"]] == [made["id"]]


PAGE = {"Origin": "https://elsewhere.example.org"}


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_post_only_and_nothing_for_pages(server, verb):
    made = await make(server)
    headers = {"Authorization": f"Bearer {made['grant']}", "Access-Control-Request-Headers": "authorization", **PAGE}
    reply = await server.ask(verb, "grants/token", headers=headers, token=None)
    assert reply.status == 405
    assert not any(name.lower().startswith("access-control-allow-o") for name in reply.headers)
    assert "Access-Control-Allow-Credentials" not in reply.headers


async def test_another_sites_page_gets_nothing_and_cannot_read_it(server):
    made = await make(server)
    for site in ("cross-site", "same-site"):
        reply = await use(server, made["grant"], **PAGE, **{"Sec-Fetch-Site": site})
        refusal(reply, 403, "cross-site")
        assert "Access-Control-Allow-Origin" not in reply.headers
    reply = await use(server, made["grant"], **PAGE)
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert "Access-Control-Allow-Credentials" not in reply.headers


async def test_a_heartbeat_counts_as_activity_where_that_was_asked_for(server):
    settings = server.app.web_app.settings
    for keep_awake in (False, True):
        made = await make(server, keepAwake=keep_awake)
        before = settings["api_last_activity"]
        reply = await use(server, made["grant"], {"heartbeat": True})
        assert (reply.status, reply.body) == (204, b"")
        assert (settings["api_last_activity"] > before) is keep_awake
        assert (await use(server, made["grant"])).status == 200
        assert settings["api_last_activity"] == server.app.web_app.last_activity() or not keep_awake
    refusal(await use(server, "wrong", {"heartbeat": True}), 401, "bad-grant")


async def test_a_heartbeat_of_a_grant_that_is_gone_does_not_count(server):
    settings = server.app.web_app.settings
    made = await make(server, keepAwake=True)
    before = settings["api_last_activity"]
    (server.leap.grants._files._own / f"{made['id']}.json").unlink()
    refusal(await use(server, made["grant"], {"heartbeat": True}), 401, "bad-grant")
    assert settings["api_last_activity"] == before


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"expiresAt": None}, 400, "bad-parameter"),
        ({"expiresAt": "tomorrow"}, 400, "bad-parameter"),
        ({"expiresAt": "2126-01-31T12:00:00"}, 400, "bad-parameter"),
        ({"expiresAt": 7}, 400, "bad-parameter"),
        ({"expiresAt": end(31)}, 400, "bad-end"),
        ({"expiresAt": end(-1)}, 400, "bad-end"),
        ({"keepAwake": "yes"}, 400, "bad-parameter"),
        ({"prefix": None}, 400, "bad-parameter"),
        ({"prefix": "ada"}, 400, "bad-prefix"),
        ({"bucket": "disk", "prefix": ""}, 400, "not-google"),
        ({"bucket": "nowhere"}, 404, "unknown-bucket"),
        ({"grant": "mine"}, 400, "bad-parameter"),
    ],
)
async def test_grants_that_make_no_sense(server, body, status, reason):
    refusal(await server.ask("POST", "grants", body={**ADA, "expiresAt": end(), **body}), status, reason)
    assert kept(server) == []


async def test_bodies_that_make_no_sense(server):
    made = await make(server)
    headers = {"Authorization": f"Bearer {made['grant']}"}
    for data, kind, status in (
        (b"[]", "json", 400),
        (b"{", "json", 400),
        (b"{}", "xml", 415),
        (b" " * 5000, "json", 413),
    ):
        sent = {**headers, "Content-Type": f"application/{kind}"}
        reply = await server.ask("POST", "grants/token", headers=sent, data=data, token=None)
        assert reply.status == status
    refusal(await use(server, made["grant"], {"heartbeat": 1}), 400, "bad-parameter")
    refusal(await server.ask("DELETE", "grants/unknown"), 404, "unknown-grant")


async def test_a_bucket_that_means_another_place_now_ends_its_grants(server):
    made = await make(server)
    grants = server.leap.grants
    known = grants._known[made["id"]]
    grants._known[made["id"]] = Grant(**{**known.__dict__, "uri": "gs://elsewhere"})
    refusal(await use(server, made["grant"]), 401, "bad-grant")


async def test_a_grant_for_reading_does_not_write_once_the_bucket_does(server, google):
    made = (await server.ask("POST", "grants", body={"bucket": "reader", "prefix": "ada/", "expiresAt": end()})).json()
    grants = server.leap.grants
    known = grants._known[made["id"]]
    # As when the administrator has made it another bucket of the same address, which is written to.
    grants._known[made["id"]] = Grant(**{**known.__dict__, "bucket": "kept"})
    reply = await use(server, made["grant"])
    assert reply.json()["scope"]["permissions"] == ["list", "read"]


async def test_too_many_uses_have_to_wait(server):
    made, other = await make(server), await make(server)
    for _ in range(USES_A_MINUTE):
        assert (await use(server, made["grant"], {"heartbeat": True})).status == 204
    reply = await use(server, made["grant"], {"heartbeat": True})
    refusal(reply, 429, "too-many-requests")
    # Which does not keep the token from it.
    assert (await use(server, made["grant"])).status == 200
    assert 0 < int(reply.headers["Retry-After"]) <= 60
    assert (await use(server, other["grant"])).status == 200


async def test_who_guesses_holds_nobody_else_up(server):
    made = await make(server)
    statuses = [(await use(server, f"wrong-{number}")).status for number in range(WRONG_A_MINUTE + 5)]
    assert statuses == [401] * WRONG_A_MINUTE + [429] * 5
    assert (await use(server, made["grant"])).status == 200


async def test_nothing_secret_in_the_log(server, google, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    made = await make(server)
    token = (await use(server, made["grant"])).json()["accessToken"]
    google.set(refuse=400)
    for _ in range(2):
        await use(server, made["grant"])
    await server.ask("PATCH", "grants/token", headers={"Authorization": f"Bearer {made['grant']}"}, token=None)
    await server.ask("DELETE", f"grants/{made['id']}")
    await use(server, made["grant"])
    told = [record.getMessage() for record in caplog.records]
    assert any(re.search(rf"made the upload grant {made['id']}: .* until .* for '", line) for line in told)
    assert any(re.search(rf"gave a token: .* limited, .* to upload grant {made['id']}", line) for line in told)
    assert any(f"revoked the upload grant {made['id']} for" in line for line in told)
    for secret in (made["grant"], made["grant"].removeprefix(PREFIX), token, "ya29", "SECRET"):
        assert secret not in caplog.text


@pytest.mark.parametrize("status", [500, 504])
async def test_nothing_secret_in_the_log_of_a_failure(server, monkeypatch, caplog, status):
    """Servers log the headers of requests that failed on their side."""
    caplog.set_level(logging.DEBUG)
    made = await make(server)

    async def failing(*arguments):
        raise RuntimeError(LEAK) if status == 500 else LeapError(504, "limiting-unreachable", "Late.")

    monkeypatch.setattr(server.leap.limiter, "token", failing)
    for reply in (await use(server, made["grant"]), await ask(server, ADA)):
        assert reply.status == status and reply.reason in ("internal-error", "limiting-unreachable")
        assert b"SECRET" not in reply.body
    for secret in (made["grant"].removeprefix(PREFIX), "ya29", "SECRET"):
        assert secret not in caplog.text


# The grants themselves


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


def open_grants(folder: Path, clock: Clock, server: str = "server") -> Grants:
    return Grants(GrantFiles(folder / "grants", server, lambda text: None), clock)


async def add(grants: Grants, clock: Clock, days: float = 1) -> tuple[Grant, str]:
    return await grants.add("b", "gs://b", "ada/", clock() + days * DAY, keep_awake=False, read_only=False)


async def reason(awaitable) -> str:
    with pytest.raises(LeapError) as caught:
        await awaitable
    return caught.value.reason


async def test_grants_survive_the_server_and_belong_to_it(tmp_path):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    grant, secret = await add(grants, clock)
    await grants.confirm(await grants.check(secret))
    # A server that lives beside it, and one of another name.
    beside, other = open_grants(tmp_path, clock), open_grants(tmp_path, clock, "other")
    for one in (beside, other):
        assert await reason(one.check(secret)) == "bad-grant"
    second, second_secret = await add(beside, clock)
    await grants.close()
    await beside.close()
    again = open_grants(tmp_path, clock)
    assert {one.id: one.uses for one in await again.list()} == {grant.id: 1, second.id: 0}
    assert (await again.check(secret)).id == grant.id and (await again.check(second_secret)).id == second.id
    for one in (grant, second):
        await again.revoke(one.id)
    await again.close()
    assert await open_grants(tmp_path, clock).list() == []
    await other.close()


async def test_it_ends_when_it_ends(tmp_path):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    _, secret = await add(grants, clock)
    clock.time += DAY - 1
    grant = await grants.check(secret)
    clock.time += 1
    assert await reason(grants.confirm(grant)) == "bad-grant"
    assert await reason(grants.check(secret)) == "bad-grant"
    assert await grants.list() == [] and list(grants._files._own.glob("*.json")) == []


async def test_one_revoked_while_a_token_is_made_gets_none(tmp_path):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    first, secret = await add(grants, clock)
    checked = await grants.check(secret)
    await grants.revoke(first.id)
    assert await reason(grants.confirm(checked)) == "bad-grant"
    # Nor does one whose file somebody removed by hand.
    second, secret = await add(grants, clock)
    checked = await grants.check(secret)
    (grants._files._own / f"{second.id}.json").unlink()
    assert await reason(grants.confirm(checked)) == "bad-grant"
    assert await reason(grants.check(secret)) == "bad-grant"
    assert list(grants._files._own.glob("*.json")) == []


async def test_there_are_so_many_and_no_more(tmp_path, monkeypatch):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    for _ in range(MAX_GRANTS):
        last, _ = await add(grants, clock)
    assert await reason(add(grants, clock)) == "too-many-grants"
    await grants.revoke(last.id)
    await add(grants, clock)


def fails(*arguments, **options):
    raise OSError(28, "No space left on device")


async def test_a_grant_that_cannot_be_kept_is_not_made(tmp_path, monkeypatch):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    _, secret = await add(grants, clock)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fails)
        assert await reason(add(grants, clock)) == "grant-not-kept"
        # One that is there gives its tokens all the same.
        await grants.confirm(await grants.check(secret))
    assert [one.uses for one in await grants.list()] == [1]


async def test_one_whose_file_stays_is_revoked_and_that_is_told(tmp_path, monkeypatch):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    grant, secret = await add(grants, clock)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fails)
        assert await reason(grants.revoke(grant.id)) == "grant-file-left"
    assert await reason(grants.check(secret)) == "bad-grant"


@pytest.mark.parametrize(
    "change",
    [
        {"expires": 9e9},
        {"expires": "never"},
        {"created": 9e9, "expires": 9e9 + DAY},
        {"created": float("inf"), "expires": float("inf")},
        {"last_used": float("nan")},
        {"last_used": 1e300},
        {"prefix": "ada"},
        {"hash": ""},
        {"more": 1},
        {"uses": "1"},
        None,
    ],
)
async def test_an_edited_file_is_not_believed(tmp_path, change):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    grant, secret = await add(grants, clock)
    file = grants._files._own / f"{grant.id}.json"
    file.write_text("{" if change is None else json.dumps({**json.loads(file.read_text()), **change}))
    await grants.close()
    again = open_grants(tmp_path, clock)
    assert await reason(again.check(secret)) == "bad-grant"
    assert not file.exists()


async def test_a_clock_that_was_wrong_makes_no_grant_last(tmp_path):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    clock.time += 5 * 365 * DAY
    _, secret = await add(grants, clock)
    clock.time -= 5 * 365 * DAY
    assert await reason(grants.check(secret)) == "bad-grant"


async def test_a_folder_among_the_files_is_passed_over(tmp_path):
    clock = Clock()
    grants = open_grants(tmp_path, clock)
    grant, secret = await add(grants, clock)
    (grants._files._own / f"{'d' * 22}.json").mkdir()
    await grants.close()
    again = open_grants(tmp_path, clock)
    assert [one.id for one in await again.list()] == [grant.id]
    assert (await again.check(secret)).id == grant.id


def request(host: str, origin: str | None = None, protocol: str = "http") -> SimpleNamespace:
    headers = {} if origin is None else {"Origin": origin}
    asked = SimpleNamespace(host=host, headers=headers, protocol=protocol)
    return SimpleNamespace(request=asked, base_url="/user/ada/")


@pytest.mark.parametrize(
    ("public", "asked", "wanted"),
    [
        (None, request("localhost:8888"), "http://localhost:8888"),
        (None, request("hub.example.org", protocol="https"), "https://hub.example.org"),
        (None, request("hub.example.org", "https://hub.example.org"), "https://hub.example.org"),
        (None, request("hub.example.org", "https://evil.example.org"), "http://hub.example.org"),
        (None, request("hub.example.org", "null"), "http://hub.example.org"),
        (
            "https://hub.example.org/user/ada/",
            request("10.0.0.1:8888", "http://10.0.0.1:8888"),
            "https://hub.example.org",
        ),
    ],
)
def test_the_address_is_that_of_the_page_or_the_hubs_own(monkeypatch, public, asked, wanted):
    monkeypatch.delenv("JUPYTERHUB_PUBLIC_URL", raising=False)
    if public:
        monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", public)
    url = public_url(asked)
    assert url == f"{wanted}/user/ada/leap-buckets/grants/token" and urlsplit(url).query == ""
