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

/** Pixels, by what a row has to show: a name, or a second line with a bar. */
const LOW = 24;
const HIGH = 44;

/** Pixels of a line of the reason of a failure, and below the last. */
const ERROR_LINE = 16;
const ERROR_GAP = 4;

/** Pixels beside a reason, and of one of its letters, rather too many. */
const ERROR_MARGIN = 30;
const LETTER = 7.2;

/** Lines of a reason that are shown before somebody goes to the row. */
const MOST_ERROR_LINES = 6;

/** Rows at most: browsers draw no element of more than some 17 million pixels. */
export const MOST_ROWS = 130_000;

/** Rows drawn beyond each edge, so that a quick scroll shows no gap. */
const OVERSCAN = 4;

/** Pixels. */
export interface IViewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly width: number;
}

/** Where each row of a long list is. */
export class Rows {
  /** @param width - Of the list in pixels: a narrow one needs more lines for a reason. */
  constructor(transfers: readonly ITransfer[], width: number) {
    const byState = new Map<TransferState, ITransfer[]>(ORDER.map(state => [state, []]));
    for (const transfer of transfers) {
      byState.get(transfer.state)!.push(transfer);
    }
    this.total = transfers.length;
    this.failures = byState.get('failed')!;
    this.all = ([] as ITransfer[]).concat(...byState.values()).slice(0, MOST_ROWS);
    this._tops = new Float64Array(this.all.length + 1);
    this.all.forEach((transfer, i) => {
      this._tops[i + 1] = this._tops[i] + heightOf(transfer, width);
    });
    this.height = this._tops[this.all.length];
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
    const top = this._tops[index];
    return { top, height: this._tops[index + 1] - top };
  }

  /** The first row to draw, and one past the last. */
  inSight({ scrollTop, height }: IViewport): { first: number; end: number } {
    const top = Math.max(0, Math.min(scrollTop, this.height - height));
    return {
      first: Math.max(0, this._rowAt(top) - OVERSCAN),
      end: Math.min(this.all.length, this._rowAt(top + height) + 1 + OVERSCAN)
    };
  }

  /** The last row that begins at or above. */
  private _rowAt(y: number): number {
    let [low, high] = [0, Math.max(0, this.all.length - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this._tops[middle] <= y) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private readonly _tops: Float64Array;
}

/** How many lines a row of this height has for a reason. */
export function errorLines(height: number): number {
  return (height - LOW - ERROR_GAP) / ERROR_LINE;
}

function heightOf({ state, error }: ITransfer, width: number): number {
  switch (state) {
    case 'failed': {
      const letters = Math.max(1, (width - ERROR_MARGIN) / LETTER);
      const lines = Math.ceil((error?.advice.length ?? 0) / letters);
      return LOW + ERROR_GAP + ERROR_LINE * Math.max(1, Math.min(lines, MOST_ERROR_LINES));
    }
    case 'cancelling':
    case 'moving':
    case 'paused':
      return HIGH;
    default:
      return LOW;
  }
}
