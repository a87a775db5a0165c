import type { Folder } from './folder';
import type { IRows } from './rows';

/** How much of a page lies below the rows in sight when the next one is asked for. */
const AHEAD = 0.5;

/** Pages that one refresh lists again at most. */
export const REFRESHED = 5;

/** The rows in sight: the first, and one past the last. */
export interface ISight {
  readonly first: number;
  readonly end: number;
}

/**
 * Lists the old pages again that have rows in sight, at most 5; all of a folder that has no more.
 *
 * @param shown - The rows that `sight` counts: those of the folder, or some in another order.
 */
export async function renewInSight(folder: Folder, shown: IRows, sight: ISight): Promise<void> {
  const { first, end } = sight;
  if (folder.rows.pages.length <= REFRESHED) {
    await folder.renew(0, Infinity, REFRESHED);
    return;
  }
  if (shown === folder.rows) {
    await folder.renew(first, end + 1, REFRESHED);
    return;
  }
  const last = Math.min(end, shown.length);
  for (let row = first, asked = 0; row < last && asked < REFRESHED; row++) {
    const number = folder.rows.indexOf(shown.at(row).key);
    if (number !== -1 && folder.hasOld(number, number + 1)) {
      asked++;
      await folder.renew(number, number + 1, 1);
    }
  }
}

/**
 * Asks for the one page that rows in sight need most: again if it is old, or the next one if the end
 * comes near. Tells which; null, without a request, when none is needed.
 */
export async function fetchForSight(
  folder: Folder,
  { first, end }: ISight
): Promise<'renewed' | 'grown' | null> {
  if (folder.rows.isOrdered && folder.hasOld(first, end + 1)) {
    await folder.renew(first, end + 1, 1);
    return 'renewed';
  }
  if (!folder.complete && end > folder.rows.length - AHEAD * folder.pageSize) {
    await folder.more();
    return 'grown';
  }
  return null;
}

/** Lists all that is old or missing, page after page; `arrived` is called after each. */
export async function fetchAll(folder: Folder, arrived: () => void): Promise<void> {
  while (folder.hasOld()) {
    await folder.renew(0, Infinity, 1);
    arrived();
  }
  while (!folder.complete) {
    await folder.more();
    arrived();
  }
}
