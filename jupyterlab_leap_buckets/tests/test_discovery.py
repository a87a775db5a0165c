"""Which buckets a server offers, from a hub's variables and from configuration."""

from __future__ import annotations

from ..discovery import BUCKET_ID, discover


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


def test_s3_is_told_apart_and_never_crashes():
    (bucket,) = discover({"SCRATCH_BUCKET": "s3://hub-scratch/ada"}, [])
    assert (bucket.id, bucket.provider, bucket.home) == ("hub-scratch", "s3", "ada/")
    assert "isn't available in this version" in bucket.error


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
