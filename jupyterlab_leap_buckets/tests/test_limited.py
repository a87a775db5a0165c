"""Limited tokens: what is asked of Google, what comes of it, and that no name of a folder makes it more."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import quote as percent

import pytest
import pytest_asyncio
from aiohttp import web
from google.auth import downscoped
from yarl import URL

from ..credentials import EXCHANGE_SCOPE, AccessToken
from ..discovery import Bucket
from ..errors import LeapError
from ..limited import MAX_EXPRESSION, Limiter, Scope, quote
from ..stores.gcs_client import GcsClient
from ..stores.google_auth import Anonymous
from .boundary import Settings
from .common_expression import decode, evaluate
from .limited import limited_server
from .standin_faults import Fault

BUCKET = Bucket("leap-scratch", "gs://leap-scratch", "gcs", "Scratch", "ada/")
OBJECTS = "projects/_/buckets/leap-scratch/objects/"
ADA = {"bucket": "leap-scratch", "prefix": "ada/"}
EXPECTED = {
    "accessBoundary": {
        "accessBoundaryRules": [
            {
                "availableResource": "//storage.googleapis.com/projects/_/buckets/leap-scratch",
                "availablePermissions": ["inRole:roles/storage.objectUser"],
                "availabilityCondition": {
                    "expression": "resource.name.startsWith('projects/_/buckets/leap-scratch/objects/ada/') || "
                    "api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('ada/')"
                },
            }
        ]
    }
}


@pytest_asyncio.fixture(scope="module")
async def world(standin, tmp_path_factory, clean_environment):
    async with limited_server(tmp_path_factory.mktemp("limited"), standin.url, clean_environment) as world:
        yield world


@pytest.fixture
def server(world):
    return world[0]


@pytest.fixture
def google(world):
    return world[1]


@pytest.fixture(autouse=True)
def as_it_should_be(google):
    google.settings = Settings(anonymous=False)
    google.exchanges.clear()
    google.calls.clear()


def ask(server, body, **headers):
    return server.ask("POST", "token", body=body, headers=headers)


async def test_the_answer_is_the_contract(server, google):
    reply = await ask(server, ADA)
    assert reply.status == 200, reply.body
    assert reply.headers["Cache-Control"] == "no-store"
    told = reply.json()
    assert told.pop("accessToken").startswith("ya29.limited-")
    assert told.pop("expiresAt").endswith("Z")
    assert told == {
        "account": "researcher@leap-stub.iam.gserviceaccount.com",
        "source": "gcloud",
        "scope": {"kind": "limited", **ADA, "permissions": ["list", "read", "write", "delete"]},
    }
    assert google.exchanges == [EXPECTED]


async def test_it_costs_one_exchange_and_three_small_requests_at_once(server, google):
    await ask(server, ADA)
    calls = [(call["method"], call["path"].partition("?")[0], call["allowed"]) for call in google.calls]
    listing = "/storage/v1/b/leap-scratch/o"
    assert sorted(calls) == [
        ("GET", listing, False),
        ("GET", listing, True),
        ("GET", f"{listing}/ada-leap-buckets-probe", False),
    ]


def test_the_boundary_is_what_googles_own_library_sends():
    rule = EXPECTED["accessBoundary"]["accessBoundaryRules"][0]
    condition = downscoped.AvailabilityCondition(rule["availabilityCondition"]["expression"])
    rules = [downscoped.AccessBoundaryRule(rule["availableResource"], rule["availablePermissions"], condition)]
    ours = Scope.parse(BUCKET, "ada/").boundary()
    assert ours == EXPECTED == downscoped.CredentialAccessBoundary(rules).to_json()


JSON = "/storage/v1/b/leap-scratch/o"
UPLOAD = "/upload/storage/v1/b/leap-scratch/o"
MULTIPART = b'--x\r\nContent-Type: application/json\r\n\r\n{"name": "%s/x"}\r\n--x\r\n\r\nhi\r\n--x--'


@pytest.mark.parametrize(
    ("allowed", "method", "path", "body"),
    [
        (True, "GET", f"{JSON}?prefix=ada%2F", b""),
        (True, "GET", f"{JSON}?prefix=ada%2Fx.zarr%2F&delimiter=%2F", b""),
        (False, "GET", f"{JSON}?prefix=ada", b""),
        (False, "GET", f"{JSON}?prefix=adam%2F", b""),
        (False, "GET", JSON, b""),
        (False, "GET", "/storage/v1/b/leap-persistent/o?prefix=ada%2F", b""),
        (False, "GET", "/storage/v1/b/leap-scratch", b""),
        (False, "GET", "/storage/v1/b?project=x", b""),
        (True, "GET", f"{JSON}/ada%2Fx", b""),
        (False, "GET", f"{JSON}/ben%2Fx", b""),
        (False, "GET", f"{JSON}/ben%2Fx?prefix=ada%2F", b""),
        (True, "DELETE", f"{JSON}/ada%2Fx", b""),
        (False, "DELETE", f"{JSON}/ben%2Fx", b""),
        (True, "POST", f"{UPLOAD}?uploadType=media&name=ada%2Fx", b"hi"),
        (False, "POST", f"{UPLOAD}?uploadType=media&name=ben%2Fx", b"hi"),
        (True, "POST", f"{UPLOAD}?uploadType=resumable&name=ada%2Fx", b""),
        (True, "POST", f"{UPLOAD}?uploadType=resumable", b'{"name": "ada/x"}'),
        (False, "POST", f"{UPLOAD}?uploadType=resumable", b'{"name": "ben/x"}'),
        (True, "POST", f"{UPLOAD}?uploadType=multipart", MULTIPART % b"ada"),
        (False, "POST", f"{UPLOAD}?uploadType=multipart", MULTIPART % b"ben"),
        (True, "POST", f"{JSON}/ada%2Fx/rewriteTo/b/leap-scratch/o/ada%2Fy", b""),
        (False, "POST", f"{JSON}/ben%2Fx/rewriteTo/b/leap-scratch/o/ada%2Fy", b""),
        (False, "POST", f"{JSON}/ada%2Fx/rewriteTo/b/leap-persistent/o/ada%2Fy", b""),
        (False, "POST", f"{JSON}/ada%2Fx/compose", b'{"sourceObjects": [{"name": "ben/x"}]}'),
        (False, "POST", "/batch/storage/v1", b"DELETE /storage/v1/b/leap-scratch/o/ben%2Fx HTTP/1.1\r\n"),
        (True, "PUT", "/leap-scratch/ada/x", b"hi"),
        (False, "PUT", "/leap-scratch/ben/x", b"hi"),
        (False, "GET", "/leap-scratch/ben/x", b""),
        (False, "GET", "/leap-scratch", b""),
    ],
)
async def test_what_it_reaches(server, google, allowed, method, path, body):
    """As far as the stand-in for Google goes: what it says of names, of lists and of both at once."""
    token = (await ask(server, ADA)).json()["accessToken"]
    headers = {"Authorization": f"Bearer {token}"}
    url = URL(google.url + path, encoded=True)
    async with server.http.request(method, url, headers=headers, data=body, allow_redirects=False) as reply:
        assert (reply.status != 403) == allowed, await reply.read()
    assert google.calls[-1]["allowed"] == allowed


async def test_a_session_begun_with_it_takes_the_bytes(server, google):
    token = (await ask(server, ADA)).json()["accessToken"]
    url = URL(f"{google.url}{UPLOAD}?uploadType=resumable&name=ada%2Flimited.bin", encoded=True)
    async with server.http.post(url, headers={"Authorization": f"Bearer {token}"}) as reply:
        session = reply.headers["Location"]
    assert session.startswith(google.url)
    async with server.http.put(URL(session, encoded=True), data=b"abc") as reply:
        assert (reply.status, (await reply.json(content_type=None))["size"]) == (200, "3")


async def test_a_read_only_bucket_gives_a_token_that_reads(server, google):
    told = (await ask(server, {"bucket": "reader", "prefix": "ada/"})).json()
    assert told["scope"]["permissions"] == ["list", "read"]
    headers = {"Authorization": f"Bearer {told['accessToken']}"}
    statuses = {}
    for method, path in (("GET", "/leap-persistent/ada/x"), ("PUT", "/leap-persistent/ada/x")):
        async with server.http.request(method, google.url + path, headers=headers, data=b"") as reply:
            statuses[method] = reply.status
    assert statuses["PUT"] == 403 != statuses["GET"]


async def test_the_whole_bucket_is_held_against_another_one(server, google):
    told = (await ask(server, {"bucket": "leap-scratch", "prefix": ""})).json()
    assert told["scope"]["prefix"] == ""
    assert "availabilityCondition" not in google.exchanges[0]["accessBoundary"]["accessBoundaryRules"][0]
    assert {call["path"].split("/")[4]: call["allowed"] for call in google.calls} == {
        "leap-scratch": True,
        "leap-persistent": False,
    }


# No token, rather than a wider one


def refusal(reply, status: int, reason: str) -> dict:
    assert (reply.status, reply.reason) == (status, reason), reply.body
    assert reply.headers["Cache-Control"] == "no-store"
    assert b"ya29" not in reply.body and b"SECRET" not in reply.body
    return reply.json()


@pytest.mark.parametrize("settings", [{"refuse": 400}, {"refuse": 403}, {"wide": True}, {"shut": True}])
@pytest.mark.parametrize("prefix", ["ada/", ""])
async def test_where_google_does_not_limit_there_is_no_token(server, google, settings, prefix):
    google.set(**settings)
    told = refusal(await ask(server, {**ADA, "prefix": prefix}), 502, "limiting-refused")
    assert "refuse" not in settings or "The API is not enabled for [removed]" in told["message"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault("status", status=503, times=99), 502), (Fault("reset", times=99), 502), (Fault("slow", seconds=9), 504)],
)
async def test_a_probe_without_an_answer_gives_no_token(server, google, standin, fault, status):
    standin.faults.add(fault)
    refusal(await ask(server, ADA), status, "limiting-unreachable")
    standin.faults.waiting.clear()
    assert (await ask(server, ADA)).status == 200


FOOLED = [
    (200, {"access_token": "ya29.full", "expires_in": 60}),
    (200, {"access_token": "ya29.x\r\nX-Header: y", "expires_in": 60}),
    (200, {"access_token": 7}),
    (200, {}),
    (200, ["ya29.x"]),
    (200, "<html>ya29.full-SECRET</html>"),
    (302, {}),
    (400, {"error": {"message": "Bearer SECRET ya29.full is refused"}}),
    (400, {"error": ["SECRET"]}),
]


@pytest.mark.parametrize(("status", "answer"), FOOLED)
async def test_an_exchange_that_answers_nonsense(standin, status, answer):
    async def exchange(request):
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(status=status, text=text, headers={"Location": "http://127.0.0.1:1/"})

    app = web.Application()
    app.router.add_post("/v1/token", exchange)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    limiter = limiter_of(standin.url, f"http://127.0.0.1:{runner.addresses[0][1]}/v1/token")
    with pytest.raises(LeapError) as caught:
        await limiter.token(Scope.parse(BUCKET, "ada/"), [BUCKET])
    assert caught.value.reason == "limiting-refused"
    assert "SECRET" not in str(caught.value) and "ya29" not in str(caught.value)
    await limiter.close()
    await runner.cleanup()


class KnownToken:
    """A source whose token is known to this test."""

    def __init__(self, ends: float | None = None) -> None:
        self._ends = datetime.fromtimestamp(ends, timezone.utc) if ends else None

    async def token(self, scope: str) -> AccessToken:
        assert scope == EXCHANGE_SCOPE
        return AccessToken("ya29.full", self._ends, "ada@leap", "gcloud")


def limiter_of(storage: str, exchange: str, tokens: KnownToken | None = None) -> Limiter:
    return Limiter(tokens or KnownToken(), exchange, GcsClient(storage, Anonymous(), 1, 1, 0.1), 2)


async def test_nobody_at_the_exchange(standin):
    limiter = limiter_of(standin.url, "http://127.0.0.1:1/v1/token")
    with pytest.raises(LeapError) as caught:
        await limiter.token(Scope.parse(BUCKET, "ada/"), [])
    assert caught.value.reason == "limiting-unreachable"
    await limiter.close()


@pytest.mark.parametrize(
    ("source", "lifetime", "ends"), [(None, None, None), (900, None, 900), (900, 3600, 900), (900, 330, 330)]
)
async def test_it_ends_with_the_first_of_both(google, source, lifetime, ends):
    now = google.now()
    google.set(lifetime=lifetime)
    limiter = limiter_of(google.url, f"{google.url}/v1/token", KnownToken(source and now + source))
    token = await limiter.token(Scope.parse(BUCKET, "ada/"), [])
    await limiter.close()
    if ends is None:
        assert token.expires_at is None
    else:
        assert abs(token.expires_at.timestamp() - now - ends) < 5


async def test_who_asks_at_once_shares_one(google):
    limiter = limiter_of(google.url, f"{google.url}/v1/token")
    scope = Scope.parse(BUCKET, "ada/")
    tokens = await asyncio.gather(*(limiter.token(scope, []) for _ in range(20)))
    assert len({token.value for token in tokens}) == len(google.exchanges) == 1
    other = await limiter.token(Scope.parse(BUCKET, "ben/"), [])
    assert other.value != tokens[0].value
    await limiter.close()


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"bucket": "leap-scratch"}, 400, "bad-parameter"),
        ({"prefix": "ada/"}, 400, "bad-parameter"),
        ({"bucket": None, "prefix": None}, 400, "bad-parameter"),
        ({"bucket": "leap-scratch", "prefix": ["ada/"]}, 400, "bad-parameter"),
        ({**ADA, "permissions": ["*"]}, 400, "bad-parameter"),
        ({"bucket": "leap-scratch", "prefix": "ada"}, 400, "bad-prefix"),
        ({"bucket": "leap-scratch", "prefix": "ada\n/"}, 400, "line-break-in-name"),
        ({"bucket": "leap-scratch", "prefix": "\ud800/"}, 400, "invalid-unicode"),
        ({"bucket": "leap-scratch", "prefix": "x" * 1000 + "/"}, 400, "prefix-too-long"),
        ({"bucket": "nowhere", "prefix": ""}, 404, "unknown-bucket"),
        ({"bucket": "disk", "prefix": ""}, 400, "not-google"),
    ],
)
async def test_what_cannot_be_limited(server, google, body, status, reason):
    refusal(await ask(server, body), status, reason)
    assert google.exchanges == []


def test_what_anybody_may_read_needs_no_token():
    with pytest.raises(LeapError) as caught:
        Scope.parse(replace(BUCKET, anonymous=True, access="read-only"), "")
    assert caught.value.reason == "public-bucket"


async def test_another_sites_page_gets_nothing(server, google):
    refusal(await ask(server, ADA, **{"Sec-Fetch-Site": "cross-site"}), 403, "cross-site")
    assert google.exchanges == []


async def test_a_limited_token_is_no_way_to_another_one(server, google):
    token = (await ask(server, ADA)).json()["accessToken"]
    form = {"subject_token": token, "options": json.dumps(EXPECTED)}
    async with server.http.post(f"{google.url}/v1/token", data=form) as reply:
        assert reply.status == 400


async def test_the_log_tells_who_got_what_and_no_token(server, google, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    limited = (await ask(server, ADA)).json()
    full = (await ask(server, {})).json()
    for settings in ({"refuse": 400}, {"wide": True}):
        google.set(**settings)
        await ask(server, ADA)
    told = [record.getMessage() for record in caplog.records if "gave a token" in record.getMessage()]
    account = "researcher@leap-stub.iam.gserviceaccount.com"
    assert len(told) == 2
    assert (
        f"account {account!r}, limited, bucket 'leap-scratch', prefix 'ada/', until {limited['expiresAt']}" in told[0]
    )
    assert f"account {account!r}, full" in told[1]
    for secret in (limited["accessToken"], full["accessToken"], "SECRET", "ya29", google.url):
        assert secret not in caplog.text


# Names of folders are somebody's input

PARTS = [
    "'",
    '"',
    "\\",
    "`",
    "')||true||('",
    "') || true",
    "\\'",
    "''",
    "ada/",
    "/",
    "%2F",
    "..",
    "#",
    "?",
    "*",
    "${x}",
]
PARTS += [
    "\n",
    "\r",
    "\t",
    "\0",
    "\u2028",
    "\u2029",
    "\x85",
    "\u200b",
    "\u202e",
    "é",
    "é",
    "🌊",
    "\\u0027",
    "\\x27",
    "\\",
]
PARTS += [" ", "true", "resource.name", "//", "r'", "b'", "'''", '"""', "a", "ben/"]


def hostile(number: int) -> str:
    dice = random.Random(number)
    return "".join(dice.choices(PARTS, k=dice.randint(1, 9))) + "/"


def test_a_literal_means_its_text():
    for number in range(3000):
        text = hostile(number)
        literal = quote(text)
        assert decode(literal) == text
        assert literal.isprintable() and literal[0] == literal[-1] == "'"


def test_no_folder_name_widens_a_boundary():
    tried = 0
    for number in range(3000):
        prefix = hostile(number)
        try:
            scope = Scope.parse(BUCKET, prefix)
        except LeapError as error:
            assert error.reason == "line-break-in-name"
            continue
        tried += 1
        others = [
            prefix[:-1],
            prefix[1:],
            "x" + prefix,
            hostile(number + 1),
            "ada/x",
            "",
            "'",
            prefix.replace("\\", ""),
        ]
        for key in (prefix, prefix + "x", *others):
            wanted = key.startswith(prefix)
            assert evaluate(scope.expression, OBJECTS + key, {}) == wanted
            listing = {"storage.googleapis.com/objectListPrefix": key}
            assert evaluate(scope.expression, OBJECTS[: -len("/objects/")], listing) == wanted
        assert not evaluate(scope.expression, OBJECTS.replace("scratch", "persistent") + prefix, {})
    assert tried > 1000


@pytest.mark.parametrize("prefix", ["')||true||('/", "a'b\"c\\d/", "\\') || true || resource.name.startsWith(\\'/"])
async def test_a_hostile_folder_is_a_folder(server, google, prefix):
    told = (await ask(server, {"bucket": "leap-scratch", "prefix": prefix})).json()
    assert told["scope"]["prefix"] == prefix
    headers = {"Authorization": f"Bearer {told['accessToken']}"}
    for key, allowed in ((prefix + "x", True), ("ben/x", False), (prefix[:-1], False)):
        url = URL(f"{google.url}{JSON}/{percent(key, safe='')}", encoded=True)
        async with server.http.get(url, headers=headers) as reply:
            assert reply.status == (404 if allowed else 403)


def test_the_judge_of_these_tests_sees_what_is_smuggled_in():
    """An expression made without quoting is as wide as its author wished."""
    smuggled = "resource.name.startsWith('" + "')||true||('" + "')"
    assert evaluate(smuggled, "anything", {})
    for nonsense in (
        "",
        "resource.name",
        "resource.name.startsWith('a",
        "true true",
        "'\\q' == 'q'",
        "1",
        "other.name",
    ):
        with pytest.raises((ValueError, KeyError)):
            evaluate(nonsense, "x", {})


def test_the_longest_folder_that_can_be_limited():
    fits = (MAX_EXPRESSION - len(Scope.parse(BUCKET, "/").expression)) // 2
    scope = Scope.parse(BUCKET, "x" * fits + "/")
    assert MAX_EXPRESSION - 1 <= len(scope.expression) <= MAX_EXPRESSION
    with pytest.raises(LeapError):
        Scope.parse(BUCKET, "x" * (fits + 1) + "/")


def test_nothing_of_a_token_is_in_its_repr():
    assert "ya29" not in repr(AccessToken("ya29.limited", None, None, "gcloud"))
