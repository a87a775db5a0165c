/**
 * The one place where object keys become something else: drive paths, URIs, names to show.
 *
 * An object key is nearly arbitrary UTF-8 (`a//b`, `x/../z`, `%2F`, emoji). A path in JupyterLab's
 * drives is normalized: empty, `.` and `..` segments collapse. A segment that would not survive is
 * written with one `%` before it; every other segment stands for itself, so tab titles stay true.
 */

/** The name of our drive: `buckets:<bucket id>/<key>`. */
export const DRIVE_NAME = 'buckets';

/** Google's limit for an object name, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

const FRAGILE = /^%*(|\.|\.\.)$/;
const ESCAPED = /^%+(|\.|\.\.)$/;

const encodeSegment = (segment: string): string =>
  FRAGILE.test(segment) ? `%${segment}` : segment;

const decodeSegment = (segment: string): string =>
  ESCAPED.test(segment) ? segment.slice(1) : segment;

/** The bucket and key that a path names. */
export interface ILocation {
  readonly bucket: string;
  /** An object key, or a prefix ending in `/`, or empty for the bucket itself. */
  readonly key: string;
}

/**
 * The local path of a key in our drive, without the drive's name.
 * A prefix loses its trailing slash, as directories have none in JupyterLab.
 */
export function toLocalPath({ bucket, key }: ILocation, kind: 'folder' | 'object'): string {
  const bare = kind === 'folder' ? key.replace(/\/$/, '') : key;
  if (kind === 'folder' && key === '') {
    return bucket;
  }
  return [bucket, ...bare.split('/').map(encodeSegment)].join('/');
}

/** The same with the drive's name: what `docmanager:open` takes. */
export function toDrivePath(location: ILocation, kind: 'folder' | 'object'): string {
  return `${DRIVE_NAME}:${toLocalPath(location, kind)}`;
}

/**
 * The bucket and key behind a local path of our drive. A path does not say whether it means a
 * folder; `key` comes without a trailing slash, so a caller that knows adds it.
 */
export function fromLocalPath(path: string): ILocation {
  const [bucket, ...segments] = path.replace(/^\//, '').split('/');
  return { bucket, key: segments.map(decodeSegment).join('/') };
}

/** The same for a path that may carry the drive's name; null for one of another drive. */
export function fromDrivePath(path: string): ILocation | null {
  const lead = `${DRIVE_NAME}:`;
  return path.startsWith(lead) ? fromLocalPath(path.slice(lead.length)) : null;
}

/** The last segment of a key or prefix: `a/b/` -> `b`, `a/b` -> `b`, `a//` -> ``. */
export function basename(key: string): string {
  const bare = key.endsWith('/') ? key.slice(0, -1) : key;
  return bare.slice(bare.lastIndexOf('/') + 1);
}

/** The prefix a key or prefix lies in: `a/b/` -> `a/`, `a` -> ``. */
export function parentPrefix(key: string): string {
  const bare = key.endsWith('/') ? key.slice(0, -1) : key;
  return bare.slice(0, bare.lastIndexOf('/') + 1);
}

/** The prefixes from the bucket down to `prefix`, each with the name to show. */
export function crumbs(prefix: string): { name: string; prefix: string }[] {
  const found: { name: string; prefix: string }[] = [];
  for (let end = prefix.indexOf('/'); end !== -1; end = prefix.indexOf('/', end + 1)) {
    const upTo = prefix.slice(0, end + 1);
    found.push({ name: basename(upTo), prefix: upTo });
  }
  return found;
}

/** `gs://bucket/key`, as gcsfs, xarray and gcloud take it (they do not percent-decode). */
export function toUri(bucketUri: string, key: string): string {
  return `${bucketUri}/${key}`;
}

/** The web address of an object in Google's storage; it opens for whoever may read the object. */
export function toWebAddress(bucketUri: string, key: string): string {
  const name = bucketUri.slice('gs://'.length);
  return ['https://storage.googleapis.com', name, ...key.split('/').map(encodeURIComponent)].join(
    '/'
  );
}

/**
 * Why the store would refuse this object key, in words for a person, or null if it is legal.
 * The rules are Google's: not empty, not `.` or `..`, no CR or LF, at most 1,024 bytes of UTF-8.
 */
export function keyProblem(key: string): string | null {
  if (key === '') {
    return 'The name is empty.';
  }
  if (key === '.' || key === '..') {
    return `A file cannot be named "${key}" in a bucket.`;
  }
  if (/[\r\n]/.test(key)) {
    return 'The name contains a line break, which buckets do not allow.';
  }
  if (!isWellFormed(key)) {
    return 'The name is not valid Unicode.';
  }
  const bytes = new TextEncoder().encode(key).length;
  if (bytes > MAX_KEY_BYTES) {
    return `The name with its folders is ${bytes} bytes long; a bucket allows ${MAX_KEY_BYTES}.`;
  }
  return null;
}

/**
 * Whose folder a key outside the user's home lies in, or null when it lies inside.
 * The owner is the first segment of the key, as the hub's convention has it.
 */
export function foreignOwner(key: string, home: string): string | null {
  return home === '' || key.startsWith(home) ? null : key.split('/', 1)[0];
}

function isWellFormed(text: string): boolean {
  try {
    encodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
