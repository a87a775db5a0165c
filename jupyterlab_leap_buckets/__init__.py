"""Cloud buckets as easy as a local folder, inside JupyterLab."""

from __future__ import annotations

from typing import Any

try:
    from ._version import __version__
except ImportError:  # a checkout that was never built has no generated _version.py
    __version__ = "0.0.0"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyterlab-leap-buckets"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import LeapBuckets

    return [{"module": "jupyterlab_leap_buckets", "app": LeapBuckets}]
