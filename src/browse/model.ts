import { Signal } from '@lumino/signaling';
import type { BucketList } from '../store/buckets';
import type { StoreClient } from '../store/client';
import type { IBucket } from '../store/entry';
import { isAbort, StoreError } from '../store/errors';
import { foreignOwner, type ILocation, parentPrefix } from '../store/path';
import type { IRow } from './columns';
import { Folder, PAGE_SIZE } from './folder';
import { arranged, type IOrder, isStoreOrder, type SortBy, STORE_ORDER, turned } from './order';
import { fetchAll, fetchForSight, type ISight, REFRESHED, renewInSight } from './pager';
import { type IRows, NO_ROWS } from './rows';
import {
  follow,
  type ISelection,
  NO_SELECTION,
  only,
  select,
  selectAll,
  type SelectMode
} from './selection';
import { inSlices } from './slices';
import { fromUri, isUri, resolve } from './uri';

/** Milliseconds without typing after which the store is asked. */
const TYPING_PAUSE = 250;

/** Milliseconds between two signs of progress while all is loaded. */
const PROGRESS = 100;

/** What the panel shows, and how that changes. Every method that asks the store may be repeated. */
export class BrowseModel {
  constructor(
    private readonly _client: StoreClient,
    private readonly _list: BucketList,
    /** Called with every folder that is gone to. */
    private readonly _remember: (location: ILocation) => void
  ) {}

  /** Emitted after any change. */
  readonly changed = new Signal<this, void>(this);

  /** All buckets; null until they are known. */
  buckets: readonly IBucket[] | null = null;
  /** The folder shown; null before the first. */
  location: ILocation | null = null;
  /** The rows that pass the filter, in the order below, as far as they are listed. */
  rows: IRows = NO_ROWS;
  order: IOrder = STORE_ORDER;
  selection: ISelection = NO_SELECTION;
  /** Whether what is asked of the store will replace the rows. */
  loading = false;
  /** Whether page after page is asked for, until all are there. */
  loadingAll = false;
  /** Why the last request failed; rows listed earlier stay. */
  problem: StoreError | null = null;
  /** The text in the filter box. */
  filter = '';
  /** An address that led nowhere, and why. */
  lost: { uri: string; why: 'no-bucket' | 'nothing-there' } | null = null;
  /** When the rows were listed: milliseconds, as `Date.now()`. */
  listedAt = 0;
  /** The row whose name is being edited, and who gets the new name; null when that was given up. */
  renaming: { readonly key: string; readonly done: (name: string | null) => void } | null = null;

  /** The bucket shown. */
  get bucket(): IBucket | null {
    return this.buckets?.find(bucket => bucket.id === this.location?.bucket) ?? null;
  }

  /** Whether the store has no further rows for this list. */
  get complete(): boolean {
    return this._shown?.complete ?? false;
  }

  /** Whether `loadAll` would bring rows that are missing, or that a refresh left as they were. */
  get hasMore(): boolean {
    return this.listed > 0 && (!this.complete || this._shown!.hasOld());
  }

  /** Rows that were listed, before the filter. */
  get listed(): number {
    return this._shown?.rows.length ?? 0;
  }

  /** Where the filter looks: in the names listed, or in the store for names that start so. */
  get scope(): 'listed' | 'store' {
    return this._whole?.complete ? 'listed' : 'store';
  }

  /** Whether the folder shown lies in somebody else's part of the bucket. */
  get isOutsideHome(): boolean {
    return (
      this.location !== null && foreignOwner(this.location.key, this.bucket?.home ?? '') !== null
    );
  }

  /** The focused row. */
  get focused(): IRow | null {
    const index = this.selection.focus === null ? -1 : this.rows.indexOf(this.selection.focus);
    return index === -1 ? null : this.rows.at(index);
  }

  /**
   * Finds the buckets and shows a folder: this one if its bucket is there, else the first home.
   *
   * @param focus - As for `go`.
   */
  async start(wanted: ILocation | null, focus: string | null = null): Promise<void> {
    this.loading = true;
    this.problem = null;
    this.changed.emit();
    try {
      this.buckets = await this._list.all();
    } catch (error) {
      this._fail(error);
      return;
    }
    const known = this.buckets.find(bucket => bucket.id === wanted?.bucket);
    const first = this.buckets.find(bucket => bucket.error === null) ?? this.buckets[0];
    if (known && wanted) {
      await this.go(wanted, focus);
    } else if (first) {
      await this.go({ bucket: first.id, key: first.home });
    } else {
      this.loading = false;
      this.changed.emit();
    }
  }

  /**
   * Shows a folder.
   *
   * @param focus - The key of the row to point at; it is looked up in the store if it is not among
   *   the first rows.
   */
  async go(location: ILocation, focus: string | null = null): Promise<void> {
    this._stop();
    this._shown?.abort();
    this.location = location;
    this._seen = { first: 0, end: 0 };
    this._whole = this._shown = new Folder(this._client, location);
    this.filter = '';
    this.lost = null;
    this.rows = NO_ROWS;
    this.order = STORE_ORDER;
    this.selection = NO_SELECTION;
    this._remember(location);
    const unusable = this.bucket?.error;
    if (unusable) {
      this._fail(new StoreError(unusable, 0, 'bucket-unavailable', ''));
      return;
    }
    await this._load(this._shown, 1, () => {
      this._settle();
      this._point(focus);
    });
  }

  /** Shows the folder above and points at the one that was left. */
  async goUp(): Promise<void> {
    if (this.location && this.location.key !== '') {
      const { bucket, key } = this.location;
      await this.go({ bucket, key: parentPrefix(key) }, key);
    }
  }

  /** Goes where an address leads; an object is pointed at in its folder. */
  async goToUri(uri: string): Promise<void> {
    const place = fromUri(uri, this.buckets ?? []);
    if (place === null) {
      this._lose(uri, 'no-bucket');
      return;
    }
    try {
      const { location } = this;
      const found = await resolve(this._client, place);
      if (this.location !== location) {
        return;
      }
      if (found === null) {
        this._lose(uri, 'nothing-there');
      } else {
        await this.go(found.folder, found.focus);
      }
    } catch (error) {
      this._fail(error);
    }
  }

  /**
   * Lists again what is in sight; the old rows stay until then. A folder of up to 5 pages is listed whole.
   * Of a larger one the pages in sight are, by the tokens they were listed with, at most 5; the others
   * follow when they come in sight, so that a refresh deep in a million rows is one request.
   */
  async refresh(): Promise<void> {
    const folder = this._shown;
    if (this.location === null || folder === null) {
      this._list.forget();
      await this.start(null);
      return;
    }
    if (this.bucket?.error) {
      return;
    }
    this._stop();
    if (this.listed === 0 || !folder.rows.isOrdered) {
      await this._relist(folder);
      return;
    }
    folder.expire();
    this._pending = folder;
    this.loading = true;
    this.problem = null;
    this.changed.emit();
    try {
      await renewInSight(folder, this.rows, this._seen);
    } catch (error) {
      if (this._pending === folder) {
        await this._failOrRelist(folder, error, () => this.refresh());
      }
      return;
    }
    if (this._pending === folder) {
      this._pending = null;
      this.loading = false;
      this.listedAt = Date.now();
      this._renewed(folder);
      await this._reach();
    }
  }

  /** Tells which rows are in sight, so that the following ones are there in time. */
  async reach(first: number, end: number): Promise<void> {
    this._seen = { first, end };
    await this._reach();
  }

  /** Asks for what failed once more. */
  async again(): Promise<void> {
    this.problem = null;
    this.changed.emit();
    await this._again();
  }

  /**
   * Lists everything that is missing or old, page after page. Tells whether all of it is there: not
   * when it was cancelled, refused, or another folder was gone to.
   */
  async loadAll(): Promise<boolean> {
    const folder = this._shown;
    if (folder === null || this.loading || this.loadingAll) {
      return false;
    }
    this.problem = null;
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
      this._shown?.abort();
    }
  }

  /**
   * Sorts by a column, or the other way round if it is sorted so. Any order but the store's needs the
   * whole folder, which is loaded first; when that ends early the rows stay as they are.
   */
  async sort(by: SortBy): Promise<void> {
    const folder = this._shown;
    const order = turned(this.order, by);
    this._wish = order;
    if (!isStoreOrder(order) && folder && !folder.complete) {
      const isWhole = await this.loadAll();
      if (this._wish !== order) {
        return;
      }
      if (!isWhole) {
        this._wish = this.order;
        this._again = () => this.sort(by);
        return;
      }
    }
    this.order = order;
    this._arrange();
    this.changed.emit();
  }

  /** Shows only some names: those listed that contain the text, or the store's that start with it. */
  setFilter(text: string): void {
    this.filter = text;
    this.lost = null;
    this._stop();
    // An address on its way is no name to look for.
    const sought = isUri(text) ? '' : text;
    if (this._whole?.complete) {
      this._shown = this._whole;
      this._arrange();
    } else if (sought !== this._shown?.startsWith || this.listed === 0) {
      this._typing = setTimeout(() => void this._askFor(sought), sought ? TYPING_PAUSE : 0);
    }
    this.changed.emit();
  }

  select(index: number, mode: SelectMode): void {
    this.selection = select(this.selection, this.rows, index, mode);
    this.changed.emit();
  }

  selectAll(): void {
    this.selection = selectAll(this.selection, this.rows);
    this.changed.emit();
  }

  /** Moves the keyboard to a row without selecting it. */
  focus(key: string): void {
    if (this.selection.focus !== key) {
      const { keys, anchor } = this.selection;
      this.selection = { keys, focus: key, anchor: anchor ?? key };
      this.changed.emit();
    }
  }

  /** Edits the name of a row in its place. Resolves with the new name, or null if it stays. */
  async rename(key: string): Promise<string | null> {
    this.renaming?.done(null);
    const name = await new Promise<string | null>(done => {
      this.renaming = { key, done };
      this.changed.emit();
    });
    if (this.renaming?.key === key) {
      this.renaming = null;
      this.changed.emit();
    }
    return name;
  }

  /** Ends what is under way. */
  dispose(): void {
    this._stop();
    Signal.clearData(this);
  }

  private async _askFor(text: string): Promise<void> {
    if (this.location === null) {
      return;
    }
    const folder = new Folder(this._client, this.location, text);
    await this._load(folder, 1, () => {
      this._shown?.abort();
      this._shown = folder;
      this._whole = text ? null : folder;
      this._settle();
      this.selection = NO_SELECTION;
    });
  }

  /** Lists anew from the first row: where no page can be listed by itself. */
  private async _relist(old: Folder): Promise<void> {
    const fresh = new Folder(this._client, old.location, old.startsWith);
    const isWhole = fresh.startsWith === '';
    const needed = this.rows === old.rows ? this._seen.end : old.rows.length;
    await this._load(fresh, Math.min(needed, REFRESHED * PAGE_SIZE), () => {
      const before = this.rows;
      this._shown = fresh;
      this._whole = isWhole ? fresh : null;
      this._settle();
      this.selection = follow(this.selection, before, this.rows);
    });
  }

  /** Fetches ahead of what is in sight, and again what is old in it, until that is there. */
  private async _reach(): Promise<void> {
    const folder = this._shown;
    if (folder === null || this._reaching === folder) {
      return;
    }
    this._reaching = folder;
    try {
      while (
        folder === this._shown &&
        this.rows === folder.rows &&
        !(this.loading || this.loadingAll || this.problem)
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

  /** Lists a folder up to this row; `arrived` puts it in place. An older request is dropped. */
  private async _load(folder: Folder, length: number, arrived: () => void): Promise<void> {
    this._pending = folder;
    this.loading = true;
    this.problem = null;
    this.changed.emit();
    try {
      await folder.upTo(length);
    } catch (error) {
      if (this._pending === folder) {
        this._fail(error);
      }
      return;
    }
    if (this._pending === folder) {
      this._pending = null;
      this.loading = false;
      this.listedAt = Date.now();
      arrived();
      this.changed.emit();
    }
  }

  /** Shows a list that has just arrived: sorted as before if that needs no loading. */
  private _settle(): void {
    this.order = this.complete ? this._wish : STORE_ORDER;
    this._arrange();
  }

  /** Shows rows that were added at the end. */
  private _grown(folder: Folder): void {
    if (folder === this._shown) {
      if (!this._isArranged) {
        this.rows = folder.rows;
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
      this._arrange(() => (this.selection = follow(this.selection, before, this.rows)));
      this.changed.emit();
    }
  }

  /** Filters and sorts what is listed: at once if that is quick, else beside keys and drawing. */
  private _arrange(done: () => void = () => undefined): void {
    this._stopArranging();
    const listed = this._shown?.rows ?? null;
    if (listed === null || !this._isArranged) {
      this.rows = listed ?? NO_ROWS;
      done();
      return;
    }
    const text = this._isFiltered ? this.filter : '';
    this._stopArranging = inSlices(arranged(listed, text, this.order), rows => {
      this.rows = rows;
      done();
      this.changed.emit();
    });
  }

  /** Whether names are looked for in what is listed. */
  private get _isFiltered(): boolean {
    return this._shown === this._whole && this.filter !== '' && !isUri(this.filter);
  }

  private get _isArranged(): boolean {
    return this._isFiltered || !isStoreOrder(this.order);
  }

  private _point(focus: string | null): void {
    if (focus === null) {
      return;
    }
    this.selection = only(focus);
    if (!this.complete && this.rows.indexOf(focus) === -1) {
      this.setFilter(focus.slice(this.location?.key.length).replace(/\/$/, ''));
    }
  }

  private _stop(): void {
    clearTimeout(this._typing);
    this._stopArranging();
    this.cancelLoadAll();
    this._pending?.abort();
    this._pending = null;
    this.loading = false;
    this.loadingAll = false;
  }

  private _lose(uri: string, why: 'no-bucket' | 'nothing-there'): void {
    this.lost = { uri, why };
    this.changed.emit();
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
      this._fail(error, again);
    }
  }

  private _fail(error: unknown, again: () => Promise<void> = () => this.refresh()): void {
    if (isAbort(error)) {
      return;
    }
    this.loading = false;
    this._pending = null;
    this._again = again;
    this.problem =
      error instanceof StoreError ? error : new StoreError(String(error), 0, 'unexpected');
    this.changed.emit();
  }

  /** The folder unfiltered, as far as it is known. */
  private _whole: Folder | null = null;
  /** The list behind the rows. */
  private _shown: Folder | null = null;
  /** The list that will replace it. */
  private _pending: Folder | null = null;
  private _seen: ISight = { first: 0, end: 0 };
  /** The list that pages are being asked for, as the rows in sight need them. */
  private _reaching: Folder | null = null;
  /** The order that other folders get where they need no loading for it. */
  private _wish: IOrder = STORE_ORDER;
  private _stopArranging: () => void = () => undefined;
  private _again: () => Promise<void> = () => this.refresh();
  /** When progress was last told: milliseconds, as `performance.now()`. */
  private _told = 0;
  private _typing: ReturnType<typeof setTimeout> | undefined;
}
