import { StoreError } from '../store/errors';
import type {
  IAccess,
  IFailure,
  IPlace,
  IPreview,
  ISummary,
  ZarrMessage,
  ZarrRequest
} from '../worker/zarrProtocol';

/** A failure as the worker tells it; `DatasetError.failure` says why. */
export class DatasetError extends StoreError {
  constructor(readonly failure: IFailure) {
    super(failure.message || failure.reason, failure.status, failure.reason, failure.hint);
    this.name = failure.reason === 'aborted' ? 'AbortError' : 'DatasetError';
  }
}

/** One data set that is open. */
export interface IDataset {
  /** Reads the metadata, anew at every call. */
  summary(): Promise<ISummary>;
  /** The first values of an array of the last summary that is `previewable`. */
  preview(array: string): Promise<IPreview>;
  /** Ends what is under way: its promises reject with an `AbortError`. */
  close(): void;
}

/** Reads data sets in a worker, which lives while one is open. */
export class DatasetReader {
  /**
   * @param _start - Starts the worker.
   * @param _access - The sign-in as it is now.
   */
  constructor(
    private readonly _start: () => Worker,
    private readonly _access: () => IAccess
  ) {}

  open(place: IPlace): IDataset {
    const dataset = this._count++;
    this._open.add(dataset);
    return {
      summary: async () => {
        const answer = await this._ask({ kind: 'summary', dataset, place });
        return (answer as Extract<ZarrMessage, { kind: 'summary' }>).summary;
      },
      preview: async array => {
        const answer = await this._ask({ kind: 'preview', dataset, array });
        return (answer as Extract<ZarrMessage, { kind: 'preview' }>).preview;
      },
      close: () => this._close(dataset)
    };
  }

  private _ask(question: Question): Promise<ZarrMessage> {
    if (!this._open.has(question.dataset)) {
      return Promise.reject(failed('aborted'));
    }
    const worker = (this._worker ??= this._started());
    const request = this._count++;
    return new Promise((resolve, reject) => {
      this._waiting.set(request, { dataset: question.dataset, resolve, reject });
      this._say(worker, { ...question, request });
    });
  }

  private _close(dataset: number): void {
    this._open.delete(dataset);
    if (this._worker) {
      this._say(this._worker, { kind: 'close', dataset });
    }
    this._fail('aborted', dataset);
    if (this._open.size === 0) {
      this._stop();
    }
  }

  private _started(): Worker {
    const worker = this._start();
    worker.onmessage = ({ data }: MessageEvent<ZarrMessage>) => {
      if (data.kind === 'needs-access') {
        this._say(worker, { kind: 'access', access: this._access() });
        return;
      }
      const waiting = this._waiting.get(data.request);
      this._waiting.delete(data.request);
      if (data.kind === 'failure') {
        waiting?.reject(new DatasetError(data.failure));
      } else {
        waiting?.resolve(data);
      }
    };
    worker.onerror = event => {
      event.preventDefault?.();
      this._stop();
      this._fail('no-worker');
    };
    this._say(worker, { kind: 'access', access: this._access() });
    return worker;
  }

  private _stop(): void {
    this._worker?.terminate();
    this._worker = null;
  }

  private _fail(reason: string, dataset?: number): void {
    for (const [request, waiting] of [...this._waiting]) {
      if (dataset === undefined || waiting.dataset === dataset) {
        this._waiting.delete(request);
        waiting.reject(failed(reason));
      }
    }
  }

  private _say(worker: Worker, message: ZarrRequest): void {
    worker.postMessage(message);
  }

  private _worker: Worker | null = null;
  private _count = 0;
  private readonly _open = new Set<number>();
  private readonly _waiting = new Map<
    number,
    {
      readonly dataset: number;
      readonly resolve: (answer: ZarrMessage) => void;
      readonly reject: (error: DatasetError) => void;
    }
  >();
}

/** Distributes over the union, which a plain `Omit` would flatten. */
type Question<T = Extract<ZarrRequest, { request: number }>> = T extends unknown
  ? Omit<T, 'request'>
  : never;

function failed(reason: string): DatasetError {
  return new DatasetError({ status: 0, reason, key: '', message: '', hint: '' });
}
