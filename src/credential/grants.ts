import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IPlace, StoreClient } from '../store/client';
import type { IGrant } from '../store/entry';
import { isAbort, StoreError } from '../store/errors';
import { REVEAL_TIME } from './access';

/** The longest life of a grant, in days. */
export const MAX_DAYS = 30;

const DAY = 86_400_000;

/** What the dialog may show of the grant that was made last: everything but the grant. */
export interface IMade {
  readonly id: string;
  /** Whether the upload keeps the server awake. */
  readonly keepAwake: boolean;
  readonly place: IPlace;
}

/** The upload grants of this server, and the one just made, which is held until the dialog closes. */
export class Grants implements IDisposable {
  constructor(
    private readonly _client: Pick<StoreClient, 'grants' | 'createGrant' | 'revokeGrant'>
  ) {}

  /** Null until they are known. */
  get list(): readonly IGrant[] | null {
    return this._list;
  }

  /** What went wrong last. */
  get error(): StoreError | null {
    return this._error;
  }

  get busy(): boolean {
    return this._busy;
  }

  get made(): IMade | null {
    return this._made;
  }

  /** The grant between `reveal` and `hide`. */
  get shown(): string | null {
    return this._shown;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._ending.signal.aborted;
  }

  /** Asks which there are. */
  load(): Promise<void> {
    return this._do(async () => {
      this._list = await this._client.grants(this._ending.signal);
    });
  }

  /** Makes one that ends in so many days, and holds it in place of an earlier one. */
  make(place: IPlace, days: number, keepAwake: boolean): Promise<void> {
    return this._do(async () => {
      const ends = new Date(Date.now() + Math.min(days, MAX_DAYS) * DAY);
      const { id, grant } = await this._client.createGrant({
        ...place,
        expiresAt: ends.toISOString().replace(/\.\d+Z$/, 'Z'),
        keepAwake
      });
      if (!this.isDisposed) {
        this.hide();
        this._secret = grant;
        this._made = { id, keepAwake, place };
        this._list = await this._client.grants(this._ending.signal);
      }
    });
  }

  revoke(id: string): Promise<void> {
    return this._do(async () => {
      await this._client.revokeGrant(id);
      if (this._made?.id === id) {
        this.forget();
      }
      this._list = await this._client.grants(this._ending.signal);
    });
  }

  /** The grant that was made; rejects when there is none. */
  secret(): Promise<string> {
    return this._secret === null
      ? Promise.reject(new Error('There is no grant.'))
      : Promise.resolve(this._secret);
  }

  /** Shows it for `REVEAL_TIME`. */
  reveal(): void {
    this._shown = this._secret;
    window.clearTimeout(this._hideTimer);
    this._hideTimer = window.setTimeout(() => this.hide(), REVEAL_TIME);
    this._changed.emit();
  }

  hide(): void {
    window.clearTimeout(this._hideTimer);
    this._shown = null;
    this._changed.emit();
  }

  /** Removes it from the page: where it was copied to, it goes on. */
  forget(): void {
    this._secret = null;
    this._made = null;
    this.hide();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._ending.abort();
      this.forget();
      Signal.clearData(this);
    }
  }

  private async _do(work: () => Promise<void>): Promise<void> {
    this._busy = true;
    this._error = null;
    this._changed.emit();
    try {
      await work();
    } catch (error) {
      if (!isAbort(error)) {
        this._error = error instanceof StoreError ? error : new StoreError(String(error), 0, '');
      }
    }
    this._busy = false;
    this._changed.emit();
  }

  private _list: readonly IGrant[] | null = null;
  private _error: StoreError | null = null;
  private _busy = false;
  private _made: IMade | null = null;
  private _secret: string | null = null;
  private _shown: string | null = null;
  private _hideTimer = 0;
  private readonly _ending = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
