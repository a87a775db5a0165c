import type { ISignal } from '@lumino/signaling';
import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import type { BucketList } from './store/buckets';
import type { StoreClient } from './store/client';
import type { ILocation } from './store/path';

/** How every capability asks the server, and what buckets there are. */
export interface IStore {
  readonly client: StoreClient;
  readonly buckets: BucketList;
}

export const IStore = new Token<IStore>(
  'jupyterlab-leap-buckets:IStore',
  'Asks the server extension for buckets, objects, uploads and tokens.'
);

/** Brings files of the user's computer into a folder of a bucket. */
export interface ITransfers {
  /**
   * Uploads files into a folder, after asking what has to be asked (a name that exists, somebody
   * else's folder). Resolves when every file is queued or was declined; progress is in the tray.
   *
   * @param files - The files, named as they will be.
   * @param folder - The bucket and the prefix, which is empty or ends in `/`.
   */
  upload(files: readonly File[], folder: ILocation): Promise<void>;

  /**
   * The same for what a `drop` event carries. To be called within the event: the browser
   * empties it afterwards.
   */
  drop(data: DataTransfer, folder: ILocation): Promise<void>;

  /** Emitted with the bucket and key of an object that has arrived, checked. */
  readonly arrived: ISignal<ITransfers, ILocation>;

  /** The region "Transfers": hidden unless something moves or failed. */
  readonly tray: Widget;
}

export const ITransfers = new Token<ITransfers>(
  'jupyterlab-leap-buckets:ITransfers',
  'Uploads files into a bucket and shows their progress.'
);
