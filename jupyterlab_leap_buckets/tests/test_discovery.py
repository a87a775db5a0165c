"""Which buckets a server offers, from a hub's variables and from configuration."""

from __future__ import annotations

import pytest

from ..discovery import BUCKET_ID, discover
from ..stores.s3_connection import S3Connection


def test_a_hub_needs_no_configuration():
    environ = {
        "SCRATCH_BUCKET": "gs://leap-scratch/ada",
        "PERSISTENT_BUCKET": "gs://leap-persistent/ada/",
        "PANGEO_SCRATCH": "gs://leap-scratch/ada/",
    }
    assert [bucket.as_json() for bucket in discover(environ, [])] == [
        {
            "id": "leap-scratch",
            "uri": "gs://leap-scratch",
            "provider": "gcs",
            "label": "My scratch",
            "home": "ada/",
            "access": "read-write",
            "expiresAfterDays": 7,
            "error": None,
        },
        {
            "id": "leap-persistent",
            "uri": "gs://leap-persistent",
            "provider": "gcs",
            "label": "My persistent",
            "home": "ada/",
            "access": "read-write",
            "expiresAfterDays": None,
            "error": None,
        },
    ]


def test_one_bucket_with_two_homes_is_two_places():
    environ = {"SCRATCH_BUCKET": "gs://leap/scratch/ada", "PERSISTENT_BUCKET": "gs://leap/keep/ada"}
    scratch, persistent = discover(environ, [])
    assert (scratch.id, scratch.home, scratch.expires_after_days) == ("leap", "scratch/ada/", 7)
    assert (persistent.id, persistent.home, persistent.expires_after_days) == (
        "leap~persistent",
        "keep/ada/",
        None,
    )
    assert scratch.uri == persistent.uri == "gs://leap"
    # Both are the user's own, whichever place she came from.
    assert scratch.own == persistent.own == ("scratch/ada/", "keep/ada/")


def test_a_place_without_home_does_not_open_the_others():
    configured = [{"id": "everything", "uri": "gs://leap-persistent"}]
    own, everything = discover({"PERSISTENT_BUCKET": "gs://leap-persistent/ada"}, configured)
    assert (own.own, everything.own) == (("ada/",), ("",))


def test_a_hub_on_aws_needs_no_configuration_either():
    (bucket,) = discover({"SCRATCH_BUCKET": "s3://hub-scratch/ada"}, [])
    assert (bucket.id, bucket.provider, bucket.home, bucket.error) == ("hub-scratch", "s3", "ada/", None)
    assert (bucket.connection, bucket.own, bucket.expires_after_days) == (S3Connection(), ("ada/",), 7)


def test_buckets_of_s3_from_configuration():
    osn = "https://nyu1.osn.mghpcc.org"
    configured = [
        {"uri": "s3://leap-pubs", "endpoint": osn, "anonymous": True, "label": "Publications"},
        {"uri": "s3://leap-pangeo-inbox/ada", "endpoint": osn, "profile": "my osn"},
        {"id": "own", "uri": "s3://leap-pangeo-inbox", "endpoint": osn, "region": "us-east-1", "access": "read-only"},
    ]
    public, inbox, own = discover({}, configured)
    assert (public.id, public.access, public.label, public.anonymous) == (
        "public~leap-pubs",
        "read-only",
        "Publications",
        True,
    )
    assert public.as_json()["connection"] == {
        "profile": None,
        "remote": None,
        "endpoint": osn,
        "region": None,
        "anonymous": True,
    }
    assert (inbox.id, inbox.home, inbox.access) == ("my-osn~leap-pangeo-inbox", "ada/", "read-write")
    assert (own.id, own.access, own.connection) == ("own", "read-only", S3Connection(osn, "us-east-1"))
    assert len({inbox.place, own.place}) == 2  # asked with other keys


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"endpoint": "nyu1.osn.mghpcc.org"}, "https://host"),
        ({"endpoint": "https://me:secret@host"}, "https://host"),
        ({"endpoint": "https://host/path"}, "https://host"),
        ({"endpoint": 5}, "can be a text"),
        ({"anonymous": "yes"}, "can be True"),
        ({"anonymous": True, "profile": "osn"}, "without a profile"),
        ({"anonymous": True, "access": "read-write"}, "not written"),
        ({"uri": "gs://bucket", "profile": "osn", "id": "x"}, "only a bucket of S3"),
    ],
)
def test_settings_of_s3_that_make_no_sense(more, text):
    (bucket,) = discover({}, [{"uri": "s3://bucket", **more}])
    assert text in bucket.error and "secret" not in bucket.error


def test_nonsense_shows_as_itself_and_the_rest_still_shows(tmp_path):
    configured = [
        {"id": "no way", "path": str(tmp_path)},
        {"id": "neither"},
        {"id": "both", "path": str(tmp_path), "uri": "gs://bucket"},
        {"id": "gone", "path": str(tmp_path / "gone")},
        {"id": "bad-uri", "uri": "ftp://bucket"},
        {"id": "bad-home", "path": str(tmp_path), "home": "a\nb"},
        {"id": "bad-access", "path": str(tmp_path), "access": "maybe"},
        {"id": "bad-days", "path": str(tmp_path), "expiresAfterDays": "seven"},
        {"id": "good", "path": str(tmp_path), "home": "ada", "label": "Good", "expiresAfterDays": 7},
    ]
    found = discover({"SCRATCH_BUCKET": "leap-scratch", "PERSISTENT_BUCKET": ""}, configured)
    assert all(BUCKET_ID.fullmatch(bucket.id) for bucket in found)
    assert len({bucket.id for bucket in found}) == len(found) == 10
    good = found.pop()
    assert all(bucket.error for bucket in found)
    assert good.error is None
    assert (good.provider, good.home, good.label, good.expires_after_days) == ("local", "ada/", "Good", 7)
