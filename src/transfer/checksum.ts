import { StoreError } from '../store/errors';
import type { ChecksumRequest, IChecksumAnswer } from '../worker/checksum';
import type { IFrame, IFrames } from '../worker/frames';

/** The running crc32c of one file. One call at a time. */
export interface IChecksum {
  /** The file's next bytes. Rejects with `NotReadableError` when the file has changed. */
  add(bytes: Blob): Promise<void>;
  /** Base64 of the four big-endian bytes; to be called once, at the end. */
  digest(): Promise<string>;
  /** Frees what an abandoned file holds. */
  forget(): void;
}

/** Computes checksums in a worker, started at the first use and shared by all files. */
export class ChecksumWorker {
  constructor(private readonly _start: () => Worker) {}

  /** A new file's checksum. */
  file(): IChecksum {
    const file = this._files++;
    const worker = (this._worker ??= this._started());
    return {
      add: async bytes => void (await this._ask(worker, { kind: 'add', bytes, file })),
      digest: async () => (await this._ask(worker, { kind: 'digest', file })).crc32c!,
      forget: () => worker.postMessage({ kind: 'forget', file, request: -1 })
    };
  }

  /** The body of `POST batch` for these files. */
  async frames(wanted: readonly IFrame[]): Promise<IFrames> {
    const worker = (this._worker ??= this._started());
    return (await this._ask(worker, { kind: 'frames', frames: wanted })).frames!;
  }

  private _ask(worker: Worker, question: Question): Promise<IChecksumAnswer> {
    const request = this._requests++;
    return new Promise((resolve, reject) => {
      if (worker !== this._worker) {
        // What this file had summed went with the worker that broke.
        reject(unavailable());
        return;
      }
      this._waiting.set(request, { resolve, reject });
      worker.postMessage({ ...question, request });
    });
  }

  private _started(): Worker {
    const worker = this._start();
    worker.onmessage = ({ data }: MessageEvent<IChecksumAnswer>) => {
      const waiting = this._waiting.get(data.request);
      this._waiting.delete(data.request);
      if (data.error) {
        waiting?.reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
      } else {
        waiting?.resolve(data);
      }
    };
    worker.onerror = () => {
      worker.terminate();
      this._worker = null;
      const waiting = [...this._waiting.values()];
      this._waiting.clear();
      waiting.forEach(({ reject }) => reject(unavailable()));
    };
    return worker;
  }

  private _worker: Worker | null = null;
  private _files = 0;
  private _requests = 0;
  private readonly _waiting = new Map<
    number,
    { resolve: (answer: IChecksumAnswer) => void; reject: (error: Error) => void }
  >();
}

/** Distributes over the union, which a plain `Omit` would flatten. */
type Question<T = ChecksumRequest> = T extends ChecksumRequest ? Omit<T, 'request'> : never;

function unavailable(): StoreError {
  return new StoreError(
    'The checksum of the file could not be computed.',
    0,
    'no-checksum',
    'Upload it again; if this happens again, reload the page.'
  );
}
