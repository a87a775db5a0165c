import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IPlace } from '../store/client';
import type { IAccessToken } from '../store/entry';
import { isAbort, StoreError } from '../store/errors';

/** How long a revealed secret stays readable on the screen, in milliseconds. */
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
  /** The only folder it opens; null for a token without limits. */
  readonly limit: IPlace | null;
}

export type AccessState =
  | { readonly phase: 'asking' }
  /** There is no limited token, and nobody has agreed to another one. */
  | { readonly phase: 'refused'; readonly error: StoreError }
  /** It is a person's, and held back until she says that it is meant. */
  | { readonly phase: 'doubtful'; readonly access: IAccess }
  /** `token` is null while it is masked. */
  | { readonly phase: 'ready'; readonly access: IAccess; readonly token: string | null }
  | { readonly phase: 'failed'; readonly error: StoreError }
  /** `endsAt` is when one ends that was forgotten before; null for one that has ended. */
  | { readonly phase: 'ended'; readonly endsAt: number | null };

/** Asks for a token that opens one folder; for null, one without limits. */
export type TokenSource = (place: IPlace | null, signal: AbortSignal) => Promise<IAccessToken>;

/**
 * The one holder of a cloud token in the page. It forgets the token when it ends or when it is
 * disposed, shows it only between `reveal` and `hide`, and gives none away without limits, or of a
 * person, that nobody has agreed to.
 */
export class Access implements IDisposable {
  constructor(private readonly _source: TokenSource) {}

  get state(): AccessState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Forgets what there is and asks for a token that opens this folder alone; null where there is none to name. */
  ask(place: IPlace | null | Promise<IPlace | null>): void {
    this._ask(async signal => {
      const limit = await place;
      stopIfAborted(signal);
      if (!limit) {
        throw new StoreError(
          'This server has no Google bucket that you may write to, so there is no folder to limit a token to.',
          0,
          'limiting-refused',
          'Tokens are for Google Cloud Storage. For S3 storage, use your own key: see "Connections...".'
        );
      }
      const answer = await this._source(limit, signal);
      const { kind, bucket, prefix } = answer.scope;
      if (kind !== 'limited' || bucket !== limit.bucket || prefix !== limit.prefix) {
        throw new StoreError(
          'The server answered a token with other limits than were asked for.',
          0,
          'limiting-refused',
          'Reload the page; if it stays so, ask the people who run your hub.'
        );
      }
      return answer;
    });
  }

  /** The explicit yes to a token without limits. */
  askFull(): void {
    this._ask(signal => this._source(null, signal));
  }

  /** Asks for the same once more. */
  again(): void {
    this._ask(this._last);
  }

  /** The explicit yes to a person's token. */
  confirm(): void {
    if (this._state.phase === 'doubtful' && this._held !== null) {
      const { access } = this._state;
      this._confirmed.add(identity(access));
      this._secret = Promise.resolve(this._held);
      this._set({ phase: 'ready', access, token: null });
    }
  }

  /** The token, as soon as it may be given; rejects when there is none. */
  async secret(): Promise<string> {
    if (!this._secret) {
      throw new Error('There is no token.');
    }
    return this._secret;
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

  /** Removes the token from the page: where it was copied to, it stays good until its end. */
  forget(): void {
    const endsAt = 'access' in this._state ? this._state.access.endsAt : null;
    this._forget();
    this._set({ phase: 'ended', endsAt });
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      this._forget();
      this._state = { phase: 'ended', endsAt: null };
      Signal.clearData(this);
    }
  }

  private _ask(question: (signal: AbortSignal) => Promise<IAccessToken>): void {
    this._forget();
    this._last = question;
    const asking = (this._asking = new AbortController());
    this._set({ phase: 'asking' });
    const isCurrent = () => this._asking === asking;
    this._secret = question(asking.signal).then(
      answer => {
        stopIfAborted(asking.signal);
        return this._receive(answer);
      },
      error => {
        if (isCurrent() && !isAbort(error)) {
          this._secret = null;
          const phase = LIMITING.has(error.reason) ? 'refused' : 'failed';
          this._set({ phase, error });
        }
        throw error;
      }
    );
    // Who waits for it is told; so is the dialog.
    this._secret.catch(() => undefined);
  }

  private _receive({ accessToken, expiresAt, account, source, scope }: IAccessToken): string {
    const endsAt = expiresAt === null ? null : Date.parse(expiresAt);
    const left = endsAt === null ? Infinity : endsAt - Date.now();
    const renewableAt = endsAt !== null && left < FULL_LIFE ? endsAt - RENEWAL : null;
    const { kind, bucket, prefix } = scope;
    const limit = kind === 'limited' ? { bucket: bucket!, prefix: prefix! } : null;
    const access = { endsAt, renewableAt, account, source, limit };
    if (endsAt !== null) {
      this._endTimer = window.setTimeout(() => {
        this._forget();
        this._set({ phase: 'ended', endsAt: null });
      }, left);
    }
    if (isPersonal(account) && !this._confirmed.has(identity(access))) {
      this._held = accessToken;
      this._secret = null;
      this._set({ phase: 'doubtful', access });
      throw new Error('Nobody has said yet that a personal token is meant.');
    }
    this._set({ phase: 'ready', access, token: null });
    return accessToken;
  }

  private _forget(): void {
    this._asking?.abort();
    this._asking = null;
    this._secret = null;
    this._held = null;
    window.clearTimeout(this._hideTimer);
    window.clearTimeout(this._endTimer);
  }

  private _set(state: AccessState): void {
    this._state = state;
    this._changed.emit();
  }

  private _state: AccessState = { phase: 'asking' };
  private _secret: Promise<string> | null = null;
  /** A person's token that nobody has agreed to yet. */
  private _held: string | null = null;
  private readonly _confirmed = new Set<string>();
  private _last: (signal: AbortSignal) => Promise<IAccessToken> = () =>
    Promise.reject(new Error('Nothing was asked for yet.'));
  private _asking: AbortController | null = null;
  private _hideTimer = 0;
  private _endTimer = 0;
  private _disposed = false;
  private _changed = new Signal<this, void>(this);
}

/** Ends a question that was given up. */
function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new DOMException('Another token was asked for.', 'AbortError');
  }
}

/** The server's words for: a limited token is not to be had, another one may be. */
const LIMITING = new Set(['limiting-refused', 'limited-not-available']);

/** Whether an account is a person's, as far as one can tell: of machines Google makes these addresses. */
export function isPersonal(account: string | null): boolean {
  return account === null || !/\.(gserviceaccount\.com|svc\.id\.goog)$/.test(account);
}

function identity({ account, limit }: IAccess): string {
  return `${limit ? 'limited' : 'full'} ${account ?? ''}`;
}
