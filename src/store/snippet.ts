import type { IBucket, IEntry, IS3Connection } from './entry';
import { isDataset } from './kind';
import { toLocalPath, toUri } from './path';

/**
 * What the Python for an entry looks like: `library` reads it with what suits its kind (xarray, pandas),
 * `fsspec` opens it as bytes, `address` only names it.
 */
export type SnippetFlavour = 'library' | 'fsspec' | 'address';

/** Python that reads an entry, ready to run where the bucket's libraries are installed. */
export function readSnippet(
  bucket: IBucket,
  entry: Pick<IEntry, 'kind' | 'name' | 'key'>,
  flavour: SnippetFlavour = 'library'
): string {
  const name = literal(address(bucket, entry));
  if (flavour === 'address') {
    return name;
  }
  const place = { name, options: s3Options(bucket.connection) };
  if (flavour === 'fsspec') {
    return entry.kind === 'folder' ? listing(place) : bytes(place);
  }
  if (isDataset(entry)) {
    return `import xarray as xr\n\nds = xr.open_zarr(${named(place)})\nds`;
  }
  if (entry.kind === 'folder') {
    return listing(place);
  }
  const extension = entry.name.slice(entry.name.lastIndexOf('.') + 1).toLowerCase();
  const read = READERS[extension];
  return (read ?? bytes)(place);
}

/** Python that writes the data set `ds` to a name in a folder. */
export function writeSnippet(bucket: IBucket, prefix: string, name: string): string {
  const place = literal(address(bucket, { key: `${prefix}${name}`, kind: 'object' }));
  return `ds.to_zarr(${named({ name: place, options: s3Options(bucket.connection) })})`;
}

/** What is read. name, options: Python literals, the options by their names. */
interface IPlace {
  readonly name: string;
  readonly options: readonly (readonly [string, string])[];
}

/** What fsspec has to be told about a bucket of S3: where it is, and whose keys to take. */
export function s3Options(connection?: IS3Connection): readonly (readonly [string, string])[] {
  if (!connection) {
    return [];
  }
  const { anonymous, profile, endpoint } = connection;
  return [
    ...(anonymous ? [['anon', 'True'] as const] : []),
    ...(profile ? [['profile', literal(profile)] as const] : []),
    ...(endpoint ? [['endpoint_url', literal(endpoint)] as const] : [])
  ];
}

/** The arguments of a function that takes options as `storage_options`. */
function named({ name, options }: IPlace): string {
  const pairs = options.map(([key, value]) => `"${key}": ${value}`).join(', ');
  return pairs ? `${name}, storage_options={${pairs}}` : name;
}

/** The arguments of one that takes them as its own. */
function given({ name, options }: IPlace, ...more: string[]): string {
  return [name, ...more, ...options.map(([key, value]) => `${key}=${value}`)].join(', ');
}

const READERS: Record<string, (place: IPlace) => string> = {
  csv: place => `import pandas as pd\n\ndf = pd.read_csv(${named(place)})\ndf`,
  parquet: place => `import pandas as pd\n\ndf = pd.read_parquet(${named(place)})\ndf`,
  nc: netcdf,
  nc4: netcdf,
  json: place =>
    `import json\n\nimport fsspec\n\nwith fsspec.open(${given(place)}) as f:\n    data = json.load(f)\ndata`,
  geojson: place =>
    `import json\n\nimport fsspec\n\nwith fsspec.open(${given(place)}) as f:\n    data = json.load(f)\ndata`,
  txt: text,
  md: text,
  log: text
};

function listing(place: IPlace): string {
  return `import fsspec\n\nfs, path = fsspec.url_to_fs(${given(place)})\nfs.ls(path)`;
}

function bytes(place: IPlace): string {
  return `import fsspec\n\nwith fsspec.open(${given(place, '"rb"')}) as f:\n    data = f.read()`;
}

function netcdf(place: IPlace): string {
  return `import fsspec\nimport xarray as xr\n\nds = xr.open_dataset(fsspec.open(${given(place)}).open(), engine="h5netcdf")\nds`;
}

function text(place: IPlace): string {
  return `import fsspec\n\nwith fsspec.open(${given(place, '"r"')}) as f:\n    text = f.read()\nprint(text[:1000])`;
}

/** The bucket and the name as gcsfs takes them; for a folder on disk its path. */
export function toPath(bucket: IBucket, entry: Pick<IEntry, 'key' | 'kind'>): string {
  return address(bucket, entry).replace(/^[a-z0-9]+:\/\//, '');
}

/**
 * What the libraries take: a URI, or for a folder on disk its path, as not all of them know `file://`.
 */
export function address(bucket: IBucket, { key, kind }: Pick<IEntry, 'key' | 'kind'>): string {
  if (bucket.provider === 'local') {
    const root = decodeURIComponent(new URL(bucket.uri).pathname);
    return toLocalPath({ bucket: root, key }, kind);
  }
  return toUri(bucket.uri, kind === 'folder' ? key.slice(0, -1) : key);
}

/** A Python string literal: JSON's escapes are Python's, once astral characters stay themselves. */
export function literal(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}
