"""Servers and stores that tests share, each started once: they are real ones, and starting them takes time."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from .hub import jupyterhub
from .processes import fake_gcs
from .s3_endpoint import Gateway, gateway, moto
from .server import Client, jupyter_server
from .standin import StandIn
from .stub_gcloud import make_path
from .traps import places, set_traps

_numbers = itertools.count()

S3 = ("moto", "moto-deaf")
"""moto's server, and one that ignores the preconditions of writes."""
STORES = ("local", "standin", "fake-gcs-server", *S3)


@dataclass(frozen=True)
class Place:
    """A bucket of a running server, and a folder in it that no other test uses."""

    client: Client
    bucket: str
    kind: str
    folder: str
    root: Path | None = None

    def key(self, name: str) -> str:
        return self.folder + name


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory) -> Iterator[pytest.MonkeyPatch]:
    """No configuration, credentials or buckets of the machine's own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(home / name.lower()))
        patch.setenv("JUPYTER_NO_CONFIG", "1")
        patch.setenv("PATH", make_path(home / "bin") + os.pathsep + os.environ["PATH"])  # its gcloud is the first
        for name in ("SCRATCH_BUCKET", "PERSISTENT_BUCKET", "PANGEO_SCRATCH", "STORAGE_EMULATOR_HOST"):
            patch.delenv(name, raising=False)
        for name in ("GOOGLE_APPLICATION_CREDENTIALS", "JUPYTERHUB_SERVICE_PREFIX"):
            patch.delenv(name, raising=False)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield patch


@pytest_asyncio.fixture(scope="session")
async def standin() -> AsyncIterator[StandIn]:
    service = StandIn(["leap-scratch", "leap-persistent"])
    await service.start()
    yield service
    await service.stop()


@pytest.fixture(autouse=True)
def no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "standin" in request.fixturenames:
        request.getfixturevalue("standin").faults.waiting.clear()


@pytest_asyncio.fixture(scope="session")
async def s3_service(tmp_path_factory) -> AsyncIterator[str]:
    with moto(tmp_path_factory.mktemp("moto"), ["leap-scratch"]) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def deaf(s3_service) -> AsyncIterator[Gateway]:
    async with gateway(s3_service, deaf=True) as made:
        yield made


@contextlib.asynccontextmanager
async def s3_server(folder: Path, patch: pytest.MonkeyPatch, endpoint: str) -> AsyncIterator[Client]:
    """A Jupyter server with a bucket of S3, whose keys were in the environment when it was first used."""
    bucket = {"id": "leap-scratch", "uri": "s3://leap-scratch", "endpoint": endpoint}
    async with jupyter_server(folder, LeapBuckets={"buckets": [bucket], "retryDeadline": 4.0}) as client:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
        await client.leap.store(client.leap.bucket("leap-scratch")).list("", "", 1, None)
        patch.delenv("AWS_ACCESS_KEY_ID")
        patch.delenv("AWS_SECRET_ACCESS_KEY")
        yield client


@pytest_asyncio.fixture(scope="session")
async def servers(tmp_path_factory, clean_environment, standin, s3_service, deaf) -> AsyncIterator[dict[str, Client]]:
    """A Jupyter server for each kind of store."""
    folder = tmp_path_factory.mktemp("servers")
    buckets = {"buckets": [{"id": "leap-scratch", "uri": "gs://leap-scratch"}], "retryDeadline": 4.0}
    root = folder / "bucket"
    root.mkdir()
    local = {"buckets": [{"id": "leap-scratch", "path": str(root)}]}
    with fake_gcs(folder, ["leap-scratch"]) as emulator:
        async with (
            jupyter_server(folder, LeapBuckets=local) as on_disk,
            jupyter_server(folder, LeapBuckets=buckets) as on_standin,
            jupyter_server(folder, LeapBuckets=buckets) as on_emulator,
            s3_server(folder, clean_environment, s3_service) as on_moto,
            s3_server(folder, clean_environment, deaf.url) as on_deaf,
        ):
            # Each server reads the variable when its store is first used.
            for client, address in (
                (on_standin, standin.url),
                (on_emulator, emulator.removeprefix("http://")),
            ):
                clean_environment.setenv("STORAGE_EMULATOR_HOST", address)
                client.leap.store(client.leap.bucket("leap-scratch"))
            clean_environment.delenv("STORAGE_EMULATOR_HOST")
            google = {"standin": on_standin, "fake-gcs-server": on_emulator}
            yield {"local": on_disk, **google, "moto": on_moto, "moto-deaf": on_deaf}


@pytest.fixture(scope="session")
def hub(pytestconfig) -> Iterator[dict]:
    """A JupyterHub with its users; what it is, by `ui-tests/hub/run.py`."""
    with jupyterhub(pytestconfig.rootpath) as facts:
        yield facts


def place_in(servers: dict[str, Client], kind: str) -> Place:
    client = servers[kind]
    root = Path(client.app.root_dir) / "bucket" if kind == "local" else None
    return Place(client, "leap-scratch", kind, f"test-{next(_numbers)}/", root)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, servers) -> Place:
    """Every kind of store in turn: what these tests say holds for all of them."""
    return place_in(servers, request.param)


@pytest.fixture
def on_disk(servers) -> Place:
    return place_in(servers, "local")


@pytest.fixture
def on_moto(servers) -> Place:
    return place_in(servers, "moto")


@pytest.fixture
def on_deaf(servers) -> Place:
    return place_in(servers, "moto-deaf")


@pytest.fixture
def on_standin(servers) -> Place:
    return place_in(servers, "standin")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("traps")
    set_traps(folder)
    return folder


@pytest_asyncio.fixture(scope="module")
async def client(folder) -> AsyncIterator[Client]:
    """A server on a bucket full of traps."""
    config = {"buckets": places(folder), "smallWriteLimit": 1 << 20}
    async with jupyter_server(folder, LeapBuckets=config) as client:
        yield client


@pytest.fixture
def calm_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails when the server was surprised or told a token: whatever it is sent, it has an answer, no traceback."""
    caplog.set_level(logging.DEBUG)
    yield
    records = caplog.get_records("call")
    assert records, "the server's log is not heard"
    assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []
    assert not any(record.exc_info or re.search(r"Traceback|ya29\.", record.getMessage()) for record in records)
