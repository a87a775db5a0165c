import { Dialog, showDialog } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import { Changes, inParts } from './change';
import { type Actions, chosenKeys, type IActionContext } from './context';
import { isWritable } from './permission';
import { called } from './words';

/** Deletes what is chosen. There is no way back, so it is asked. */
export function removing(context: IActionContext): Actions {
  const { model, settings, panel, trans } = context;
  const changes = new Changes(context);
  return {
    [CommandIDs.remove]: {
      isEnabled: () => model.focused !== null && isWritable(model),
      execute: async () => {
        const { bucket } = model;
        const keys = chosenKeys(model);
        if (!bucket || keys.length === 0 || !isWritable(model)) {
          return;
        }
        // As they are now: the question takes its time.
        const generations = changes.generations(keys);
        const what = called(keys, trans);
        if (settings.values.confirmDelete && !(await isMeant(keys, what))) {
          panel.keepKeyboard();
          return;
        }
        const written = keys.map(key => ({ bucket, key }));
        await changes.change(written, words(what), async confirmedOwner => {
          for (const part of inParts(keys)) {
            const source = {
              bucket: bucket.id,
              keys: part,
              generations: part.map(key => generations.get(key) ?? null)
            };
            await changes.run(
              { kind: 'delete', source },
              trans.__('Deleting %1', what),
              confirmedOwner
            );
          }
          return null;
        });
      }
    }
  };

  async function isMeant(keys: readonly string[], what: string): Promise<boolean> {
    const folders = keys.filter(key => key.endsWith('/')).length;
    const everything =
      folders > 0 ? trans._n('and everything in it', 'and everything in them', folders) : '';
    const { button } = await showDialog({
      title: trans.__('Delete'),
      body: trans.__(
        'Delete %1 for good? There is no way back.',
        [what, everything].filter(part => part).join(' ')
      ),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
      defaultButton: 0
    });
    return button.accept;
  }

  function words(what: string) {
    return {
      inFolderOf: (owner: string) => trans.__('Delete %1 in the folder of "%2"?', what, owner),
      outside: trans.__('Delete %1 outside your own folder?', what),
      accept: trans.__('Delete Anyway')
    };
  }
}
