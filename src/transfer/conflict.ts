import type { StoreClient } from '../store/client';
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
 * One list of names that begin as they all do; only where that is more than a page are the names it
 * did not show asked one by one. So it is never more than one request beyond the number of names,
 * however large the folder. All this only spares the user a late question; what protects the data
 * is the precondition every upload carries.
 */
export async function findExisting(
  client: StoreClient,
  folder: ILocation,
  names: readonly string[]
): Promise<Map<string, IExisting>> {
  const wanted = [...new Set(names)];
  const { found, all } = await startingWith(client, folder, commonStart(wanted));
  const undecided = all ? [] : wanted.filter(name => !found.has(name));
  for (let start = 0; start < undecided.length; start += AT_ONCE) {
    await Promise.all(
      undecided.slice(start, start + AT_ONCE).map(async name => {
        const existing = await lookUp(client, folder, name);
        if (existing) {
          found.set(name, existing);
        }
      })
    );
  }
  return new Map(wanted.flatMap(name => (found.has(name) ? [[name, found.get(name)!]] : [])));
}

/** What is under a name, or null. A list, as a HEAD would log an error for every name that is free. */
export async function lookUp(
  client: StoreClient,
  folder: ILocation,
  name: string
): Promise<IExisting | null> {
  // In the order of a list, a name comes before all others that begin with it.
  return (await startingWith(client, folder, name, 1)).found.get(name) ?? null;
}

/** The first of `name (1).ext`, `name (2).ext`, ... that nothing is under yet, nor in `taken`. */
export async function freeName(
  client: StoreClient,
  folder: ILocation,
  name: string,
  taken: ReadonlySet<string>
): Promise<string> {
  const { found } = await startingWith(
    client,
    folder,
    commonStart([1, 2].map(n => numbered(name, n)))
  );
  for (let number = 1; ; number++) {
    const candidate = numbered(name, number);
    if (!found.has(candidate) && !taken.has(candidate)) {
      return candidate;
    }
  }
}

/** The objects of one page of names that begin so, and whether that is all of them. */
async function startingWith(
  client: StoreClient,
  folder: ILocation,
  startsWith: string,
  limit = 1000
): Promise<{ found: Map<string, IExisting>; all: boolean }> {
  const page = await client.list(folder.bucket, folder.key, { startsWith, limit });
  const found = new Map<string, IExisting>();
  for (const { kind, name, generation, size, updated } of page.entries) {
    if (kind === 'object') {
      found.set(name, { generation: generation!, size: size!, updated });
    }
  }
  return { found, all: page.nextPageToken === null };
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
