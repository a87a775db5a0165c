import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { retries } from '../store/again';
import { isAbort, StoreError } from '../store/errors';
import {
  hasEnded,
  type IOperation,
  type IOperationRequest,
  type OperationClient
} from '../store/operations';
import type { ILocation } from '../store/path';
import type { IJobs } from '../tokens';
import { type IJob, type IMemory, touched } from './job';

/** Milliseconds before the first look at an operation; most are about one file and over by then. */
const FIRST_LOOK = 150;

/** Milliseconds between looks at an operation that takes its time. */
const SLOWEST = 2000;

type Options = Parameters<IJobs['run']>[1];

/** Keys that are kept over a reload: enough to tell which folders change. */
const KEPT_KEYS = 100;

/** Starts operations and looks after them while they run; asks nothing else. */
export class Jobs implements IJobs {
  constructor(
    private readonly _options: {
      readonly client: OperationClient;
      readonly trans: TranslationBundle;
      readonly showSearch: (id: number) => void;
      readonly memory: IMemory;
    }
  ) {}

  /** All that run, and those that ended and were not dismissed, in the order of their start. */
  get jobs(): readonly IJob[] {
    return this._jobs;
  }

  /** Emitted after any change of `jobs`. */
  readonly updated = new Signal<this, void>(this);

  get changed(): ISignal<this, readonly ILocation[]> {
    return this._changed;
  }

  /** Set by who draws them. */
  tray!: Widget;

  async run(request: IOperationRequest, options: Options): Promise<IOperation> {
    const { id } = this._add(request, options);
    return this._run(id, options);
  }

  search(folder: ILocation, query: string): void {
    const { trans } = this._options;
    const title = trans.__('Searching for "%1"', query);
    const source = { bucket: folder.bucket, prefix: folder.key };
    const { id } = this._add({ kind: 'search', source, query }, { title });
    this._options.showSearch(id);
    // Its list tells how it went.
    this._run(id, { title }).catch(() => undefined);
  }

  /** Follows again what was under way when the page was left. Asks nothing where nothing was. */
  resume(): void {
    for (const { operation, title, request } of this._options.memory.load()) {
      const { id } = this._add(request, { title });
      // Of the keys only some are known any more: it cannot be tried again.
      this._started.delete(id);
      this._serverIds.set(id, operation);
      // The tray tells of a failure.
      this._finish(id, this._follow(id, operation)).catch(() => undefined);
    }
  }

  /** The job of this number, as long as it is not dismissed. */
  find(id: number): IJob | undefined {
    return this._jobs.find(job => job.id === id);
  }

  /** Asks the server to stop; what was done stays. */
  async cancel(id: number): Promise<void> {
    if (this.find(id)?.state !== 'running') {
      return;
    }
    this._set(id, { state: 'cancelling' });
    const serverId = this._serverIds.get(id);
    if (serverId !== undefined) {
      await this._cancelOnServer(id, serverId);
    }
  }

  /** Whether something failed that may succeed now. */
  canRetry(job: IJob): boolean {
    return job.state === 'failed' && this._started.has(job.id) && this._again(job).length > 0;
  }

  /** Does again what failed. */
  retry(id: number): void {
    const job = this.find(id);
    const options = this._started.get(id);
    if (job && options && this.canRetry(job)) {
      const requests = this._again(job);
      this.dismiss(id);
      for (const request of requests) {
        // The tray tells of a failure.
        this.run(request, { ...options, handles: undefined }).catch(() => undefined);
      }
    }
  }

  /** Forgets a job that has ended. */
  dismiss(id: number): void {
    this._jobs = this._jobs.filter(job => job.id !== id || job.endedAt === null);
    if (!this.find(id)) {
      this._started.delete(id);
      this._serverIds.delete(id);
    }
    this.updated.emit();
  }

  private _again({ id, request, operation, error }: IJob): IOperationRequest[] {
    if (!error) {
      return operation ? retries(request, operation) : [];
    }
    const wasStarted = this._serverIds.has(id);
    if (wasStarted && request.onConflict === 'keepBoth') {
      // What had been copied would be there a third time.
      return [];
    }
    return [wasStarted && request.kind === 'copy' ? { ...request, onConflict: 'skip' } : request];
  }

  private _add(request: IOperationRequest, options: Options): IJob {
    const job: IJob = {
      id: this._nextId++,
      title: options.title,
      request,
      state: 'running',
      operation: null,
      error: null,
      stalled: false,
      startedAt: Date.now(),
      endedAt: null,
      isHandled: false
    };
    this._started.set(job.id, options);
    this._jobs = [...this._jobs, job];
    this.updated.emit();
    return job;
  }

  private _run(id: number, { confirmedOwner, handles }: Options): Promise<IOperation> {
    const start = async () => {
      const serverId = await this._options.client.start(this.find(id)!.request, { confirmedOwner });
      this._serverIds.set(id, serverId);
      this._remember();
      if (this.find(id)?.state === 'cancelling') {
        await this._cancelOnServer(id, serverId);
      }
      return this._follow(id, serverId);
    };
    return this._finish(id, start(), handles);
  }

  /** Tells the end of an operation, and of which folders. */
  private async _finish(
    id: number,
    end: Promise<IOperation>,
    handles: readonly string[] = []
  ): Promise<IOperation> {
    const places = touched(this.find(id)!.request);
    try {
      const operation = await end;
      const isHandled =
        operation.failures.length > 0 &&
        operation.failures.every(({ reason }) => handles.includes(reason));
      const { state } = operation as { state: 'succeeded' | 'failed' | 'cancelled' };
      this._set(id, { state, operation, stalled: false, endedAt: Date.now(), isHandled });
      return operation;
    } catch (error) {
      const known =
        error instanceof StoreError ? error : new StoreError(String(error), 0, 'unexpected');
      this._set(id, { state: 'failed', error: known, stalled: false, endedAt: Date.now() });
      throw known;
    } finally {
      this._remember();
      if (places.length > 0) {
        this._changed.emit(places);
      }
    }
  }

  /** Keeps what is under way. What a search finds has no place to go after a reload. */
  private _remember(): void {
    this._options.memory.save(
      this._jobs.flatMap(({ id, title, request, endedAt }) => {
        const operation = this._serverIds.get(id);
        if (endedAt !== null || operation === undefined || request.kind === 'search') {
          return [];
        }
        const { bucket, prefix, keys } = request.source;
        const source = { bucket, prefix, keys: keys?.slice(0, KEPT_KEYS) };
        return [{ operation, title, request: { ...request, source } }];
      })
    );
  }

  /** Looks at an operation until it has ended. No answer is waited out; anything else is its end. */
  private async _follow(id: number, serverId: string): Promise<IOperation> {
    for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 1.5, SLOWEST)) {
      await new Promise(resolve => setTimeout(resolve, pause));
      try {
        const operation = await this._options.client.get(serverId);
        if (hasEnded(operation)) {
          return operation;
        }
        this._set(id, { operation, stalled: false });
      } catch (error) {
        if (!(error instanceof StoreError) || isAbort(error)) {
          throw error;
        }
        if (error.status === 404) {
          throw this._forgotten();
        }
        if (!isPassing(error)) {
          throw error;
        }
        this._set(id, { stalled: true });
      }
    }
  }

  private async _cancelOnServer(id: number, serverId: string): Promise<void> {
    try {
      await this._options.client.cancel(serverId);
    } catch (error) {
      // It goes on: the next look tells how, and the button is there again.
      if (this.find(id)?.state === 'cancelling') {
        this._set(id, { state: 'running' });
      }
      if (!(error instanceof StoreError)) {
        throw error;
      }
    }
  }

  private _forgotten(): StoreError {
    const { trans } = this._options;
    return new StoreError(
      trans.__('The server was restarted: what had been done stays, the rest was not done.'),
      404,
      'unknown-operation',
      trans.__('Refresh the folder to see what is there.')
    );
  }

  private _set(id: number, change: Partial<IJob>): void {
    this._jobs = this._jobs.map(job => (job.id === id ? { ...job, ...change } : job));
    this.updated.emit();
  }

  private _jobs: readonly IJob[] = [];
  private readonly _started = new Map<number, Options>();
  private readonly _serverIds = new Map<number, string>();
  private readonly _changed = new Signal<this, readonly ILocation[]>(this);
  private _nextId = 0;
}

/** Whether the server may answer after a while. */
function isPassing({ status, reason }: StoreError): boolean {
  return reason === 'offline' || [408, 429, 500, 502, 503, 504].includes(status);
}
