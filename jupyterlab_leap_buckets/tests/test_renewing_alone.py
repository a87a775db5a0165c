"""`BucketCredentials` of the code that renews its tokens, against a hub that says whatever a hub can say."""

from __future__ import annotations

import io
import json
import pickle
import sys
import threading
import time
import types
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cloudpickle
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request

from . import typescript

GRANT = "leap-grant-CANARY"


class Clock:
    """That of the computer; sleeping puts it forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.slept: list[float] = []

    def time(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ahead += seconds


class Hub:
    """Answers as the last of `answers` that is left: `(status, headers, body)`, or seconds that a new token lives."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.answers: list = [3600]
        self.calls: list[tuple[dict, bytes]] = []
        self.skew = 0.0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hub.calls.append((dict(self.headers), body))
                status, headers, text = hub.answer()
                self.send_response_only(status)
                now = hub.clock.time() + hub.skew
                for name, value in {"Date": formatdate(now, usegmt=True), **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/user/ada/leap-buckets/grants/token"

    def answer(self) -> tuple[int, dict, str]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, tuple):
            return answer
        end = time.gmtime(self.clock.time() + self.skew + answer)
        told = {"accessToken": f"ya29.{len(self.calls)}", "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", end)}
        return 200, {}, json.dumps(told)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def refused(status: int, reason: str, **headers: str) -> tuple[int, dict, str]:
    return status, headers, json.dumps({"message": f"It is {reason}.", "reason": reason, "hint": "Do that."})


STOPPED = (403, {"Content-Type": "text/html"}, "<html>Your server is not running</html>")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(clock):
    hub = Hub(clock)
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def code(pytestconfig):
    use = {"url": "https://hub", "store": "gs://b/x", "example": "gs://b/y", "keepAwake": True}
    made = typescript.call(pytestconfig.rootpath, "src/credential/renewing.ts", "renewingSnippet", use)
    return made[: made.index('file = Path("grant.txt")')]


@pytest.fixture
def make(code, clock, hub, monkeypatch) -> Callable:
    """Credentials with the clock of the test."""
    module = types.ModuleType("copied")
    monkeypatch.setitem(sys.modules, "copied", module)
    exec(code, vars(module))  # as a notebook does
    module.time = clock
    monkeypatch.delitem(vars(sys.modules["google.auth"]), "_bucket_grants", raising=False)
    return lambda **more: module.BucketCredentials(hub.url, GRANT, **more)


def header(credentials) -> str:
    """What a Google library sends."""
    headers = {}
    credentials.before_request(Request(), "GET", "https://storage", headers)
    return headers["authorization"]


def test_it_asks_once_and_again_before_the_end(make, hub, clock):
    credentials = make()
    assert header(credentials) == header(credentials) == "Bearer ya29.1"
    sent, body = hub.calls[0]
    assert sent["Authorization"] == f"Bearer {GRANT}" and json.loads(body) == {}
    clock.ahead += 3600 - 241
    assert header(credentials) == "Bearer ya29.1"
    clock.ahead += 2
    assert header(credentials) == "Bearer ya29.2"
    assert len(hub.calls) == 2 and clock.slept == []


def test_a_token_that_ends_soon_is_asked_about_again_until_a_better_one_is_there(make, hub, clock):
    """As Google's metadata server has it: one token for all until shortly before its end."""
    hub.answers = [200, 170, 140, 3600]
    credentials = make()
    taken = []
    for _ in range(12):
        taken.append(header(credentials))
        clock.ahead += 20
    assert taken[0] == "Bearer ya29.1" and taken[-1] == "Bearer ya29.4"
    assert len(hub.calls) == 4, "spaced, and none after a good one"


def test_a_worse_token_does_not_replace_a_better_one(make, hub, clock):
    hub.answers = [300, 100]
    credentials = make()
    header(credentials)
    clock.ahead += 70
    assert header(credentials) == "Bearer ya29.1"
    assert len(hub.calls) == 2


def test_a_computer_whose_clock_is_wrong(make, hub, clock):
    hub.skew = -7200
    credentials = make()
    assert [header(credentials), header(credentials)] == ["Bearer ya29.1"] * 2


def test_many_threads_ask_once(make, hub):
    credentials = make()
    threads = [threading.Thread(target=header, args=(credentials,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hub.calls) == 1


def test_a_stopped_server_is_waited_for_in_words(make, hub, clock, capsys):
    hub.answers = [STOPPED, (302, {"Location": hub.url}, ""), (503, {}, "{}"), (404, {}, "[]"), 3600]
    assert header(make()) == "Bearer ya29.5"
    told = capsys.readouterr().err
    assert told.count("The upload waits. Your server on the hub does not run") == 1
    assert f"Start it at {hub.url.partition('/user/')[0]}/hub/home" in told
    assert len(clock.slept) == 4 and min(clock.slept) >= 20
    assert GRANT not in told


def test_a_token_that_is_still_good_is_used_while_the_server_is_stopped(make, hub, clock):
    hub.answers = [3600, STOPPED]
    credentials = make()
    header(credentials)
    clock.ahead += 3600 - 100
    assert header(credentials) == "Bearer ya29.1"
    assert clock.slept == []


def test_it_gives_up_after_its_patience(make, hub, clock):
    hub.answers = [STOPPED]
    with pytest.raises(RefreshError, match="does not run"):
        header(make(patience=600))
    assert 600 <= sum(clock.slept) < 700


def test_a_grant_that_has_ended_is_told_at_once_and_not_asked_for_a_minute(make, hub, clock):
    hub.answers = [refused(401, "bad-grant")]
    credentials = make()
    for _ in range(6):
        with pytest.raises(RefreshError, match="ended, was revoked or was not copied whole"):
            header(credentials)
    assert len(hub.calls) == 1 and clock.slept == []


def test_too_many_calls_are_spaced_as_the_server_asks(make, hub, clock):
    hub.answers = [refused(429, "too-many-requests", **{"Retry-After": "42"}), 3600]
    assert header(make()) == "Bearer ya29.2"
    assert 41 <= clock.slept[0] <= 63


def test_what_the_server_says_is_told(make, hub, clock, capsys):
    hub.answers = [refused(502, "limiting-unreachable"), 3600]
    header(make())
    assert "It is limiting-unreachable. Do that." in capsys.readouterr().err


def test_a_computer_that_is_offline(make, hub, capsys):
    hub.close()
    with pytest.raises(RefreshError, match="cannot be reached"):
        header(make(patience=60))
    assert "is this computer online?" in capsys.readouterr().err
    hub.close = lambda: None


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_a_worker_gets_what_is_left_of_the_token(make, hub, pickler, monkeypatch):
    credentials = make(keep_awake=True)
    header(credentials)
    carried = pickler.dumps(credentials)
    monkeypatch.delitem(vars(sys.modules["google.auth"]), "_bucket_grants")  # another process
    copy = pickler.loads(carried)
    assert header(copy) == "Bearer ya29.1" and len(hub.calls) == 1
    assert repr(copy) == repr(credentials) and GRANT not in repr(copy)
    credentials.let_sleep()


def test_other_grants_are_other_credentials(make, hub):
    one = make()
    other = type(one)(hub.url, GRANT + "2")
    assert repr(one) != repr(other)
    assert header(one) != header(other)


def test_the_grant_goes_nowhere_else(make, hub, clock, tmp_path, monkeypatch):
    """Not where an answer points to; and no line of ~/.netrc is sent instead."""
    elsewhere = Hub(clock)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for status in (301, 302, 307, 308):
        hub.answers = [(status, {"Location": elsewhere.url}, ""), 3600]
        monkeypatch.delitem(vars(sys.modules["google.auth"]), "_bucket_grants", raising=False)
        header(make())
    assert elsewhere.calls == []
    assert {sent["Authorization"] for sent, _ in hub.calls} == {f"Bearer {GRANT}"}
    elsewhere.close()


def test_the_heartbeat_goes_on_until_the_upload_is_done(make, hub):
    credentials = make()
    beats = iter([False, False, True])
    credentials.awake = types.SimpleNamespace(wait=lambda seconds: next(beats))
    hub.answers = [(204, {}, ""), STOPPED]
    credentials._keep_awake()
    assert [json.loads(body) for _, body in hub.calls] == [{"heartbeat": True}] * 2


def test_nothing_is_printed_where_nothing_is_wrong(make, hub, monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    header(make())
    assert said.getvalue() == ""
