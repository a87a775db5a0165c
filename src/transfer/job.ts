import type { Precondition } from '../store/client';
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
  readonly file: Blob;
  /** Where it puts the file; changes with the name. */
  readonly place: ILocation;
  /** Only if absent (`0`), or only over the generation that the user agreed to replace. */
  readonly condition: Precondition;
  /** Sends it together with others of the same packer; null for a job that goes alone. */
  readonly packer: IPacker | null;
  /** Does it, or after a failure goes on with it. */
  run(signal: AbortSignal, progress: IProgress): Promise<Outcome>;
  /** Told when the user wants it tried again. */
  retried(): void;
  /** Told when it has travelled with others and so ended. */
  settle(outcome: Outcome): void;
  /** Undoes what is half done, once `run` has ended. Resolves with true if it was done after all. */
  cancel(): Promise<boolean>;
}

/** What a packer tells while a request is under way. */
export interface IPackProgress {
  /**
   * How a job ended, once for each; `alone` when it has to be run by itself. Jobs of which nothing was told when the request
   * has ended are not done.
   */
  ended(job: IJob, end: Outcome | StoreError | 'alone'): void;
  /** So many bytes of those not ended are under way. */
  moved(bytes: number): void;
  stalled(): void;
}

/** Sends many small files in one request. */
export interface IPacker {
  /** How many bytes and files travel together at most, as things are now. */
  readonly room: { readonly bytes: number; readonly files: number };
  run(jobs: readonly IJob[], signal: AbortSignal, progress: IPackProgress): Promise<void>;
}
