import type { IExisting } from '../store/entry';
import { StoreError } from '../store/errors';
import { isIdentical } from './conflict';
import type { IDropOptions } from './drop';
import { fileChanged } from './fileSum';
import { backoff, isTransient, TRIES } from './retry';
import { type IUploadRequest, keyOf } from './uploadJob';

/** Files read at once to be compared. */
const READ_AT_ONCE = 4;

/** What was found out about a file. */
interface IFindings {
  same(request: IUploadRequest): void;
  unreadable(request: IUploadRequest, error: StoreError): void;
}

/** What is in the bucket already of what is dropped there. */
export class Comparison {
  constructor(
    private readonly _options: Pick<
      IDropOptions,
      'client' | 'checksum' | 'folder' | 'gate' | 'pause'
    >,
    private readonly _stopped: AbortSignal
  ) {}

  /** What there is under these names, by key; nothing once it was stopped. Rejects with the last of several failures. */
  async existing(requests: readonly IUploadRequest[]): Promise<Map<string, IExisting>> {
    const { client, folder, gate, pause = backoff } = this._options;
    const sizes = new Map(requests.map(request => [keyOf(request), request.file.size]));
    const asked = [...sizes].map(([key, size]) => ({ key: key.slice(folder.key.length), size }));
    for (let failures = 1; !this._stopped.aborted; failures++) {
      try {
        const existing = await client.compare(folder.bucket, folder.key, asked);
        return new Map(existing.map(one => [folder.key + one.key, one]));
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error;
        }
        if (isTransient(error) && failures < TRIES) {
          // Ends early when all is stopped.
          await pause(failures, this._stopped).catch(() => undefined);
        } else if (gate.isOpen) {
          throw error;
        } else {
          await gate.passed(this._stopped);
          failures = 0;
        }
      }
    }
    return new Map();
  }

  /** Reads those that may be the same. Resolves with those whose bytes differ from what is there. */
  async differing(
    requests: readonly IUploadRequest[],
    existing: ReadonlyMap<string, IExisting>,
    findings: IFindings
  ): Promise<IUploadRequest[]> {
    const differing = new Set(requests);
    const left = [...requests];
    const work = async () => {
      for (let next = left.shift(); next && !this._stopped.aborted; next = left.shift()) {
        try {
          if (await isIdentical(next.file, existing.get(keyOf(next))!, this._options.checksum)) {
            differing.delete(next);
            findings.same(next);
          }
        } catch (error) {
          differing.delete(next);
          findings.unreadable(next, error instanceof StoreError ? error : fileChanged());
        }
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
    return requests.filter(request => differing.has(request));
  }
}
