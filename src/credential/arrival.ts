import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IPlace, StoreClient } from '../store/client';
import { isAbort, StoreError } from '../store/errors';
import type { IDatasetFacts, IDatasets } from '../tokens';
import { TEST_STORE } from './snippets';

/** How long to wait between two looks, in milliseconds. */
export const PAUSE = 5000;

export type ArrivalState =
  | { readonly phase: 'waiting' }
  /** There are files, but not yet all that a data set needs; `problem` is why the last reading failed. */
  | { readonly phase: 'arriving'; readonly problem: string | null }
  /** It is there and was read. An old one was there before anybody watched, and a new one is waited for. */
  | {
      readonly phase: 'arrived';
      readonly facts: IDatasetFacts;
      readonly isOld: boolean;
      /** In milliseconds since 1970. */
      readonly writtenAt: number;
    }
  | { readonly phase: 'failed'; readonly error: StoreError };

/** Zarr's own files, as opposed to those with data. */
const METADATA = /^(zarr\.json|\.z(array|attrs|group|metadata))$/;

/**
 * Watches for the small data set that is written from outside into a folder. One small request every
 * `PAUSE`, and only while `isShown` says so; it ends with a new one that was read.
 */
export class Arrival implements IDisposable {
  /**
   * @param _takesOld - Whether one that was there from the start will do.
   */
  constructor(
    private readonly _client: Pick<StoreClient, 'list'>,
    private readonly _datasets: IDatasets,
    private readonly _place: IPlace,
    private readonly _takesOld: boolean,
    private readonly _isShown: () => boolean = () => !document.hidden
  ) {
    void this.look();
  }

  get state(): ArrivalState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The folder of the data set. */
  get key(): string {
    return `${this._place.prefix}${TEST_STORE}/`;
  }

  get isDisposed(): boolean {
    return this._ending.signal.aborted;
  }

  /** Looks now, and again in a while if need be. */
  async look(): Promise<void> {
    window.clearTimeout(this._timer);
    const turn = ++this._turn;
    let state: ArrivalState;
    try {
      state = this._isShown() || turn === 1 ? await this._look() : this._state;
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      const isOurs = error instanceof StoreError;
      state = { phase: 'failed', error: isOurs ? error : new StoreError(String(error), 0, '') };
    }
    if (this.isDisposed || turn !== this._turn) {
      return;
    }
    this._state = state;
    this._changed.emit();
    if (state.phase !== 'arrived' || state.isOld) {
      this._timer = window.setTimeout(() => void this.look(), PAUSE);
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._ending.abort();
      window.clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  private async _look(): Promise<ArrivalState> {
    const { bucket } = this._place;
    const found = (await this._list(this.key)).filter(({ name }) => METADATA.test(name));
    const seen = found.map(({ name, generation }) => `${name} ${generation}`).join('\n');
    this._first ??= seen;
    if (found.length === 0) {
      return { phase: 'waiting' };
    }
    if (this._state.phase === 'arrived' && seen === this._seen) {
      return this._state;
    }
    let facts: IDatasetFacts;
    try {
      facts = await this._datasets.describe({ bucket, key: this.key });
    } catch (error) {
      if (isAbort(error)) {
        throw error;
      }
      return { phase: 'arriving', problem: error instanceof StoreError ? error.advice : null };
    }
    if (!(await this._hasData(facts))) {
      return { phase: 'arriving', problem: null };
    }
    this._seen = seen;
    const times = found.map(({ updated }) => Date.parse(updated ?? ''));
    const isOld = seen === this._first && !this._takesOld;
    return { phase: 'arrived', facts, isOld, writtenAt: Math.max(...times) };
  }

  /** Whether a variable has more than metadata, which is written first. */
  private async _hasData({ variables }: IDatasetFacts): Promise<boolean> {
    if (variables.length === 0) {
      return false;
    }
    const parts = await this._list(`${this.key}${variables[0].name}/`);
    return parts.some(({ kind, name }) => kind === 'folder' || !METADATA.test(name));
  }

  private async _list(prefix: string) {
    const { signal } = this._ending;
    return (await this._client.list(this._place.bucket, prefix, { limit: 100, signal })).entries;
  }

  private _state: ArrivalState = { phase: 'waiting' };
  private _first: string | null = null;
  private _seen = '';
  private _turn = 0;
  private _timer = 0;
  private readonly _ending = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
