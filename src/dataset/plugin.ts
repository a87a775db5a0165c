import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification, showErrorMessage, ToolbarButton, WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addBelowIcon, copyIcon, folderIcon, refreshIcon } from '@jupyterlab/ui-components';
import { CommandIDs } from '../commands';
import { DATASET_FACTORY } from '../store/kind';
import { basename, fromDrivePath, toDrivePath, toUri } from '../store/path';
import { readSnippet } from '../store/snippet';
import { IDatasets, IStore } from '../tokens';
import { copyText } from '../ui/clipboard';
import { datasetIcon } from '../ui/icons';
import { currentAccess } from './access';
import { describe } from './describe';
import { DatasetFactory, DatasetModelFactory, type DatasetDocument } from './document';
import { DatasetReader } from './reader';
import { DatasetView } from './view';
import { inWords } from './words';
import { startZarrWorker } from './zarrWorker';

/** Zarr stores in buckets as documents, read in a worker. */
export const dataset: JupyterFrontEndPlugin<IDatasets> = {
  id: 'jupyterlab-leap-buckets:dataset',
  description: 'Shows what is in a Zarr store.',
  autoStart: true,
  provides: IDatasets,
  requires: [IStore],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): IDatasets => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, docRegistry } = app;
    const reader = new DatasetReader(startZarrWorker, () => currentAccess(store.client));

    const openFolder = (path: string) => {
      commands
        .execute(CommandIDs.openFolder, { path })
        .catch(error => showErrorMessage(trans.__('Cannot open the folder'), error));
    };

    const openGroup = (path: string, group: string) => {
      const place = fromDrivePath(path);
      if (place) {
        const inside = toDrivePath({ ...place, key: `${place.key}/${group}/` }, 'folder');
        void commands.execute('docmanager:open', { path: inside, factory: DATASET_FACTORY });
      }
    };

    const view = (context: DocumentRegistry.Context) => {
      const place = fromDrivePath(context.path);
      return new DatasetView({
        name: basename(context.path),
        place: place && { ...place, key: `${place.key}/` },
        uri:
          place &&
          store.buckets.get(place.bucket).then(found => found && toUri(found.uri, place.key)),
        reader,
        openFolder: () => openFolder(context.path),
        openGroup: group => openGroup(context.path, group),
        trans
      });
    };

    const insertPython = (path: string) => {
      commands
        .execute(CommandIDs.insertSnippet, { path, kind: 'folder' })
        .catch(error => showErrorMessage(trans.__('Cannot insert the Python'), error));
    };

    const copyPython = async (path: string) => {
      const place = fromDrivePath(path);
      const bucket = place && (await store.buckets.get(place.bucket));
      if (place && bucket) {
        const entry = { kind: 'folder', name: basename(place.key), key: `${place.key}/` } as const;
        await copyText(Promise.resolve(readSnippet(bucket, entry)));
        Notification.success(trans.__('Copied the Python that reads "%1".', entry.name), {
          autoClose: 3000
        });
      }
    };

    const toolbar = ({ content, context }: DatasetDocument) => {
      const { path } = context;
      return [
        {
          name: 'open-folder',
          widget: new ToolbarButton({
            icon: folderIcon,
            label: trans.__('Open Folder'),
            tooltip: trans.__('Show the files of this data set in the panel'),
            onClick: () => openFolder(path)
          })
        },
        {
          name: 'insert-python',
          widget: new ToolbarButton({
            icon: addBelowIcon,
            label: trans.__('Insert in Notebook'),
            tooltip: trans.__('Put the Python that reads this data set into a notebook'),
            onClick: () => insertPython(path)
          })
        },
        {
          name: 'copy-python',
          widget: new ToolbarButton({
            icon: copyIcon,
            label: trans.__('Copy Python'),
            tooltip: trans.__('Copy the Python that reads this data set'),
            onClick: () => {
              copyPython(path).catch(error =>
                showErrorMessage(trans.__('Cannot copy the Python'), error)
              );
            }
          })
        },
        {
          name: 'reload',
          widget: new ToolbarButton({
            icon: refreshIcon,
            tooltip: trans.__('Read the data set again'),
            onClick: () => void content.load()
          })
        }
      ];
    };

    const model = new DatasetModelFactory();
    docRegistry.addModelFactory(model);
    docRegistry.addFileType({
      name: 'leap-zarr',
      displayName: trans.__('Zarr Data Set'),
      contentType: 'directory',
      pattern: '\\.zarr$',
      icon: datasetIcon
    });
    const factory = new DatasetFactory(
      {
        name: DATASET_FACTORY,
        label: trans.__('Data Set Summary'),
        modelName: model.name,
        // None: in the home folder, what is named so opens as it always did.
        fileTypes: [],
        readOnly: true,
        translator: translator ?? nullTranslator,
        toolbarFactory: toolbar
      },
      view
    );
    docRegistry.addWidgetFactory(factory);

    const tracker = new WidgetTracker<DatasetDocument>({ namespace: 'leap-buckets-dataset' });
    factory.widgetCreated.connect((_, widget) => {
      void tracker.add(widget);
      widget.context.pathChanged.connect(() => void tracker.save(widget));
    });
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: ({ context }) => ({ path: context.path, factory: DATASET_FACTORY }),
      name: ({ context }) => context.path
    });

    return {
      describe: async place => {
        try {
          return await describe(reader, place);
        } catch (error) {
          throw inWords(error, trans);
        }
      }
    };
  }
};
