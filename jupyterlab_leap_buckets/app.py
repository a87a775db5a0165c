"""The Jupyter Server extension: configuration, routes, and what lives as long as the server."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Dict, Enum, Float, Int, List, Unicode

from .errors import LeapError

if TYPE_CHECKING:
    from pathlib import Path

    from .archive import Archives
    from .batch import Batches
    from .credentials import TokenBroker
    from .discovery import Bucket
    from .grants import Grants
    from .lifecycle import Lifecycles
    from .limited import Limiter
    from .operations.jobs import Operations
    from .public_buckets import PublicBuckets
    from .s3_buckets import S3Buckets
    from .stores.base import Store, Upload
    from .upload_files import Record
    from .upload_sessions import UploadSessions

LARGE_BODIES = 2
"""How many large bodies of `PUT object` are held at once; the others wait unread."""


class LeapBuckets(ExtensionApp):
    """Cloud buckets under `{base_url}leap-buckets/`.

    Stores and their libraries are imported when first used: a server that nobody browses with pays nothing.
    """

    name = "jupyterlab_leap_buckets"
    load_other_extensions = True

    buckets = List(
        Dict(),
        help="""Buckets beside those found in the environment. Each is a dictionary with `id` and either `uri`
        (gs://bucket or gs://bucket/home/, or with s3://) or `path` (a folder on this machine), and optionally `home`
        (the prefix that is the user's own), `label`, `access` ("read-write" or "read-only") and `expiresAfterDays`. A
        bucket of S3 may have `endpoint` (https://host), `region`, `profile` (an AWS profile) or `anonymous` (True for
        a public one, which is read without keys), and needs no `id`.""",
    ).tag(config=True)

    homeRule = Enum(
        ["confirm", "deny", "allow"],
        default_value="confirm",
        help="What happens to writes and deletes outside the user's home: asked about, refused, or done.",
    ).tag(config=True)

    smallWriteLimit = Int(64 * 1024 * 1024, help="Largest body of `PUT object`, in bytes. It is held in memory.").tag(
        config=True
    )

    maxUploads = Int(1000, help="Upload sessions that may be open at once.").tag(config=True)

    uploadLifetime = Float(
        6 * 24 * 3600,
        help="Seconds after which an upload session that nobody used is given up, also one that an earlier run of this "
        "server began. Google forgets after a week.",
    ).tag(config=True)

    directUploads = Bool(
        True, help="Whether pages may send the bytes of uploads to the cloud themselves, past this server."
    ).tag(config=True)

    maxOperations = Int(50, help="Operations (copy, move, delete, ...) that may be queued or running at once.").tag(
        config=True
    )

    pieceTimeout = Float(60, help="Seconds without a byte from the browser after which a piece counts as broken.").tag(
        config=True
    )

    connectTimeout = Float(10, help="Seconds to wait for a connection to the store.").tag(config=True)

    readTimeout = Float(60, help="Seconds to wait for the store's next bytes.").tag(config=True)

    retryDeadline = Float(32, help="Seconds during which a call to the store that may be repeated is repeated.").tag(
        config=True
    )

    tokenTimeout = Float(20, help="Seconds to wait for gcloud or Google to give a token.").tag(config=True)

    tokenExchange = Unicode(
        "https://sts.googleapis.com/v1/token",
        help="Where a token is exchanged for one that is limited to a folder: Google's Security Token Service.",
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._places: list[Bucket] | None = None
        self._public: PublicBuckets | None = None
        self._s3: S3Buckets | None = None
        self._stores: dict[object, Store] = {}
        self._uploads: UploadSessions | None = None
        self._operations: Operations | None = None
        self._archives: Archives | None = None
        self._batches: Batches | None = None
        self._lifecycles: Lifecycles | None = None
        self._tokens: TokenBroker | None = None
        self._limiter: Limiter | None = None
        self._grants: Grants | None = None
        self.large_bodies = asyncio.Semaphore(LARGE_BODIES)

    def initialize_handlers(self) -> None:
        from .routes import handlers

        self.handlers.extend(handlers())

    @property
    def places(self) -> list[Bucket]:
        """The buckets of this server: those found once, as the environment of a process does not change under it, those
        that connections have been found to have, and the public ones added since."""
        if self._places is None:
            import os

            from .discovery import discover

            self._places = discover(os.environ, self.buckets)
        found = self._s3.buckets if self._s3 else ()
        return [*self._places, *found, *(self._public.buckets if self._public else ())]

    def bucket(self, bucket_id: str) -> Bucket:
        """The bucket named in a request; 404 when there is none, 400 when it cannot be used."""
        for bucket in self.places:
            if bucket.id == bucket_id:
                if bucket.error:
                    raise LeapError(400, "bucket-unavailable", bucket.error, "Choose another bucket.")
                return bucket
        if named := self.s3.named(bucket_id, self.places):
            return named
        raise LeapError(
            404,
            "unknown-bucket",
            f"This server has no bucket {bucket_id!r}.",
            "Choose one of the buckets in the list, or add it to c.LeapBuckets.buckets.",
        )

    def operand(self, bucket_id: str, kind: str) -> Bucket:
        """A bucket that an operation works on. A copy may also come from, or go to, the folder of JupyterLab's file
        browser: that is `~disk`, which no other call knows."""
        return self._disk() if (bucket_id, kind) == ("~disk", "copy") else self.bucket(bucket_id)

    def _disk(self) -> Bucket:
        from pathlib import Path

        from .discovery import DISK, Bucket

        root = getattr(self.serverapp.contents_manager, "root_dir", "")
        if not root:
            raise LeapError(404, "no-disk", "The files of this JupyterLab are not on a disk.", "Upload them instead.")
        return Bucket(DISK, Path(root).absolute().as_uri(), "local", "JupyterLab's files", own=("",))

    def store(self, bucket: Bucket) -> Store:
        """The store behind a bucket, made on first use and shared by all requests."""
        if bucket.anonymous and bucket.connection is None:
            return self.public.store(bucket)
        name = bucket.id if bucket.id == "~disk" else bucket.place  # a bucket in the same folder has other rules
        if name not in self._stores:
            from .stores import open_store

            self._stores[name] = open_store(bucket, self)
        return self._stores[name]

    @property
    def uploads(self) -> UploadSessions:
        if self._uploads is None:
            from .upload_files import UploadFiles
            from .upload_sessions import UploadSessions

            files = UploadFiles(*self._kept("uploads"), self.log.warning)
            self._uploads = UploadSessions(
                self.maxUploads, self.uploadLifetime, files, self._resume_upload, self.tell_surprise
            )
        return self._uploads

    def _kept(self, name: str) -> tuple[Path, str]:
        """The folder in which servers keep something, and what this one is called there."""
        import os
        from pathlib import Path

        from jupyter_core.paths import jupyter_data_dir

        from .server_files import identity

        return Path(jupyter_data_dir(), "leap-buckets", name), identity(os.environ, self.serverapp.root_dir)

    async def _resume_upload(self, record: Record) -> Upload:
        """ValueError or LeapError when its bucket is gone, means another place now, or is not to be written."""
        bucket = self.bucket(record.bucket)
        if bucket.uri != record.uri or bucket.access == "read-only":
            raise ValueError
        return await self.store(bucket).resume_upload(record.state, record.key, record.size, record.if_generation)

    @property
    def public(self) -> PublicBuckets:
        if self._public is None:
            from .public_buckets import PublicBuckets

            self._public = PublicBuckets(self.connectTimeout, self.readTimeout, self.retryDeadline)
        return self._public

    @property
    def s3(self) -> S3Buckets:
        if self._s3 is None:
            from .s3_buckets import S3Buckets

            self._s3 = S3Buckets(self.connectTimeout, self.readTimeout, self.retryDeadline, self.tell_surprise)
        return self._s3

    @property
    def lifecycles(self) -> Lifecycles:
        if self._lifecycles is None:
            from .lifecycle import Lifecycles

            self._lifecycles = Lifecycles(self.store, self.tell_surprise)
        return self._lifecycles

    @property
    def archives(self) -> Archives:
        if self._archives is None:
            from .archive import Archives

            self._archives = Archives()
        return self._archives

    @property
    def batches(self) -> Batches:
        if self._batches is None:
            from .batch import Batches

            self._batches = Batches(self.tell_surprise)
        return self._batches

    @property
    def operations(self) -> Operations:
        if self._operations is None:
            from .operations.jobs import Operations

            self._operations = Operations(self.maxOperations, self.tell_surprise)
        return self._operations

    def tell_surprise(self, error: BaseException) -> None:
        """Log an exception outside a request: where and of which type, never its text, which may hold addresses."""
        place = "".join(traceback.format_tb(error.__traceback__))
        self.log.error("Unexpected %s outside a request\n%s", type(error).__name__, place)

    @property
    def tokens(self) -> TokenBroker:
        if self._tokens is None:
            from .credentials import TokenBroker

            self._tokens = TokenBroker(self.tokenTimeout)
        return self._tokens

    @property
    def limiter(self) -> Limiter:
        if self._limiter is None:
            from .limited import Limiter
            from .stores.gcs_client import GcsClient

            client = GcsClient.from_environment(
                self.connectTimeout, self.tokenTimeout, self.tokenTimeout / 2, anonymous=True
            )
            self._limiter = Limiter(self.tokens, self.tokenExchange, client, self.tokenTimeout)
        return self._limiter

    @property
    def grants(self) -> Grants:
        if self._grants is None:
            from .grant_files import GrantFiles
            from .grants import Grants

            self._grants = Grants(GrantFiles(*self._kept("grants"), self.log.warning))
        return self._grants

    async def stop_extension(self) -> None:
        """Cancel operations, break off uploads (the next start can go on with them), end a running gcloud and close
        connections."""
        if self._operations is not None:
            await self._operations.close()
        if self._lifecycles is not None:
            await self._lifecycles.close()
        if self._grants is not None:
            await self._grants.close()
        if self._limiter is not None:
            await self._limiter.close()
        if self._tokens is not None:
            await self._tokens.close()
        if self._batches is not None:
            await self._batches.close()
        if self._uploads is not None:
            left = await self._uploads.close()
            if left:
                self.log.warning("The store may keep %d unfinished uploads for up to a week.", left)
        if self._public is not None:
            await self._public.close()
        stores, self._stores = self._stores, {}
        for store in stores.values():
            await store.close()
        if self._s3 is not None:
            await self._s3.close()
