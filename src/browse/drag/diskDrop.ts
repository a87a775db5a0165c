import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { IDisposable } from '@lumino/disposable';
import type { Drag } from '@lumino/dragdrop';
import type { ICarried } from '../actions/carry';
import { carriedIn } from './carried';
import { listen, LUMINO_DRAG } from './events';

/**
 * Lets rows of ours be dropped on JupyterLab's file browser.
 *
 * Its own handlers know nothing of our rows, and cannot be taught; so the events are taken on their
 * way down, before they come to it.
 *
 * @param browsers - The file browsers there are.
 * @param save - Saves rows into a folder of the disk, named without slashes at its ends.
 */
export function takeDropsOnDisk(
  browsers: { find: (holds: (browser: FileBrowser) => boolean) => FileBrowser | undefined },
  save: (carried: ICarried, folder: string) => void
): IDisposable {
  let marked: Element | null = null;
  const mark = (element: Element | null) => {
    if (marked !== element) {
      marked?.classList.remove('jp-mod-dropTarget');
      element?.classList.add('jp-mod-dropTarget');
      marked = element;
    }
  };
  const onDrag = (drag: Drag.Event) => {
    const { target } = drag;
    const carried = carriedIn(drag.mimeData);
    const browser =
      carried && target instanceof Node && browsers.find(({ node }) => node.contains(target));
    if (!browser) {
      mark(null);
      return;
    }
    const over = browser.modelForClick(drag);
    const folder = over?.type === 'directory' ? over.path : browser.model.path;
    const { contents } = browser.model.manager.services;
    // Files of another drive are not on the server's disk.
    const isDisk = contents.driveName(folder) === '';
    drag.preventDefault();
    drag.stopPropagation();
    if (drag.type === 'lm-drop') {
      mark(null);
      drag.dropAction = isDisk ? 'copy' : 'none';
      if (isDisk) {
        save(carried, contents.localPath(folder));
      }
    } else {
      const item = over?.type === 'directory' ? (target as Element).closest('li') : null;
      mark(drag.type === 'lm-dragleave' || !isDisk ? null : item);
      drag.dropAction = isDisk ? 'copy' : 'none';
    }
  };
  return listen(document, LUMINO_DRAG, onDrag, true);
}
