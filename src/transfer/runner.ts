import { StoreError } from '../store/errors';
import { noAnswer } from './answer';
import type { IPacker, Outcome } from './job';
import type { Line } from './line';
import type { LineList } from './lineList';
import { Speedometer } from './speed';

/** Runs the jobs of lines, a few at once; small files travel together. */
export class Runner {
  /** @param _touch - Told of every change that can be seen. */
  constructor(
    private readonly _lines: LineList,
    private readonly _atOnce: number,
    private readonly _touch: () => void
  ) {}

  /** Whether nothing new is started. */
  held = false;

  /** Bytes a second. */
  get speed(): number {
    return this._speed.rate(performance.now());
  }

  /** Whether all that moves waits to be tried again. */
  get stalled(): boolean {
    const running = [...this._running];
    return running.length > 0 && running.every(line => line.stalled);
  }

  /** Whether a line travels with others. */
  isPacked(line: Line): boolean {
    return this._packed.has(line);
  }

  /** Breaks off what moves. */
  breakOff(): void {
    for (const line of this._running) {
      if (line.state === 'moving') {
        line.stop.abort();
      }
    }
  }

  /** Starts nothing until the returned function is called. */
  block(): () => void {
    this._blocks++;
    return () => {
      this._blocks--;
      this.pump();
    };
  }

  /** Resolves once fewer than `most` lines wait. */
  async roomBelow(most: number): Promise<void> {
    while (this._lines.tally.count('waiting') >= most) {
      await new Promise<void>(resolve => this._wantRoom.push(resolve));
    }
  }

  /** Starts what waits, as far as there is room. */
  pump(): void {
    while (!this.held && this._blocks === 0 && this._runs < this._atOnce) {
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
    const first = this._lines.next();
    if (!first) {
      return [];
    }
    const { packer, size } = first.job!;
    const pack = [first];
    if (packer && !first.alone) {
      const { room } = packer;
      for (let bytes = size; pack.length < room.files;) {
        const next = this._lines.next();
        if (!next) {
          break;
        }
        bytes += next.job!.size;
        if (next.alone || next.job!.packer !== packer || bytes > room.bytes) {
          this._lines.putBack(next);
          break;
        }
        pack.push(next);
      }
    }
    return pack;
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
          this._lines.change(line, () => line.note(bytes));
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
              this._lines.wait(line);
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
            this._lines.change(line, () => line.note(part));
          }
          this._moved();
        },
        stalled: () => {
          open.forEach(line => (line.stalled = true));
          this._touch();
        }
      });
      open.forEach(line => this._break(line, stop, noAnswer()));
    } catch (error) {
      open.forEach(line => this._break(line, stop, error));
    } finally {
      this._finally(lines, stop);
    }
  }

  private _moved(): void {
    this._speed.note(this._lines.tally.moved, performance.now());
    this._touch();
  }

  private _begin(line: Line): void {
    this._running.add(line);
    this._lines.to(line, 'moving');
    if (this._running.size === 1) {
      this._speed = new Speedometer();
    }
  }

  private _settle(line: Line, outcome: Outcome): void {
    if (outcome === 'declined') {
      this._lines.remove(line);
    } else {
      this._lines.change(line, () => line.finish(outcome));
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
        this._lines.change(line, () => line.fail(error));
      }
    } else if (line.state === 'moving') {
      // Everything is held, or another of the same request was given up: it goes on later.
      this._lines.wait(line);
    }
  }

  private _finally(lines: readonly Line[], stop: AbortController): void {
    for (const line of lines.filter(line => line.stop === stop)) {
      this._packed.delete(line);
      this._running.delete(line);
    }
    this._runs--;
    this.pump();
  }

  private readonly _running = new Set<Line>();
  /** Those of them that travel with others. */
  private readonly _packed = new Set<Line>();
  /** Requests, or single jobs, under way. */
  private _runs = 0;
  private _blocks = 0;
  private _wantRoom: (() => void)[] = [];
  private _speed = new Speedometer();
}
