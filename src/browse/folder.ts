import type { StoreClient } from '../store/client';
import type { IEntry } from '../store/entry';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';

/** The store's limit for one page. */
export const PAGE_SIZE = 1000;

/** What a row shows of an entry. */
export type IRow = Pick<IEntry, 'kind' | 'name' | 'key' | 'size' | 'updated'>;

/** Rows in the store's order, by number from 0. */
export interface IRows {
  readonly length: number;
  /** The row of this number; `index` must be below `length`. */
  at(index: number): IRow;
  /** The number of the row with this key (a folder's ends in `/`), or -1. */
  indexOf(key: string): number;
}

export const NO_ROWS: IRows = {
  length: 0,
  at: index => {
    throw new RangeError(`There is no row ${index}.`);
  },
  indexOf: () => -1
};

/**
 * One folder as far as it has been listed.
 *
 * A million entries as objects hold 300 MB, so they are kept in columns and the key is derived from
 * prefix and name.
 */
export class Folder implements IRows {
  /**
   * @param startsWith - Only names that start so, asked of the store.
   */
  constructor(
    private readonly _client: Pick<StoreClient, 'list'>,
    readonly location: ILocation,
    readonly startsWith: string = ''
  ) {}

  get length(): number {
    return this._names.length;
  }

  /** Whether the store has no further page. */
  get complete(): boolean {
    return this._nextPageToken === null;
  }

  at(index: number): IRow {
    const size = this._sizes[index];
    const isFolder = size === FOLDER;
    const name = this._names[index];
    return {
      kind: isFolder ? 'folder' : 'object',
      name,
      key: `${this.location.key}${name}${isFolder ? '/' : ''}`,
      size: isFolder ? null : size,
      updated: this._updated[index]
    };
  }

  indexOf(key: string): number {
    if (!key.startsWith(this.location.key)) {
      return -1;
    }
    const rest = key.slice(this.location.key.length);
    const isFolder = rest.endsWith('/');
    const name = isFolder ? rest.slice(0, -1) : rest;
    return this._names.findIndex(
      (known, index) => known === name && (this._sizes[index] === FOLDER) === isFolder
    );
  }

  /**
   * Asks for the next page: one request, shared by everybody who asks while it is under way.
   * Resolves at once when there is none. After a failure the next call asks for the same page.
   */
  more(): Promise<void> {
    if (this.complete) {
      return Promise.resolve();
    }
    this._asking ??= this._ask().finally(() => (this._asking = null));
    return this._asking;
  }

  /** Asks for pages, one after the other, until this many rows are there or no more exist. */
  async upTo(length: number): Promise<void> {
    do {
      await this.more();
    } while (!this.complete && this.length < length);
  }

  /** Ends a request under way: whoever waits for it gets an `AbortError`. */
  abort(): void {
    this._cancellation.abort();
  }

  private async _ask(): Promise<void> {
    const { bucket, key } = this.location;
    const page = await this._client.list(bucket, key, {
      limit: PAGE_SIZE,
      pageToken: this._nextPageToken || undefined,
      startsWith: this.startsWith || undefined,
      signal: this._cancellation.signal
    });
    if (page.nextPageToken !== null && page.nextPageToken === this._nextPageToken) {
      throw new StoreError('The store gave the same page twice.', 0, 'repeated-page');
    }
    for (const entry of page.entries) {
      this._add(entry);
    }
    this._nextPageToken = page.nextPageToken;
  }

  private _add({ kind, name, size, updated }: IEntry): void {
    if (kind === 'folder') {
      // Some stores repeat every folder on every page.
      if (this._folders.has(name)) {
        return;
      }
      this._folders.add(name);
    } else if (name === '') {
      // The object that stands for this folder itself.
      return;
    }
    this._names.push(name);
    this._sizes.push(kind === 'folder' ? FOLDER : (size ?? 0));
    this._updated.push(updated);
  }

  private readonly _names: string[] = [];
  private readonly _sizes: number[] = [];
  private readonly _updated: (string | null)[] = [];
  private readonly _folders = new Set<string>();
  private readonly _cancellation = new AbortController();
  private _asking: Promise<void> | null = null;
  /** Empty before the first page, null after the last. */
  private _nextPageToken: string | null = '';
}

/** Stands in the column of sizes for "a folder". */
const FOLDER = -1;

/** The rows whose names contain `text`, ignoring case. */
export function matching(rows: IRows, text: string): IRows {
  const sought = text.toLocaleLowerCase();
  const found: number[] = [];
  for (let index = 0; index < rows.length; index++) {
    if (rows.at(index).name.toLocaleLowerCase().includes(sought)) {
      found.push(index);
    }
  }
  return {
    length: found.length,
    at: index => rows.at(found[index]),
    indexOf: key => found.indexOf(rows.indexOf(key))
  };
}
