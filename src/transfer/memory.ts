import type { ILocation } from '../store/path';

/** A session of the server, and by what its file is known again. */
export interface ISessionRecord {
  readonly id: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  /** Of a few parts of the file: see `sampleOf`. */
  readonly sample: string;
}

/** What is under way, as it is kept beyond the page: names and ids, no credential and no content. */
export interface IDropRecord {
  readonly id: string;
  /** Which life of a page it belongs to. */
  readonly life: string;
  readonly folder: ILocation;
  readonly roots: readonly { readonly name: string; readonly isFolder: boolean }[];
  /** What the browser gave to find the files again; may be empty. */
  readonly handles: readonly FileSystemHandle[];
  /** Files that need nothing more, and those found. */
  readonly settled: number;
  readonly files: number;
  /** When it was written: milliseconds, as `Date.now()`. */
  readonly changed: number;
  /** By key. */
  readonly sessions: Readonly<Record<string, ISessionRecord>>;
}

/** What keeps records beyond the page. */
export interface IRecords {
  all(): Promise<IDropRecord[]>;
  set(record: IDropRecord): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Milliseconds for which half a file can be gone on with: the server's default `uploadLifetime`. */
export const LIFETIME = 6 * 24 * 3600 * 1000;

/** Milliseconds between two writes of one record at least. */
const PAUSE = 1000;

/** Follows one drop and keeps what is left of it, until all is settled. */
export class DropKeeper {
  constructor(
    private _record: Omit<IDropRecord, 'changed'>,
    private readonly _records: IRecords
  ) {
    void this._write();
  }

  keep(handles: readonly FileSystemHandle[]): void {
    this._change({ handles });
  }

  found(files: number): void {
    this._change({ files: this._record.files + files });
  }

  settled(key: string): void {
    this._change({ settled: this._record.settled + 1, sessions: this._without(key) });
  }

  opened(key: string, session: ISessionRecord): void {
    this._change({ sessions: { ...this._record.sessions, [key]: session } });
    // A page may go away at any moment, and with it the way back to what has been sent.
    void this._write();
  }

  closed(key: string): void {
    if (key in this._record.sessions) {
      this._change({ sessions: this._without(key) });
    }
  }

  /** All files have been found: once they are settled, nothing is kept any more. */
  complete(): void {
    this._isComplete = true;
    this._change({});
  }

  private _without(key: string): Record<string, ISessionRecord> {
    const sessions = { ...this._record.sessions };
    delete sessions[key];
    return sessions;
  }

  private _change(change: Partial<IDropRecord>): void {
    this._record = { ...this._record, ...change };
    if (this._isComplete && this._record.settled >= this._record.files) {
      clearTimeout(this._pending);
      this._isOver = true;
      this._last = this._last.then(() => this._records.delete(this._record.id)).catch(unkept);
    } else {
      this._pending ??= setTimeout(() => void this._write(), PAUSE);
    }
  }

  private _write(): Promise<void> {
    clearTimeout(this._pending);
    this._pending = undefined;
    this._last = this._last
      .then(() =>
        this._isOver ? undefined : this._records.set({ ...this._record, changed: Date.now() })
      )
      .catch(unkept);
    return this._last;
  }

  private _isComplete = false;
  private _isOver = false;
  private _pending: ReturnType<typeof setTimeout> | undefined;
  private _last: Promise<void> = Promise.resolve();
}

/** Without a memory an upload works as well, until the page is reloaded. */
export function unkept(error: unknown): void {
  console.warn(`What is being uploaded is not remembered over a reload: ${error}`);
}
