import { CommandIDs } from '../../commands';
import type { StoreClient } from '../../store/client';
import type { IEntry } from '../../store/entry';
import { StoreError } from '../../store/errors';
import { type ILocation, keyProblem, toDrivePath } from '../../store/path';
import type { TranslationBundle } from '@jupyterlab/translation';
import { askName } from '../../ui/askName';
import { legible } from '../../ui/legible';
import { Changes, tell } from './change';
import type { Actions, IActionContext } from './context';
import { isWritable } from './permission';

/** New folders and files in the folder shown. */
export function creating(context: IActionContext): Actions {
  const { app, model, client, trans } = context;
  const changes = new Changes(context);
  const isEnabled = () => isWritable(model);
  const create = (kind: IEntry['kind'], untitled: string) => async () => {
    const { location, bucket } = model;
    if (!location || !bucket || !isEnabled()) {
      return;
    }
    const name = await askName({
      title: kind === 'folder' ? trans.__('New Folder') : trans.__('New Text File'),
      label: trans.__('Name'),
      accept: trans.__('Create'),
      value: untitled,
      problem: text => nameProblem(text, kind, location, trans)
    });
    if (name === null) {
      context.panel.keepKeyboard();
      return;
    }
    const key = `${location.key}${name}${kind === 'folder' ? '/' : ''}`;
    await changes.change([{ bucket, key }], newIn(trans, name), async confirmedOwner => {
      try {
        if (await takenBy(client, location, name, kind)) {
          await tellTaken(name, kind, trans);
          return key;
        }
        const contentType = kind === 'folder' ? undefined : 'text/plain';
        await client.write(bucket.id, key, '', 0, { confirmedOwner, contentType });
      } catch (error) {
        if (error instanceof StoreError && error.status === 412) {
          await tellTaken(name, kind, trans);
          return key;
        }
        await changes.refuse(trans.__('"%1" was not created', legible(name)), error);
        return null;
      }
      if (kind === 'object') {
        const path = toDrivePath({ bucket: bucket.id, key }, 'object');
        void app.commands.execute('docmanager:open', { path });
      }
      return key;
    });
  };
  return {
    [CommandIDs.newFolder]: { isEnabled, execute: create('folder', trans.__('Untitled Folder')) },
    [CommandIDs.newFile]: { isEnabled, execute: create('object', trans.__('untitled.txt')) }
  };
}

/** Why a last name cannot be given in a folder, in words for a person, or null. */
export function nameProblem(
  name: string,
  kind: IEntry['kind'],
  { key }: ILocation,
  trans: TranslationBundle
): string | null {
  if (name === '') {
    return trans.__('The name is empty.');
  }
  if (name.includes('/')) {
    return trans.__('A name cannot have a "/": it stands between folders.');
  }
  return keyProblem(`${key}${name}${kind === 'folder' ? '/' : ''}`);
}

/** What in a folder has this name: the file, or something in the folder. Null for nothing. One request. */
export async function takenBy(
  client: StoreClient,
  { bucket, key }: ILocation,
  name: string,
  kind: IEntry['kind']
): Promise<IEntry | null> {
  if (kind === 'folder') {
    return (await client.list(bucket, `${key}${name}/`, { limit: 1 })).entries[0] ?? null;
  }
  // In the order of a list, a name comes before all others that begin with it.
  const { entries } = await client.list(bucket, key, { startsWith: name, limit: 1 });
  return entries[0]?.kind === 'object' && entries[0].name === name ? entries[0] : null;
}

export function tellTaken(
  name: string,
  kind: IEntry['kind'],
  trans: TranslationBundle
): Promise<void> {
  return tell(
    trans.__('"%1" exists already', legible(name)),
    kind === 'folder'
      ? trans.__('There is a folder of this name. Nothing was changed.')
      : trans.__('There is a file of this name. Nothing was changed.')
  );
}

function newIn(trans: TranslationBundle, name: string) {
  return {
    inFolderOf: (owner: string) =>
      trans.__('Create "%1" in the folder of "%2"?', legible(name), owner),
    outside: trans.__('Create "%1" outside your own folder?', legible(name)),
    accept: trans.__('Create Anyway')
  };
}
