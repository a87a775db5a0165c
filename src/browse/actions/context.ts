import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Signal } from '@lumino/signaling';
import type { BucketList } from '../../store/buckets';
import type { StoreClient } from '../../store/client';
import type { IBucket } from '../../store/entry';
import type { ILocation } from '../../store/path';
import type { IJobs, IMove, ITransfers } from '../../tokens';
import type { IRow } from '../folder';
import type { History } from '../history';
import type { BrowseModel } from '../model';
import type { BucketPanel } from '../panel';
import type { BrowseSettings } from '../settings';

/** What the commands of the panel work with. */
export interface IActionContext {
  readonly app: JupyterFrontEnd;
  readonly buckets: BucketList;
  readonly client: StoreClient;
  readonly history: History;
  readonly jobs: IJobs;
  readonly model: BrowseModel;
  /** Told of what has got another place. */
  readonly moved: Signal<unknown, IMove>;
  /** Null where there are no notebooks to insert into. */
  readonly notebooks: INotebookTracker | null;
  readonly panel: BucketPanel;
  readonly settings: BrowseSettings;
  readonly transfers: ITransfers;
  readonly trans: TranslationBundle;
}

export type Action = Pick<
  CommandRegistry.ICommandOptions,
  'execute' | 'isEnabled' | 'isVisible' | 'isToggled'
>;

/** Commands by id. */
export type Actions = Record<string, Action>;

/** An action on the focused row; neither visible nor enabled while there is none that suits. */
export function onRow(
  model: BrowseModel,
  act: (row: IRow, bucket: IBucket, folder: ILocation) => unknown,
  suits: (row: IRow) => boolean = () => true
): Action {
  const isEnabled = () => model.focused !== null && suits(model.focused);
  return {
    isEnabled,
    isVisible: isEnabled,
    execute: () => {
      const { focused, bucket, location } = model;
      return focused && bucket && location && suits(focused)
        ? act(focused, bucket, location)
        : undefined;
    }
  };
}

/**
 * The keys an action is about: the selected rows if this one is among them, else this one alone. What a
 * filter hides is not touched: nobody sees that it is selected.
 */
export function chosenKeys(
  { filter, rows, selection }: Pick<BrowseModel, 'filter' | 'rows' | 'selection'>,
  row: string | null = selection.focus
): readonly string[] {
  if (row === null) {
    return [];
  }
  if (!selection.keys.has(row)) {
    return [row];
  }
  const keys = [...selection.keys];
  return filter === '' ? keys : keys.filter(key => rows.indexOf(key) !== -1);
}
