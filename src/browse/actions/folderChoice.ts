import { Signal } from '@lumino/signaling';
import type { StoreClient } from '../../store/client';
import type { IBucket } from '../../store/entry';
import { basename, type ILocation, parentPrefix, toUri } from '../../store/path';
import { Asking } from '../asking';
import { Folder } from '../folder';

/** A place or folder to choose. */
export interface ILine {
  readonly kind: 'place' | 'folder';
  readonly name: string;
  readonly location: ILocation;
}

/**
 * A walk to a folder that something goes to: first over the places that may be written to, then from
 * folder to folder. A folder that is opened is one request; what lies beyond its first page is asked for.
 */
export class FolderChoice {
  /**
   * @param favourites - Other folders to begin from.
   */
  constructor(
    private readonly _client: Pick<StoreClient, 'list'>,
    private readonly _buckets: readonly IBucket[],
    private readonly _favourites: readonly ILocation[] = []
  ) {}

  /** Emitted after any change. */
  readonly changed = new Signal<this, void>(this);
  readonly asking = new Asking(
    () => this.changed.emit(),
    () => this.open(this.location)
  );

  /** The folder that was opened; null for the list of places. */
  location: ILocation | null = null;
  /** The places, or the folders that are known of the one that was opened. */
  lines: readonly ILine[] = [];
  /** The number of the line that is pointed at, that past the last being "more"; -1 for none. */
  active = -1;

  /** Whether the folder may have more folders than are known. */
  get hasMore(): boolean {
    return this._folder !== null && !this.asking.loading && !this._folder.complete;
  }

  /** Names of files and folders that were looked at. */
  get seen(): number {
    return this._folder?.rows.length ?? 0;
  }

  /** The folder that is meant: the one pointed at, else the one that was opened. */
  get chosen(): ILocation | null {
    return this.lines[this.active]?.location ?? this.location;
  }

  /** Its address; empty while there is none. */
  get address(): string {
    const bucket = this._buckets.find(({ id }) => id === this.chosen?.bucket);
    return bucket && this.chosen ? toUri(bucket.uri, this.chosen.key) : '';
  }

  /**
   * Shows what is in a folder; null for the places.
   *
   * @param focus - The folder to point at.
   */
  async open(location: ILocation | null, focus: ILocation | null = null): Promise<void> {
    this._folder?.abort();
    this.asking.stop();
    this.asking.problem = null;
    this.location = location;
    this._folder = null;
    this.lines = location === null ? this._places() : [];
    this._pointAt(focus);
    this.changed.emit();
    if (location) {
      await this._ask(new Folder(this._client, location), 1, () => this._pointAt(focus));
    }
  }

  /** Goes into the folder pointed at, or asks for more. */
  async enter(index: number = this.active): Promise<void> {
    const line = this.lines[index];
    if (line) {
      await this.open(line.location);
    } else if (index === this.lines.length && this.hasMore && this._folder) {
      await this._ask(this._folder, this.seen + 1);
    }
  }

  /** Goes to the folder above and points at the one that was left. */
  async up(): Promise<void> {
    const { location } = this;
    if (location) {
      const { bucket, key } = location;
      await this.open(key === '' ? null : { bucket, key: parentPrefix(key) }, location);
    }
  }

  /** Points at a line, the nearest there is. */
  point(index: number): void {
    const last = this.lines.length - (this.hasMore ? 0 : 1);
    this.active = Math.max(Math.min(index, last), last === -1 ? -1 : 0);
    this.changed.emit();
  }

  dispose(): void {
    this._folder?.abort();
    this.asking.stop();
    Signal.clearData(this);
  }

  private async _ask(folder: Folder, length: number, arrived = () => undefined as void) {
    await this.asking.about({
      ask: () => folder.upTo(length),
      abort: () => folder.abort(),
      arrived: () => {
        this._folder = folder;
        this.lines = foldersOf(folder);
        arrived();
      },
      failed: error => this.asking.fail(error, () => this._ask(folder, length, arrived))
    });
  }

  private _places(): ILine[] {
    const writable = this._buckets.filter(
      ({ access, error }) => access === 'read-write' && error === null
    );
    return [
      ...writable.map(({ id, label, home }) => place(label, { bucket: id, key: home })),
      ...this._favourites.flatMap(location => {
        const bucket = writable.find(({ id }) => id === location.bucket);
        return bucket ? [place(toUri(bucket.uri, location.key), location)] : [];
      })
    ];
  }

  private _pointAt(location: ILocation | null): void {
    this.active = this.lines.findIndex(
      ({ kind, location: one }) =>
        one.bucket === location?.bucket && (kind === 'place' || one.key === location.key)
    );
  }

  private _folder: Folder | null = null;
}

function place(name: string, location: ILocation): ILine {
  return { kind: 'place', name, location };
}

function foldersOf({ location, rows }: Folder): ILine[] {
  const found: ILine[] = [];
  for (const page of rows.pages) {
    for (let index = 0; index < page.length; index++) {
      if (page.isFolder(index)) {
        const key = location.key + page.tail(index);
        const name = basename(key);
        found.push({ kind: 'folder', name, location: { bucket: location.bucket, key } });
      }
    }
  }
  return found;
}
