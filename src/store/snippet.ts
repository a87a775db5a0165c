import type { IBucket, IEntry } from './entry';
import { isDataset } from './kind';
import { toUri } from './path';

/** Python that reads an entry, ready to run where the bucket's libraries are installed. */
export function readSnippet(bucket: IBucket, entry: Pick<IEntry, 'kind' | 'name' | 'key'>): string {
  const place = literal(address(bucket, entry.key));
  if (isDataset(entry)) {
    return `import xarray as xr\n\nds = xr.open_zarr(${place})\nds`;
  }
  if (entry.kind === 'folder') {
    return `import fsspec\n\nfs, path = fsspec.url_to_fs(${place})\nfs.ls(path)`;
  }
  const extension = entry.name.slice(entry.name.lastIndexOf('.') + 1).toLowerCase();
  const read = READERS[extension];
  return read
    ? read(place)
    : `import fsspec\n\nwith fsspec.open(${place}, "rb") as f:\n    data = f.read()`;
}

const READERS: Record<string, (place: string) => string> = {
  csv: place => `import pandas as pd\n\ndf = pd.read_csv(${place})\ndf`,
  parquet: place => `import pandas as pd\n\ndf = pd.read_parquet(${place})\ndf`,
  nc: netcdf,
  nc4: netcdf,
  json: place =>
    `import json\n\nimport fsspec\n\nwith fsspec.open(${place}) as f:\n    data = json.load(f)`,
  geojson: place =>
    `import json\n\nimport fsspec\n\nwith fsspec.open(${place}) as f:\n    data = json.load(f)`,
  txt: text,
  md: text,
  log: text
};

function netcdf(place: string): string {
  return `import fsspec\nimport xarray as xr\n\nds = xr.open_dataset(fsspec.open(${place}).open(), engine="h5netcdf")\nds`;
}

function text(place: string): string {
  return `import fsspec\n\nwith fsspec.open(${place}, "r") as f:\n    text = f.read()`;
}

/** A folder on disk is read by its path: xarray and pandas take no `file://` everywhere. */
function address(bucket: IBucket, key: string): string {
  const uri = toUri(bucket.uri, key).replace(/\/$/, '');
  return bucket.provider === 'local' ? uri.replace(/^file:\/\//, '') : uri;
}

/** A Python string literal: JSON's escapes are Python's, once astral characters stay themselves. */
function literal(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}
