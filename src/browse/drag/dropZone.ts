import type { IDisposable } from '@lumino/disposable';

/** Tells a panel about files of the desktop that are dragged over it. */
export interface IDropHandler {
  /** Files are over this element, null when they have left; tells whether it would take them. */
  over(target: Element | null): boolean;
  /** Files were dropped on this element; `data` must be read within the call. */
  drop(data: DataTransfer, target: Element): void;
}

const EVENTS = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;

/** Takes files of the desktop anywhere on a node. Drags of text or of JupyterLab are left alone. */
export class DropZone implements IDisposable {
  constructor(
    private readonly _node: HTMLElement,
    private readonly _handler: IDropHandler
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

  handleEvent(event: DragEvent): void {
    const { dataTransfer, target } = event;
    if (!dataTransfer?.types.includes('Files') || !(target instanceof Element)) {
      return;
    }
    // Else the browser would open the file in place of JupyterLab.
    event.preventDefault();
    switch (event.type) {
      case 'dragleave':
        // Every child that is crossed sends one; only the last leads out of the node.
        if (!(event.relatedTarget instanceof Node && this._node.contains(event.relatedTarget))) {
          this._handler.over(null);
        }
        break;
      case 'drop':
        event.stopPropagation();
        this._handler.over(null);
        this._handler.drop(dataTransfer, target);
        break;
      default:
        dataTransfer.dropEffect = this._handler.over(target) ? 'copy' : 'none';
    }
  }

  private _isDisposed = false;
}
