import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IAccessToken } from '../store/entry';
import { isAbort, StoreError } from '../store/errors';

/** How long a revealed token stays readable on the screen, in milliseconds. */
export const REVEAL_TIME = 30_000;

/** A token with less than this is not what "valid for one hour" promises, in milliseconds. */
const FULL_LIFE = 50 * 60_000;

/** Google's tools hand out a new token when the old one has about this left, in milliseconds. */
const RENEWAL = 4 * 60_000;

/** What the dialog may show of a token: everything but the token. */
export interface IAccess {
  /** In milliseconds since 1970; null where the source does not tell. */
  readonly endsAt: number | null;
  /** When a new token can be had, if this one came with a part of its life gone; else null. */
  readonly renewableAt: number | null;
  readonly account: string | null;
  readonly source: string;
}

export type AccessState =
  | { readonly phase: 'asking' }
  /** `token` is null while it is masked. */
  | { readonly phase: 'ready'; readonly access: IAccess; readonly token: string | null }
  | { readonly phase: 'failed'; readonly error: StoreError }
  | { readonly phase: 'ended' };

/**
 * The one holder of a cloud token in the page. It forgets the token when it ends or when it is
 * disposed, and shows it only between `reveal` and `hide`.
 */
export class Access implements IDisposable {
  /** Asks for the first token at once. */
  constructor(private readonly _source: (signal: AbortSignal) => Promise<IAccessToken>) {
    this.ask();
  }

  get state(): AccessState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Forgets what there is and asks for a token. */
  ask(): void {
    this._forget();
    const asking = (this._asking = new AbortController());
    this._secret = this._source(asking.signal);
    this._set({ phase: 'asking' });
    this._secret.then(
      answer => {
        if (this._asking === asking) {
          this._receive(answer);
        }
      },
      error => {
        if (this._asking === asking && !isAbort(error)) {
          this._set({ phase: 'failed', error });
        }
      }
    );
  }

  /** The token, as soon as it is here; rejects when there is none to have. */
  async secret(): Promise<string> {
    if (!this._secret) {
      throw new Error('There is no token.');
    }
    return (await this._secret).accessToken;
  }

  /** Shows the token for `REVEAL_TIME`. */
  async reveal(): Promise<void> {
    const token = await this.secret();
    if (this._state.phase === 'ready') {
      this._set({ ...this._state, token });
      window.clearTimeout(this._hideTimer);
      this._hideTimer = window.setTimeout(() => this.hide(), REVEAL_TIME);
    }
  }

  hide(): void {
    window.clearTimeout(this._hideTimer);
    if (this._state.phase === 'ready') {
      this._set({ ...this._state, token: null });
    }
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      this._forget();
      this._state = { phase: 'ended' };
      Signal.clearData(this);
    }
  }

  private _receive({ expiresAt, account, source }: IAccessToken): void {
    const endsAt = expiresAt === null ? null : Date.parse(expiresAt);
    const left = endsAt === null ? Infinity : endsAt - Date.now();
    const renewableAt = endsAt !== null && left < FULL_LIFE ? endsAt - RENEWAL : null;
    this._set({ phase: 'ready', access: { endsAt, renewableAt, account, source }, token: null });
    if (endsAt !== null) {
      this._endTimer = window.setTimeout(() => {
        this._forget();
        this._set({ phase: 'ended' });
      }, left);
    }
  }

  private _forget(): void {
    this._asking?.abort();
    this._asking = null;
    this._secret = null;
    window.clearTimeout(this._hideTimer);
    window.clearTimeout(this._endTimer);
  }

  private _set(state: AccessState): void {
    this._state = state;
    this._changed.emit();
  }

  private _state: AccessState = { phase: 'asking' };
  private _secret: Promise<IAccessToken> | null = null;
  private _asking: AbortController | null = null;
  private _hideTimer = 0;
  private _endTimer = 0;
  private _disposed = false;
  private _changed = new Signal<this, void>(this);
}
