import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Widget } from '@lumino/widgets';
import { CommandIDs } from '../commands';
import type { BucketList } from '../store/buckets';
import type { IBucket, IEntry } from '../store/entry';
import { factoryFor, isDataset } from '../store/kind';
import { basename, fromDrivePath, type ILocation, toDrivePath, toUri } from '../store/path';
import { readSnippet } from '../store/snippet';
import type { ITransfers } from '../tokens';
import { copyText } from '../ui/clipboard';
import { chooseFiles } from './choose';
import type { IRow } from './folder';
import { insertInNotebook } from './insert';
import type { BrowseModel } from './model';

/** What the commands of the panel work with. */
export interface IActionContext {
  readonly app: JupyterFrontEnd;
  readonly buckets: BucketList;
  readonly model: BrowseModel;
  /** Null where there are no notebooks to insert into. */
  readonly notebooks: INotebookTracker | null;
  readonly panel: Widget;
  readonly transfers: ITransfers;
  readonly trans: TranslationBundle;
}

type Action = Pick<CommandRegistry.ICommandOptions, 'execute' | 'isEnabled' | 'isVisible'>;

/** As much of an entry as its Python depends on. */
type Named = Pick<IEntry, 'kind' | 'name' | 'key'>;

/** The commands of the panel, by id. Those about rows act on the focused or the selected ones. */
export function actions(context: IActionContext): Record<string, Action> {
  const { app, buckets, model, notebooks, panel, transfers, trans } = context;

  /** Acts on the focused row; disabled while there is none of this kind. */
  const onRow = (
    act: (row: IRow, bucket: IBucket, folder: ILocation) => unknown,
    suits: (row: IRow) => boolean = () => true
  ): Action => {
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
  };
  const show = (place: ILocation): Promise<void> => {
    // First, so that the panel does not begin with the folder of last time.
    const shown = model.start(place);
    app.shell.activateById(panel.id);
    return shown;
  };
  const openFolder = onRow(
    (row, _, { bucket }) => model.go({ bucket, key: row.key }),
    row => row.kind === 'folder'
  );
  const insert = (entry: Named, bucket: IBucket) =>
    notebooks && insertInNotebook(app, notebooks, readSnippet(bucket, entry));
  const insertFocused = onRow(insert, () => notebooks !== null);

  return {
    [CommandIDs.showPanel]: {
      execute: async ({ bucket, prefix }) => {
        if (typeof bucket === 'string') {
          await show({ bucket, key: String(prefix ?? '') });
        } else {
          app.shell.activateById(panel.id);
        }
      }
    },
    [CommandIDs.refresh]: { execute: () => model.refresh() },
    [CommandIDs.upload]: {
      isEnabled: () => model.location !== null,
      execute: async () => {
        const folder = model.location;
        if (folder) {
          await transfers.upload(await chooseFiles(), folder);
        }
      }
    },
    [CommandIDs.goUp]: { execute: () => model.goUp() },
    [CommandIDs.open]: onRow((row, _, { bucket }) => {
      const place = { bucket, key: row.key };
      const factory = factoryFor(row);
      return row.kind === 'object' || factory
        ? app.commands.execute('docmanager:open', { path: toDrivePath(place, row.kind), factory })
        : model.go(place);
    }),
    [CommandIDs.openFolder]: {
      isEnabled: args => typeof args.path === 'string' || !!openFolder.isEnabled?.(args),
      isVisible: () => model.focused !== null && isDataset(model.focused),
      execute: args => {
        const place = typeof args.path === 'string' ? fromDrivePath(args.path) : null;
        return place
          ? show({ bucket: place.bucket, key: place.key && `${place.key}/` })
          : openFolder.execute(args);
      }
    },
    [CommandIDs.insertSnippet]: {
      ...insertFocused,
      isEnabled: args =>
        typeof args.path === 'string' ? notebooks !== null : !!insertFocused.isEnabled?.(args),
      execute: async args => {
        if (typeof args.path !== 'string') {
          return insertFocused.execute(args);
        }
        const place = fromDrivePath(args.path);
        const bucket = place && (await buckets.get(place.bucket));
        return bucket && insert(entryAt(place, args.kind === 'folder'), bucket);
      }
    },
    [CommandIDs.copyUri]: onRow(async (row, bucket) => {
      const { keys } = model.selection;
      const uris = [...(keys.has(row.key) ? keys : [row.key])].map(key => toUri(bucket.uri, key));
      await copyText(Promise.resolve(uris.join('\n')));
      Notification.success(trans._n('Copied %2', 'Copied %1 addresses', uris.length, uris[0]), {
        autoClose: 2000
      });
    })
  };
}

/** What a path of the drive names, which says nothing of its kind. */
function entryAt({ key }: ILocation, isFolder: boolean): Named {
  return isFolder
    ? { kind: 'folder', name: basename(key), key: `${key}/` }
    : { kind: 'object', name: basename(key), key };
}
