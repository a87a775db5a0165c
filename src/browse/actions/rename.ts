import { Dialog, showDialog } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import type { IBucket, IEntry } from '../../store/entry';
import type { ILocation } from '../../store/path';
import { askName } from '../../ui/askName';
import { legible } from '../../ui/legible';
import type { IRow } from '../folder';
import { stemLength } from '../rename';
import { Changes } from './change';
import { type Actions, type IActionContext, onRow } from './context';
import { nameProblem, takenBy } from './create';
import { isWritable } from './permission';

/** Gives a row another name, in its place in the list. */
export function renaming(context: IActionContext): Actions {
  const { model, client, moved, panel, trans } = context;
  const changes = new Changes(context);

  const rename = async (row: IRow, bucket: IBucket, folder: ILocation): Promise<void> => {
    const typed = await model.renaming.edit(row.key);
    const answer = typed === null ? null : await settle(typed, row, folder);
    if (answer === null) {
      panel.keepKeyboard();
      return;
    }
    const { name, replaces } = answer;
    const key = `${folder.key}${name}${row.kind === 'folder' ? '/' : ''}`;
    const written = [
      { bucket, key: row.key },
      { bucket, key }
    ];
    const title = trans.__('Renaming "%1" to "%2"', legible(row.name), legible(name));
    await changes.change(written, words(legible(row.name)), async confirmedOwner => {
      const end = await changes.run(
        {
          kind: 'move',
          source: { bucket: bucket.id, keys: [row.key] },
          destination: {
            bucket: bucket.id,
            prefix: folder.key,
            name,
            ...(replaces && { replaces })
          },
          onConflict: replaces ? 'replace' : 'fail'
        },
        title,
        confirmedOwner
      );
      if (end?.state !== 'succeeded') {
        return row.key;
      }
      moved.emit({ from: { bucket: bucket.id, key: row.key }, to: { bucket: bucket.id, key } });
      // Who has gone to another row meanwhile stays there.
      return model.selection.focus === row.key ? key : null;
    });
  };

  /** Asks on until the name can be given; null if it is given up. replaces: the generation that shall be lost. */
  const settle = async (
    typed: string,
    row: IRow,
    folder: ILocation
  ): Promise<{ name: string; replaces: string | null } | null> => {
    const problem = (text: string) => nameProblem(text, row.kind, folder, trans);
    let name: string | null = typed;
    let isAsked = problem(typed) !== null;
    for (;;) {
      if (isAsked) {
        name = await askName({
          title: trans.__('Rename "%1"', legible(row.name)),
          label: trans.__('New name'),
          accept: trans.__('Rename'),
          value: name,
          selected: stemLength({ kind: row.kind, name }),
          problem
        });
      }
      if (name === null || name === row.name) {
        return null;
      }
      let taken: IEntry | null;
      try {
        taken = await takenBy(client, folder, name, row.kind);
      } catch (error) {
        await changes.refuse(trans.__('"%1" was not renamed', legible(row.name)), error);
        return null;
      }
      if (taken === null) {
        return { name, replaces: null };
      }
      const choice = await askAboutTaken(name, row.kind);
      if (choice !== 'other') {
        return choice === 'replace' ? { name, replaces: taken.generation } : null;
      }
      isAsked = true;
    }
  };

  const askAboutTaken = async (
    name: string,
    kind: IRow['kind']
  ): Promise<'replace' | 'other' | undefined> => {
    const { button } = await showDialog({
      title: trans.__('"%1" exists already', legible(name)),
      body:
        kind === 'folder'
          ? trans.__('There is a folder of this name.')
          : trans.__('There is a file of this name. What is in it is lost if you replace it.'),
      buttons: [
        Dialog.cancelButton(),
        // A folder is not replaced: what is in both would be mixed.
        ...(kind === 'folder'
          ? []
          : [Dialog.warnButton({ label: trans.__('Replace'), actions: ['replace'] })]),
        Dialog.okButton({ label: trans.__('Choose Another Name'), actions: ['other'] })
      ]
    });
    return button.actions[0] as 'replace' | 'other' | undefined;
  };

  const words = (name: string) => ({
    inFolderOf: (owner: string) => trans.__('Rename "%1" in the folder of "%2"?', name, owner),
    outside: trans.__('Rename "%1" outside your own folder?', name),
    accept: trans.__('Rename Anyway')
  });

  const action = onRow(model, rename);
  return {
    [CommandIDs.rename]: {
      ...action,
      isEnabled: args => !!action.isEnabled?.(args) && isWritable(model)
    }
  };
}
