import type { ITransfer } from './queue';

/** All transfers in one line. */
export interface ISummary {
  /** Waiting, moving or being cancelled. */
  readonly moving: number;
  readonly done: number;
  readonly failed: number;
  /** Of what moves and what has arrived. */
  readonly bytes: number;
  readonly size: number;
  /** Bytes a second. */
  readonly speed: number;
  /** Whether all that moves waits to be tried again. */
  readonly stalled: boolean;
}

export function summarize(transfers: readonly ITransfer[]): ISummary {
  let [moving, done, failed, bytes, size, speed] = [0, 0, 0, 0, 0, 0];
  for (const transfer of transfers) {
    if (transfer.state === 'failed') {
      failed++;
      continue;
    }
    if (transfer.state === 'done') {
      done++;
    } else {
      moving++;
    }
    bytes += transfer.bytes;
    size += transfer.size;
    speed += transfer.speed;
  }
  const active = transfers.filter(({ state }) => state === 'moving');
  const stalled = active.length > 0 && active.every(transfer => transfer.stalled);
  return { moving, done, failed, bytes, size, speed, stalled };
}

/** Whole per cent; 100 only when all is there. */
export function percent({ bytes, size }: { bytes: number; size: number }): number {
  return size === 0 ? 0 : Math.floor((100 * Math.min(bytes, size)) / size);
}
