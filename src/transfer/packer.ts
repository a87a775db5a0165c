import type { StoreClient } from '../store/client';
import { outsideHome } from '../store/client';
import type { IObject } from '../store/entry';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import type { IFrame, IFrames } from '../worker/frames';
import { linesOf, noAnswer, notOurs } from './answer';
import type { IJob, IPacker, IPackProgress } from './job';
import { Pack, type Sum } from './pack';
import { backoff, DAMAGED, isTransient, LEFT, TRIES } from './retry';
import type { IAnswer, Send } from './send';

const MiB = 1024 ** 2;

/** What the server takes in one body at most; a file, and so a body, of more bytes goes alone. */
export const PACKED_FILE = MiB;
const MOST_BYTES = 8 * MiB;
const MOST_FILES = 500;
const LEAST_BYTES = 256 * 1024;

/** Milliseconds that a request should take: many files in one, and no long silence on a slow line. */
const SHORT = 1000;
const LONG = 5000;

/** What a packer works with. */
export interface IPackerTools {
  readonly client: StoreClient;
  readonly send: Send;
  /** Reads files and makes one body of them. */
  readonly frames: (wanted: readonly IFrame[]) => Promise<IFrames>;
  /** Told that nothing can be written there. */
  readonly refused?: (error: StoreError) => void;
  readonly pause?: (failures: number, signal: AbortSignal) => Promise<void>;
}

/** Sends small files below one prefix of one owner. */
export class Packer implements IPacker {
  constructor(
    private readonly _folder: ILocation,
    private readonly _confirmedOwner: string | undefined,
    private readonly _tools: IPackerTools
  ) {}

  get room(): { bytes: number; files: number } {
    return { bytes: this._bytes, files: MOST_FILES };
  }

  async run(jobs: readonly IJob[], signal: AbortSignal, progress: IPackProgress): Promise<void> {
    const pack = new Pack(jobs, this._folder, progress);
    const pause = this._tools.pause ?? backoff;
    for (let failures = 0; ;) {
      const before = pack.open.length;
      let error: StoreError;
      try {
        error = await this._send(pack, signal, progress);
        await this._compare(pack, pack.taken, failures > 0 ? 'arrived' : 'identical', signal);
      } catch (failure) {
        if (signal.aborted) {
          // Some may have arrived whole before it was broken off.
          await this._compare(pack, pack.open, 'arrived', new AbortController().signal);
        }
        if (signal.aborted || !(failure instanceof StoreError) || !isTransient(failure)) {
          throw failure;
        }
        error = failure;
        this._bytes = Math.max(LEAST_BYTES, this._bytes / 2);
      }
      if (pack.open.length === 0) {
        return;
      }
      failures = pack.open.length < before ? 1 : failures + 1;
      if (failures >= TRIES) {
        throw error;
      }
      progress.stalled();
      await pause(failures, signal);
    }
  }

  /** Sends what is open. Resolves with the failure that the files still open have in common. */
  private async _send(
    pack: Pack,
    signal: AbortSignal,
    progress: IPackProgress
  ): Promise<StoreError> {
    const { client, send, frames } = this._tools;
    const { body, framed } = await frames(pack.open.map(job => pack.frame(job)));
    signal.throwIfAborted();
    const sums = pack.read(framed);
    if (pack.open.length === 0) {
      return noAnswer();
    }
    const began = performance.now();
    const { bucket, key: prefix } = this._folder;
    const answer = await send({
      method: 'POST',
      url: new URL(client.url('batch', { bucket, prefix }), client.settings.baseUrl).href,
      road: 'relay',
      headers: outsideHome({ confirmedOwner: this._confirmedOwner }),
      body,
      onProgress: bytes => progress.moved(bytes),
      signal
    });
    if (answer.status !== 200) {
      throw StoreError.fromAnswer(answer.status, answer.body);
    }
    const took = performance.now() - began;
    if (took < SHORT && body.size > this._bytes / 2) {
      this._bytes = Math.min(MOST_BYTES, 2 * this._bytes);
    } else if (took > LONG) {
      this._bytes = Math.max(LEAST_BYTES, this._bytes / 2);
    }
    return this._settle(pack, sums, answer);
  }

  private async _settle(
    pack: Pack,
    sums: ReadonlyMap<string, Sum>,
    answer: IAnswer
  ): Promise<StoreError> {
    const lines = linesOf(answer.body);
    if (lines.length === 0 && answer.body.trim() !== '') {
      throw notOurs(answer);
    }
    let last = noAnswer();
    for (const { key, object, error } of lines) {
      const job = key === null ? undefined : pack.find(key);
      if (error) {
        last = new StoreError(error.message, error.status, error.reason, error.hint);
      }
      if (!job || key === null) {
        continue;
      }
      if (object) {
        const { size, crc32c } = sums.get(key)!;
        if (object.size === size && (object.crc32c ?? crc32c) === crc32c) {
          pack.end(job, 'arrived');
        } else {
          await this._remove(pack, job, object);
        }
      } else if (last.status === 412) {
        pack.taken.push(job);
      } else if (!isTransient(last) && last.reason !== DAMAGED) {
        pack.end(job, last);
        // Who may not replace an object, or this one, may still add others.
        if (last.status === 403 && job.condition === 0) {
          this._tools.refused?.(last);
        }
      }
    }
    return last;
  }

  /** What arrived damaged goes again, exactly that generation, and the file is sent once more. */
  private async _remove(pack: Pack, job: IJob, { generation }: IObject): Promise<void> {
    const { bucket, key } = job.place;
    const confirmedOwner = this._confirmedOwner;
    try {
      await this._tools.client.delete(bucket, key, generation, { confirmedOwner });
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      pack.end(job, damagedAndLeft(error));
    }
  }

  /**
   * A name that is taken may be so by our own bytes, of a request whose answer was lost; what is there and not the
   * same is a matter for the user.
   */
  private async _compare(
    pack: Pack,
    jobs: readonly IJob[],
    same: 'arrived' | 'identical',
    signal: AbortSignal
  ): Promise<void> {
    if (jobs.length === 0) {
      return;
    }
    const { bucket, key: prefix } = this._folder;
    const asked = jobs.map(job => ({ key: pack.keyOf(job), size: job.size }));
    const existing = await this._tools.client.compare(bucket, prefix, asked, signal);
    const stored = new Map(existing.map(one => [one.key, one]));
    for (const job of jobs) {
      const there = stored.get(pack.keyOf(job));
      const sum = pack.sums.get(pack.keyOf(job));
      if (there && sum && there.size === sum.size && there.crc32c === sum.crc32c) {
        pack.end(job, same);
      } else if (pack.taken.includes(job)) {
        pack.end(job, 'alone');
      }
    }
    pack.taken = [];
  }

  private _bytes = 2 * MiB;
}

function damagedAndLeft(why: StoreError): StoreError {
  return new StoreError(
    `The file arrived damaged, and could not be removed: ${why.message}`,
    why.status,
    LEFT,
    'Delete it, then upload it again.'
  );
}
