import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { StoreError } from '../store/errors';
import type { IJob } from './job';
import type { ITransfer, Line, TransferState } from './line';
import { LineList } from './lineList';
import { Runner } from './runner';
import type { ISummary } from './summary';

/** Milliseconds between two emissions of `changed` at least: a screen shows no more. */
const FRAME = 100;

/** What still has to be done. */
const UNFINISHED: readonly TransferState[] = ['waiting', 'moving', 'paused', 'cancelling'];

/** What can be cancelled. */
const CANCELLABLE: readonly TransferState[] = ['waiting', 'moving', 'paused'];

/** Lines cancelled in one task: some milliseconds. */
const SLICE = 1000;

/**
 * Runs a few jobs at once and keeps a line for each until it is dismissed: what a person can do with them. Made for tens of
 * thousands of lines: nothing that happens to one of them looks at the others.
 */
export class TransferQueue {
  /**
   * @param atOnce - Requests under way at once.
   * @param _frame - Milliseconds between two emissions of `changed`; 0 emits each at once, for tests.
   */
  constructor(
    atOnce = 4,
    private readonly _frame = FRAME
  ) {
    const touch = () => this._touch();
    this._lines = new LineList(touch);
    this._runner = new Runner(this._lines, atOnce, touch);
  }

  /** Emitted after changes of lines. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** In the order they were added. */
  get transfers(): readonly ITransfer[] {
    return this._lines.all;
  }

  get length(): number {
    return this._lines.length;
  }

  /** Whether leaving the page would lose something. */
  get busy(): boolean {
    return this._walks.size > 0 || UNFINISHED.some(state => this._lines.tally.count(state) > 0);
  }

  /** Whether nothing new is started until `resumeAll`. */
  get held(): boolean {
    return this._runner.held;
  }

  /** All lines in one; costs the same however many there are. */
  get summary(): ISummary {
    const { speed, stalled, held } = this._runner;
    return {
      ...this._lines.tally.summary,
      speed,
      stalled,
      held,
      searching: this._walks.size > 0
    };
  }

  /** Several at once: what is small travels together from the first request on. */
  add(...jobs: readonly IJob[]): void {
    jobs.forEach(job => this._lines.add(job));
    this._runner.pump();
  }

  /** A line for what was refused before anything was done. */
  refuse(name: string, error: StoreError): void {
    this._lines.addRefused(name, error);
  }

  /** A line for a file that need not be sent. */
  skip(job: IJob): void {
    this._lines.addOver(job, 'identical');
  }

  /**
   * While a folder is walked, more may come: until the returned function is called. `stop` is called when everything is
   * cancelled, to end the walk.
   */
  expectMore(stop: () => void): () => void {
    this._walks.add(stop);
    this._touch();
    return () => {
      this._walks.delete(stop);
      this._touch();
    };
  }

  /** Resolves once fewer than `most` lines wait. */
  roomBelow(most: number): Promise<void> {
    return this._runner.roomBelow(most);
  }

  /** Holds one job: what the store has stays, and `resume` goes on from there. */
  pause(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'waiting' || (line?.state === 'moving' && !this._runner.isPacked(line))) {
      const { stop } = line;
      this._lines.to(line, 'paused');
      stop.abort();
      this._touch();
    }
  }

  resume(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'paused') {
      this._lines.wait(line);
      this._runner.pump();
    }
  }

  /** Holds everything: what moves is broken off and goes on from there. */
  pauseAll(): void {
    this._runner.held = true;
    this._runner.breakOff();
    this._touch();
  }

  resumeAll(): void {
    this._runner.held = false;
    for (const line of this._lines.all) {
      if (line.state === 'paused') {
        this._lines.wait(line);
      }
    }
    this._runner.pump();
  }

  /** Stops a job; its line goes away once nothing of it is left. */
  async cancel(id: number): Promise<void> {
    const line = this._lines.get(id);
    if (!line || !CANCELLABLE.includes(line.state)) {
      return;
    }
    this._lines.to(line, 'cancelling');
    if (!this._runner.isPacked(line)) {
      line.stop.abort();
    }
    this._touch();
    await this._end(line);
  }

  /** Cancels every job, or those that are meant. Files that travel together with one that is meant go on later. */
  async cancelAll(isMeant?: (job: IJob) => boolean): Promise<void> {
    this._runner.held = false;
    if (!isMeant) {
      this._walks.forEach(stop => stop());
    }
    const meant = this._lines.all.filter(
      ({ job, state }) => job && CANCELLABLE.includes(state) && (isMeant?.(job) ?? true)
    );
    // What moves comes first, and nothing is started before the last line has had its turn.
    const moving = meant.filter(({ state }) => state === 'moving');
    const others = meant.filter(({ state }) => state !== 'moving');
    const unblock = this._runner.block();
    const ended = moving.map(({ id }) => this.cancel(id));
    moving.filter(line => this._runner.isPacked(line)).forEach(({ stop }) => stop.abort());
    for (let start = 0; start < others.length; start += SLICE) {
      ended.push(...others.slice(start, start + SLICE).map(({ id }) => this.cancel(id)));
      await nextTask();
    }
    unblock();
    await Promise.all(ended);
  }

  retry(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'failed' && line.retriable) {
      this._again(line);
      this._runner.pump();
    }
  }

  /** Tries again whatever failed and may succeed now; with `only`, what failed so. */
  retryFailed(only: (error: StoreError) => boolean = () => true): void {
    for (const line of this._lines.all) {
      if (line.state === 'failed' && line.retriable && line.error && only(line.error)) {
        this._again(line);
      }
    }
    this._runner.pump();
  }

  /** Removes a line that is over; what a failed one left half done is undone. */
  async dismiss(id: number): Promise<void> {
    const line = this._lines.get(id);
    if (line?.state === 'done' || line?.state === 'skipped') {
      this._lines.remove(line);
    } else if (line?.state === 'failed') {
      this._lines.to(line, 'cancelling');
      await this._end(line);
    }
  }

  /** Removes what is over, and with `failed` what has failed too. */
  async clear({ failed }: { failed: boolean }): Promise<void> {
    const over = this._lines.all.filter(
      ({ state }) => state === 'done' || state === 'skipped' || (failed && state === 'failed')
    );
    await Promise.all(over.map(({ id }) => this.dismiss(id)));
  }

  private _again(line: Line): void {
    line.error = null;
    line.job!.retried();
    this._lines.wait(line);
  }

  private async _end(line: Line): Promise<void> {
    await line.ended;
    if (line.state !== 'cancelling') {
      // It was done in the very moment it was cancelled.
      return;
    }
    try {
      if (await line.job?.cancel()) {
        this._lines.change(line, () => line.finish('arrived'));
        this._touch();
        return;
      }
    } catch (error) {
      // Half an upload is invisible in the bucket and ends by itself: no reason to keep the line.
      console.warn(`Cancelling "${line.name}": ${error}`);
    }
    this._lines.remove(line);
  }

  private _touch(): void {
    if (this._frame === 0) {
      this._changed.emit();
      return;
    }
    this._pending ??= setTimeout(() => {
      this._pending = null;
      this._changed.emit();
    }, this._frame);
  }

  private readonly _lines: LineList;
  private readonly _runner: Runner;
  /** Walks under way, by what ends them. */
  private readonly _walks = new Set<() => void>();
  private _pending: ReturnType<typeof setTimeout> | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

/** Lets the browser draw and take keys. */
function nextTask(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
