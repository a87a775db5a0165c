import type { StoreClient } from '../store/client';
import type { IBucket } from '../store/entry';
import { basename, type ILocation, parentPrefix } from '../store/path';

/** Whether a text is meant as an address rather than as a name to look for. */
export function isUri(text: string): boolean {
  return /^\s*[a-z][a-z0-9]*:\/\//i.test(text);
}

/** The addresses of Google's console and of objects on the web: bucket first, then the key. */
const WEB_ADDRESSES = [
  /^https:\/\/console\.cloud\.google\.com\/storage\/browser\/(?:_details\/)?([^/;?#]+)\/?([^;?#]*)/,
  /^https:\/\/storage\.googleapis\.com\/(?:download\/)?storage\/v1\/b\/([^/?#]+)\/o\/?([^?#]*)/,
  /^https:\/\/storage\.(?:googleapis|cloud\.google)\.com\/([^/?#]+)\/?([^?#]*)/,
  /^https:\/\/([a-z0-9][a-z0-9._-]+)\.storage\.googleapis\.com\/?([^?#]*)/
];

/** The `gs://` URI behind an address of Google's console or of an object on the web; others as they are. */
export function asBucketUri(text: string): string {
  const address = text.trim();
  const found = WEB_ADDRESSES.map(form => form.exec(address)).find(match => match !== null);
  if (!found) {
    return address;
  }
  try {
    return `gs://${found[1]}/${decodeURIComponent(found[2])}`;
  } catch {
    return address;
  }
}

/**
 * The place an address such as `gs://bucket/a/b` means, or null if no bucket here has it. A bucket may
 * be listed for several homes: the one whose home holds the key is taken.
 */
export function fromUri(uri: string, buckets: readonly IBucket[]): ILocation | null {
  const text = asBucketUri(uri);
  const found = buckets.filter(bucket => text === bucket.uri || text.startsWith(`${bucket.uri}/`));
  if (found.length === 0) {
    return null;
  }
  const key = text.slice(found[0].uri.length + 1);
  const bucket = found.find(({ home }) => key.startsWith(home)) ?? found[0];
  return { bucket: bucket.id, key };
}

/**
 * The folder to list and the row to point at for a place that may be a folder or an object.
 * One request, and none where the trailing slash tells; null if nothing has this name.
 */
export async function resolve(
  client: Pick<StoreClient, 'list'>,
  { bucket, key }: ILocation
): Promise<{ folder: ILocation; focus: string | null } | null> {
  if (key === '' || key.endsWith('/')) {
    return { folder: { bucket, key }, focus: null };
  }
  const parent = parentPrefix(key);
  const { entries } = await client.list(bucket, parent, { startsWith: basename(key) });
  if (entries.some(entry => entry.key === key)) {
    return { folder: { bucket, key: parent }, focus: key };
  }
  return entries.some(entry => entry.key === `${key}/`)
    ? { folder: { bucket, key: `${key}/` }, focus: null }
    : null;
}
