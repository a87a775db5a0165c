import type { IBucket } from '../store/entry';
import { toUri } from '../store/path';
import { literal } from '../store/snippet';

/**
 * The buckets a Google token can write to, the best place for new data first: one's own folder
 * before a bucket without one, and kept before deleted after some days.
 */
export function uploadTargets(buckets: readonly IBucket[]): IBucket[] {
  const rank = ({ home, expiresAfterDays }: IBucket) =>
    (home === '' ? 2 : 0) + (expiresAfterDays === null ? 0 : 1);
  return buckets
    .filter(
      ({ provider, access, error }) =>
        provider === 'gcs' && access === 'read-write' && error === null
    )
    .sort((one, other) => rank(one) - rank(other));
}

/**
 * Python for another computer: writes a small data set with the token of `token.txt`.
 * Without a bucket the place is left for the reader to fill in.
 */
export function uploadSnippet(bucket: IBucket | null): string {
  const store = bucket
    ? toUri(bucket.uri, `${bucket.home}test_offsite_upload.zarr`)
    : 'gs://BUCKET/FOLDER/test_offsite_upload.zarr';
  return `import gcsfs
import xarray as xr
from google.oauth2.credentials import Credentials

with open("token.txt") as f:
    credentials = Credentials(f.read().strip())
fs = gcsfs.GCSFileSystem(token=credentials)

store = ${literal(store)}
ds = xr.DataArray([1]).to_dataset(name="test")
ds.to_zarr(store, storage_options={"token": credentials})
print(fs.ls(store))`;
}
