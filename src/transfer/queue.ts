import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import type { IProgress } from './progress';
import { isRetriable } from './retry';
import { Speedometer } from './speed';

/** What the queue does with one file. */
export interface IJob {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Where it puts the file; changes with the name. */
  readonly place: ILocation;
  /**
   * Does it, or after a failure goes on with it. Resolves with whether it is done; false when the
   * user declined it on the way.
   */
  run(signal: AbortSignal, progress: IProgress): Promise<boolean>;
  /** Undoes what is half done, once `run` has ended. Resolves with true if it was done after all. */
  cancel(): Promise<boolean>;
}

export type TransferState = 'waiting' | 'moving' | 'cancelling' | 'done' | 'failed';

/** A line of the tray. */
export interface ITransfer {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly state: TransferState;
  /** Bytes under way or arrived. */
  readonly bytes: number;
  /** Bytes a second over the last few seconds; 0 while unknown. */
  readonly speed: number;
  /** Whether something failed and is about to be tried again. */
  readonly stalled: boolean;
  /** Where the file is, once it is done. */
  readonly place: ILocation | null;
  readonly error: StoreError | null;
  /** Whether trying again can help: not for what was refused. */
  readonly retriable: boolean;
}

/** Runs a few jobs at once and keeps a line for each until it is dismissed. */
export class TransferQueue {
  constructor(private readonly _atOnce = 4) {}

  /** Emitted after every change of a line. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** In the order they were added. */
  get transfers(): readonly ITransfer[] {
    return this._lines;
  }

  /** Whether leaving the page would lose something. */
  get busy(): boolean {
    return this._lines.some(({ state }) => UNFINISHED.includes(state));
  }

  add(job: IJob): void {
    this._lines.push(new Line(this._nextId++, job, job));
    this._pump();
  }

  /** A line for what was refused before anything was done. */
  refuse(name: string, error: StoreError): void {
    this._lines.push(new Line(this._nextId++, { name, size: 0 }, null, error));
    this._changed.emit();
  }

  /** Stops a job; its line goes away once nothing of it is left. */
  async cancel(id: number): Promise<void> {
    const line = this._line(id);
    if (!line || !(line.state === 'waiting' || line.state === 'moving')) {
      return;
    }
    line.state = 'cancelling';
    line.stop.abort();
    this._changed.emit();
    await this._end(line);
  }

  async cancelAll(): Promise<void> {
    await Promise.all(this._lines.map(({ id }) => this.cancel(id)));
  }

  retry(id: number): void {
    const line = this._line(id);
    if (line?.state === 'failed' && line.retriable) {
      line.state = 'waiting';
      line.error = null;
      this._pump();
    }
  }

  /** Removes a line that is done or failed; what a failed one left half done is undone. */
  async dismiss(id: number): Promise<void> {
    const line = this._line(id);
    if (line?.state === 'done') {
      this._remove(line);
    } else if (line?.state === 'failed') {
      line.state = 'cancelling';
      await this._end(line);
    }
  }

  /** Removes what is done, and with `failed` what has failed too. */
  async clear({ failed }: { failed: boolean }): Promise<void> {
    const over = this._lines.filter(
      ({ state }) => state === 'done' || (failed && state === 'failed')
    );
    await Promise.all(over.map(({ id }) => this.dismiss(id)));
  }

  private _pump(): void {
    for (const line of this._lines) {
      if (this._running >= this._atOnce) {
        break;
      }
      if (line.state === 'waiting') {
        line.ended = this._run(line);
      }
    }
    this._changed.emit();
  }

  private async _run(line: Line): Promise<void> {
    this._running++;
    line.state = 'moving';
    line.stop = new AbortController();
    try {
      const done = await line.job!.run(line.stop.signal, {
        moved: bytes => {
          line.note(bytes);
          this._changed.emit();
        },
        stalled: () => {
          line.stalled = true;
          this._changed.emit();
        }
      });
      if (done) {
        line.finish();
      } else {
        this._remove(line);
      }
    } catch (error) {
      if (!line.stop.signal.aborted) {
        line.fail(error);
      }
    } finally {
      this._running--;
      this._pump();
    }
  }

  private async _end(line: Line): Promise<void> {
    await line.ended;
    if (line.state !== 'cancelling') {
      // It was done in the very moment it was cancelled.
      return;
    }
    try {
      if (await line.job?.cancel()) {
        line.finish();
        this._changed.emit();
        return;
      }
    } catch (error) {
      // Half an upload is invisible in the bucket and ends by itself: no reason to keep the line.
      console.warn(`Cancelling "${line.name}": ${error}`);
    }
    this._remove(line);
  }

  private _line(id: number): Line | undefined {
    return this._lines.find(line => line.id === id);
  }

  private _remove(line: Line): void {
    this._lines = this._lines.filter(other => other !== line);
    this._changed.emit();
  }

  private _lines: Line[] = [];
  private _running = 0;
  private _nextId = 1;
  private readonly _changed = new Signal<this, void>(this);
}

const UNFINISHED: readonly TransferState[] = ['waiting', 'moving', 'cancelling'];

class Line implements ITransfer {
  constructor(
    readonly id: number,
    private readonly _subject: Pick<IJob, 'name' | 'size'>,
    /** None for what was refused. */
    readonly job: IJob | null,
    public error: StoreError | null = null
  ) {
    this.state = error ? 'failed' : 'waiting';
  }

  /** Changes when the user keeps both. */
  get name(): string {
    return this._subject.name;
  }

  get size(): number {
    return this._subject.size;
  }

  get retriable(): boolean {
    return this.job !== null && (this.error === null || isRetriable(this.error));
  }

  get place(): ILocation | null {
    return this.state === 'done' ? this.job!.place : null;
  }

  get speed(): number {
    return this.state === 'moving' && !this.stalled ? this._speed.rate(performance.now()) : 0;
  }

  note(bytes: number): void {
    this.bytes = bytes;
    this.stalled = false;
    this._speed.note(bytes, performance.now());
  }

  finish(): void {
    this.state = 'done';
    this.bytes = this.size;
    this.stalled = false;
  }

  fail(error: unknown): void {
    this.state = 'failed';
    this.stalled = false;
    this.error =
      error instanceof StoreError ? error : new StoreError(String(error), 0, 'unexpected');
  }

  state: TransferState;
  bytes = 0;
  stalled = false;
  stop = new AbortController();
  ended: Promise<void> = Promise.resolve();
  private readonly _speed = new Speedometer();
}
