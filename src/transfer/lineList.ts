import type { StoreError } from '../store/errors';
import type { IJob, Outcome } from './job';
import { Line, type TransferState } from './line';
import { Tally } from './summary';

/** The lines of the tray, counted by their states, and the order of those that wait. */
export class LineList {
  /** @param _touch - Told of every change that can be seen. */
  constructor(private readonly _touch: () => void) {}

  /** Costs the same however many lines there are. */
  readonly tally = new Tally();

  /** In the order they were added. */
  get all(): Line[] {
    return [...this._lines.values()];
  }

  get length(): number {
    return this._lines.size;
  }

  get(id: number): Line | undefined {
    return this._lines.get(id);
  }

  /** A line that waits for its turn. */
  add(job: IJob): void {
    const line = new Line(this._nextId++, job, job);
    this._keep(line);
    this._waiting.push(line);
  }

  /** A line of what is over before it began. */
  addOver(job: IJob, outcome: Exclude<Outcome, 'declined'>): void {
    const line = new Line(this._nextId++, job, job);
    line.finish(outcome);
    this._keep(line);
    this._touch();
  }

  addRefused(name: string, error: StoreError): void {
    this._keep(new Line(this._nextId++, { name, size: 0 }, null, error));
    this._touch();
  }

  remove(line: Line): void {
    if (this._lines.delete(line.id)) {
      this.tally.remove(line);
    }
    this._touch();
  }

  /** Every change of what is counted goes through here. */
  change(line: Line, change: () => void): void {
    if (this._lines.has(line.id)) {
      this.tally.remove(line);
      change();
      this.tally.add(line);
    } else {
      change();
    }
  }

  to(line: Line, state: TransferState): void {
    this.change(line, () => {
      line.state = state;
    });
  }

  /** At the end of those that wait. */
  wait(line: Line): void {
    this.to(line, 'waiting');
    this._waiting.push(line);
  }

  /** The next that waits; null for none. */
  next(): Line | null {
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

  /** Puts back what `next` gave last. */
  putBack(line: Line): void {
    this._waiting[--this._head] = line;
  }

  private _keep(line: Line): void {
    this._lines.set(line.id, line);
    this.tally.add(line);
  }

  private readonly _lines = new Map<number, Line>();
  /** Lines that wait, from `_head` on, among others that do not any more. */
  private _waiting: Line[] = [];
  private _head = 0;
  private _nextId = 1;
}
