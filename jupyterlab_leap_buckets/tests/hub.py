"""A real JupyterHub as its users meet it: in a page, and from another computer."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests


@contextlib.contextmanager
def jupyterhub(repository: Path) -> Iterator[dict]:
    """What `ui-tests/hub/run.py` prints."""
    command = [sys.executable, str(repository / "ui-tests" / "hub" / "run.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line, "the hub did not start"
    yield json.loads(line)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stdout.close()


class Page:
    """A page of one user's JupyterLab: her cookies, and the headers Chromium adds to what the page sends."""

    def __init__(self, hub: str, user: str) -> None:
        self.user = user
        self.server = f"{hub}user/{user}/"
        self._session = requests.Session()
        login = self._visit("get", f"{hub}hub/login")
        form_token = re.search(r'name="_xsrf" value="([^"]+)"', login.text)[1]
        form = {"username": user, "password": "any", "_xsrf": form_token}
        assert self._visit("post", f"{hub}hub/login", data=form).ok
        deadline = time.monotonic() + 120
        while not self._visit("get", f"{self.server}lab").url.startswith(f"{self.server}lab"):
            assert time.monotonic() < deadline, "the user's server did not start"
            self._visit("get", f"{hub}hub/spawn/{user}")
            time.sleep(0.5)

    def _visit(self, verb: str, url: str, **options) -> requests.Response:
        return self._session.request(verb, url, headers={"Sec-Fetch-Mode": "navigate"}, timeout=60, **options)

    def stop(self) -> None:
        """Stop the server, as the hub does with idle ones."""
        hub = self.server.partition("user/")[0] + "hub/"
        path = urlsplit(hub).path
        self._visit("get", f"{hub}home")  # gives the cookie of who has signed in
        token = next(c.value for c in self._session.cookies if c.name == "_xsrf" and c.path == path)
        headers = {"X-XSRFToken": token, "Sec-Fetch-Mode": "cors"}
        answer = self._session.delete(f"{hub}api/users/{self.user}/server", headers=headers, timeout=60)
        assert answer.status_code == 204, answer.text

    def xsrf(self) -> str:
        """What the page reads from `document.cookie`, which a worker cannot."""
        path = urlsplit(self.server).path
        return next(c.value for c in self._session.cookies if c.name == "_xsrf" and c.path == path)

    def call(
        self, verb: str, path: str, *, server: str | None = None, xsrf: bool = True, headers=None, **options
    ) -> requests.Response:
        """A fetch by the page's own script; `path` below `leap-buckets/`, or an absolute path."""
        sent = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", **(headers or {})}
        if xsrf:
            sent["X-XSRFToken"] = self.xsrf()
        base = f"{server or self.server}leap-buckets/"
        url = requests.compat.urljoin(base, path)
        return self._session.request(verb, url, headers=sent, timeout=60, allow_redirects=False, **options)


IN_A_WEEK = 7 * 24 * 3600


def make_grant(page: Page, **more) -> dict:
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + IN_A_WEEK))
    body = {"bucket": "leap-scratch", "prefix": f"{page.user}/", "expiresAt": end, **more}
    answer = page.call("post", "grants", json=body, headers={"Origin": origin_of(page.server)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def origin_of(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def from_afar(made: dict, body: dict | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {made['grant']}"}
    return requests.post(made["url"], headers=headers, json=body, timeout=30, allow_redirects=False)
