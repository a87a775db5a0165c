"""`POST token` of a real server that logs everything: who gets a token, how, and where it must never show."""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from .processes import JupyterServer, jupyter_server_process
from .stub_gcloud import make_path

SECRET = re.compile(r"ya29|SECRET|eyJ")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("token-server")
    environment = {
        "PATH": make_path(folder / "bin"),
        "STUB_GCLOUD_MODE_FILE": str(folder / "mode"),
        "NO_GCE_CHECK": "true",
        "SCRATCH_BUCKET": "gs://leap-scratch/ada",
    }
    nobody = "--LeapBuckets.tokenExchange=http://127.0.0.1:1/v1/token"
    with jupyter_server_process(folder, environment, "--debug", "--LeapBuckets.tokenTimeout=1", nobody) as server:
        yield server


@pytest.fixture
def gcloud(server):
    """Chooses what the stand-in gcloud does, while the server runs."""
    return lambda mode: (server.log.parent / "mode").write_text(f"{mode}\n")


@pytest.fixture(autouse=True)
def fresh(gcloud):
    gcloud("fresh")


@pytest.fixture
def page(server):
    """A page of somebody who signed in: her cookies, and the XSRF header."""
    session = requests.Session()
    session.get(f"{server.url}login", timeout=10)
    form = {"password": server.token, "_xsrf": session.cookies["_xsrf"]}
    assert session.post(f"{server.url}login", data=form, timeout=10).ok
    session.headers["X-XSRFToken"] = session.cookies["_xsrf"]
    return session


def ask(page: requests.Session, server: JupyterServer, body: dict | None = None, **options) -> requests.Response:
    url = f"{server.url}leap-buckets/token"
    return page.post(url, json={} if body is None else body, timeout=30, **options)


def assert_refused(answer: requests.Response, status: int, reason: str | None = None) -> None:
    assert answer.status_code == status
    told = answer.json()
    assert set(told) == {"message", "reason", "hint"}
    assert reason in (None, told["reason"])
    assert not SECRET.search(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_answer_is_the_contract(page, server):
    answer = ask(page, server)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert "ETag" not in answer.headers
    told = answer.json()
    assert told.pop("accessToken").startswith("ya29.")
    expires_at = told.pop("expiresAt")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", expires_at)
    left = datetime.fromisoformat(expires_at.replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert 58 * 60 < left.total_seconds() <= 59 * 60
    assert told == {
        "account": "researcher@leap-stub.iam.gserviceaccount.com",
        "source": "gcloud",
        "scope": {"kind": "full", "bucket": None, "prefix": None, "permissions": ["*"]},
    }


def test_an_unknown_end_is_null(page, server, gcloud):
    gcloud("old")
    told = ask(page, server).json()
    assert told["expiresAt"] is None
    assert told["source"] == "gcloud auth print-access-token"


@pytest.mark.parametrize(
    ("mode", "status", "reason"),
    [
        ("failing", 502, "gcloud-failed"),
        ("hanging", 504, "gcloud-timeout"),
        ("bad-output", 502, "gcloud-bad-output"),
        ("expired", 502, "token-expired"),
    ],
)
def test_each_failure_has_its_own_reason(page, server, gcloud, mode, status, reason):
    gcloud(mode)
    assert_refused(ask(page, server), status, reason)


def test_without_gcloud_and_adc(page, server):
    gcloud = server.log.parent / "bin" / "gcloud"
    aside = gcloud.rename(gcloud.with_name("aside"))
    try:
        assert_refused(ask(page, server), 503, "gcloud-missing-and-no-adc")
    finally:
        aside.rename(gcloud)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"bucket": "leap-scratch", "prefix": "ada/"}, 502, "limiting-unreachable"),
        ({"prefix": ""}, 400, "bad-parameter"),
        ({"bucket": None}, 400, "bad-parameter"),
    ],
)
def test_a_full_token_never_stands_in_for_a_limited_one(page, server, body, status, reason):
    assert_refused(ask(page, server, body), status, reason)


def test_bodies_that_make_no_sense(page, server):
    assert_refused(ask(page, server, {"buckets": "leap-scratch"}), 400, "bad-parameter")
    url = f"{server.url}leap-buckets/token"
    as_json = {"Content-Type": "application/json"}
    assert_refused(page.post(url, data="{}", timeout=10), 415)
    assert_refused(page.post(url, data="[]", headers=as_json, timeout=10), 400)
    assert_refused(page.post(url, headers=as_json, timeout=10), 400)
    half_a_pair = page.post(url, data=rb'{"\ud800\n": 1}', headers=as_json, timeout=10)
    assert_refused(half_a_pair, 400, "bad-parameter")
    assert r"'\ud800\n'" in half_a_pair.json()["message"]
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE"])
def test_post_only(page, server, verb):
    assert_refused(page.request(verb, f"{server.url}leap-buckets/token", json={}, timeout=10), 405)


def test_head_has_no_token_either(page, server):
    assert page.head(f"{server.url}leap-buckets/token", timeout=10).status_code == 405


def test_a_cookie_alone_is_not_enough(page, server):
    del page.headers["X-XSRFToken"]
    assert_refused(ask(page, server), 403, "xsrf")


def test_nobody_gets_nothing(server):
    stranger = requests.Session()
    assert_refused(ask(stranger, server), 403)
    stranger.get(f"{server.url}login", timeout=10)
    stranger.headers["X-XSRFToken"] = stranger.cookies["_xsrf"]
    assert_refused(ask(stranger, server), 403)


@pytest.mark.parametrize(("verb", "path"), [("GET", "buckets"), ("GET", "token"), ("POST", "token")])
def test_a_proxy_can_keep_its_connection_after_a_refusal(server, verb, path):
    """One that is closed without a word gets somebody's next request, which then fails in the proxy."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    body = "{}" if verb == "POST" else None
    for _ in range(2):
        connection.request(verb, f"/leap-buckets/{path}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 403
        if answer.will_close:
            break
        time.sleep(0.1)
    connection.close()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_get_nothing(page, server, site):
    assert_refused(ask(page, server, headers={"Sec-Fetch-Site": site}), 403, "cross-site")


def test_a_program_may_ask_by_the_servers_own_token(server):
    answer = ask(requests.Session(), server, headers={"Authorization": f"token {server.token}"})
    assert answer.json()["source"] == "gcloud"


@pytest.mark.parametrize("body", [{}, {"bucket": "leap-scratch", "prefix": "ada/"}])
def test_no_process_is_started_with_a_token(page, server, gcloud, body):
    gcloud("slow")
    asking = threading.Thread(target=ask, args=(page, server, body))
    asking.start()
    seen = set()
    while asking.is_alive():
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                seen.add((process / "cmdline").read_bytes())
    assert any(b"config-helper" in line for line in seen)
    assert not any(b"ya29.stub" in line for line in seen)


def test_nothing_secret_is_in_the_debug_log(page, server, gcloud):
    for mode in ("fresh", "old", "failing", "bad-output"):
        gcloud(mode)
        ask(page, server)
    log = server.log.read_text()
    assert "leap-buckets/token" in log and "gcloud-failed" in log
    assert not SECRET.search(log)
