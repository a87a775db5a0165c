"""The route table. Paths hold no bucket and no key: those travel in the query."""

from __future__ import annotations

from typing import Any


def handlers() -> list[tuple[str, Any]]:
    """Tornado routes relative to the base URL."""
    from .archive import ArchiveHandler, WaitingArchiveHandler
    from .batch import BatchHandler
    from .buckets import BucketHandler, BucketsHandler
    from .compare import CompareHandler
    from .connections import ConnectionHandler, ConnectionsHandler, TrialHandler
    from .details import DetailsHandler
    from .fallback import FallbackHandler
    from .grants import GrantHandler, GrantsHandler, GrantTokenHandler
    from .list import ListHandler
    from .object import ObjectHandler
    from .operations import OperationHandler, OperationsHandler
    from .token import TokenHandler
    from .uploads import UploadHandler, UploadsHandler

    return [
        ("leap-buckets/buckets", BucketsHandler),
        (r"leap-buckets/buckets/(?P<bucket_id>[A-Za-z0-9._~-]+)", BucketHandler),
        ("leap-buckets/list", ListHandler),
        ("leap-buckets/object", ObjectHandler),
        ("leap-buckets/details", DetailsHandler),
        ("leap-buckets/archive", ArchiveHandler),
        (r"leap-buckets/archive/(?P<archive_id>[A-Za-z0-9_-]+)", WaitingArchiveHandler),
        ("leap-buckets/uploads", UploadsHandler),
        (r"leap-buckets/uploads/(?P<upload_id>[A-Za-z0-9_-]+)", UploadHandler),
        ("leap-buckets/batch", BatchHandler),
        ("leap-buckets/compare", CompareHandler),
        ("leap-buckets/connections", ConnectionsHandler),
        (r"leap-buckets/connections/(?P<name>test)", TrialHandler),
        (r"leap-buckets/connections/(?P<name>[A-Za-z0-9_~-]+)", ConnectionHandler),
        ("leap-buckets/operations", OperationsHandler),
        (r"leap-buckets/operations/(?P<operation_id>[A-Za-z0-9_-]+)", OperationHandler),
        ("leap-buckets/token", TokenHandler),
        ("leap-buckets/grants", GrantsHandler),
        ("leap-buckets/grants/token", GrantTokenHandler),
        (r"leap-buckets/grants/(?P<grant_id>[A-Za-z0-9_-]+)", GrantHandler),
        (r"leap-buckets(?:/.*)?", FallbackHandler),
    ]
