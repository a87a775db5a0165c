import type { IDisposable } from '@lumino/disposable';
import type { Drag } from '@lumino/dragdrop';
import type { ICarried } from '../actions/carry';
import { carriedIn, CONTENTS_MIME } from './carried';
import { hasLeft, listen, LUMINO_DRAG } from './events';

/** What a drop would do. */
export type DropAct = 'upload' | 'move' | 'copy';

/** Takes drags that JupyterLab itself makes: rows of ours, and files of its file browser. */
export interface IRowDropHandler {
  /** Something is over this element, null when it has left; tells whether it would be taken. */
  over(target: Element | null, act: DropAct, carried: ICarried | null): boolean;
  dropRows(carried: ICarried, act: 'move' | 'copy', target: Element): void;
  /** Paths of JupyterLab's file browser. */
  dropPaths(paths: readonly string[], target: Element): void;
}

export function takeRows(node: HTMLElement, handler: IRowDropHandler): IDisposable {
  return listen(node, LUMINO_DRAG, (drag: Drag.Event) => {
    const { target } = drag;
    const carried = carriedIn(drag.mimeData);
    const paths: readonly string[] | undefined = drag.mimeData.getData(CONTENTS_MIME);
    if ((!carried && !paths) || !(target instanceof Element)) {
      return;
    }
    drag.preventDefault();
    drag.stopPropagation();
    const act: DropAct = !carried ? 'upload' : drag.ctrlKey || drag.metaKey ? 'copy' : 'move';
    switch (drag.type) {
      case 'lm-dragleave':
        if (hasLeft(node, drag)) {
          handler.over(null, act, carried);
        }
        break;
      case 'lm-drop':
        handler.over(null, act, carried);
        drag.dropAction = act === 'copy' ? 'copy' : 'move';
        if (carried) {
          handler.dropRows(carried, act === 'copy' ? 'copy' : 'move', target);
        } else if (paths) {
          handler.dropPaths(paths, target);
        }
        break;
      default:
        // Core's drags know "move" alone; what comes from the disk is copied all the same.
        drag.dropAction = !handler.over(target, act, carried)
          ? 'none'
          : act === 'copy'
            ? 'copy'
            : 'move';
    }
  });
}
