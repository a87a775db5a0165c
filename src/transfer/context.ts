import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ILocation } from '../store/path';
import type { IInterruptions } from './interrupted';
import type { TransferQueue } from './queue';

/** What everything in the tray is drawn from. */
export interface ITrayContext {
  readonly queue: TransferQueue;
  /** Uploads that another life of this page left; null where none are kept. */
  readonly interruptions: IInterruptions | null;
  readonly commands: CommandRegistry;
  /** The address of an object, for texts that leave the page. */
  readonly uriOf: (place: ILocation) => Promise<string>;
  readonly trans: TranslationBundle;
}
