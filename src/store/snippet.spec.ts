import type { IBucket, IS3Connection } from './entry';
import { readSnippet, writeSnippet } from './snippet';

const osn: IS3Connection = {
  profile: 'my osn',
  remote: null,
  endpoint: 'https://nyu1.osn.mghpcc.org',
  region: null,
  anonymous: false
};

const inbox: IBucket = {
  id: 'my-osn~inbox',
  uri: 's3://inbox',
  provider: 's3',
  label: 'inbox (my osn)',
  home: '',
  access: 'read-write',
  expiresAfterDays: null,
  error: null,
  connection: osn
};

const entry = (name: string, kind: 'object' | 'folder' = 'object') =>
  ({ kind, name, key: kind === 'folder' ? `a/${name}/` : `a/${name}` }) as const;

test('what is in a bucket of S3 is read with its profile and endpoint', () => {
  const options =
    'storage_options={"profile": "my osn", "endpoint_url": "https://nyu1.osn.mghpcc.org"}';
  const given = 'profile="my osn", endpoint_url="https://nyu1.osn.mghpcc.org"';
  expect(readSnippet(inbox, entry('x.zarr', 'folder'))).toContain(
    `xr.open_zarr("s3://inbox/a/x.zarr", ${options})`
  );
  expect(readSnippet(inbox, entry('x.csv'))).toContain(
    `pd.read_csv("s3://inbox/a/x.csv", ${options})`
  );
  expect(readSnippet(inbox, entry('x.txt'))).toContain(
    `fsspec.open("s3://inbox/a/x.txt", "r", ${given})`
  );
  expect(readSnippet(inbox, entry('b', 'folder'))).toContain(
    `url_to_fs("s3://inbox/a/b", ${given})`
  );
  expect(writeSnippet(inbox, 'a/', 'data.zarr')).toBe(
    `ds.to_zarr("s3://inbox/a/data.zarr", ${options})`
  );
});

test('a public one is read without keys, and one of the environment as it is', () => {
  const open = { ...inbox, connection: { ...osn, profile: null, anonymous: true } };
  expect(readSnippet(open, entry('x.nc'))).toContain(
    'fsspec.open("s3://inbox/a/x.nc", anon=True, endpoint_url="https://nyu1.osn.mghpcc.org")'
  );
  const hub = { ...inbox, connection: { ...osn, profile: null, endpoint: null } };
  expect(readSnippet(hub, entry('x.csv'))).toContain('pd.read_csv("s3://inbox/a/x.csv")');
});

test('others need no options', () => {
  const google: IBucket = { ...inbox, uri: 'gs://b', provider: 'gcs', connection: undefined };
  expect(readSnippet(google, entry('x.zarr', 'folder'))).toContain(
    'xr.open_zarr("gs://b/a/x.zarr")'
  );
  expect(writeSnippet(google, '', 'data.zarr')).toBe('ds.to_zarr("gs://b/data.zarr")');
});
