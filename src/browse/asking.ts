import { isAbort, StoreError } from '../store/errors';

/** Something to ask of the store, and what becomes of the answer. */
export interface IQuestion<T> {
  readonly ask: () => Promise<T>;
  /** Ends the request. */
  readonly abort?: () => void;
  /** Called before the change is told. */
  readonly arrived: (answer: T) => void;
  readonly failed: (error: unknown) => Promise<void> | void;
}

/** What is asked of the store: whether it is under way, why it failed, and how to try again. */
export class Asking {
  /**
   * @param _changed - Called after any change.
   * @param _default - What is tried again where a failure does not say it.
   */
  constructor(
    private readonly _changed: () => void,
    private readonly _default: () => Promise<void>
  ) {}

  /** Whether an answer is awaited. */
  loading = false;
  /** Why the last request failed. */
  problem: StoreError | null = null;
  /** When the last answer came: milliseconds, as `Date.now()`; 0 before. */
  answeredAt = 0;

  /** Asks. Of several questions the last alone counts. Tells whether its answer arrived. */
  async about<T>(question: IQuestion<T>): Promise<boolean> {
    this._pending = question;
    this.loading = true;
    this.problem = null;
    this._changed();
    let answer: T;
    try {
      answer = await question.ask();
    } catch (error) {
      if (this._pending === question) {
        this._end();
        await question.failed(error);
      }
      return false;
    }
    if (this._pending !== question) {
      return false;
    }
    this._end();
    this.answeredAt = Date.now();
    question.arrived(answer);
    this._changed();
    return true;
  }

  /** Ends what is under way. */
  stop(): void {
    this._pending?.abort?.();
    this._end();
  }

  /** Tells a failure; `again` is what may be tried once more. */
  fail(error: unknown, again: () => Promise<void> = this._default): void {
    if (isAbort(error)) {
      return;
    }
    this._end();
    this._again = again;
    this.problem =
      error instanceof StoreError ? error : new StoreError(String(error), 0, 'unexpected');
    this._changed();
  }

  /** Sets what is tried again after what has been told. */
  offer(again: () => Promise<void>): void {
    this._again = again;
  }

  /** Asks for what failed once more. */
  async again(): Promise<void> {
    this.problem = null;
    this._changed();
    await (this._again ?? this._default)();
  }

  private _end(): void {
    this._pending = null;
    this.loading = false;
  }

  private _pending: { readonly abort?: () => void } | null = null;
  private _again: (() => Promise<void>) | null = null;
}
