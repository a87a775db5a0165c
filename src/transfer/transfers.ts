import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { IBucket } from '../store/entry';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { foreignOwner, keyProblem } from '../store/path';
import type { IStore, ITransfers } from '../tokens';
import type { IChecksum } from './checksum';
import type { Choice, IExisting } from './conflict';
import { findExisting } from './conflict';
import { readDrop } from './dropped';
import type { TransferQueue } from './queue';
import type { Send } from './send';
import type { IUploadContext, IUploadRequest } from './uploadJob';
import { keepBoth, UploadJob } from './uploadJob';

/** What is asked of the user, each in a dialog of its own. */
export interface IQuestions {
  /** A name that is taken; `more` other names are taken too and may get the same answer. */
  conflict(
    request: IUploadRequest,
    existing: IExisting,
    more: number
  ): Promise<{ choice: Choice; forAll: boolean }>;
  /** Whether to write outside the user's own folder; `owner` is null at the top of the bucket. */
  outsideHome(bucket: IBucket, owner: string | null): Promise<boolean>;
  /** Tells why nothing is uploaded at all. */
  refuse(error: StoreError): Promise<void>;
}

/** Decides what is uploaded, asking before a byte moves, and hands it to the queue. */
export class Transfers implements ITransfers {
  constructor(private readonly _options: Transfers.IOptions) {
    const { store, send, checksum, questions } = _options;
    this._context = {
      client: store.client,
      send,
      checksum,
      ask: async (request, existing) => (await questions.conflict(request, existing, 0)).choice,
      onArrived: place => this._arrived.emit(place)
    };
  }

  get arrived(): ISignal<this, ILocation> {
    return this._arrived;
  }

  get tray(): Widget {
    return this._options.tray;
  }

  async drop(data: DataTransfer, folder: ILocation): Promise<void> {
    const { files, folders } = readDrop(data);
    const { queue, trans } = this._options;
    for (const name of folders) {
      const problem = trans.__('Folders cannot be uploaded yet: drop the files inside.');
      queue.refuse(name, new StoreError(problem, 0, 'folder'));
    }
    await this.upload(files, folder);
  }

  async upload(files: readonly File[], folder: ILocation): Promise<void> {
    if (files.length === 0) {
      return;
    }
    try {
      const bucket = await this._writable(folder.bucket);
      const legal = files.filter(file => this._isLegal(file, folder));
      if (legal.length > 0 && (await this._mayWrite(bucket, folder))) {
        await this._admit(legal, bucket, folder);
      }
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      await this._options.questions.refuse(error);
    }
  }

  private async _writable(id: string): Promise<IBucket> {
    const { store, trans } = this._options;
    const bucket = await store.buckets.get(id);
    if (!bucket || bucket.error) {
      const problem = bucket?.error ?? trans.__('There is no bucket "%1".', id);
      throw new StoreError(problem, 0, 'bucket-unavailable');
    }
    if (bucket.access === 'read-only') {
      throw new StoreError(
        trans.__('"%1" is read-only.', bucket.label),
        0,
        'read-only',
        trans.__('Upload into a folder of your own.')
      );
    }
    return bucket;
  }

  private _isLegal({ name }: File, folder: ILocation): boolean {
    const { queue, trans } = this._options;
    const problem = keyProblem(folder.key + name);
    if (problem) {
      const hint = trans.__('Rename the file and upload it again.');
      queue.refuse(name, new StoreError(problem, 0, 'illegal-name', hint));
    }
    return problem === null;
  }

  private async _mayWrite(bucket: IBucket, { key: prefix }: ILocation): Promise<boolean> {
    if (prefix === '') {
      return bucket.home === '' || this._options.questions.outsideHome(bucket, null);
    }
    const owner = foreignOwner(prefix, bucket.home);
    return owner === null || this._options.questions.outsideHome(bucket, owner);
  }

  /** Asks about every name that is taken, and queues what is agreed on. */
  private async _admit(files: readonly File[], bucket: IBucket, folder: ILocation): Promise<void> {
    const { store, queue, questions } = this._options;
    const names = files.map(({ name }) => name);
    const existing = await findExisting(store.client, folder, names);
    const taken = new Set(names);
    let conflicts = names.filter(name => existing.has(name)).length;
    let answer: { choice: Choice; forAll: boolean } | null = null;
    for (const file of files) {
      const request = { file, name: file.name, bucket, prefix: folder.key, condition: 0 as const };
      const there = existing.get(file.name);
      if (!there) {
        this._enqueue(request);
        continue;
      }
      conflicts--;
      if (!answer?.forAll) {
        answer = await questions.conflict(request, there, conflicts);
      }
      if (answer.choice === 'replace') {
        this._enqueue({ ...request, condition: there.generation });
      } else if (answer.choice === 'keepBoth') {
        try {
          const beside = await keepBoth(store.client, request, taken);
          taken.add(beside.name);
          this._enqueue(beside);
        } catch (error) {
          if (!(error instanceof StoreError)) {
            throw error;
          }
          // One file's trouble is not the others'.
          queue.refuse(file.name, error);
        }
      }
    }
  }

  private _enqueue(request: IUploadRequest): void {
    this._options.queue.add(new UploadJob(request, this._context));
  }

  private readonly _context: IUploadContext;
  private readonly _arrived = new Signal<this, ILocation>(this);
}

export namespace Transfers {
  export interface IOptions {
    readonly store: IStore;
    readonly queue: TransferQueue;
    readonly questions: IQuestions;
    readonly send: Send;
    readonly checksum: () => IChecksum;
    readonly tray: Widget;
    readonly trans: TranslationBundle;
  }
}
