import { PromiseDelegate } from '@lumino/coreutils';

/** Whether there is somebody to be asked: nothing pops up by itself when a page is loaded. */
export interface IGate {
  readonly isOpen: boolean;
  /** Resolves once it is open, or the signal was aborted. */
  passed(signal: AbortSignal): Promise<void>;
  /** Aborted by a person who gives everything up instead; null where nobody is asked to wait. */
  readonly givenUp: AbortSignal | null;
}

/** Of what somebody has just asked for. */
export const OPEN: IGate = {
  isOpen: true,
  passed: () => Promise.resolve(),
  givenUp: null
};

/** Of what goes on by itself: questions wait until somebody wants them. */
export class Gate implements IGate {
  /** @param _onChanged - Told when `isAwaited` has changed. */
  constructor(private readonly _onChanged: () => void) {}

  /** Resolves when the first question waits. */
  get reached(): Promise<void> {
    return this._reached.promise;
  }

  get isOpen(): boolean {
    return this._isOpen;
  }

  get givenUp(): AbortSignal {
    return this._end.signal;
  }

  /** Whether a question waits. */
  get isAwaited(): boolean {
    return this._waiting.size > 0;
  }

  open(): void {
    this._isOpen = true;
    this._waiting.forEach(go => go());
  }

  giveUp(): void {
    this._end.abort();
  }

  async passed(signal: AbortSignal): Promise<void> {
    if (this._isOpen || signal.aborted) {
      return;
    }
    const passed = new PromiseDelegate<void>();
    const go = () => passed.resolve();
    this._waiting.add(go);
    signal.addEventListener('abort', go);
    this._reached.resolve();
    this._onChanged();
    await passed.promise;
    signal.removeEventListener('abort', go);
    this._waiting.delete(go);
    this._onChanged();
  }

  private _isOpen = false;
  private readonly _reached = new PromiseDelegate<void>();
  private readonly _end = new AbortController();
  private readonly _waiting = new Set<() => void>();
}
