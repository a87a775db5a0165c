import type { IDisposable } from '@lumino/disposable';
import { DESKTOP_DRAG, hasLeft, listen } from './events';

/** Tells a panel about files of the desktop that are dragged over it. */
export interface IDropHandler {
  /** Files are over this element, null when they have left; tells whether it would take them. */
  over(target: Element | null): boolean;
  /** Files were dropped on this element; `data` must be read within the call. */
  drop(data: DataTransfer, target: Element): void;
}

/** Takes files of the desktop anywhere on a node. Drags of text or of JupyterLab are left alone. */
export function takeFiles(node: HTMLElement, handler: IDropHandler): IDisposable {
  return listen(node, DESKTOP_DRAG, (event: DragEvent) => {
    const { dataTransfer, target } = event;
    if (!dataTransfer?.types.includes('Files') || !(target instanceof Element)) {
      return;
    }
    // Else the browser would open the file in place of JupyterLab.
    event.preventDefault();
    switch (event.type) {
      case 'dragleave':
        if (hasLeft(node, event)) {
          handler.over(null);
        }
        break;
      case 'drop':
        event.stopPropagation();
        handler.over(null);
        handler.drop(dataTransfer, target);
        break;
      default:
        dataTransfer.dropEffect = handler.over(target) ? 'copy' : 'none';
    }
  });
}
