import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { StoreError } from '../store/errors';
import type { IJob, IPacker, Outcome } from './job';
import { type ITransfer, Line, type TransferState } from './line';
import { Speedometer } from './speed';
import { type ISummary, Tally } from './summary';

/** Milliseconds between two emissions of `changed` at least: a screen shows no more. */
const FRAME = 100;

/** What still has to be done. */
const UNFINISHED: readonly TransferState[] = ['waiting', 'moving', 'paused', 'cancelling'];

/**
 * Runs a few jobs at once and keeps a line for each until it is dismissed. Small files travel together. Made for tens
 * of thousands of lines: nothing that happens to one of them looks at the others.
 */
export class TransferQueue {
  /** frame: milliseconds between two emissions of `changed`; 0 emits each at once, for tests. */
  constructor(
    private readonly _atOnce = 4,
    private readonly _frame = FRAME
  ) {}

  /** Emitted after changes of lines. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** In the order they were added. */
  get transfers(): readonly ITransfer[] {
    return [...this._lines.values()];
  }

  get length(): number {
    return this._lines.size;
  }

  /** Whether leaving the page would lose something. */
  get busy(): boolean {
    return this._walks.size > 0 || UNFINISHED.some(state => this._tally.count(state) > 0);
  }

  /** Whether nothing new is started until `resumeAll`. */
  get held(): boolean {
    return this._held;
  }

  /** All lines in one; costs the same however many there are. */
  get summary(): ISummary {
    const running = [...this._running];
    return {
      ...this._tally.summary,
      speed: this._speed.rate(performance.now()),
      stalled: running.length > 0 && running.every(line => line.stalled),
      held: this._held,
      searching: this._walks.size > 0
    };
  }

  /** Several at once: what is small travels together from the first request on. */
  add(...jobs: readonly IJob[]): void {
    for (const job of jobs) {
      const line = new Line(this._nextId++, job, job);
      this._keep(line);
      this._waiting.push(line);
    }
    this._pump();
  }

  /** A line for what was refused before anything was done. */
  refuse(name: string, error: StoreError): void {
    this._keep(new Line(this._nextId++, { name, size: 0 }, null, error));
    this._touch();
  }

  /** A line for a file that need not be sent. */
  skip(job: IJob): void {
    const line = new Line(this._nextId++, job, job);
    line.finish('identical');
    this._keep(line);
    this._touch();
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
  async roomBelow(most: number): Promise<void> {
    while (this._tally.count('waiting') >= most) {
      await new Promise<void>(resolve => this._wantRoom.push(resolve));
    }
  }

  /** Holds one job: what the store has stays, and `resume` goes on from there. */
  pause(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'waiting' || (line?.state === 'moving' && !this._packed.has(line))) {
      const { stop } = line;
      this._to(line, 'paused');
      stop.abort();
      this._touch();
    }
  }

  resume(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'paused') {
      this._wait(line);
      this._pump();
    }
  }

  /** Holds everything: what moves is broken off and goes on from there. */
  pauseAll(): void {
    this._held = true;
    for (const line of this._running) {
      if (line.state === 'moving') {
        line.stop.abort();
      }
    }
    this._touch();
  }

  resumeAll(): void {
    this._held = false;
    for (const line of this._lines.values()) {
      if (line.state === 'paused') {
        this._wait(line);
      }
    }
    this._pump();
  }

  /** Stops a job; its line goes away once nothing of it is left. */
  async cancel(id: number): Promise<void> {
    const line = this._lines.get(id);
    if (!line || !['waiting', 'moving', 'paused'].includes(line.state)) {
      return;
    }
    this._to(line, 'cancelling');
    if (!this._packed.has(line)) {
      line.stop.abort();
    }
    this._touch();
    await this._end(line);
  }

  /** Cancels every job, or those that are meant. Files that travel together with one that is meant go on later. */
  async cancelAll(isMeant?: (job: IJob) => boolean): Promise<void> {
    this._held = false;
    if (!isMeant) {
      this._walks.forEach(stop => stop());
    }
    const meant = [...this._lines.values()].filter(({ job }) => job && (isMeant?.(job) ?? true));
    const cancelled = meant.map(({ id }) => this.cancel(id));
    meant.filter(line => this._packed.has(line)).forEach(({ stop }) => stop.abort());
    await Promise.all(cancelled);
  }

  retry(id: number): void {
    const line = this._lines.get(id);
    if (line?.state === 'failed' && line.retriable) {
      this._again(line);
      this._pump();
    }
  }

  /** Tries again whatever failed and may succeed now; with `only`, what failed so. */
  retryFailed(only: (error: StoreError) => boolean = () => true): void {
    for (const line of this._lines.values()) {
      if (line.state === 'failed' && line.retriable && line.error && only(line.error)) {
        this._again(line);
      }
    }
    this._pump();
  }

  /** Removes a line that is over; what a failed one left half done is undone. */
  async dismiss(id: number): Promise<void> {
    const line = this._lines.get(id);
    if (line?.state === 'done' || line?.state === 'skipped') {
      this._remove(line);
    } else if (line?.state === 'failed') {
      this._to(line, 'cancelling');
      await this._end(line);
    }
  }

  /** Removes what is over, and with `failed` what has failed too. */
  async clear({ failed }: { failed: boolean }): Promise<void> {
    const over = [...this._lines.values()].filter(
      ({ state }) => state === 'done' || state === 'skipped' || (failed && state === 'failed')
    );
    await Promise.all(over.map(({ id }) => this.dismiss(id)));
  }

  // What follows changes states, and keeps count of them.

  private _keep(line: Line): void {
    this._lines.set(line.id, line);
    this._tally.add(line);
  }

  private _to(line: Line, state: TransferState): void {
    this._change(line, () => {
      line.state = state;
    });
  }

  private _change(line: Line, change: () => void): void {
    if (this._lines.has(line.id)) {
      this._tally.remove(line);
      change();
      this._tally.add(line);
    } else {
      change();
    }
  }

  private _again(line: Line): void {
    line.error = null;
    line.job!.retried();
    this._wait(line);
  }

  private _wait(line: Line): void {
    this._to(line, 'waiting');
    this._waiting.push(line);
  }

  private _remove(line: Line): void {
    if (this._lines.delete(line.id)) {
      this._tally.remove(line);
    }
    this._touch();
  }

  // What follows runs jobs.

  private _pump(): void {
    while (!this._held && this._runs < this._atOnce) {
      const lines = this._next();
      if (lines.length === 0) {
        break;
      }
      const packer = lines[0].job!.packer;
      const run = lines.length > 1 && packer ? this._runPack(packer, lines) : this._run(lines[0]);
      lines.forEach(line => (line.ended = run));
    }
    this._wantRoom.splice(0).forEach(resolve => resolve());
    this._touch();
  }

  /** The next job that waits, and those that may travel with it. */
  private _next(): Line[] {
    const first = this._shift();
    if (!first) {
      return [];
    }
    const { packer, size } = first.job!;
    const pack = [first];
    if (packer && !first.alone) {
      const { room } = packer;
      for (let bytes = size; pack.length < room.files;) {
        const next = this._shift();
        if (!next) {
          break;
        }
        bytes += next.job!.size;
        if (next.alone || next.job!.packer !== packer || bytes > room.bytes) {
          this._waiting[--this._head] = next;
          break;
        }
        pack.push(next);
      }
    }
    return pack;
  }

  private _shift(): Line | null {
    while (this._head < this._waiting.length) {
      const line = this._waiting[this._head++];
      if (line.state === 'waiting' && this._lines.has(line.id)) {
        return line;
      }
    }
    this._waiting = [];
    this._head = 0;
    return null;
  }

  private async _run(line: Line, before = line.ended): Promise<void> {
    const stop = (line.stop = new AbortController());
    this._runs++;
    this._begin(line);
    try {
      if (line.active++ > 0) {
        // It was held and is to go on before what it was at has come to its end.
        await before;
      }
      const outcome = await line.job!.run(stop.signal, {
        moved: bytes => {
          this._change(line, () => line.note(bytes));
          this._moved();
        },
        stalled: () => {
          line.stalled = true;
          this._touch();
        },
        takes: road => {
          line.road = road;
          this._touch();
        }
      });
      this._settle(line, outcome);
    } catch (error) {
      this._break(line, stop, error);
    } finally {
      line.active--;
      this._finally([line], stop);
    }
  }

  private async _runPack(packer: IPacker, lines: readonly Line[]): Promise<void> {
    const stop = new AbortController();
    const open = new Map(lines.map(line => [line.job!, line]));
    this._runs++;
    for (const line of lines) {
      line.stop = stop;
      this._packed.add(line);
      this._begin(line);
    }
    try {
      await packer.run([...open.keys()], stop.signal, {
        ended: (job, end) => {
          const line = open.get(job)!;
          open.delete(job);
          this._packed.delete(line);
          this._running.delete(line);
          if (end === 'alone') {
            line.alone = true;
            if (line.state === 'moving') {
              this._wait(line);
            }
          } else if (end instanceof StoreError) {
            this._break(line, stop, end);
          } else {
            this._settle(line, end);
          }
          this._moved();
        },
        moved: bytes => {
          for (const line of open.values()) {
            const part = Math.min(bytes, line.size);
            bytes -= part;
            this._change(line, () => line.note(part));
          }
          this._moved();
        },
        stalled: () => {
          open.forEach(line => (line.stalled = true));
          this._touch();
        }
      });
      open.forEach(line => this._break(line, stop, NO_ANSWER));
    } catch (error) {
      open.forEach(line => this._break(line, stop, error));
    } finally {
      this._finally(lines, stop);
    }
  }

  private _moved(): void {
    this._speed.note(this._tally.moved, performance.now());
    this._touch();
  }

  private _begin(line: Line): void {
    this._running.add(line);
    this._to(line, 'moving');
    if (this._running.size === 1) {
      this._speed = new Speedometer();
    }
  }

  private _settle(line: Line, outcome: Outcome): void {
    if (outcome === 'declined') {
      this._remove(line);
    } else {
      this._change(line, () => line.finish(outcome));
    }
  }

  /** A job that was broken off, by us or by a failure. */
  private _break(line: Line, stop: AbortController, error: unknown): void {
    if (line.stop !== stop) {
      // It goes on already.
      return;
    }
    if (!stop.signal.aborted) {
      if (line.state === 'moving') {
        this._change(line, () => line.fail(error));
      }
    } else if (line.state === 'moving') {
      // Everything is held, or another of the same request was given up: it goes on later.
      this._wait(line);
    }
  }

  private _finally(lines: readonly Line[], stop: AbortController): void {
    for (const line of lines.filter(line => line.stop === stop)) {
      this._packed.delete(line);
      this._running.delete(line);
    }
    this._runs--;
    this._pump();
  }

  private async _end(line: Line): Promise<void> {
    await line.ended;
    if (line.state !== 'cancelling') {
      // It was done in the very moment it was cancelled.
      return;
    }
    try {
      if (await line.job?.cancel()) {
        this._change(line, () => line.finish('arrived'));
        this._touch();
        return;
      }
    } catch (error) {
      // Half an upload is invisible in the bucket and ends by itself: no reason to keep the line.
      console.warn(`Cancelling "${line.name}": ${error}`);
    }
    this._remove(line);
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

  private readonly _lines = new Map<number, Line>();
  private readonly _tally = new Tally();
  /** Lines that wait, from `_head` on, among others that do not any more. */
  private _waiting: Line[] = [];
  private _head = 0;
  private readonly _running = new Set<Line>();
  /** Those of them that travel with others. */
  private readonly _packed = new Set<Line>();
  /** Requests, or single jobs, under way. */
  private _runs = 0;
  private _held = false;
  /** Walks under way, by what ends them. */
  private readonly _walks = new Set<() => void>();
  private _wantRoom: (() => void)[] = [];
  private _speed = new Speedometer();
  private _nextId = 1;
  private _pending: ReturnType<typeof setTimeout> | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

const NO_ANSWER = new StoreError(
  'The server did not tell what became of it.',
  502,
  'no-result',
  'Try it again: what arrived is not sent twice.'
);
