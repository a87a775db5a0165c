import type { IDisposable } from '@lumino/disposable';
import type { Drag } from '@lumino/dragdrop';
import type { ICarried } from '../actions/carry';
import { carriedIn, CONTENTS_MIME } from './carried';

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

const EVENTS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'] as const;

export class RowDrop implements IDisposable {
  constructor(
    private readonly _node: HTMLElement,
    private readonly _handler: IRowDropHandler
  ) {
    for (const type of EVENTS) {
      _node.addEventListener(type, this);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const type of EVENTS) {
      this._node.removeEventListener(type, this);
    }
  }

  handleEvent(event: Event): void {
    const drag = event as Drag.Event;
    const { target } = drag;
    const carried = carriedIn(drag.mimeData);
    const paths: readonly string[] | undefined = drag.mimeData.getData(CONTENTS_MIME);
    if ((!carried && !paths) || !(target instanceof Element)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const act: DropAct = !carried ? 'upload' : drag.ctrlKey || drag.metaKey ? 'copy' : 'move';
    switch (event.type) {
      case 'lm-dragleave':
        if (!(drag.relatedTarget instanceof Node && this._node.contains(drag.relatedTarget))) {
          this._handler.over(null, act, carried);
        }
        break;
      case 'lm-drop':
        this._handler.over(null, act, carried);
        drag.dropAction = act === 'copy' ? 'copy' : 'move';
        if (carried) {
          this._handler.dropRows(carried, act === 'copy' ? 'copy' : 'move', target);
        } else if (paths) {
          this._handler.dropPaths(paths, target);
        }
        break;
      default:
        // Core's drags know "move" alone; what comes from the disk is copied all the same.
        drag.dropAction = !this._handler.over(target, act, carried)
          ? 'none'
          : act === 'copy'
            ? 'copy'
            : 'move';
    }
  }

  private _isDisposed = false;
}
