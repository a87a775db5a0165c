import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { type IDropped, readFiles, readHandles } from './dropped';
import { Gate, type IGate, OPEN } from './gate';
import type { IInterrupted, IInterruptions } from './interrupted';
import { type IDropRecord, type IRecords, type ISessionRecord, LIFETIME } from './memory';
import { abortAll } from './sessions';

/** Milliseconds. */
const DAY = 24 * 3600 * 1000;

/** Finds what earlier lives of this page left unfinished, and goes on with it. */
export class Interruptions implements IInterruptions {
  constructor(private readonly _options: Interruptions.IOptions) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get items(): readonly IInterrupted[] {
    const held = [...this._going].filter(([, gate]) => gate.isAwaited).map(([record]) => record);
    return [
      ...held.map(record => describe(record, true)),
      ...this._records.map(record => describe(record, false))
    ];
  }

  /**
   * Looks once for what was left, and gives up what is too old. What the browser still grants goes on by itself, up to the
   * first question: nothing pops up when a page is loaded.
   */
  async load(): Promise<void> {
    const { records, ended } = this._options;
    const all = await records.all();
    const over = await ended(all.map(({ life }) => life));
    this._records = all.filter(({ life }) => over.has(life));
    for (const record of this._records.filter(isTooOld)) {
      await this.forget(record.id);
    }
    this._changed.emit();
    for (const record of this._records) {
      if (await isGranted(record.handles, 'query')) {
        const gate = new Gate(() => this._changed.emit());
        this._going.set(record, gate);
        const going = this._goOn(record, readHandles(record.handles), gate);
        await Promise.race([going.finally(() => this._going.delete(record)), gate.reached]);
      }
    }
  }

  async goOn(id: string): Promise<void> {
    const held = this._held(id);
    if (held) {
      held.open();
      return;
    }
    const record = await this._left(id);
    if (!record) {
      return;
    }
    if (await isGranted(record.handles, 'request')) {
      await this._goOn(record, readHandles(record.handles));
      return;
    }
    const dropped = readFiles(
      await this._options.choose(record.roots.some(({ isFolder }) => isFolder))
    );
    if (dropped.roots.length === 0) {
      return;
    }
    if (!isSame(dropped.roots, record.roots)) {
      await this._options.refuse(this._another(dropped, record));
      return;
    }
    await this._goOn(record, dropped);
  }

  async forget(id: string): Promise<void> {
    this._held(id)?.giveUp();
    const record = await this._left(id);
    if (record) {
      await this._take(record);
      await abortAll(this._options.client, Object.values(record.sessions));
    }
  }

  /** What was left of the same things for the same folder: it is the caller's from now on. */
  async claim(
    dropped: Pick<IDropRecord, 'folder' | 'roots'>
  ): Promise<ReadonlyMap<string, ISessionRecord>> {
    const sessions = new Map<string, ISessionRecord>();
    for (const record of this._records) {
      const { folder, roots } = record;
      const isThere = folder.bucket === dropped.folder.bucket && folder.key === dropped.folder.key;
      if (isThere && isSame(dropped.roots, roots) && (await this._left(record.id))) {
        await this._take(record);
        Object.entries(record.sessions).forEach(([key, session]) => sessions.set(key, session));
      }
    }
    return sessions;
  }

  /** The same things for the same folder are claimed from there. */
  private async _goOn(record: IDropRecord, dropped: IDropped, gate: IGate = OPEN): Promise<void> {
    await this._options.alone(`go-on:${record.id}`, async () => {
      if (await this._left(record.id)) {
        await this._options.begin(dropped, record.folder, gate);
      }
    });
  }

  /** The gate at which something waits that goes on by itself. */
  private _held(id: string): Gate | undefined {
    return [...this._going].find(([record, gate]) => record.id === id && gate.isAwaited)?.[1];
  }

  private async _take(record: IDropRecord): Promise<void> {
    this._drop(record.id);
    await this._options.records.delete(record.id);
  }

  /** What is still to be gone on with; what another page has taken up since is no business of this one. */
  private async _left(id: string): Promise<IDropRecord | undefined> {
    if (!(await this._options.records.all()).some(record => record.id === id)) {
      this._drop(id);
    }
    return this._records.find(record => record.id === id);
  }

  private _drop(id: string): void {
    this._records = this._records.filter(record => record.id !== id);
    this._changed.emit();
  }

  private _another({ roots }: IDropped, record: IDropRecord): StoreError {
    const { trans } = this._options;
    return new StoreError(
      trans.__(
        '"%1" was chosen, but "%2" was being uploaded.',
        roots[0].name,
        record.roots[0].name
      ),
      0,
      'another-file',
      trans.__('Choose the same again, or drop the new one where it should go.')
    );
  }

  private _records: readonly IDropRecord[] = [];
  /** What goes on by itself. */
  private readonly _going = new Map<IDropRecord, Gate>();
  private readonly _changed = new Signal<this, void>(this);
}

export namespace Interruptions {
  export interface IOptions {
    readonly records: IRecords;
    readonly client: StoreClient;
    /** Which of these lives of pages have ended. */
    readonly ended: (lives: readonly string[]) => Promise<ReadonlySet<string>>;
    /** Does what one page alone may do. */
    readonly alone: (what: string, act: () => Promise<void>) => Promise<void>;
    readonly begin: (dropped: IDropped, folder: ILocation, gate: IGate) => Promise<void>;
    /** Lets the user choose files, or a folder; none if she changes her mind. */
    readonly choose: (isFolder: boolean) => Promise<readonly File[]>;
    readonly refuse: (error: StoreError) => Promise<void>;
    readonly trans: TranslationBundle;
  }
}

function describe(record: IDropRecord, isHeld: boolean): IInterrupted {
  return {
    id: record.id,
    name: record.roots[0].name,
    others: record.roots.length - 1,
    isFolder: record.roots.some(({ isFolder }) => isFolder),
    folder: record.folder,
    arrived: record.settled,
    files: record.files,
    isKept: record.handles.length > 0,
    isHeld,
    daysLeft: Math.ceil((record.changed + LIFETIME - Date.now()) / DAY)
  };
}

function isTooOld({ changed }: IDropRecord): boolean {
  return Date.now() - changed > LIFETIME;
}

type Roots = IDropRecord['roots'];

function isSame(chosen: Roots, before: Roots): boolean {
  const names = new Set(chosen.map(({ name }) => name));
  return chosen.length === before.length && before.every(({ name }) => names.has(name));
}

/** Whether the browser lets all be read; `request` asks the user, which only a click may do. */
async function isGranted(
  handles: readonly FileSystemHandle[],
  how: 'query' | 'request'
): Promise<boolean> {
  if (handles.length === 0) {
    return false;
  }
  for (const handle of handles) {
    const wanted = { mode: 'read' } as const;
    const state = await (how === 'query'
      ? handle.queryPermission?.(wanted)
      : handle.requestPermission?.(wanted));
    if (state !== 'granted') {
      return false;
    }
  }
  return true;
}
