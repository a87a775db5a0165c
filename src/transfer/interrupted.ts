import type { ISignal } from '@lumino/signaling';
import type { ILocation } from '../store/path';

/** What was dropped before the page was reloaded or closed, and had not arrived whole. */
export interface IInterrupted {
  readonly id: string;
  /** A file, or a folder without the slash; of several things dropped at once, the first. */
  readonly name: string;
  /** Things dropped at once beside the first. */
  readonly others: number;
  /** Whether folders are to be chosen again, not files. */
  readonly isFolder: boolean;
  /** Where it goes. */
  readonly folder: ILocation;
  /** Files that had arrived, and that were known of. */
  readonly arrived: number;
  readonly files: number;
  /** Whether the browser still has the way to the files: nothing need be chosen, a click is enough. */
  readonly isKept: boolean;
  /** Whether it goes on already, and something has to be asked. */
  readonly isHeld: boolean;
  /** Days, rounded up, for which what is half sent can be gone on with. */
  readonly daysLeft: number;
}

/** Uploads that another life of this page left unfinished. */
export interface IInterruptions {
  readonly changed: ISignal<IInterruptions, void>;
  readonly items: readonly IInterrupted[];
  /** Goes on, after the files were chosen again where that is needed. To be called within a click. */
  goOn(id: string): Promise<void>;
  /** Gives up: what had arrived stays, what was half sent is removed. */
  forget(id: string): Promise<void>;
}
