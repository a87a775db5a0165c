import { Notification } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import type { IBucket } from '../../store/entry';
import { toUri } from '../../store/path';
import { copyText } from '../../ui/clipboard';
import { askFolder } from './askFolder';
import { Carrier, type ICarried } from './carry';
import { type Actions, chosenKeys, type IActionContext, onRow } from './context';
import { isWritable } from './permission';
import { called } from './words';

/** Cut, copy and paste, "Copy to...", "Move to...", Duplicate and Keep. */
export function carrying(context: IActionContext): Actions {
  const { app, model, panel, trans } = context;
  const { clipboard } = model;
  const carrier = new Carrier(context);

  const chosen = (bucket: IBucket): ICarried => {
    return { bucket: bucket.id, keys: chosenKeys(model) };
  };
  const hold = (kind: 'copy' | 'move', bucket: IBucket) => {
    clipboard.hold({ kind, ...chosen(bucket) });
    app.commands.notifyCommandChanged(CommandIDs.paste);
  };
  const writing = (act: Parameters<typeof onRow>[1]) => {
    const action = onRow(model, act);
    return {
      ...action,
      isEnabled: () => !!action.isEnabled?.({}) && isWritable(model)
    };
  };
  const carryTo = (kind: 'copy' | 'move') => async (_: unknown, bucket: IBucket) => {
    const carried = chosen(bucket);
    const what = called(carried.keys, trans);
    const to = await (kind === 'copy'
      ? askFolder(context, trans.__('Copy %1 to', what), trans.__('Copy'))
      : askFolder(context, trans.__('Move %1 to', what), trans.__('Move')));
    if (to) {
      await carrier.carry(kind, carried, to);
    } else {
      panel.keepKeyboard();
    }
  };

  return {
    [CommandIDs.copy]: onRow(model, async (_, bucket) => {
      hold('copy', bucket);
      const uris = chosenKeys(model).map(key => toUri(bucket.uri, key));
      await copyText(Promise.resolve(uris.join('\n')));
      Notification.success(trans._n('Copied %2', 'Copied %1 addresses', uris.length, uris[0]), {
        autoClose: 2000
      });
    }),
    [CommandIDs.cut]: writing((_, bucket) => {
      hold('move', bucket);
      Notification.info(
        trans.__('%1: paste into another folder to move', called(chosenKeys(model), trans)),
        { autoClose: 2000 }
      );
    }),
    [CommandIDs.paste]: {
      isEnabled: () => clipboard.held !== null && isWritable(model),
      execute: async () => {
        const { location } = model;
        const { held } = clipboard;
        if (held && location && isWritable(model)) {
          if (held.kind === 'move') {
            // What was moved is no longer where it was.
            clipboard.hold(null);
          }
          await carrier.carry(held.kind, held, location);
        }
      }
    },
    [CommandIDs.duplicate]: writing((_, bucket, folder) =>
      carrier.carry('copy', chosen(bucket), folder)
    ),
    [CommandIDs.copyTo]: onRow(model, carryTo('copy')),
    [CommandIDs.moveTo]: writing(carryTo('move')),
    [CommandIDs.keep]: {
      ...onRow(model, async (_, bucket) => {
        const to = keeper();
        if (to) {
          await carrier.carry('copy', chosen(bucket), { bucket: to.id, key: to.home });
        }
      }),
      isVisible: () => model.focused !== null && keeper() !== null,
      isEnabled: () => model.focused !== null && keeper() !== null
    }
  };

  /** The user's own folder where nothing is deleted, if what is shown will be deleted. */
  function keeper(): IBucket | null {
    return (model.bucket?.expiresAfterDays ?? null) === null
      ? null
      : (model.buckets?.find(
          ({ access, expiresAfterDays, error }) =>
            access === 'read-write' && expiresAfterDays === null && error === null
        ) ?? null);
  }
}
