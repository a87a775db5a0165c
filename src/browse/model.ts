import { Signal } from '@lumino/signaling';
import type { BucketList } from '../store/buckets';
import type { StoreClient } from '../store/client';
import type { IBucket } from '../store/entry';
import { StoreError } from '../store/errors';
import { foreignOwner, type ILocation, parentPrefix } from '../store/path';
import { Asking } from './asking';
import { Clipboard } from './clipboard';
import type { IRow } from './columns';
import { PAGE_SIZE } from './folder';
import { FolderRows } from './folderRows';
import { type IOrder, type SortBy, STORE_ORDER } from './order';
import { Renaming } from './renaming';
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
import { fromUri, resolve } from './uri';

/** What the panel shows, and how that changes. Every method that asks the store may be repeated. */
export class BrowseModel {
  constructor(
    private readonly _client: StoreClient,
    private readonly _list: BucketList,
    /** Called with every folder that is gone to. */
    private readonly _remember: (location: ILocation) => void,
    /** Rows asked of the store at once, for the next folder that is gone to. */
    private readonly _pageSize: () => number = () => PAGE_SIZE
  ) {}

  /** Emitted after any change. */
  readonly changed = new Signal<this, void>(this);

  /** What Paste would bring here. */
  readonly clipboard = new Clipboard(() => this.changed.emit());
  /** All buckets; null until they are known. */
  buckets: readonly IBucket[] | null = null;
  selection: ISelection = NO_SELECTION;
  /** The text in the filter box. */
  filter = '';
  /** An address that led nowhere, and why. */
  lost: { uri: string; why: 'no-bucket' | 'nothing-there' } | null = null;
  /** The name that is being edited. */
  readonly renaming = new Renaming(() => this.changed.emit());

  /** The folder shown; null before the first. */
  get location(): ILocation | null {
    return this._folder?.location ?? null;
  }

  /** The bucket shown. */
  get bucket(): IBucket | null {
    return this.buckets?.find(bucket => bucket.id === this.location?.bucket) ?? null;
  }

  /** The rows that pass the filter, in the order below, as far as they are listed. */
  get rows(): IRows {
    return this._folder?.rows ?? NO_ROWS;
  }

  get order(): IOrder {
    return this._folder?.order ?? STORE_ORDER;
  }

  /** Where the filter looks: in the names listed, or in the store for names that start so. */
  get scope(): 'listed' | 'store' {
    return this._folder?.scope ?? 'store';
  }

  /** Whether what is asked of the store will replace the rows. */
  get loading(): boolean {
    return this._finding.loading || (this._folder?.asking.loading ?? false);
  }

  /** Whether page after page is asked for, until all are there. */
  get loadingAll(): boolean {
    return this._folder?.loadingAll ?? false;
  }

  /** Why the last request failed; rows listed earlier stay. */
  get problem(): StoreError | null {
    return this._finding.loading ? null : this._asking.problem;
  }

  /** When the rows were listed: milliseconds, as `Date.now()`; 0 before. */
  get listedAt(): number {
    return this._folder?.asking.answeredAt ?? 0;
  }

  /** Whether the store has no further rows for this list. */
  get complete(): boolean {
    return this._folder?.complete ?? false;
  }

  /** Whether `loadAll` would bring rows that are missing, or that a refresh left as they were. */
  get hasMore(): boolean {
    return this._folder?.hasMore ?? false;
  }

  /** Rows that were listed, before the filter. */
  get listed(): number {
    return this._folder?.listed ?? 0;
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
    let shown = Promise.resolve();
    await this._finding.about({
      // They are known then also if another folder was gone to meanwhile.
      ask: async () => (this.buckets = await this._list.all()),
      arrived: buckets => {
        const known = buckets.find(bucket => bucket.id === wanted?.bucket);
        const first = buckets.find(bucket => bucket.error === null) ?? buckets[0];
        if (known && wanted) {
          shown = this.go(wanted, focus);
        } else if (first) {
          shown = this.go({ bucket: first.id, key: first.home });
        }
      },
      failed: error => this._asking.fail(error)
    });
    await shown;
  }

  /**
   * Shows a folder.
   *
   * @param focus - The key of the row to point at; it is looked up in the store if it is not among
   *   the first rows.
   */
  async go(location: ILocation, focus: string | null = null): Promise<void> {
    const bucket = this.buckets?.find(({ id }) => id === location.bucket);
    const last = this._folder?.wish ?? STORE_ORDER;
    // The head that would turn it is not there.
    const isHidden = last.by === 'expiry' && (bucket?.expiresAfterDays ?? null) === null;
    const wish = isHidden ? STORE_ORDER : last;
    this._folder?.dispose();
    this._finding.stop();
    const folder = new FolderRows(this._client, location, this._pageSize(), wish);
    folder.renewed.connect((_, before) => {
      this.selection = follow(this.selection, before, folder.rows);
    });
    folder.replaced.connect(() => (this.selection = NO_SELECTION));
    folder.changed.connect(() => this.changed.emit());
    this._folder = folder;
    this.filter = '';
    this.lost = null;
    this.selection = NO_SELECTION;
    this._remember(location);
    const unusable = this.bucket?.error;
    if (unusable) {
      folder.asking.fail(new StoreError(unusable, 0, 'bucket-unavailable', ''));
      return;
    }
    await folder.open(() => this._point(focus));
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
    const { location } = this;
    let found: Awaited<ReturnType<typeof resolve>>;
    try {
      found = await resolve(this._client, place);
    } catch (error) {
      if (this.location === location) {
        this.lost = null;
        this._asking.fail(error, () => this.goToUri(uri));
      }
      return;
    }
    if (this.location !== location) {
      return;
    }
    if (found === null) {
      this._lose(uri, 'nothing-there');
    } else {
      await this.go(found.folder, found.focus);
    }
  }

  /** Lists again what is in sight, the buckets where none was found; the old rows stay until then. */
  async refresh(): Promise<void> {
    if (this._folder === null) {
      this._list.forget();
      await this.start(null);
    } else if (!this.bucket?.error) {
      await this._folder.refresh();
    }
  }

  /** Tells which rows are in sight, so that the following ones are there in time. */
  async reach(first: number, end: number): Promise<void> {
    await this._folder?.reach(first, end);
  }

  /** Asks for what failed once more. */
  async again(): Promise<void> {
    await this._asking.again();
  }

  /** Lists everything that is missing or old; as `FolderRows.loadAll`. */
  async loadAll(): Promise<boolean> {
    return (await this._folder?.loadAll()) ?? false;
  }

  /** Ends `loadAll`; what has been listed stays. */
  cancelLoadAll(): void {
    this._folder?.cancelLoadAll();
  }

  /** Sorts by a column, or the other way round if it is sorted so; as `FolderRows.sort`. */
  async sort(by: SortBy): Promise<void> {
    await this._folder?.sort(by);
  }

  /** Shows only some names: those listed that contain the text, or the store's that start with it. */
  setFilter(text: string): void {
    this.filter = text;
    this.lost = null;
    this._folder?.setFilter(text);
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

  /** Ends what is under way. */
  dispose(): void {
    this._finding.stop();
    this._folder?.dispose();
    Signal.clearData(this);
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

  private _lose(uri: string, why: 'no-bucket' | 'nothing-there'): void {
    this.lost = { uri, why };
    this.changed.emit();
  }

  /** What the rows wait for: the folder's list, before the first that of the buckets. */
  private get _asking(): Asking {
    return this._folder?.asking ?? this._finding;
  }

  /** The search for the buckets. */
  private readonly _finding = new Asking(
    () => this.changed.emit(),
    () => this.refresh()
  );
  private _folder: FolderRows | null = null;
}
