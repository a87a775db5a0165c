import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { IBucket } from '../../store/entry';
import { StoreError } from '../../store/errors';
import type { IOperation, IOperationRequest } from '../../store/operations';
import type { IActionContext } from './context';
import { agree, type IDeed, type IWritten } from './permission';

/** The keys that one operation takes at most. */
const MOST_KEYS = 10_000;

/** What every action that changes a bucket does around its request. */
export class Changes {
  constructor(readonly context: IActionContext) {}

  /**
   * Does it, after a second yes where that is needed, and lists the folder again.
   *
   * @param act - Makes the change; resolves with the key of the row to point at, or null for the one at
   *   the place of the focused row. What it throws is told.
   */
  async change(
    written: readonly IWritten[],
    deed: IDeed,
    act: (confirmedOwner: string | undefined) => Promise<string | null>
  ): Promise<void> {
    const { panel, trans } = this.context;
    try {
      const agreed = await agree(written, deed, trans);
      if (agreed) {
        await panel.follow(await act(agreed.confirmedOwner));
      }
    } finally {
      panel.keepKeyboard();
    }
  }

  /** Runs an operation to its end; null where it did not come to one, which the tray tells. */
  async run(
    request: IOperationRequest,
    title: string,
    confirmedOwner: string | undefined,
    handles: readonly string[] = []
  ): Promise<IOperation | null> {
    try {
      return await this.context.jobs.run(request, { title, confirmedOwner, handles });
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      return null;
    }
  }

  /** The generations of rows by key, as they were listed: what changes meanwhile is not touched. */
  generations(keys: readonly string[]): ReadonlyMap<string, string | null> {
    const { rows } = this.context.model;
    const wanted = new Set(keys);
    const found = new Map<string, string | null>();
    // Once over all rows: to look each key up may take as long for each of them.
    for (let index = 0; index < rows.length && found.size < wanted.size; index++) {
      const { key, generation } = rows.at(index);
      if (wanted.has(key)) {
        found.set(key, generation);
      }
    }
    return found;
  }

  /** Tells why something could not be done. */
  async refuse(title: string, error: unknown): Promise<void> {
    await refuse(title, error);
  }

  async bucket(id: string): Promise<IBucket | null> {
    return this.context.buckets.get(id);
  }
}

/** Tells why something could not be done, and what to do about it. */
export async function refuse(title: string, error: unknown): Promise<void> {
  const why = error instanceof StoreError ? error.advice : error;
  await showErrorMessage(title, why instanceof Error ? why.message : String(why));
}

/** Tells something, with one button to go on. */
export async function tell(title: string, body: string): Promise<void> {
  await showDialog({ title, body, buttons: [Dialog.okButton()] });
}

/** Keys in as many parts as the server takes at once. */
export function inParts(keys: readonly string[]): (readonly string[])[] {
  const parts = [];
  for (let start = 0; start < keys.length; start += MOST_KEYS) {
    parts.push(keys.slice(start, start + MOST_KEYS));
  }
  return parts;
}
