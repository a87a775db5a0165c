"""The routes as a page sees them behind a real JupyterHub: its proxy, its path prefix, its cookies and XSRF checks."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
import requests

from ..checksum import crc32c
from .frames import frame
from .hub import IN_A_WEEK, Page, from_afar, make_grant

PIECE = 256 * 1024


@pytest.fixture(scope="module")
def ada(hub):
    return Page(hub["url"], "ada")


@pytest.fixture(scope="module")
def ben(hub):
    return Page(hub["url"], "ben")


def upload(page: Page, key: str, content: bytes) -> list[requests.Response]:
    """Both answers of a two-piece upload by the relay."""
    asked = {
        "bucket": "leap-scratch",
        "key": key,
        "size": len(content),
        "contentType": "text/plain",
        "ifGenerationMatch": 0,
    }
    started = page.call("post", "uploads", json=asked)
    assert started.status_code == 201, started.text
    answers = []
    for start in (0, PIECE):
        piece = content[start : start + PIECE] if start == 0 else content[start:]
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(content)}",
        }
        answers.append(page.call("put", started.json()["relayUrl"], data=piece, headers=headers))
    return answers


def test_each_user_sees_her_own_home(ada, ben):
    for page in (ada, ben):
        answer = page.call("get", "buckets")
        assert answer.status_code == 200, answer.text
        homes = {bucket["uri"]: bucket["home"] for bucket in answer.json()["buckets"]}
        assert homes == {"gs://leap-scratch": f"{page.user}/", "gs://leap-persistent": f"{page.user}/"}


def test_a_read_without_the_xsrf_header_is_refused(ada):
    """What a worker gets unless the page hands it the header."""
    answer = ada.call("get", "buckets", xsrf=False)
    assert answer.status_code == 403
    assert answer.json()["reason"] and "buckets" not in answer.json()
    # The next one must not fail in the proxy because the refusal closed its connection.
    for _ in range(100):
        ada.call("get", "buckets", xsrf=False)
        assert ada.call("get", "buckets").status_code == 200


def test_an_upload_passes_the_proxy_piece_by_piece(ada):
    content = bytes(range(256)) * 1024 + b"the last piece"
    first, last = upload(ada, "ada/two pieces #1.txt", content)
    assert (first.status_code, first.headers["Range"]) == (308, f"bytes=0-{PIECE - 1}")
    assert last.status_code == 200, last.text
    assert last.json()["crc32c"]
    listed = ada.call("get", "list", params={"bucket": "leap-scratch", "prefix": "ada/"})
    assert {e["name"]: e["size"] for e in listed.json()["entries"]} == {"two pieces #1.txt": len(content)}
    where = {"bucket": "leap-scratch", "key": "ada/two pieces #1.txt"}
    assert ada.call("get", "object", params=where).content == content
    part = ada.call("get", "object", params=where, headers={"Range": "bytes=-5"})
    assert (part.status_code, part.content) == (206, b"piece")


def test_a_batch_passes_the_proxy(ada):
    sent = {f"f.zarr/c/{number}": bytes([number]) * 20_000 for number in range(200)}
    body = b"".join(frame(key, data) for key, data in sent.items())
    where = {"bucket": "leap-scratch", "prefix": "ada/"}
    answer = ada.call("post", "batch", params=where, data=body)
    assert answer.status_code == 200, answer.text
    done = {line["key"]: line["object"]["crc32c"] for line in map(json.loads, answer.text.splitlines())}
    assert done == {key: crc32c(data) for key, data in sent.items()}
    asked = {**where, "files": [{"key": key, "size": 20_000} for key in sent]}
    found = ada.call("post", "compare", json=asked).json()["existing"]
    assert {one["key"]: one["crc32c"] for one in found} == done


def test_a_token_needs_a_post_from_the_page_itself(ada):
    assert ada.call("post", "token", json={}).json()["source"] == "gcloud"
    refused = [
        ada.call("post", "token", json={}, xsrf=False),
        ada.call("post", "token", json={}, headers={"Sec-Fetch-Site": "cross-site"}),
        ada.call("get", "token"),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 405]
    assert not any("ya29" in answer.text for answer in refused)


ROUTES = [
    ("get", "buckets"),
    ("get", "list?bucket=leap-scratch&prefix=ada/"),
    ("get", "object?bucket=leap-scratch&key=ada/secret.txt"),
    ("head", "object?bucket=leap-scratch&key=ada/secret.txt"),
    ("put", "object?bucket=leap-scratch&key=ada/secret.txt"),
    ("delete", "object?bucket=leap-scratch&key=ada/secret.txt"),
    ("post", "uploads"),
    ("put", "uploads/any"),
    ("delete", "uploads/any"),
    ("post", "token"),
    ("get", "grants"),
    ("post", "grants"),
    ("delete", "grants/any"),
    ("post", "buckets"),
    ("delete", "buckets/leap-scratch"),
    ("get", "details?bucket=leap-scratch&key=ada/secret.txt"),
    ("get", "archive?bucket=leap-scratch&prefix=ada/"),
    ("post", "archive"),
    ("get", "archive/any"),
    ("get", "operations"),
    ("post", "operations"),
    ("post", "batch"),
    ("post", "compare"),
    ("get", "operations/any"),
    ("delete", "operations/any"),
]
SECRET = {"bucket": "leap-scratch", "key": "ada/secret.txt"}
HARM = {
    **SECRET,
    "keys": [SECRET["key"]],
    "kind": "delete",
    "source": {"bucket": SECRET["bucket"], "keys": [SECRET["key"]]},
    "uri": "gs://leap-elsewhere",
}
"""A body by which each route would do something, if it did anything."""


@pytest.mark.parametrize(("verb", "path"), ROUTES, ids=lambda value: value.partition("?")[0])
@pytest.mark.parametrize("xsrf", ["none", "ben's", "ada's"])
def test_another_users_cookie_gets_nothing(ada, ben, verb, path, xsrf):
    upload_once(ada)
    headers = {"X-XSRFToken": ada.xsrf()} if xsrf == "ada's" else {}
    answer = ben.call(verb, path, server=ada.server, xsrf=xsrf == "ben's", headers=headers, **harm(verb))
    assert answer.status_code in (302, 403)
    assert nothing_came_of_it(answer, ada)


@pytest.mark.parametrize(("verb", "path"), ROUTES, ids=lambda value: value.partition("?")[0])
@pytest.mark.parametrize("xsrf", ["none", "ben's", "nonsense"])
def test_her_own_cookie_alone_gets_nothing(ada, ben, verb, path, xsrf):
    """What another site's page could send, or one that guesses."""
    upload_once(ada)
    headers = {"none": {}, "ben's": {"X-XSRFToken": ben.xsrf()}, "nonsense": {"X-XSRFToken": "nonsense"}}[xsrf]
    answer = ada.call(verb, path, xsrf=False, headers=headers, **harm(verb))
    assert answer.status_code == 403
    assert verb == "head" or answer.json()["reason"] == "xsrf"
    assert nothing_came_of_it(answer, ada)


def harm(verb: str) -> dict:
    return {} if verb in ("get", "head", "delete") else {"json": HARM}


def nothing_came_of_it(answer: requests.Response, ada: Page) -> bool:
    assert not re.search('secret text|ya29|gs://|entries|"operations"', answer.text)
    assert ada.call("get", "object", params=SECRET).content.endswith(b"secret text")
    assert ada.call("get", "operations").json()["operations"] == []
    return len(ada.call("get", "buckets").json()["buckets"]) == 2


def upload_once(ada: Page) -> None:
    if ada.call("head", "object", params=SECRET).status_code == 404:
        assert upload(ada, SECRET["key"], b"." * PIECE + b"secret text")[-1].status_code == 200


# Upload grants: what another computer does, without a login

ADA = {"bucket": "leap-scratch", "prefix": "ada/"}


def test_a_limited_token_through_the_hub(hub, ada):
    told = ada.call("post", "token", json=ADA).json()
    assert told["scope"]["kind"] == "limited"
    reached = {
        prefix: requests.get(
            f"{hub['limitedUrl']}/storage/v1/b/leap-scratch/o",
            params={"prefix": prefix},
            headers={"Authorization": f"Bearer {told['accessToken']}"},
            timeout=30,
        ).status_code
        for prefix in ("ada/", "ben/", "")
    }
    assert reached == {"ada/": 200, "ben/": 403, "": 403}


def test_a_grant_is_used_through_the_hub_without_a_login(hub, ada):
    made = make_grant(ada)
    assert made["url"] == f"{ada.server}leap-buckets/grants/token"
    answer = from_afar(made)
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == {"kind": "limited", **ADA, "permissions": ["list", "read", "write", "delete"]}
    assert "Set-Cookie" not in answer.headers
    assert from_afar(made, {"heartbeat": True}).status_code == 204
    assert from_afar({**made, "grant": "wrong"}).json()["reason"] == "bad-grant"
    assert ada.call("delete", f"grants/{made['id']}").status_code == 204
    assert from_afar(made).json()["reason"] == "bad-grant"


def test_a_grant_opens_nothing_else(ada):
    """It is not a token of the hub, nor one of the server."""
    made = make_grant(ada)
    for kind in ("Bearer", "token"):
        for path in (
            "api/contents",
            "api/terminals",
            "leap-buckets/buckets",
            "leap-buckets/grants",
            "leap-buckets/token",
        ):
            verb = "post" if path.endswith("token") else "get"
            headers = {"Authorization": f"{kind} {made['grant']}"}
            answer = requests.request(verb, ada.server + path, headers=headers, timeout=30, allow_redirects=False)
            assert answer.status_code in (302, 403), (kind, path)


def test_another_users_page_neither_lists_nor_revokes_nor_makes_grants(ada, ben):
    made = make_grant(ada)
    headers = {"X-XSRFToken": ada.xsrf()}
    for verb, path in (("get", "grants"), ("delete", f"grants/{made['id']}"), ("post", "grants")):
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + IN_A_WEEK))
        body = {**ADA, "expiresAt": end} if verb == "post" else None
        answer = ben.call(verb, path, server=ada.server, xsrf=False, headers=headers, json=body)
        assert answer.status_code in (302, 403)
        assert made["id"] not in answer.text and "leap-grant-" not in answer.text
    assert ben.call("get", "grants").json() == {"grants": []}
    assert ben.call("delete", f"grants/{made['id']}").status_code == 404
    assert made["id"] in {one["id"] for one in ada.call("get", "grants").json()["grants"]}
    assert from_afar(made).status_code == 200
    # Nor does a grant of hers open anything at his server.
    elsewhere = {**made, "url": made["url"].replace("/user/ada/", "/user/ben/")}
    assert from_afar(elsewhere).json()["reason"] == "bad-grant"


def test_a_stopped_server_says_nothing_in_our_words_and_started_again_it_knows_its_grants(hub):
    cyd = Page(hub["url"], "cyd")
    made = make_grant(cyd)
    assert from_afar(made).status_code == 200
    cyd.stop()
    answer = from_afar(made)
    # What the snippet takes for a stopped server: neither a success, nor JSON of ours, which has a reason.
    assert answer.status_code in (302, 403, 404, 424, 503), answer.text
    assert '"reason"' not in answer.text and made["grant"] not in answer.text
    Page(hub["url"], "cyd")
    assert from_afar(made).status_code == 200


def test_no_log_holds_a_token_or_an_upload_address(hub, ada):
    ada.call("post", "token", json={})
    logs = [path.read_text(errors="replace") for path in Path(hub["folder"]).glob("*.log")]
    assert any("leap-buckets/token" in log for log in logs), "the users' servers write into the hub's log"
    assert any("made the upload grant" in log for log in logs)
    assert not any(re.search("ya29|upload_id=|leap-grant-", log) for log in logs)
