import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { basename, type ILocation, parentPrefix } from '../../store/path';
import { readSnippet } from '../../store/snippet';
import { legible } from '../../ui/legible';
import { Carrier, type ICarried } from '../actions/carry';
import { chosenKeys, type IActionContext } from '../actions/context';
import type { DiskCarrier } from '../actions/disk';
import { documentsAmong } from '../actions/open';
import { called } from '../actions/words';
import { takeDropsOnDisk } from './diskDrop';
import { RowDrag } from './rowDrag';
import { takeRows } from './rowDrop';

/** Rows whose Python a drag carries; more would fill a notebook with what nobody reads. */
const MOST_SNIPPETS = 20;

/** Drags of rows, from the panel and into it, and to and from JupyterLab's file browser. */
export function addDrags(
  context: IActionContext,
  disk: DiskCarrier,
  files: IFileBrowserFactory | null
): IDisposable {
  const { model, panel, settings, trans } = context;
  const carrier = new Carrier(context);

  const drags = new DisposableSet();
  drags.add(
    new RowDrag(panel.node, key => {
      const { bucket, rows } = model;
      if (!bucket) {
        return null;
      }
      if (!model.selection.keys.has(key)) {
        model.select(rows.indexOf(key), 'only');
      }
      const keys = chosenKeys(model, key);
      const snippets = keys.slice(0, MOST_SNIPPETS).map(one => {
        const kind = one.endsWith('/') ? 'folder' : 'object';
        return readSnippet(
          bucket,
          { kind, name: basename(one), key: one },
          settings.values.snippet
        );
      });
      return {
        carried: { bucket: bucket.id, keys },
        text: snippets.join('\n\n'),
        open: opener(bucket.id, key, keys),
        label: called(keys, trans)
      };
    })
  );

  drags.add(
    takeRows(panel.node, {
      over: (element, act, carried) => {
        const folder = element && panel.folderAt(element);
        const isTaken =
          folder !== null &&
          model.bucket?.access === 'read-write' &&
          (carried === null || canGo(carried, folder.bucket, folder.key, act === 'move'));
        panel.point(isTaken ? { folder, act } : null);
        return isTaken;
      },
      dropRows: (carried, act, element) => {
        const folder = panel.folderAt(element);
        if (folder && canGo(carried, folder.bucket, folder.key, act === 'move')) {
          void bring(carried, act, folder);
        }
      },
      dropPaths: (paths, element) => {
        const folder = panel.folderAt(element);
        if (folder) {
          void disk.upload(
            paths.filter(path => disk.isOnDisk(path)),
            folder
          );
        }
      }
    })
  );

  if (files) {
    drags.add(takeDropsOnDisk(files.tracker, (carried, folder) => void disk.save(carried, folder)));
  }
  return drags;

  /** How the main area opens what is dropped there: the row that was pulled, the others beside it. */
  function opener(
    bucket: string,
    pulled: string,
    keys: readonly string[]
  ): (() => Widget | undefined) | null {
    // Its commands open later than a drop can wait.
    const documents = files?.tracker.find(() => true)?.model.manager;
    const [first, ...others] = documentsAmong(bucket, keys, pulled);
    // A folder that is pulled opens nothing, whatever else is selected.
    return documents && first && (!pulled.endsWith('/') || first.factory)
      ? () => {
          const widget = documents.openOrReveal(first.path, first.factory);
          // They need a place to be beside.
          requestAnimationFrame(() => {
            for (const { path, factory } of others) {
              const options = { ref: widget?.id, mode: 'tab-after', activate: false } as const;
              documents.openOrReveal(path, factory, undefined, options);
            }
          });
          return widget;
        }
      : null;
  }

  async function bring(carried: ICarried, act: 'move' | 'copy', folder: ILocation): Promise<void> {
    if (await isMeant(act, carried.keys, basename(folder.key) || folder.bucket)) {
      await carrier.carry(act, carried, folder);
    }
  }

  /** A drag can go to the wrong folder. */
  async function isMeant(
    act: 'move' | 'copy',
    keys: readonly string[],
    folder: string
  ): Promise<boolean> {
    if (act === 'copy' || !settings.values.confirmMove) {
      return true;
    }
    const { button, isChecked } = await showDialog({
      title: trans.__('Move %1 to "%2"?', called(keys, trans), legible(folder)),
      body: trans.__('Hold Ctrl while dropping to copy instead.'),
      checkbox: { label: trans.__('Do not ask again') },
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Move') })]
    });
    if (button.accept && isChecked) {
      await settings.set('confirmMove', false);
    }
    return button.accept;
  }
}

/** Whether rows can go there: not where they are, and no folder into itself. */
function canGo(carried: ICarried, bucket: string, key: string, isMove: boolean): boolean {
  return (
    carried.bucket !== bucket ||
    carried.keys.every(
      one => !(one.endsWith('/') && key.startsWith(one)) && !(isMove && parentPrefix(one) === key)
    )
  );
}
