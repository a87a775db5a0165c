import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';

/** What is there already under a name. */
export interface IExisting {
  readonly generation: string;
  /** Bytes. */
  readonly size: number;
  /** RFC 3339; null where the store does not tell. */
  readonly updated: string | null;
}

/** What the user wants done with a name that is taken. */
export type Choice = 'replace' | 'keepBoth' | 'skip';

/** Questions to the store at once. */
const AT_ONCE = 8;

/**
 * Which of these names exist in a folder.
 *
 * One name is one HEAD. Several are one list of names that begin as they all do; only where that
 * is more than a page are the names it did not show asked one by one. So it is never more than one
 * request beyond the number of names, however large the folder. All this only spares the user a
 * late question; what protects the data is the precondition every upload carries.
 */
export async function findExisting(
  client: StoreClient,
  folder: ILocation,
  names: readonly string[]
): Promise<Map<string, IExisting>> {
  const found = new Map<string, IExisting>();
  let undecided = [...new Set(names)];
  if (undecided.length > 1) {
    const page = await client.list(folder.bucket, folder.key, {
      startsWith: commonStart(undecided),
      limit: 1000
    });
    const wanted = new Set(undecided);
    for (const { kind, name, generation, size, updated } of page.entries) {
      if (kind === 'object' && wanted.has(name)) {
        found.set(name, { generation: generation!, size: size!, updated });
      }
    }
    undecided = page.nextPageToken === null ? [] : undecided.filter(name => !found.has(name));
  }
  for (let start = 0; start < undecided.length; start += AT_ONCE) {
    await Promise.all(
      undecided.slice(start, start + AT_ONCE).map(async name => {
        const existing = await headOrNull(client, folder.bucket, folder.key + name);
        if (existing) {
          found.set(name, existing);
        }
      })
    );
  }
  return found;
}

/** What is under a key, or null. */
export async function headOrNull(
  client: StoreClient,
  bucket: string,
  key: string
): Promise<IExisting | null> {
  try {
    return await client.head(bucket, key);
  } catch (error) {
    if (error instanceof StoreError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

/** The first of `name (1).ext`, `name (2).ext`, ... that nothing is under yet, nor in `taken`. */
export async function freeName(
  client: StoreClient,
  folder: ILocation,
  name: string,
  taken: ReadonlySet<string>
): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = numbered(name, number);
    if (
      !taken.has(candidate) &&
      !(await headOrNull(client, folder.bucket, folder.key + candidate))
    ) {
      return candidate;
    }
  }
}

/** `a.csv` -> `a (1).csv`; a leading dot begins no extension: `.bashrc` -> `.bashrc (1)`. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)} (${number})${name.slice(end)}`;
}

/** What all names begin with. Never ends within a surrogate pair, which would be no UTF-8. */
export function commonStart(names: readonly string[]): string {
  const [first, ...rest] = names.map(name => [...name]);
  let length = 0;
  while (length < first.length && rest.every(name => name[length] === first[length])) {
    length++;
  }
  return first.slice(0, length).join('');
}
