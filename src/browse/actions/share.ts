import { Notification } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import type { IBucket, IEntry } from '../../store/entry';
import { basename, fromDrivePath, type ILocation, toUri } from '../../store/path';
import { readSnippet } from '../../store/snippet';
import { copyText } from '../../ui/clipboard';
import { type Actions, chosenKeys, type IActionContext, onRow } from './context';
import { insertInNotebook } from './insert';

/** As much of an entry as its Python depends on. */
type Named = Pick<IEntry, 'kind' | 'name' | 'key'>;

/** Addresses and code, for elsewhere. */
export function sharing({ app, buckets, model, notebooks, trans }: IActionContext): Actions {
  const insert = (entry: Named, bucket: IBucket) =>
    notebooks && insertInNotebook(app, notebooks, readSnippet(bucket, entry));
  const insertFocused = onRow(model, insert, () => notebooks !== null);
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
        return bucket && insert(entryAt(place, args.kind === 'folder'), bucket);
      }
    },
    [CommandIDs.copyUri]: onRow(model, async (_, bucket) => {
      const uris = chosenKeys(model).map(key => toUri(bucket.uri, key));
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
