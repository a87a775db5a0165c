import type { ISignal, Signal } from '@lumino/signaling';
import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import type { BucketList } from './store/buckets';
import type { StoreClient } from './store/client';
import type { IOperation, IOperationRequest } from './store/operations';
import type { ILocation } from './store/path';

/** How every capability asks the server, and what buckets there are. */
export interface IStore {
  readonly client: StoreClient;
  readonly buckets: BucketList;
  /** Emitted when something has got another place, so that documents that are open follow. */
  readonly moved: Signal<unknown, IMove>;
}

/** A key that became another; a folder's ends in `/` and stands for all below it. */
export interface IMove {
  readonly from: ILocation;
  readonly to: ILocation;
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
   * empties it afterwards. Where no folder is shown yet, it may be promised; null when there is none.
   */
  drop(data: DataTransfer, folder: ILocation | Promise<ILocation | null>): Promise<void>;

  /** Emitted with the bucket and key of an object that has arrived, checked. */
  readonly arrived: ISignal<ITransfers, ILocation>;

  /** The region "Transfers": hidden unless something moves or failed. */
  readonly tray: Widget;
}

export const ITransfers = new Token<ITransfers>(
  'jupyterlab-leap-buckets:ITransfers',
  'Uploads files into a bucket and shows their progress.'
);

/** Has the server copy, move, delete, measure and search, and shows how far it is. */
export interface IJobs {
  /**
   * Starts an operation. Resolves when it has ended, however; what failed is in the tray too.
   *
   * @param options.title - What it does, in the words of a person, such as `Deleting "a.txt"`.
   * @param options.confirmedOwner - Whose folder it writes in, after the user agreed to that.
   * @param options.handles - Reasons of failures that the caller answers itself: the tray does not show
   *   an operation that failed for these alone.
   * @throws StoreError when it could not be started, or was lost sight of; the tray tells it too.
   */
  run(
    request: IOperationRequest,
    options: {
      readonly title: string;
      readonly confirmedOwner?: string;
      readonly handles?: readonly string[];
    }
  ): Promise<IOperation>;

  /** Looks for names below a folder; what is found is listed in the main area. */
  search(folder: ILocation, query: string): void;

  /** Emitted when an operation has ended, with the folders in which names came, went or changed. */
  readonly changed: ISignal<IJobs, readonly ILocation[]>;

  /** The region "Jobs": hidden unless something takes its time, has failed, or has to be told. */
  readonly tray: Widget;
}

export const IJobs = new Token<IJobs>(
  'jupyterlab-leap-buckets:IJobs',
  'Has the server copy, move, delete, measure and search, and shows how far it is.'
);

/** What is in a data set. */
export interface IDatasetFacts {
  /** Of Zarr. */
  readonly format: 2 | 3;
  /** Those of its root, coordinates left out. */
  readonly variables: readonly {
    readonly name: string;
    readonly dims: readonly string[];
    readonly shape: readonly number[];
    /** As NumPy calls it where it knows the type. */
    readonly dtype: string;
  }[];
  /** Of all variables without compression; null where that is unknown. */
  readonly bytes: number | null;
  /** The first values of its only variable, decoded from its bytes; null where it has others or is not small. */
  readonly values: readonly string[] | null;
}

/** Reads data sets. */
export interface IDatasets {
  /**
   * Reads what is in a Zarr store.
   *
   * @param place - The bucket, and the store's folder, which ends in `/`.
   * @throws StoreError when it cannot be read, in words for a person.
   */
  describe(place: ILocation): Promise<IDatasetFacts>;
}

export const IDatasets = new Token<IDatasets>(
  'jupyterlab-leap-buckets:IDatasets',
  'Reads what is in a data set.'
);
