import type { StoreError } from '../store/errors';
import type { IOperation, IOperationRequest } from '../store/operations';
import { type ILocation, parentPrefix } from '../store/path';

/** An operation, as the user follows it. */
export interface IJob {
  /** For the page alone. */
  readonly id: number;
  readonly title: string;
  readonly request: IOperationRequest;
  readonly state: 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
  /** How far it was at the last look; null before the first. */
  readonly operation: IOperation | null;
  /** Why it could not be started, or was lost sight of. */
  readonly error: StoreError | null;
  /** Whether the server does not answer at the moment. */
  readonly stalled: boolean;
  /** When it was asked for and when it ended: milliseconds, as `Date.now()`. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Whether somebody else tells the user of its end. */
  readonly isHandled: boolean;
}

/** An operation that was under way when the page was left. */
export interface ILeft {
  /** The server's own id. */
  readonly operation: string;
  readonly title: string;
  readonly request: IOperationRequest;
}

/** Keeps over a reload of the page what is under way. */
export interface IMemory {
  load(): readonly ILeft[];
  save(left: readonly ILeft[]): void;
}

/** The folders in which an operation adds, removes or changes names. */
export function touched({ kind, source, destination }: IOperationRequest): ILocation[] {
  if (kind === 'measure' || kind === 'search') {
    return [];
  }
  const left = kind === 'copy' ? [] : (source.keys ?? [source.prefix ?? '']).map(parentPrefix);
  return [
    ...[...new Set(left)].map(key => ({ bucket: source.bucket, key })),
    ...(destination ? [{ bucket: destination.bucket, key: destination.prefix }] : [])
  ];
}
