import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand } from '../commands';
import { fromDrivePath, type ILocation } from '../store/path';
import { IStore, ITransfers } from '../tokens';
import { actions } from './actions';
import { BrowseModel } from './model';
import { BucketPanel } from './panel';

/** Where the folder shown last is kept, with the layout of the workspace. */
const PLACE = 'jupyterlab-leap-buckets:place';

/** The side panel and what can be done with the rows of its list. */
export const browse: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:browse',
  description: 'The side panel on cloud buckets.',
  autoStart: true,
  requires: [IStore, ITransfers],
  optional: [ICommandPalette, ILayoutRestorer, INotebookTracker, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    transfers: ITransfers,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, docRegistry, serviceManager, shell } = app;
    const model = new BrowseModel(store.client, store.buckets, ({ bucket, key }) => {
      void state?.save(PLACE, { bucket, key });
    });
    const panel = new BucketPanel({
      context: { model, commands, docRegistry, trans },
      contextMenu: app.contextMenu.menu,
      transfers,
      start: async () => {
        const last = asLocation(await state?.fetch(PLACE));
        // A link may have shown another folder meanwhile.
        if (model.buckets === null && !model.loading) {
          await model.start(last);
        }
      }
    });
    shell.add(panel, 'left', { rank: 150 });
    restorer?.add(panel, panel.id);
    serviceManager.contents.fileChanged.connect((_, { type, newValue }) => {
      const place = type === 'save' && newValue?.path ? fromDrivePath(newValue.path) : null;
      if (place) {
        panel.written(place);
      }
    });

    const all = actions({ app, ...store, model, notebooks, panel, transfers, trans });
    for (const [id, action] of Object.entries(all)) {
      addCommand(commands, palette, trans, id, action);
    }
  }
};

/** What the state database had, checked: a person or an older version may have written it. */
function asLocation(value: unknown): ILocation | null {
  const { bucket, key } = (value ?? {}) as Partial<ILocation>;
  return typeof bucket === 'string' && typeof key === 'string' ? { bucket, key } : null;
}
