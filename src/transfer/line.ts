import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import type { IJob, Outcome, Road } from './job';
import { isRetriable } from './retry';
import { Speedometer } from './speed';

/** `skipped`: what is in the bucket already is identical. */
export type TransferState =
  'waiting' | 'moving' | 'paused' | 'cancelling' | 'done' | 'skipped' | 'failed';

/** A line of the tray. */
export interface ITransfer {
  readonly id: number;
  /** With its folders, as it was dropped. */
  readonly name: string;
  readonly size: number;
  readonly state: TransferState;
  /** Bytes under way or arrived. */
  readonly bytes: number;
  /** Bytes a second over the last few seconds; 0 while unknown. */
  readonly speed: number;
  /** Whether something failed and is about to be tried again. */
  readonly stalled: boolean;
  /** Null until it is known. */
  readonly road: Road | null;
  /** Where the file is, once it is done. */
  readonly place: ILocation | null;
  /** Where the file goes; null for what was refused before anything was done. */
  readonly target: ILocation | null;
  readonly error: StoreError | null;
  /** Whether trying again can help: not for what was refused. */
  readonly retriable: boolean;
}

/** A line as the queue keeps it. What is over holds no file any more. */
export class Line implements ITransfer {
  constructor(
    readonly id: number,
    private readonly _subject: Pick<IJob, 'name' | 'size'>,
    /** None for what was refused, and for what is over. */
    public job: IJob | null,
    public error: StoreError | null = null
  ) {
    this.state = error ? 'failed' : 'waiting';
    this._over = error ? { name: _subject.name, size: _subject.size, place: null } : null;
  }

  /** Changes when the user keeps both. */
  get name(): string {
    return this._over?.name ?? this._subject.name;
  }

  get size(): number {
    return this._over?.size ?? this._subject.size;
  }

  get retriable(): boolean {
    return this.job !== null && (this.error === null || isRetriable(this.error));
  }

  get place(): ILocation | null {
    return this._over?.place ?? null;
  }

  get target(): ILocation | null {
    return this._over ? this._over.place : (this.job?.place ?? null);
  }

  get speed(): number {
    return this.state === 'moving' && !this.stalled ? this._speed.rate(performance.now()) : 0;
  }

  note(bytes: number): void {
    this.bytes = bytes;
    this.stalled = false;
    this._speed.note(bytes, performance.now());
  }

  finish(outcome: Exclude<Outcome, 'declined'>): void {
    const { name, size, place } = this.job!;
    this._over = { name, size, place };
    this.job = null;
    this.state = outcome === 'arrived' ? 'done' : 'skipped';
    this.bytes = size;
    this.stalled = false;
    this.error = null;
  }

  fail(error: unknown): void {
    this.state = 'failed';
    this.stalled = false;
    const message = error instanceof Error ? error.message : String(error);
    this.error = error instanceof StoreError ? error : new StoreError(message, 0, 'unexpected');
  }

  state: TransferState;
  bytes = 0;
  stalled = false;
  road: Road | null = null;
  /** Whether it may not travel with others. */
  alone = false;
  /** How many times its job runs, or has been stopped and not come to an end. */
  active = 0;
  stop = new AbortController();
  ended: Promise<void> = Promise.resolve();
  private _over: { name: string; size: number; place: ILocation | null } | null;
  private readonly _speed = new Speedometer();
}
