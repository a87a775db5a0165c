"""AWS profiles and rclone's remotes as they are found: names and endpoints, never keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..connections import keys_of, read_connections

KEY, SECRET = "AKIACANARYCANARY", "canary/secret+canary"
CONFIG = """
[default]
region = us-west-2

  [profile osn]
  endpoint_url=https://nyu1.osn.mghpcc.org/
  region   =   us-east-1
; a comment
leap_buckets = leap-pubs, leap-pangeo-inbox
[profile "two words"]
services = pod
endpoint_url = https://elsewhere.example

[services pod]
dynamodb =
  endpoint_url = https://wrong.example
s3 =
  # the pod
  endpoint_url = https://pod.example
[sso-session x]
sso_region = us-east-1
"""
CREDENTIALS = f"""[osn]
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
[only-keys]
aws_access_key_id={KEY}
AWS_SECRET_ACCESS_KEY :{SECRET}
[half]
aws_access_key_id = {KEY}
"""
RCLONE = f"""
[pod]
type = s3
provider = Ceph
env_auth = true
profile = osn
endpoint = https://nyu1.osn.mghpcc.org

[guide]
type = s3
provider = Ceph
endpoint = nyu1.osn.mghpcc.org
access_key_id = {KEY}
secret_access_key = {SECRET}

[public]
type = s3
provider = Other
endpoint = https://public.example

[only-keys]
type = s3
env_auth = true
profile = only-keys
endpoint = https://pod.example

[gone]
type = s3
env_auth = true
profile = nobody

[pubs]
type = alias
remote = guide:leap-pubs/data

[drive]
type = drive
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": ""}


def write(environ: dict[str, str], config: str = "", credentials: str = "", rclone: str = "") -> None:
    home = Path(environ["HOME"])
    for name, text in (
        (".aws/config", config),
        (".aws/credentials", credentials),
        (".config/rclone/rclone.conf", rclone),
    ):
        if text:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(text.encode())


def test_nothing_is_no_connection(environ) -> None:
    assert read_connections(environ) == []


def test_all_kinds(environ) -> None:
    write(environ, CONFIG, CREDENTIALS, RCLONE)
    found = {one.name: one for one in read_connections(environ)}
    assert list(found) == [
        "default", "osn", "two words", "only-keys", "half", "guide", "public", "gone"
    ]  # fmt: skip
    osn = found["osn"]
    assert (osn.source, osn.provider, osn.profile) == ("both", "Ceph", "osn")
    assert (osn.endpoint, osn.region) == ("https://nyu1.osn.mghpcc.org", "us-east-1")
    assert osn.buckets == ("leap-pubs", "leap-pangeo-inbox")
    assert found["two words"].endpoint == "https://pod.example"
    assert (found["only-keys"].source, found["only-keys"].endpoint) == ("both", "https://pod.example")
    assert "aws_secret_access_key" in found["half"].error
    guide = found["guide"]
    assert (guide.source, guide.profile, guide.endpoint) == ("rclone", None, "https://nyu1.osn.mghpcc.org")
    assert guide.buckets == ("leap-pubs",) and not guide.anonymous
    assert found["public"].anonymous and found["public"].error is None
    assert "nobody" in found["gone"].error
    assert not any(one.managed for one in found.values())


def test_keys_are_read_when_asked_for(environ) -> None:
    write(environ, CONFIG, CREDENTIALS, RCLONE)
    found = {one.name: one for one in read_connections(environ)}
    for name in ("osn", "only-keys", "guide"):
        keys = keys_of(found[name], environ)
        assert (keys.access_key_id, keys.secret_access_key, keys.session_token) == (KEY, SECRET, None)
        assert KEY not in repr(keys) and SECRET not in repr(keys)
    assert all(keys_of(found[name], environ) is None for name in ("default", "half", "public"))
    told = repr(list(found.values())) + repr([one.as_json() for one in found.values()])
    assert KEY not in told and SECRET not in told


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", "\r"),
    lambda text: "\ufeff" + text,
    lambda text: text.replace(" = ", "\t=   ").replace("]", " ]   "),
    lambda text: text.rstrip("\n"),
    lambda text: "# \udc80\udcff not UTF-8\n" + text,
])  # fmt: skip
def test_odd_spelling(environ, change) -> None:
    write(environ, CONFIG, CREDENTIALS, RCLONE)
    expected = read_connections(environ)
    for path in Path(environ["HOME"]).rglob("*"):
        if path.is_file():
            path.write_bytes(change(path.read_text()).encode("utf-8", "surrogateescape"))
    found = read_connections(environ)
    assert found == expected
    assert [keys_of(one, environ) for one in found] == [keys_of(one, environ) for one in expected]


def test_a_section_that_comes_twice(environ) -> None:
    write(environ, "[profile a]\nregion = one\n[profile b]\n[profile a]\nendpoint_url = https://a.example\n")
    a, b = read_connections(environ)
    assert (a.name, a.region, a.endpoint, b.name) == ("a", "one", "https://a.example", "b")


def test_the_environment_says_where(environ, tmp_path) -> None:
    (tmp_path / "c").write_text("[profile here]\n")
    (tmp_path / "k").write_text("[there]\n")
    (tmp_path / "r").write_text("[remote]\ntype = s3\n")
    write(environ, CONFIG, CREDENTIALS, RCLONE)
    environ.update(AWS_CONFIG_FILE="~/c", AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "k"))
    environ.update(RCLONE_CONFIG=str(tmp_path / "r"))
    assert [one.name for one in read_connections(environ)] == ["here", "there", "remote"]
    environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, RCLONE_CONFIG="")
    environ["XDG_CONFIG_HOME"] = str(tmp_path / "elsewhere")
    assert read_connections(environ) == []


def test_what_cannot_be_read_is_told_beside_the_rest(environ) -> None:
    write(
        environ, "[profile a]\nthis is nothing\nregion = x\n", f"stray {SECRET}\n[a]\n", "# c\nRCLONE_ENCRYPT_V0:\nabc"
    )
    a, config, credentials, rclone = read_connections(environ)
    assert (a.name, a.region, a.error) == ("a", "x", None)
    assert config.name == "aws-config" and "line 2" in config.error and ".aws/config" in config.error
    assert credentials.name == "aws-credentials" and SECRET not in credentials.error
    assert (rclone.name, rclone.source) == ("rclone", "rclone") and "encrypted" in rclone.error


@pytest.mark.parametrize("kind", ["folder", "pipe", "binary", "large", "loop"])
def test_a_file_that_is_none(environ, tmp_path, kind) -> None:
    write(environ, "", CREDENTIALS)
    path = tmp_path / ".aws" / "config"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path.write_bytes(b"\0\1" if kind == "binary" else b"#" * (1 << 20) + b"\n")
    found = read_connections(environ)
    assert [one.name for one in found] == ["osn", "only-keys", "half", "aws-config"]
    assert str(path) in found[-1].error


def test_one_name_for_two_things(environ) -> None:
    write(environ, "[profile a]\nendpoint_url = https://one.example\n", "", "[a]\ntype = s3\nendpoint = two.example\n")
    assert [(one.name, one.endpoint) for one in read_connections(environ)] == [
        ("a", "https://one.example"),
        ("a~rclone", "https://two.example"),
    ]


def test_a_remote_of_the_environments_profile(environ) -> None:
    write(environ, "[default]\n[profile b]\n", "", "[r]\ntype = s3\nenv_auth = true\nendpoint = https://r.example\n")
    default, b, remote = read_connections(environ)
    assert (default.endpoint, remote.profile, remote.endpoint) == (None, "default", "https://r.example")
    environ["AWS_PROFILE"] = "b"
    default, b = read_connections(environ)
    assert (b.source, b.endpoint) == ("both", "https://r.example")
