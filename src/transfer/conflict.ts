import type { StoreClient } from '../store/client';
import type { IExisting } from '../store/entry';
import type { ILocation } from '../store/path';
import type { IChecksum } from './checksum';

/** What the user wants done with a name that is taken. */
export type Choice = 'replace' | 'keepBoth' | 'skip';

/** Names tried at once for a file to be kept beside another. */
const NUMBERS = 50;

/** What is under a name in a folder, or null. */
export async function lookUp(
  client: StoreClient,
  folder: ILocation,
  name: string,
  size: number
): Promise<IExisting | null> {
  const [existing] = await client.compare(folder.bucket, folder.key, [{ key: name, size }]);
  return existing ?? null;
}

/** Whether a file is what is there already: as long, and with the same crc32c. */
export async function isIdentical(
  file: Blob,
  existing: IExisting,
  checksum: () => IChecksum
): Promise<boolean> {
  if (existing.size !== file.size || existing.crc32c === null) {
    return false;
  }
  const sum = checksum();
  try {
    await sum.add(file);
    return (await sum.digest()) === existing.crc32c;
  } catch (error) {
    sum.forget();
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
  for (let first = 1; ; first += NUMBERS) {
    const candidates = Array.from({ length: NUMBERS }, (_, index) => numbered(name, first + index));
    const existing = await client.compare(
      folder.bucket,
      folder.key,
      // A size that no file has, so that no checksum is computed for it.
      candidates.map(key => ({ key, size: Number.MAX_SAFE_INTEGER }))
    );
    const found = new Set(existing.map(({ key }) => key));
    const free = candidates.find(candidate => !found.has(candidate) && !taken.has(candidate));
    if (free !== undefined) {
      return free;
    }
  }
}

/** `a.csv` -> `a (1).csv`; a leading dot begins no extension: `.bashrc` -> `.bashrc (1)`. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)} (${number})${name.slice(end)}`;
}
