"""Stores by provider, each imported when the first bucket of its kind is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..paths import folder_of, split_uri

if TYPE_CHECKING:
    from ..app import LeapBuckets
    from ..discovery import Bucket
    from .base import Store


def open_store(bucket: Bucket, leap: LeapBuckets) -> Store:
    """The store for a bucket without error."""
    if bucket.provider == "local":
        from ..discovery import DISK
        from .disk_guard import guards
        from .local import LocalStore

        homes = [place.home for place in leap.places if place.uri == bucket.uri and not place.error]
        inside = guards(leap.places, leap.homeRule) if bucket.id == DISK else ()
        return LocalStore(folder_of(bucket.uri), homes, inside)
    if bucket.connection is not None:
        from .s3 import S3Store

        clients = leap.s3.clients
        return S3Store(split_uri(bucket.uri)[1], clients.get(bucket.connection), clients.nobody(bucket.connection))
    from .gcs import GcsStore
    from .gcs_client import GcsClient

    client = GcsClient.from_environment(leap.connectTimeout, leap.readTimeout, leap.retryDeadline)
    return GcsStore(split_uri(bucket.uri)[1], client)
