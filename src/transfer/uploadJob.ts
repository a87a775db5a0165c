import type { Precondition, StoreClient } from '../store/client';
import type { IBucket } from '../store/entry';
import { StoreError } from '../store/errors';
import { foreignOwner, type ILocation, keyProblem } from '../store/path';
import type { IChecksum } from './checksum';
import type { Choice, IExisting } from './conflict';
import { freeName, lookUp } from './conflict';
import type { IJob, IPacker, IProgress, Outcome } from './job';
import type { Send } from './send';
import type { IUploadTarget } from './upload';
import { Upload } from './upload';

/** One file for one name in one folder. */
export interface IUploadRequest {
  readonly file: File;
  readonly name: string;
  readonly bucket: IBucket;
  /** The folder: empty, or ending in `/`. */
  readonly prefix: string;
  readonly condition: Precondition;
}

export interface IUploadContext {
  readonly client: StoreClient;
  readonly send: Send;
  readonly checksum: () => IChecksum;
  /** Asks what to do when somebody took the name while the file was on its way. */
  readonly ask: (request: IUploadRequest, existing: IExisting) => Promise<Choice>;
  readonly onArrived: (place: ILocation) => void;
}

/** An upload in the queue: asks again, rather than overwriting, when the name is taken at the end. */
export class UploadJob implements IJob {
  constructor(
    private _request: IUploadRequest,
    private readonly _context: IUploadContext
  ) {
    const { client, send, checksum } = _context;
    this._upload = new Upload(_request.file, targetOf(_request), { client, send, checksum });
  }

  readonly packer: IPacker | null = null;

  get name(): string {
    return this._request.name;
  }

  get size(): number {
    return this._request.file.size;
  }

  get place(): ILocation {
    return placeOf(this._request);
  }

  async run(signal: AbortSignal, progress: IProgress): Promise<Outcome> {
    for (;;) {
      try {
        await this._upload.run(signal, progress);
        this._arrived();
        return 'arrived';
      } catch (error) {
        if (!(error instanceof StoreError && error.status === 412)) {
          throw error;
        }
        const request = await this._decide(error);
        if (!request) {
          await this._upload.cancel();
          return 'declined';
        }
        this._request = request;
        this._upload.retarget(targetOf(request));
      }
    }
  }

  async cancel(): Promise<boolean> {
    const object = await this._upload.cancel();
    if (object) {
      this._arrived();
    }
    return object !== null;
  }

  /** The request as the user wants it now, or null to leave it. */
  private async _decide(refusal: StoreError): Promise<IUploadRequest | null> {
    const { client, ask } = this._context;
    const { bucket, prefix, name, condition } = this._request;
    const existing = await lookUp(client, { bucket: bucket.id, key: prefix }, name);
    if (!existing) {
      if (condition === 0) {
        throw refusal;
      }
      // What was to be replaced is gone: nothing is lost by writing.
      return { ...this._request, condition: 0 };
    }
    const choice = await ask(this._request, existing);
    switch (choice) {
      case 'skip':
        return null;
      case 'replace':
        return { ...this._request, condition: existing.generation };
      case 'keepBoth':
        return keepBoth(client, this._request, new Set());
    }
  }

  private _arrived(): void {
    this._context.onArrived(this.place);
  }

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
  return { ...request, name, condition: 0 };
}

function placeOf({ bucket, prefix, name }: IUploadRequest): ILocation {
  return { bucket: bucket.id, key: prefix + name };
}

function targetOf(request: IUploadRequest): IUploadTarget {
  const { bucket, condition } = request;
  const place = placeOf(request);
  const confirmedOwner = foreignOwner(place.key, bucket.home) ?? undefined;
  return { ...place, condition, confirmedOwner };
}
