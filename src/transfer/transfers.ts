import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { StoreClient } from '../store/client';
import type { IBucket, IExisting } from '../store/entry';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { foreignOwner } from '../store/path';
import type { IStore, ITransfers } from '../tokens';
import type { IChecksum } from './checksum';
import type { Choice } from './conflict';
import { Drop } from './drop';
import { type IDropped, readDrop, readFiles } from './dropped';
import { type IGate, OPEN } from './gate';
import { DropKeeper, type IDropRecord, type IRecords, type ISessionRecord } from './memory';
import type { IPackerTools } from './packer';
import type { TransferQueue } from './queue';
import type { Roads } from './roads';
import type { Send } from './send';
import type { IUploadRequest } from './uploadJob';

/** What is asked of the user, each in a dialog of its own. */
export interface IQuestions {
  /** A name that is taken; `more` other names are taken too (null: nobody knows) and may get the same answer. */
  conflict(
    request: IUploadRequest,
    existing: IExisting,
    more: number | null
  ): Promise<{ choice: Choice; forAll: boolean }>;
  /** Whether to write outside the user's own folder; `owner` is null at the top of the bucket. */
  outsideHome(bucket: IBucket, owner: string | null): Promise<boolean>;
  /**
   * Tells, without waiting for an answer, that files in this bucket are deleted after a while; where there is a bucket that
   * keeps them, `redirect` sends the drop there.
   */
  expiring(bucket: IBucket, lasting: IBucket | null, redirect: () => void): void;
  /** Tells why nothing is uploaded at all. */
  refuse(error: StoreError): Promise<void>;
}

/** How bytes are read, summed and sent. */
export interface ITools {
  readonly client: StoreClient;
  readonly send: Send;
  readonly checksum: () => IChecksum;
  readonly frames: IPackerTools['frames'];
  readonly roads: Roads;
  readonly pause?: IPackerTools['pause'];
}

/** Decides what is uploaded, asking before anything is overwritten, and hands it to the queue. */
export class Transfers implements ITransfers {
  constructor(private readonly _options: Transfers.IOptions) {}

  get arrived(): ISignal<this, ILocation> {
    return this._arrived;
  }

  get tray(): Widget {
    return this._options.tray;
  }

  async drop(data: DataTransfer, folder: ILocation | Promise<ILocation | null>): Promise<void> {
    const { questions, trans } = this._options;
    const dropped = readDrop(data);
    const known = await folder;
    if (known) {
      await this.begin(dropped, known);
    } else {
      const text = trans.__('There is no folder to upload into.');
      const hint = trans.__('Choose one in the list, then drop the files again.');
      await questions.refuse(new StoreError(text, 0, 'no-folder', hint));
    }
  }

  async upload(files: readonly File[], folder: ILocation): Promise<void> {
    await this.begin(readFiles(files), folder);
  }

  /**
   * Uploads what was dropped or chosen; what an earlier life of the page had begun of it goes on. With a gate that is not open
   * nothing is asked or told before it is, and nothing begins that would begin with a question or a refusal.
   */
  async begin(dropped: IDropped, folder: ILocation, gate: IGate = OPEN): Promise<void> {
    if (dropped.roots.length === 0) {
      return;
    }
    try {
      const bucket = await this._writable(folder.bucket);
      if (await this._mayWrite(bucket, folder, gate)) {
        await this._run(dropped, bucket, folder, gate);
      }
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      // Whoever goes on by herself later is told then.
      if (gate.isOpen) {
        await this._options.questions.refuse(error);
      }
    }
  }

  private async _run(
    dropped: IDropped,
    bucket: IBucket,
    folder: ILocation,
    gate: IGate
  ): Promise<void> {
    const { tools, queue, questions, trans, records, life, claim } = this._options;
    const { roots, handles } = dropped;
    const sessions = await claim({ folder, roots });
    const id = UUID.uuid4();
    const left = Object.fromEntries(sessions);
    const keeper = new DropKeeper(
      { id, life, folder, roots, handles: [], settled: 0, files: 0, sessions: left },
      records
    );
    void handles?.then(found => keeper.keep(found));
    const onArrived = (place: ILocation) => this._arrived.emit(place);
    const options = { ...tools, bucket, folder, queue, questions, gate, keeper, sessions, trans };
    const drop = new Drop(dropped, { ...options, onArrived });
    if (gate.isOpen) {
      await this._warn(bucket, drop, dropped);
    }
    await drop.run();
  }

  /** Once in the life of a page for each bucket that deletes what it gets. */
  private async _warn(bucket: IBucket, drop: Drop, dropped: IDropped): Promise<void> {
    if (bucket.expiresAfterDays === null || this._warned.has(bucket.id)) {
      return;
    }
    this._warned.add(bucket.id);
    const { store, questions } = this._options;
    const lasting = (await store.buckets.all()).find(
      ({ access, error, expiresAfterDays, home }) =>
        access === 'read-write' && !error && expiresAfterDays === null && home !== ''
    );
    questions.expiring(bucket, lasting ?? null, () => {
      if (lasting) {
        void drop.stop();
        void this.begin(dropped, { bucket: lasting.id, key: lasting.home });
      }
    });
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

  private async _mayWrite(bucket: IBucket, folder: ILocation, gate: IGate): Promise<boolean> {
    const isTop = folder.key === '';
    const owner = isTop ? null : foreignOwner(folder.key, bucket.home);
    const isOwn = isTop ? bucket.home === '' : owner === null;
    return isOwn || (gate.isOpen && (await this._options.questions.outsideHome(bucket, owner)));
  }

  private readonly _warned = new Set<string>();
  private readonly _arrived = new Signal<this, ILocation>(this);
}

export namespace Transfers {
  export interface IOptions {
    readonly store: IStore;
    readonly tools: ITools;
    readonly queue: TransferQueue;
    readonly questions: IQuestions;
    readonly records: IRecords;
    /** Of this page. */
    readonly life: string;
    /** The sessions that an earlier life of the page left for the same things, by key; they are ours now. */
    readonly claim: (
      dropped: Pick<IDropRecord, 'folder' | 'roots'>
    ) => Promise<ReadonlyMap<string, ISessionRecord>>;
    readonly tray: Widget;
    readonly trans: TranslationBundle;
  }
}
