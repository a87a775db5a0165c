import type { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';

/** How bytes get to the store: through the user's server, or straight to the store's own address. */
export type Road = 'relay' | 'direct';

/** How a job ended: with the file in the bucket, with one there that was identical, or given up by the user. */
export type Outcome = 'arrived' | 'identical' | 'declined';

/** What a job tells while it runs. */
export interface IProgress {
  /** So many bytes are under way or have arrived; may go down again. */
  moved(bytes: number): void;
  /** Something failed and is tried again after a pause. */
  stalled(): void;
  /** Which road the bytes take. */
  takes(road: Road): void;
}

/** What the queue does with one file. */
export interface IJob {
  /** With its folders, as it was dropped. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Where it puts the file; changes with the name. */
  readonly place: ILocation;
  /** Sends it together with others of the same packer; null for a job that goes alone. */
  readonly packer: IPacker | null;
  /** Does it, or after a failure goes on with it. */
  run(signal: AbortSignal, progress: IProgress): Promise<Outcome>;
  /** Undoes what is half done, once `run` has ended. Resolves with true if it was done after all. */
  cancel(): Promise<boolean>;
}

/** Sends many small files in one request. */
export interface IPacker {
  /**
   * Tells of each job once how it ended, or `alone` when it has to be run by itself. Jobs of which it has not told when it
   * resolves or rejects are not done.
   */
  run(
    jobs: readonly IJob[],
    signal: AbortSignal,
    told: (job: IJob, end: Outcome | StoreError | 'alone') => void,
    stalled: () => void
  ): Promise<void>;
}

/** Bytes and files that travel in one request at most. */
export const PACK_BYTES = 8 * 1024 ** 2;
export const PACK_FILES = 500;
