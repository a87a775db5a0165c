"""Writes `stores.json`: small stores of real zarr, as {store: {file: base64}}.

python src/worker/testing/make_stores.py
"""

import base64
import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import xarray as xr
import zarr

warnings.simplefilter("ignore")

ocean = xr.Dataset(
    {
        "sst": (("time", "lat", "lon"), np.zeros((4, 3, 6), "f4"), {"units": "degC", "valid_max": float("nan")}),
        "count": (("lat", "lon"), np.ones((3, 6), ">i2")),
    },
    coords={
        "time": np.array(["2000-01-01", "2000-01-02", "2000-01-03", "2000-01-04"], "M8[ns]"),
        "lat": [10.0, 20.0, 30.123456789],
        "lon": np.arange(6) * 60,
        "station": ("lat", ["a", "bü", "c"]),
    },
    attrs={"title": 'NaN, "quoted"', "quality": float("nan"), "range": [float("-inf"), 2**60, 1.5e-7]},
)
packed = xr.Dataset(coords={"depth": ("depth", np.array([0.5, 1.5, 2.5]), {"units": "m"})})
chunks = {"sst": {"chunks": (2, 3, 4)}}


def odd(path: Path, zarr_format: int) -> None:
    """Groups, an odd name, a scalar, a NumPy date, strings, a shard, and nothing consolidated."""
    root = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    root.attrs["title"] = "odd"
    a = {"dimension_names": ["x"]} if zarr_format == 3 else {}
    root.create_array("a#%?b", data=np.arange(12), chunks=(5,), **a)
    root.create_array("scalar", data=np.float64(1.5))
    root.create_array("date", data=np.array(["2001-02-03", "NaT"], "M8[s]"))
    root.create_array("gaps", shape=(3,), chunks=(3,), dtype="i8", fill_value=2**62)
    root.create_array("bytes", data=np.array([b"xy", b"z"]))
    if zarr_format == 3:
        root.create_array("shard", data=np.arange(20.0), chunks=(5,), shards=(10,))
    inner = root.create_group("deep").create_group("er")
    inner.create_array("inside", data=np.arange(3))


def files(write) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        write(path)
        return {
            file.relative_to(path).as_posix(): base64.b64encode(file.read_bytes()).decode()
            for file in sorted(path.rglob("*"))
            if file.is_file()
        }


def of_ocean(zarr_format: int, consolidated: bool):
    return lambda path: ocean.to_zarr(path, zarr_format=zarr_format, consolidated=consolidated, encoding=chunks)


stores = {
    **{f"ocean-v{v}-{'consolidated' if c else 'plain'}": files(of_ocean(v, c)) for v in (2, 3) for c in (True, False)},
    **{f"odd-v{v}": files(lambda path, v=v: odd(path, v)) for v in (2, 3)},
    "packed": files(
        lambda path: packed.to_zarr(
            path, zarr_format=2, encoding={"depth": {"dtype": "i2", "scale_factor": 0.1, "add_offset": 0.5}}
        )
    ),
    "root-array": files(lambda path: zarr.create_array(path, data=np.arange(4.0), chunks=(4,))),
    "tree": files(
        lambda path: xr.DataTree.from_dict({"/": ocean[["count"]], "/coarse": packed}).to_zarr(path, zarr_format=3)
    ),
}
target = Path(__file__).parent / "stores.json"
target.write_text(json.dumps(stores, indent=2) + "\n")
print(f"zarr {zarr.__version__}, xarray {xr.__version__}: {target.stat().st_size:,} bytes in {target}")
