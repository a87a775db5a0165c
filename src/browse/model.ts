import { Signal } from '@lumino/signaling';
import type { BucketList } from '../store/buckets';
import type { StoreClient } from '../store/client';
import type { IBucket } from '../store/entry';
import { isAbort, StoreError } from '../store/errors';
import { foreignOwner, type ILocation, parentPrefix } from '../store/path';
import { Folder, type IRow, type IRows, matching, NO_ROWS, PAGE_SIZE } from './folder';
import {
  follow,
  type ISelection,
  NO_SELECTION,
  only,
  select,
  selectAll,
  type SelectMode
} from './selection';
import { fromUri, isUri, resolve } from './uri';

/** Milliseconds without typing after which the store is asked. */
const TYPING_PAUSE = 250;

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
  /** The rows that pass the filter, as far as they are listed. */
  rows: IRows = NO_ROWS;
  selection: ISelection = NO_SELECTION;
  /** Whether what is asked of the store will replace the rows. */
  loading = false;
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

  /** Finds the buckets and shows a folder: this one if its bucket is there, else the first home. */
  async start(wanted: ILocation | null): Promise<void> {
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
      await this.go(wanted);
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
    this._seen = 0;
    this._whole = this._shown = new Folder(this._client, location);
    this.filter = '';
    this.lost = null;
    this.rows = NO_ROWS;
    this.selection = NO_SELECTION;
    this._remember(location);
    const unusable = this.bucket?.error;
    if (unusable) {
      this._fail(new StoreError(unusable, 0, 'bucket-unavailable', ''));
      return;
    }
    await this._load(this._shown, PAGE_SIZE, () => {
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

  /** Lists the folder again, as far down as it was looked at. The old rows stay until then. */
  async refresh(): Promise<void> {
    if (this.location === null || this._shown === null) {
      this._list.forget();
      await this.start(null);
      return;
    }
    if (this.bucket?.error) {
      return;
    }
    this._stop();
    const fresh = new Folder(this._client, this.location, this._shown.startsWith);
    const isWhole = fresh.startsWith === '';
    const needed = isWhole && this.filter ? this._shown.length : this._seen;
    await this._load(fresh, needed, () => {
      const before = this.rows;
      this._shown = fresh;
      this._whole = isWhole ? fresh : null;
      this._applyFilter();
      this.selection = follow(this.selection, before, this.rows);
    });
  }

  /** Tells that the row of this number is looked at, so that the following ones are there in time. */
  async reach(row: number): Promise<void> {
    this._seen = row;
    const folder = this._shown;
    if (!folder || folder.complete || this.loading || this.problem || this.rows !== folder) {
      return;
    }
    if (row > folder.length - PAGE_SIZE / 2) {
      await this.more();
    }
  }

  /** Asks for the next page. */
  async more(): Promise<void> {
    const folder = this._shown;
    this.problem = null;
    try {
      await folder?.more();
    } catch (error) {
      this._fail(error);
    }
    if (folder === this._shown) {
      this.changed.emit();
    }
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
      this._applyFilter();
    } else if (sought !== this._shown?.startsWith || this._shown.length === 0) {
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
    await this._load(folder, PAGE_SIZE, () => {
      this._shown = folder;
      this._whole = text ? null : folder;
      this._applyFilter();
      this.selection = NO_SELECTION;
    });
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

  private _applyFilter(): void {
    const listed = this._shown ?? NO_ROWS;
    const isFiltered = this._shown === this._whole && this.filter !== '' && !isUri(this.filter);
    this.rows = isFiltered ? matching(listed, this.filter) : listed;
  }

  private _point(focus: string | null): void {
    this._applyFilter();
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
    this._pending?.abort();
    this._pending = null;
    this.loading = false;
  }

  private _lose(uri: string, why: 'no-bucket' | 'nothing-there'): void {
    this.lost = { uri, why };
    this.changed.emit();
  }

  private _fail(error: unknown): void {
    if (isAbort(error)) {
      return;
    }
    this.loading = false;
    this._pending = null;
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
  /** The last row that was looked at. */
  private _seen = 0;
  private _typing: ReturnType<typeof setTimeout> | undefined;
}
