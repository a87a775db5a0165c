import { Signal } from '@lumino/signaling';
import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { Arrangement } from './arrangement';
import { Asking } from './asking';
import { Folder } from './folder';
import { type IOrder, isStoreOrder, type SortBy, STORE_ORDER, turned } from './order';
import { fetchAll, fetchForSight, type ISight, REFRESHED, renewInSight } from './pager';
import type { IRows } from './rows';
import { isUri } from './uri';

/** Milliseconds without typing after which the store is asked. */
const TYPING_PAUSE = 250;

/** Milliseconds between two signs of progress while all is loaded. */
const PROGRESS = 100;

/**
 * The rows of one folder: listed as far as they are needed, refreshed, filtered and sorted. Every
 * method that asks the store may be repeated; what fails is told by `asking`.
 */
export class FolderRows {
  /**
   * @param pageSize - Rows asked of the store at once.
   * @param wish - The order if it needs no loading.
   */
  constructor(
    private readonly _client: StoreClient,
    readonly location: ILocation,
    private readonly _pageSize: number,
    private _wish: IOrder
  ) {
    this._whole = this._shown = this._list('');
  }

  /** Emitted after any change. */
  readonly changed = new Signal<this, void>(this);
  /** Emitted, before `changed`, when rows may have come and gone anywhere; with those before. */
  readonly renewed = new Signal<this, IRows>(this);
  /** Emitted, before `changed`, when names are shown that were asked of the store. */
  readonly replaced = new Signal<this, void>(this);

  /** What will replace the rows, or could not be listed; rows listed earlier stay. */
  readonly asking = new Asking(
    () => this.changed.emit(),
    () => this.refresh()
  );
  /** Whether page after page is asked for, until all are there. */
  loadingAll = false;

  /** The rows that pass the filter, in the order below, as far as they are listed. */
  get rows(): IRows {
    return this._arrangement.rows;
  }

  get order(): IOrder {
    return this._arrangement.order;
  }

  /** The order that was last chosen, here or in a folder before. */
  get wish(): IOrder {
    return this._wish;
  }

  /** Whether the store has no further rows for this list. */
  get complete(): boolean {
    return this._shown.complete;
  }

  /** Whether `loadAll` would bring rows that are missing, or that a refresh left as they were. */
  get hasMore(): boolean {
    return this.listed > 0 && (!this.complete || this._shown.hasOld());
  }

  /** Rows that were listed, before the filter. */
  get listed(): number {
    return this._shown.rows.length;
  }

  /** Where the filter looks: in the names listed, or in the store for names that start so. */
  get scope(): 'listed' | 'store' {
    return this._whole?.complete ? 'listed' : 'store';
  }

  /** Lists the first page; `arrived` is called before the change is told. */
  async open(arrived: () => void = () => undefined): Promise<void> {
    await this._load(this._shown, 1, () => {
      this._settle();
      arrived();
    });
  }

  /**
   * Lists again what is in sight; the old rows stay until then. A folder of up to 5 pages is listed whole.
   * Of a larger one the pages in sight are, by the tokens they were listed with, at most 5; the others
   * follow when they come in sight, so that a refresh deep in a million rows is one request.
   */
  async refresh(): Promise<void> {
    const folder = this._shown;
    this._stop();
    if (this.listed === 0 || !folder.rows.isOrdered) {
      await this._relist(folder);
      return;
    }
    folder.expire();
    const isThere = await this.asking.about({
      ask: () => renewInSight(folder, this.rows, this._seen),
      abort: () => folder.abort(),
      arrived: () => this._renewed(folder),
      failed: error => this._failOrRelist(folder, error, () => this.refresh())
    });
    if (isThere) {
      await this._reach();
    }
  }

  /** Tells which rows are in sight, so that the following ones are there in time. */
  async reach(first: number, end: number): Promise<void> {
    this._seen = { first, end };
    await this._reach();
  }

  /**
   * Lists everything that is missing or old, page after page. Tells whether all of it is there: not
   * when it was cancelled, refused, or another list was asked for.
   */
  async loadAll(): Promise<boolean> {
    const folder = this._shown;
    if (this.asking.loading || this.loadingAll) {
      return false;
    }
    this.asking.problem = null;
    this.loadingAll = true;
    this.changed.emit();
    try {
      await fetchAll(folder, () => this._grown(folder));
    } catch (error) {
      if (folder === this._shown) {
        await this._failOrRelist(folder, error, async () => void (await this.loadAll()));
      }
    }
    if (folder !== this._shown) {
      return false;
    }
    this.loadingAll = false;
    this._renewed(folder);
    return folder.complete && !folder.hasOld();
  }

  /** Ends `loadAll`; what has been listed stays. */
  cancelLoadAll(): void {
    if (this.loadingAll) {
      this._shown.abort();
    }
  }

  /**
   * Sorts by a column, or the other way round if it is sorted so. Any order but the store's needs the
   * whole folder, which is loaded first; when that ends early the rows stay as they are.
   */
  async sort(by: SortBy): Promise<void> {
    const order = turned(this.order, by);
    this._sorting = order;
    if (!isStoreOrder(order) && !this.complete) {
      const isWhole = await this.loadAll();
      if (this._sorting !== order) {
        return;
      }
      if (!isWhole) {
        this.asking.offer(() => this.sort(by));
        return;
      }
    }
    this._wish = order;
    this._arrangement.order = order;
    this._arrange();
    this.changed.emit();
  }

  /** Shows only some names: those listed that contain the text, or the store's that start with it. */
  setFilter(text: string): void {
    this._filter = text;
    this._stop();
    // An address on its way is no name to look for.
    const sought = isUri(text) ? '' : text;
    if (this._whole?.complete) {
      this._shown = this._whole;
      this._arrange();
    } else if (sought !== this._shown.startsWith || this.listed === 0) {
      this._typing = setTimeout(() => void this._askFor(sought), sought ? TYPING_PAUSE : 0);
    }
    this.changed.emit();
  }

  /** Ends what is under way; nothing is told any more. */
  dispose(): void {
    Signal.clearData(this);
    this._stop();
    this._shown.abort();
  }

  private _list(startsWith: string): Folder {
    return new Folder(this._client, this.location, startsWith, this._pageSize);
  }

  private async _askFor(text: string): Promise<void> {
    const folder = this._list(text);
    await this._load(folder, 1, () => {
      this._shown.abort();
      this._shown = folder;
      this._whole = text ? null : folder;
      this._settle();
      this.replaced.emit();
    });
  }

  /** Lists anew from the first row: where no page can be listed by itself. */
  private async _relist(old: Folder): Promise<void> {
    const fresh = this._list(old.startsWith);
    const needed = this.rows === old.rows ? this._seen.end : old.rows.length;
    await this._load(fresh, Math.min(needed, REFRESHED * this._pageSize), () => {
      const before = this.rows;
      this._shown = fresh;
      this._whole = fresh.startsWith === '' ? fresh : null;
      this._settle(() => this.renewed.emit(before));
    });
  }

  /** Fetches ahead of what is in sight, and again what is old in it, until that is there. */
  private async _reach(): Promise<void> {
    const folder = this._shown;
    if (this._reaching === folder) {
      return;
    }
    this._reaching = folder;
    try {
      while (
        folder === this._shown &&
        this.rows === folder.rows &&
        !(this.asking.loading || this.loadingAll || this.asking.problem)
      ) {
        const what = await fetchForSight(folder, this._seen);
        if (what === null) {
          break;
        }
        if (what === 'renewed') {
          this._renewed(folder);
        } else {
          this._grown(folder);
        }
      }
    } catch (error) {
      if (folder === this._shown) {
        await this._failOrRelist(folder, error, () => this._reach());
      }
    } finally {
      if (this._reaching === folder) {
        this._reaching = null;
      }
    }
  }

  /** Lists a folder up to this row; `arrived` puts it in place. */
  private async _load(folder: Folder, length: number, arrived: () => void): Promise<void> {
    await this.asking.about({
      ask: () => folder.upTo(length),
      abort: () => folder.abort(),
      arrived,
      failed: error => this.asking.fail(error)
    });
  }

  /** Shows a list that has just arrived: sorted as before if that needs no loading. */
  private _settle(done?: () => void): void {
    this._arrangement.order = this.complete ? this._wish : STORE_ORDER;
    this._arrange(done);
  }

  /** Shows rows that were added at the end. */
  private _grown(folder: Folder): void {
    if (folder === this._shown) {
      if (this._arrangement.isPlain) {
        this._arrangement.show(folder.rows);
      }
      const now = performance.now();
      if (!this.loadingAll || now - this._told > PROGRESS) {
        this._told = now;
        this.changed.emit();
      }
    }
  }

  /** Shows rows that may have changed anywhere. */
  private _renewed(folder: Folder): void {
    if (folder === this._shown) {
      const before = this.rows;
      this._arrange(() => this.renewed.emit(before));
      this.changed.emit();
    }
  }

  /** Filters and sorts what is listed. Names of a list that is asked of the store are all wanted. */
  private _arrange(done?: () => void): void {
    const isFiltered = this._shown === this._whole && !isUri(this._filter);
    this._arrangement.text = isFiltered ? this._filter : '';
    this._arrangement.show(this._shown.rows, done);
  }

  private _stop(): void {
    clearTimeout(this._typing);
    this._arrangement.stop();
    this.cancelLoadAll();
    this.asking.stop();
    this.loadingAll = false;
  }

  /** A page token that the store has forgotten means to begin anew; anything else is told. */
  private async _failOrRelist(
    folder: Folder,
    error: unknown,
    again: () => Promise<void>
  ): Promise<void> {
    this.loadingAll = false;
    if (error instanceof StoreError && error.reason === 'bad-page-token') {
      await this._relist(folder);
    } else {
      this.asking.fail(error, again);
    }
  }

  private readonly _arrangement = new Arrangement(() => this.changed.emit());
  /** The folder unfiltered, as far as it is known. */
  private _whole: Folder | null;
  /** The list behind the rows. */
  private _shown: Folder;
  private _seen: ISight = { first: 0, end: 0 };
  /** The list that pages are being asked for, as the rows in sight need them. */
  private _reaching: Folder | null = null;
  /** The text in the filter box. */
  private _filter = '';
  /** The order that is waiting for all rows. */
  private _sorting: IOrder | null = null;
  /** When progress was last told: milliseconds, as `performance.now()`. */
  private _told = 0;
  private _typing: ReturnType<typeof setTimeout> | undefined;
}
