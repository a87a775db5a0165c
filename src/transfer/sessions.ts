import type { StoreClient } from '../store/client';
import type { IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import type { IDropOptions } from './drop';
import { type ISessionRecord, unkept } from './memory';
import { backoff, GONE, isTransient, TRIES } from './retry';
import { sampleOf } from './sample';
import { type IUploadRequest, keyOf } from './uploadJob';

/** Bytes from which on it is worth to go on with half a file rather than to send it again. */
const WORTH_REMEMBERING = 8 * 1024 ** 2;

/** The upload sessions of a drop, which outlive the page. */
export class DropSessions {
  constructor(
    private readonly _options: Pick<
      IDropOptions,
      'client' | 'checksum' | 'keeper' | 'pause' | 'sessions'
    >,
    private readonly _stopped: AbortSignal
  ) {
    this._left = new Map(_options.sessions);
  }

  /** The session that was left for this very file, if it is still the same. */
  async leftFor(request: IUploadRequest): Promise<IUploadSession | null> {
    const record = this._left.get(keyOf(request));
    const { size, lastModified } = request.file;
    if (record?.size !== size || record.lastModified !== lastModified) {
      return null;
    }
    const sample = await sampleOf(request.file, this._options.checksum).catch(
      // A file that cannot be read: the upload itself tells so.
      () => null
    );
    return sample === record.sample ? this._find(record.id) : null;
  }

  /** The session that was left for it is the file's own again. */
  adopted(request: IUploadRequest): void {
    this._left.delete(keyOf(request));
  }

  /** Keeps in mind which session a file has; null for none any more. */
  async remember(request: IUploadRequest, id: string | null): Promise<void> {
    const { keeper, checksum } = this._options;
    const { size, lastModified } = request.file;
    if (id === null) {
      keeper.closed(keyOf(request));
    } else if (size >= WORTH_REMEMBERING) {
      try {
        const sample = await sampleOf(request.file, checksum);
        keeper.opened(keyOf(request), { id, size, lastModified, sample });
      } catch (error) {
        unkept(error);
      }
    }
  }

  /** Ends the sessions that nothing went on with. */
  async endLeft(): Promise<void> {
    await abortAll(this._options.client, [...this._left.values()]);
    [...this._left.keys()].forEach(key => this._options.keeper.closed(key));
  }

  /** Null when the server has none any more: the file is sent from its start. */
  private async _find(id: string): Promise<IUploadSession | null> {
    const { client, pause = backoff } = this._options;
    for (let failures = 1; !this._stopped.aborted; failures++) {
      try {
        return await client.findUpload(id);
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error;
        }
        if (GONE.includes(error.reason)) {
          return null;
        }
        if (!isTransient(error) || failures >= TRIES) {
          console.warn(`A file is sent again from its start: ${error.message}`);
          return null;
        }
        await pause(failures, this._stopped).catch(() => undefined);
      }
    }
    return null;
  }

  private readonly _left: Map<string, ISessionRecord>;
}

/** Ends sessions; one that cannot be reached ends by itself. */
export async function abortAll(
  client: StoreClient,
  sessions: readonly ISessionRecord[]
): Promise<void> {
  await Promise.all(
    sessions.map(({ id }) =>
      client.abortUpload(id).catch(error => {
        if (!(error instanceof StoreError)) {
          throw error;
        }
      })
    )
  );
}
