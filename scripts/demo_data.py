"""Fills a folder with two demo buckets that look like a hub's: python demo_data.py FOLDER."""

import json
import struct
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import xarray as xr
from jupyterlab_server.workspaces_handler import WorkspacesManager

WELCOME = """# Cloud buckets

The panel on the left shows two demo buckets. They are folders of this machine.

- Double click a folder to go in, a file to open it. `ocean.zarr` opens as a data set.
- Drag files from your desktop onto the list to upload them.
- The button on a row puts the Python that reads it into your notebook.
- Choose "My persistent" at the top: its folder `five-thousand` has as many files.
- Press Ctrl+Shift+C and type "token" for an upload token (it needs a Google identity).
"""


def main(folder: Path) -> None:
    scratch, persistent = folder / "leap-scratch" / "jovyan", folder / "leap-persistent" / "jovyan"
    home = folder / "home"
    for place in (scratch, persistent, folder / "leap-persistent" / "colleague", home):
        place.mkdir(parents=True)
    (home / "welcome.md").write_text(WELCOME)
    (scratch / "notes.txt").write_text("Everything here is deleted seven days after it was made.\n")
    (scratch / "first-look.ipynb").write_text(json.dumps(notebook(), indent=1) + "\n")
    (scratch / "anomaly.png").write_bytes(picture())
    (scratch / "stations.csv").write_text(
        "station,latitude,longitude\n" + "".join(f"S{n:02},{-60 + 8 * n},{12 * n}\n" for n in range(16))
    )
    (scratch / "run.json").write_text(json.dumps({"model": "demo", "members": 3}, indent=2) + "\n")
    # What xarray writes today says of itself that it is not in the specification yet.
    warnings.filterwarnings("ignore", "Consolidated metadata")
    for place, version in ((scratch, 3), (persistent, 2)):
        encoding = {"sst": {"chunks": (30, 45, 90)}}
        ocean().to_zarr(place / "ocean.zarr", mode="w", zarr_format=version, encoding=encoding)
    (persistent / "README.md").write_text("# Data to keep\n\nShared with the group; nothing is deleted.\n")
    (folder / "leap-persistent" / "colleague" / "theirs.txt").write_text("Somebody else's folder.\n")
    tiles = persistent / "five-thousand"
    tiles.mkdir()
    for number in range(5000):
        (tiles / f"tile-{number:05}.dat").write_bytes(b"%d" % number)
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    WorkspacesManager(str(folder / "workspaces")).save("default", json.dumps(workspace()))


def workspace() -> dict:
    """The layout of the first visit: the panel beside the rendered welcome. JupyterLab keeps changes of it here."""
    welcome = "markdownviewer-widget:welcome.md"
    layout = {
        "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [welcome]}, "current": welcome},
        "left": {"collapsed": False, "visible": True, "current": "leap-buckets", "widgets": ["leap-buckets"]},
        "relativeSizes": [0.28, 0.72, 0],
    }
    shown = {"data": {"path": "welcome.md", "factory": "Markdown Preview"}}
    return {"data": {"layout-restorer:data": layout, welcome: shown}, "metadata": {"id": "default"}}


def ocean() -> xr.Dataset:
    """Two months of a made-up sea surface on a coarse grid."""
    time = np.arange("2020-01-01", "2020-03-01", dtype="datetime64[D]").astype("datetime64[ns]")
    lat, lon = np.arange(-88.0, 90.0, 4.0), np.arange(0.0, 360.0, 4.0)
    warm = 28 * np.cos(np.deg2rad(lat))[None, :, None] + np.sin(np.deg2rad(lon))[None, None, :]
    season = np.sin(2 * np.pi * np.arange(time.size) / 365)[:, None, None]
    data = (warm + season * np.sign(lat)[None, :, None]).astype("float32")
    return xr.Dataset(
        {"sst": (("time", "lat", "lon"), data, {"units": "degC", "long_name": "sea surface temperature"})},
        {
            "time": time,
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
        {"title": "Demo ocean", "source": "made up"},
    )


def notebook() -> dict:
    source = "import xarray as xr\n\nxr.set_options(display_style='html')"
    cell = {"cell_type": "code", "id": "a", "source": source, "metadata": {}}
    return {
        "cells": [{**cell, "outputs": [], "execution_count": None}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def picture(width: int = 240, height: int = 120) -> bytes:
    """A PNG of the demo's warm equator, written by hand so that no image library is needed."""
    warm = np.cos(np.linspace(-np.pi / 2, np.pi / 2, height))[:, None] * np.ones((1, width))
    pixels = np.stack([255 * warm, 90 + 60 * warm, 255 * (1 - warm)], axis=-1).astype("uint8")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
