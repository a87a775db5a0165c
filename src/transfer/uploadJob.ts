import type { Precondition, StoreClient } from '../store/client';
import type { IBucket, IExisting, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { foreignOwner, type ILocation, keyProblem } from '../store/path';
import type { IChecksum } from './checksum';
import { type Choice, freeName, isIdentical, lookUp } from './conflict';
import type { IJob, IPacker, IProgress, Outcome } from './job';
import { PACKED_FILE } from './packer';
import type { Roads } from './roads';
import type { Send } from './send';
import type { IUploadTarget, IUploadTools } from './upload';
import { Upload } from './upload';

/** One file for one name in one folder. */
export interface IUploadRequest {
  readonly file: File;
  /** With its folders, as it was dropped. */
  readonly path: string;
  /** The name that it gets. */
  readonly name: string;
  readonly bucket: IBucket;
  /** The folder: empty, or ending in `/`. */
  readonly prefix: string;
  readonly condition: Precondition;
}

/** What an upload works with, and the drop that it belongs to. */
export interface IUploadContext {
  readonly client: StoreClient;
  readonly send: Send;
  readonly checksum: () => IChecksum;
  readonly roads: Roads;
  readonly pause?: IUploadTools['pause'];
  /** Asks what to do with a name that is taken; nothing any more once the signal was aborted. */
  readonly ask: (
    request: IUploadRequest,
    existing: IExisting,
    signal: AbortSignal
  ) => Promise<Choice>;
  /** Who sends small files that go to this owner's folder together. */
  readonly packerFor: (owner: string | undefined) => IPacker;
  /** The reason for which no file of the drop can be written; the first that finds out tells the others. */
  readonly refusal: { error: StoreError | null };
  readonly onArrived: (place: ILocation) => void;
  /** Told once, when nothing more is to be done for the file. */
  readonly onSettled: (request: IUploadRequest) => void;
  /** Told the session of the file, and null once it is no more. */
  readonly onSession: (request: IUploadRequest, id: string | null) => void;
}

/** An upload in the queue: asks again, rather than overwriting, when the name is taken at the end. */
export class UploadJob implements IJob {
  constructor(
    private _request: IUploadRequest,
    private readonly _context: IUploadContext
  ) {
    const { client, send, checksum, roads, pause } = _context;
    this._upload = new Upload(_request.file, targetOf(_request), {
      client,
      send,
      checksum,
      roads,
      pause,
      onSession: id => _context.onSession(this._request, id)
    });
  }

  get name(): string {
    return this._request.path;
  }

  get file(): File {
    return this._request.file;
  }

  get size(): number {
    return this._request.file.size;
  }

  get place(): ILocation {
    return placeOf(this._request);
  }

  get condition(): Precondition {
    return this._request.condition;
  }

  get packer(): IPacker | null {
    const { refusal, packerFor } = this._context;
    return this.size > PACKED_FILE || this._isAdopted || refusal.error
      ? null
      : packerFor(targetOf(this._request).confirmedOwner);
  }

  /** Goes on with a session that an earlier life of this page opened for the same file. */
  adopt(session: IUploadSession): void {
    this._isAdopted = true;
    this._upload.adopt(session);
  }

  /** What was refused may be allowed by now. */
  retried(): void {
    this._context.refusal.error = null;
  }

  async run(signal: AbortSignal, progress: IProgress): Promise<Outcome> {
    const { refusal } = this._context;
    if (refusal.error) {
      throw refusal.error;
    }
    for (;;) {
      try {
        await this._upload.run(signal, progress);
        return this.settle('arrived');
      } catch (error) {
        if (error instanceof StoreError && error.status === 403 && this.condition === 0) {
          refusal.error = error;
        }
        if (!(error instanceof StoreError && error.status === 412)) {
          throw error;
        }
        const request = await this._decide(error, signal);
        if (request === 'identical' || !request) {
          await this._upload.cancel();
          return this.settle(request ?? 'declined');
        }
        this._upload.retarget(targetOf(request));
        this._request = request;
      }
    }
  }

  async cancel(): Promise<boolean> {
    const object = await this._upload.cancel();
    this.settle(object ? 'arrived' : 'declined');
    return object !== null;
  }

  settle(outcome: Outcome): Outcome {
    if (!this._isSettled) {
      this._isSettled = true;
      this._context.onSettled(this._request);
      if (outcome === 'arrived') {
        this._context.onArrived(this.place);
      }
    }
    return outcome;
  }

  /** The request as the user wants it now; null to leave it, or `identical` where it is there already. */
  private async _decide(
    refusal: StoreError,
    signal: AbortSignal
  ): Promise<IUploadRequest | 'identical' | null> {
    const { client, ask, checksum } = this._context;
    const { file, bucket, prefix, name, condition } = this._request;
    const existing = await lookUp(client, { bucket: bucket.id, key: prefix }, name, file.size);
    if (!existing) {
      if (condition === 0) {
        throw refusal;
      }
      // What was to be replaced is gone: nothing is lost by writing.
      return { ...this._request, condition: 0 };
    }
    if (await isIdentical(file, existing, checksum)) {
      return 'identical';
    }
    const choice = await ask(this._request, existing, signal);
    // Held or given up meanwhile: no answer.
    signal.throwIfAborted();
    switch (choice) {
      case 'skip':
        return null;
      case 'replace':
        return { ...this._request, condition: existing.generation };
      case 'keepBoth':
        return keepBoth(client, this._request, new Set());
    }
  }

  private _isAdopted = false;
  private _isSettled = false;
  private readonly _upload: Upload;
}

/** The same file under the next free name. Rejects when that name would be too long. */
export async function keepBoth(
  client: StoreClient,
  request: IUploadRequest,
  taken: ReadonlySet<string>
): Promise<IUploadRequest> {
  const { bucket, prefix } = request;
  const folder = { bucket: bucket.id, key: prefix };
  const name = await freeName(client, folder, request.name, taken);
  const problem = keyProblem(prefix + name);
  if (problem) {
    throw new StoreError(problem, 0, 'illegal-name', 'Choose a shorter name.');
  }
  const above = request.path.slice(0, request.path.lastIndexOf('/') + 1);
  return { ...request, name, path: above + name, condition: 0 };
}

export function keyOf({ prefix, name }: IUploadRequest): string {
  return prefix + name;
}

function placeOf(request: IUploadRequest): ILocation {
  return { bucket: request.bucket.id, key: keyOf(request) };
}

function targetOf(request: IUploadRequest): IUploadTarget {
  const { bucket, condition } = request;
  const place = placeOf(request);
  const confirmedOwner = foreignOwner(place.key, bucket.home) ?? undefined;
  return { ...place, condition, confirmedOwner };
}
