import { outsideHome, type IWriteOptions, type StoreClient } from './client';
import type { IEntry } from './entry';

export type OperationKind = 'copy' | 'move' | 'delete' | 'measure' | 'search';

/** What becomes of an object whose name is taken where it goes. */
export type OnConflict = 'skip' | 'replace' | 'keepBoth' | 'fail';

/** What an operation is about: everything below a prefix, or up to 10,000 things by key. */
export interface ISource {
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix?: string;
  /** One that ends in `/` means everything below it, itself included. */
  readonly keys?: readonly string[];
  /** Beside each key, the only generation of it that is touched; null for any. */
  readonly generations?: readonly (string | null)[];
}

export interface IDestination {
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
  /** Another last name, for one key alone. */
  readonly name?: string;
  /** For one object alone, with `replace`: the only generation that it may replace. */
  readonly replaces?: string;
}

/** The body of `POST operations`. */
export interface IOperationRequest {
  readonly kind: OperationKind;
  readonly source: ISource;
  readonly destination?: IDestination;
  /** `fail` where it is not said. */
  readonly onConflict?: OnConflict;
  /** What a search looks for in names, ignoring case. */
  readonly query?: string;
}

export interface IFailure {
  /** The key in the source. */
  readonly key: string;
  /** A kebab-case word, as in a `StoreError`. */
  readonly reason: string;
  readonly message: string;
}

/** An operation as `GET operations/<id>` tells it. */
export interface IOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly objects: number;
  /** Null until it is known. */
  readonly objectsTotal: number | null;
  readonly bytes: number;
  /** Null until it is known. */
  readonly bytesTotal: number | null;
  /** The first 100. */
  readonly failures: readonly IFailure[];
  readonly failuresTotal: number;
  readonly source: ISource;
  readonly destination: IDestination | null;
  /** RFC 3339 with `Z`. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** What a search found: the first 1,000. */
  readonly matches?: readonly IEntry[];
  readonly matchesTotal?: number;
}

/** Whether nothing more will happen. */
export function hasEnded({ state }: Pick<IOperation, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}

/** Work that the server does by itself, object after object. Every method rejects as `StoreClient`. */
export class OperationClient {
  constructor(private readonly _client: StoreClient) {}

  /** Starts an operation and tells its id. */
  async start(operation: IOperationRequest, options: IWriteOptions = {}): Promise<string> {
    const { id } = await this._client.json<{ id: string }>(this._client.url('operations'), 'id', {
      method: 'POST',
      body: JSON.stringify(operation),
      headers: { 'Content-Type': 'application/json', ...outsideHome(options) },
      signal: options.signal
    });
    return id;
  }

  /** How far it is. Status 404 for one that the server does not know. */
  get(id: string, signal?: AbortSignal): Promise<IOperation> {
    return this._client.json(this._client.url(`operations/${id}`), 'state', { signal });
  }

  /** Those that run, and those that ended within the last hour, newest first. */
  async list(signal?: AbortSignal): Promise<readonly IOperation[]> {
    const answer = await this._client.json<{ operations: IOperation[] }>(
      this._client.url('operations'),
      'operations',
      { signal }
    );
    return answer.operations;
  }

  /** Ends it; what was done stays. */
  async cancel(id: string): Promise<void> {
    await this._client.request(this._client.url(`operations/${id}`), { method: 'DELETE' });
  }
}
