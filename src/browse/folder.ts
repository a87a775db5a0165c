import type { StoreClient } from '../store/client';
import type { IEntry, IPage } from '../store/entry';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { compareKeys, Page } from './columns';
import { Listed } from './rows';

export type { IRow } from './columns';
export type { IRows } from './rows';

/** The store's limit for one page, in rows. */
export const PAGE_SIZE = 1000;

/**
 * One folder as far as it has been listed: a sequence of pages, each one store request. A page can
 * be listed again by itself, with the token it was listed with; it then takes the place of the rows
 * that it reaches over.
 */
export class Folder {
  /**
   * @param startsWith - Only names that start so, asked of the store.
   * @param pageSize - Rows asked for at once, up to `PAGE_SIZE`.
   */
  constructor(
    private readonly _client: Pick<StoreClient, 'list'>,
    readonly location: ILocation,
    readonly startsWith: string = '',
    readonly pageSize: number = PAGE_SIZE
  ) {
    this._rows = new Listed(location.key, [], true);
  }

  get rows(): Listed {
    return this._rows;
  }

  /** Whether the store has no further page. */
  get complete(): boolean {
    return this._nextPageToken === null;
  }

  /**
   * Asks for the next page: one request, shared by everybody who asks while it is under way.
   * Resolves at once when there is none. After a failure the next call asks for the same page.
   */
  more(): Promise<void> {
    if (this.complete) {
      return Promise.resolve();
    }
    if (this._asking === null) {
      const asking = (
        this._renewing ? this._renewing.then(() => this._next()) : this._next()
      ).finally(() => {
        if (this._asking === asking) {
          this._asking = null;
        }
      });
      this._asking = asking;
    }
    return this._asking;
  }

  /** Asks for pages, one after the other, until this many rows are there or no more exist. */
  async upTo(length: number): Promise<void> {
    do {
      await this.more();
    } while (!this.complete && this.rows.length < length);
  }

  /** Marks every page as old: `renew` lists it again. */
  expire(): void {
    this._old = new Set(this._rows.pages);
  }

  /** Whether a row from `first` to before `end` is on an old page. */
  hasOld(first: number = 0, end: number = Infinity): boolean {
    return this._oldIn(first, end) !== undefined;
  }

  /**
   * Lists old pages again that hold rows from `first` to before `end`, one after the other, at most
   * so many.
   */
  async renew(first: number, end: number, atMost: number): Promise<void> {
    for (let asked = 0; asked < atMost && this.hasOld(first, end); asked++) {
      if (this._asking) {
        await this._asking;
      }
      if (this._renewing === null) {
        const renewing = this._renew(first, end).finally(() => {
          if (this._renewing === renewing) {
            this._renewing = null;
          }
        });
        this._renewing = renewing;
      }
      await this._renewing;
    }
  }

  /** Ends a request under way: whoever waits for it gets an `AbortError`. */
  abort(): void {
    this._cancellation.abort();
    this._cancellation = new AbortController();
    this._asking = null;
    this._renewing = null;
  }

  private async _next(): Promise<void> {
    const token = this._nextPageToken ?? '';
    const listed = await this._ask(token);
    const entries = this._new(listed.entries);
    const { prefix, pages } = this._rows;
    this._rows = new Listed(prefix, [...pages, Page.of(entries, token)], this._seen === null);
    this._nextPageToken = listed.nextPageToken;
  }

  private async _renew(first: number, end: number): Promise<void> {
    const page = this._oldIn(first, end);
    if (page !== undefined) {
      this._replace(page, await this._ask(page.token));
    }
  }

  /** Without the object that stands for this folder itself. */
  private async _ask(token: string): Promise<IPage> {
    const { bucket, key } = this.location;
    const { signal } = this._cancellation;
    const { entries, nextPageToken } = await this._client.list(bucket, key, {
      limit: this.pageSize,
      pageToken: token || undefined,
      startsWith: this.startsWith || undefined,
      signal
    });
    // It may have been ended between its answer and here.
    if (signal.aborted) {
      throw new DOMException('The listing was ended.', 'AbortError');
    }
    if (nextPageToken !== null && nextPageToken === token) {
      throw new StoreError('The store gave the same page twice.', 0, 'repeated-page');
    }
    return {
      entries: entries.filter(({ kind, name }) => kind === 'folder' || name !== ''),
      nextPageToken
    };
  }

  /** Without what is there already: an emulator repeats every folder on every page. */
  private _new(entries: readonly IEntry[]): readonly IEntry[] {
    const { length } = this._rows;
    const tails = entries.map(tailOf);
    const before = length > 0 ? [this._rows.tailAt(length - 1), ...tails] : tails;
    const ascends = before.every((tail, i) => i === 0 || compareKeys(before[i - 1], tail) < 0);
    if (!ascends) {
      this._seen ??= new Set(Array.from({ length }, (_, index) => this._rows.tailAt(index)));
    }
    const seen = this._seen;
    return seen === null
      ? entries
      : entries.filter((_, index) => !seen.has(tails[index]) && seen.add(tails[index]));
  }

  /** Puts what a page holds by now in the place of the rows that it reaches over. */
  private _replace(old: Page, { entries, nextPageToken }: IPage): void {
    const { prefix, pages, starts, length } = this._rows;
    const at = pages.indexOf(old);
    const end =
      nextPageToken === null
        ? length
        : entries.length === 0
          ? starts[at]
          : Math.max(starts[at], this._rows.firstFrom(after(entries[entries.length - 1])));
    const kept = [...pages.slice(0, at), Page.of(entries, old.token)];
    for (let index = at; index < pages.length; index++) {
      const covered = end - starts[index];
      if (covered <= 0 && index > at) {
        kept.push(pages[index]);
        continue;
      }
      this._old.delete(pages[index]);
      if (covered < pages[index].length) {
        // It ends before that page did: what follows may have changed as well.
        const rest = pages[index].rest(covered, nextPageToken ?? '');
        this._old.add(rest);
        kept.push(rest);
      }
    }
    if (end === length) {
      this._nextPageToken = nextPageToken;
    }
    this._rows = new Listed(prefix, kept, true);
  }

  private _oldIn(first: number, end: number): Page | undefined {
    if (this._old.size === 0) {
      return undefined;
    }
    const { pages, starts } = this._rows;
    return pages.find(
      (page, index) =>
        this._old.has(page) &&
        starts[index] < end &&
        starts[index] + Math.max(1, page.length) > first
    );
  }

  private _rows: Listed;
  private _old = new Set<Page>();
  /** What has been listed, where the store repeats itself or keeps no order. */
  private _seen: Set<string> | null = null;
  private _cancellation = new AbortController();
  /** The requests for the next page and for an old one: never both at once. */
  private _asking: Promise<void> | null = null;
  private _renewing: Promise<void> | null = null;
  /** Empty before the first page, null after the last. */
  private _nextPageToken: string | null = '';
}

/** The key of an entry without the prefix that all share. */
function tailOf({ kind, name }: IEntry): string {
  return kind === 'folder' ? `${name}/` : name;
}

/** What comes right after an entry in the order of keys. */
function after(entry: IEntry): string {
  return `${tailOf(entry)}\0`;
}
