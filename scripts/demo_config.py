"""JupyterLab on two folders of this machine that look like a hub's buckets (see scripts/demo)."""

import os
from pathlib import Path

c = get_config()  # noqa: F821  (Jupyter puts it there)
demo = Path(os.environ["LEAP_DEMO"])

c.ServerApp.ip = "127.0.0.1"
c.LabApp.workspaces_dir = str(demo / "workspaces")
c.LabApp.user_settings_dir = str(demo / "settings")
c.LeapBuckets.buckets = [
    {
        "id": "leap-scratch",
        "path": str(demo / "leap-scratch"),
        "home": "jovyan/",
        "label": "My scratch",
        "expiresAfterDays": 7,
    },
    {
        "id": "leap-persistent",
        "path": str(demo / "leap-persistent"),
        "home": "jovyan/",
        "label": "My persistent",
    },
]
