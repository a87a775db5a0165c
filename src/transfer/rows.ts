import type { ITransfer, TransferState } from './line';

/** Those that want attention or move come first. */
const ORDER: readonly TransferState[] = [
  'failed',
  'cancelling',
  'moving',
  'paused',
  'waiting',
  'done',
  'skipped'
];

/** Pixels, by what a row has to show: a name, a second line with a bar, or the reason of a failure. */
const LOW = 24;
const HIGH = 44;
const ERROR_LINE = 16;

/** Rows at most: browsers draw no element of more than some 17 million pixels. */
export const MOST_ROWS = 150_000;

/** Rows drawn beyond each edge, so that a quick scroll shows no gap. */
const OVERSCAN = 4;

/** Pixels. */
export interface IViewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly width: number;
}

/** Rows in a sequence that are equally high. */
interface IRun {
  /** The first row. */
  readonly first: number;
  readonly count: number;
  readonly top: number;
  readonly height: number;
}

/** Where each row of a long list is; costs the same for any number once it is made. */
export class Rows {
  /** @param width - Of the list in pixels: a narrow one needs more lines for a reason. */
  constructor(transfers: readonly ITransfer[], width: number) {
    const byState = new Map<TransferState, ITransfer[]>(ORDER.map(state => [state, []]));
    for (const transfer of transfers) {
      byState.get(transfer.state)!.push(transfer);
    }
    this.total = transfers.length;
    let [first, top] = [0, 0];
    const order: ITransfer[][] = [];
    for (const state of ORDER) {
      const those = byState.get(state)!.slice(0, MOST_ROWS - first);
      const height = heightOf(state, width);
      if (those.length > 0) {
        this._runs.push({ first, count: those.length, top, height });
        order.push(those);
      }
      first += those.length;
      top += those.length * height;
    }
    this.all = order.length === 1 ? order[0] : ([] as ITransfer[]).concat(...order);
    this.failures = byState.get('failed')!;
    this.height = top;
  }

  /** In the order of the list. */
  readonly all: readonly ITransfer[];
  readonly failures: readonly ITransfer[];
  /** How many there are, those left out included. */
  readonly total: number;
  /** Of all rows together. */
  readonly height: number;

  /** Where a row is, from the top of the first. */
  at(index: number): { top: number; height: number } {
    const run = this._runs.filter(({ first }) => first <= index).at(-1)!;
    return { top: run.top + (index - run.first) * run.height, height: run.height };
  }

  /** The first row to draw, and one past the last. */
  inSight({ scrollTop, height }: IViewport): { first: number; end: number } {
    const top = Math.max(0, Math.min(scrollTop, this.height - height));
    return {
      first: Math.max(0, this._rowAt(top) - OVERSCAN),
      end: Math.min(this.all.length, this._rowAt(top + height) + 1 + OVERSCAN)
    };
  }

  private _rowAt(y: number): number {
    const run = this._runs.filter(({ top }) => top <= y).at(-1);
    return run ? run.first + Math.min(run.count - 1, Math.floor((y - run.top) / run.height)) : 0;
  }

  private readonly _runs: IRun[] = [];
}

/** How many lines of a reason are shown before somebody goes to the row. */
export function errorLines(width: number): number {
  return width < 260 ? 5 : width < 360 ? 4 : width < 600 ? 2 : 1;
}

function heightOf(state: TransferState, width: number): number {
  switch (state) {
    case 'failed':
      return LOW + ERROR_LINE * errorLines(width) + 4;
    case 'cancelling':
    case 'moving':
    case 'paused':
      return HIGH;
    default:
      return LOW;
  }
}
