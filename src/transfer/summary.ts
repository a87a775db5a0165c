import type { ITransfer, TransferState } from './line';

/** All transfers in one line. */
export interface ISummary {
  /** Waiting, moving, paused or being cancelled. */
  readonly moving: number;
  /** Of them, those held by the user one by one. */
  readonly paused: number;
  readonly done: number;
  /** Need not be sent: what is there is identical. */
  readonly skipped: number;
  readonly failed: number;
  /** Of what moves and what has arrived. */
  readonly bytes: number;
  readonly size: number;
  /** Bytes a second. */
  readonly speed: number;
  /** Whether all that moves waits to be tried again. */
  readonly stalled: boolean;
  /** Whether everything is held by the user. */
  readonly held: boolean;
  /** Whether folders are still being walked, so that there will be more. */
  readonly searching: boolean;
}

/** Keeps count of lines while their states change; each is taken out before it changes and put in again after. */
export class Tally {
  add(line: ITransfer): void {
    this._count(line, 1);
  }

  remove(line: ITransfer): void {
    this._count(line, -1);
  }

  count(state: TransferState): number {
    return this._states.get(state) ?? 0;
  }

  /** Bytes under way or arrived. */
  get moved(): number {
    return this._bytes;
  }

  get summary(): Pick<
    ISummary,
    'moving' | 'paused' | 'done' | 'skipped' | 'failed' | 'bytes' | 'size'
  > {
    const [waiting, moving, paused, cancelling] = (
      ['waiting', 'moving', 'paused', 'cancelling'] as const
    ).map(state => this.count(state));
    return {
      moving: waiting + moving + paused + cancelling,
      paused,
      done: this.count('done'),
      skipped: this.count('skipped'),
      failed: this.count('failed'),
      bytes: this._bytes,
      size: this._size
    };
  }

  private _count({ state, bytes, size }: ITransfer, sign: 1 | -1): void {
    this._states.set(state, this.count(state) + sign);
    // What failed is not to come, and what is skipped never was.
    if (state !== 'failed' && state !== 'skipped') {
      this._bytes += sign * bytes;
      this._size += sign * size;
    }
  }

  private readonly _states = new Map<TransferState, number>();
  private _bytes = 0;
  private _size = 0;
}

/** Whole per cent; 100 only when all is there. */
export function percent({ bytes, size }: { bytes: number; size: number }): number {
  return size === 0 ? 0 : Math.floor((100 * Math.min(bytes, size)) / size);
}

/** Seconds until the rest has moved at this speed; null while that cannot be told. */
export function secondsLeft(
  moving: Pick<ISummary, 'bytes' | 'size' | 'speed' | 'stalled'> & { readonly searching?: boolean }
): number | null {
  const { bytes, size, speed, stalled, searching } = moving;
  return speed > 0 && !stalled && !searching ? Math.ceil((size - bytes) / speed) : null;
}
