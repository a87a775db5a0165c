"""Buckets that anybody may read, added while the server runs. They are read without credentials, and never written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import paths
from .discovery import Bucket, unique
from .errors import LeapError

if TYPE_CHECKING:
    from .stores.base import Store
    from .stores.gcs_client import GcsClient

MOST = 100


class PublicBuckets:
    """Kept until the server stops. The limits are those of `GcsClient`, in seconds."""

    def __init__(self, connect_timeout: float, read_timeout: float, deadline: float) -> None:
        self.buckets: list[Bucket] = []
        self._limits = (connect_timeout, read_timeout, deadline)
        self._client: GcsClient | None = None

    async def add(self, uri: str, label: str, known: Sequence[Bucket]) -> tuple[Bucket, bool]:
        """The bucket, and whether it is new, after one list request has shown that anybody may read it. known: all
        buckets of the server. 400 for what is no bucket of Google's, 404 without such a bucket, 403 when it is not
        public, 409 when there are too many."""
        provider, name, prefix = paths.split_uri(uri)
        if provider != "gcs":
            raise LeapError(
                400,
                "provider-unavailable",
                f"{uri} is a bucket of S3, which isn't available in this version.",
                "Add a bucket whose address begins with gs://.",
            )
        home = paths.as_folder(prefix)
        bucket = Bucket(name, f"gs://{name}", "gcs", label or name, home, "read-only", anonymous=True, keeps_days=True)
        found = _same(bucket, known)
        if found is not None:
            return found, False
        self._check_room()
        await self._prove(bucket)
        # Somebody else may have added it meanwhile.
        found = _same(bucket, self.buckets)
        if found is not None:
            return found, False
        self._check_room()
        bucket = unique(bucket, [*known, *self.buckets], "public")
        self.buckets.append(bucket)
        return bucket, True

    def remove(self, bucket_id: str) -> bool:
        """Whether there was such a one."""
        kept = [bucket for bucket in self.buckets if bucket.id != bucket_id]
        removed = len(kept) < len(self.buckets)
        self.buckets = kept
        return removed

    def store(self, bucket: Bucket) -> Store:
        """The store behind one of them; all share their connections."""
        from .stores.gcs import GcsStore
        from .stores.gcs_client import GcsClient

        if self._client is None:
            self._client = GcsClient.from_environment(*self._limits, anonymous=True)
        return GcsStore(paths.split_uri(bucket.uri)[1], self._client)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _check_room(self) -> None:
        if len(self.buckets) >= MOST:
            raise LeapError(
                409, "too-many-buckets", f"There are {MOST} public buckets here already.", "Remove one that you added."
            )

    async def _prove(self, bucket: Bucket) -> None:
        try:
            await self.store(bucket).list(bucket.home, "", 1, None)
        except LeapError as error:
            if error.status == 403:
                raise LeapError(
                    403,
                    "not-public",
                    f"{bucket.uri} is not public: not everybody may see what is in it.",
                    "Ask its owner, or whoever runs this hub, for access.",
                ) from None
            raise


def _same(bucket: Bucket, known: Sequence[Bucket]) -> Bucket | None:
    """A bucket that leads to the same place, or to all of the bucket that is asked for whole."""
    usable = [one for one in known if one.uri == bucket.uri and one.error is None]
    exact = [one for one in usable if one.home == bucket.home]
    return next(iter(exact or (usable if bucket.home == "" else [])), None)
