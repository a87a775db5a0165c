import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand } from '../commands';
import { DISK } from '../store/buckets';
import { fromDrivePath, type ILocation } from '../store/path';
import { IJobs, IStore, ITransfers } from '../tokens';
import { actions } from './actions';
import { DiskCarrier, disking } from './actions/disk';
import { addOpenWith } from './actions/openWith';
import { addDrags } from './drag';
import { History } from './history';
import { BrowseModel } from './model';
import { BucketPanel } from './panel';
import { BrowseSettings } from './settings';

/** Where the folder shown last is kept, with the layout of the workspace. */
const PLACE = 'jupyterlab-leap-buckets:place';

/** The side panel and what can be done with the rows of its list. */
export const browse: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:browse',
  description: 'The side panel on cloud buckets.',
  autoStart: true,
  requires: [IStore, ITransfers, IJobs],
  optional: [
    ICommandPalette,
    IFileBrowserFactory,
    ILayoutRestorer,
    INotebookTracker,
    ISettingRegistry,
    IStateDB,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    transfers: ITransfers,
    jobs: IJobs,
    palette: ICommandPalette | null,
    files: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    registry: ISettingRegistry | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, docRegistry, serviceManager, shell } = app;
    const settings = new BrowseSettings();
    const loaded = registry?.load(browse.id).then(
      found => settings.follow(found),
      // The panel works with the defaults; the settings editor shows what is wrong.
      error => console.warn('The settings of Cloud Buckets could not be loaded.', error)
    );
    settings.changed.connect(() => (store.buckets.added = settings.values.buckets));
    const history = new History();
    const model = new BrowseModel(
      store.client,
      store.buckets,
      place => {
        history.visit(place);
        void state?.save(PLACE, { bucket: place.bucket, key: place.key });
      },
      () => settings.values.pageSize
    );
    const panel = new BucketPanel({
      context: { model, settings, commands, docRegistry, trans },
      contextMenu: app.contextMenu.menu,
      jobs,
      transfers,
      start: async () => {
        const last = asLocation(await state?.fetch(PLACE));
        await loaded;
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

    addOpenWith(app, model, trans);
    const context = {
      app,
      ...store,
      history,
      jobs,
      model,
      notebooks,
      panel,
      settings,
      transfers,
      trans
    };
    const disk = new DiskCarrier(context);
    const drags = addDrags(context, disk, files);
    panel.disposed.connect(() => drags.dispose());
    jobs.changed.connect((_, folders) => {
      if (folders.some(({ bucket }) => bucket === DISK.id)) {
        files?.tracker.forEach(browser => void browser.model.refresh());
      }
    });
    const all = { ...actions(context), ...(files && disking(context, disk, files)) };
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
