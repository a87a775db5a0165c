"""Who the server is for Google: Application Default Credentials, renewed when a token is old or refused."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..errors import LeapError
from ..stores.gcs import GcsStore
from ..stores.gcs_client import GcsClient
from ..stores.google_auth import GoogleAuth
from .standin import StandIn


class Google:
    """Google's sign-in service, as a service account asks it. `lifetime` of the tokens it makes, in seconds."""

    def __init__(self) -> None:
        self.lifetime = 3600
        self.made = 0

    async def answer(self, request: web.Request) -> web.Response:
        assert "assertion" in await request.post()
        self.made += 1
        token = {"access_token": f"token-{self.made}", "expires_in": self.lifetime, "token_type": "Bearer"}
        return web.json_response(token)


@pytest_asyncio.fixture
async def google(monkeypatch, tmp_path):
    service = Google()
    app = web.Application()
    app.router.add_post("/token", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = {
        "type": "service_account",
        "client_email": "hub@leap.iam.gserviceaccount.com",
        "token_uri": f"http://127.0.0.1:{runner.addresses[0][1]}/token",
        "private_key": private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    }
    (tmp_path / "account.json").write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    yield service
    await runner.cleanup()


async def test_a_token_is_kept_until_it_is_old(google):
    auth = GoogleAuth()
    first = await auth.headers()
    assert first == {"Authorization": f"Bearer token-{google.made}"}
    assert await auth.headers() == first
    google.lifetime = 60  # what google-auth calls expired, with its margin of minutes
    assert await auth.headers(renew=True) != first
    made = google.made
    await auth.headers()
    assert google.made == made + 1


async def test_a_refused_token_is_renewed_once(google):
    service = StandIn(["leap-scratch"])
    client = GcsClient(await service.start(), GoogleAuth(), 1, 1, 1)
    store = GcsStore("leap-scratch", client)
    service.token = "token-1"
    assert (await store.list("", "", 10, None)).entries == []
    service.token = f"token-{google.made + 1}"
    assert (await store.list("", "", 10, None)).entries == []
    service.token = "never"
    with pytest.raises(LeapError) as caught:
        await store.list("", "", 10, None)
    assert (caught.value.status, caught.value.reason) == (403, "no-permission")
    await client.close()
    await service.stop()


async def test_no_credentials_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(LeapError) as caught:
        await GoogleAuth().headers()
    assert (caught.value.status, caught.value.reason) == (403, "no-credentials")
    assert "gcloud auth application-default login" in caught.value.hint
