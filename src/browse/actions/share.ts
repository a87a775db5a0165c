import { Notification } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import type { IBucket, IEntry } from '../../store/entry';
import { basename, fromDrivePath, toUri, toWebAddress } from '../../store/path';
import { readSnippet, toPath } from '../../store/snippet';
import { copyText } from '../../ui/clipboard';
import { legible } from '../../ui/legible';
import { refuse } from './change';
import { type Action, type Actions, chosenKeys, type IActionContext, onRow } from './context';
import { insertInNotebook } from './insert';

/** As much of an entry as its Python depends on. */
type Named = Pick<IEntry, 'kind' | 'name' | 'key'>;

/** Addresses and code, for elsewhere. */
export function sharing(context: IActionContext): Actions {
  const { app, buckets, model, notebooks, settings, trans } = context;
  const snippet = (entry: Named, bucket: IBucket) =>
    readSnippet(bucket, entry, settings.values.snippet);
  const insert = async (entry: Named, bucket: IBucket) => {
    try {
      await (notebooks && insertInNotebook(app, notebooks, snippet(entry, bucket)));
    } catch (error) {
      console.warn('No notebook could be made.', error);
      await refuse(
        trans.__('The Python for "%1" was not inserted', legible(entry.name)),
        trans.__(
          'There is no notebook for it, and none could be made. Open one and try again; "Copy Python" copies it.'
        )
      );
    }
  };
  const insertFocused = onRow(model, insert, () => notebooks !== null);

  /** Copies one line for each of the chosen rows. */
  const copy = (
    line: (entry: Named, bucket: IBucket) => string,
    suits: (bucket: IBucket) => boolean = () => true
  ): Action =>
    onRow(
      model,
      async (_, bucket) => {
        const lines = chosenKeys(model).map(key => line(entryOf(key), bucket));
        await copyText(Promise.resolve(lines.join('\n')));
        Notification.success(trans._n('Copied %2', 'Copied %1 lines', lines.length, lines[0]), {
          autoClose: 2000
        });
      },
      () => model.bucket !== null && suits(model.bucket)
    );

  return {
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
        const key = place && (args.kind === 'folder' ? `${place.key}/` : place.key);
        return bucket && key && insert(entryOf(key), bucket);
      }
    },
    [CommandIDs.copyUri]: copy(({ key }, bucket) => toUri(bucket.uri, key)),
    [CommandIDs.copyPath]: copy((entry, bucket) => toPath(bucket, entry)),
    [CommandIDs.copyUrl]: copy(
      ({ key }, bucket) => toWebAddress(bucket.uri, key),
      ({ provider }) => provider === 'gcs'
    ),
    [CommandIDs.copySnippet]: copy(snippet)
  };
}

/** What a key names: a folder's ends in a slash. */
function entryOf(key: string): Named {
  return { kind: key.endsWith('/') ? 'folder' : 'object', name: basename(key), key };
}
