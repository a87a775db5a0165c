import { MimeData } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Drag } from '@lumino/dragdrop';
import type { Widget } from '@lumino/widgets';
import type { ICarried } from '../actions/carry';
import { CARRIED_MIME } from './carried';

/** Pixels a pointer goes before a press becomes a drag, as in JupyterLab's file browser. */
const THRESHOLD = 5;

/** What the main area opens where it is dropped. */
const FACTORY_MIME = 'application/vnd.lumino.widget-factory';

/** What a drag takes along, decided when it begins. */
export interface IDragContent {
  readonly carried: ICarried;
  /** For a notebook or an editor: Python that reads it. */
  readonly text: string;
  /** For the main area: opens the document; null if it is none. */
  readonly open: (() => Widget | undefined) | null;
  /** What is shown beside the pointer. */
  readonly label: string;
}

/** Begins drags of rows. */
export class RowDrag implements IDisposable {
  /**
   * @param take - What to take along when this row is pulled; null for nothing.
   */
  constructor(
    private readonly _node: HTMLElement,
    private readonly _take: (key: string) => IDragContent | null
  ) {
    _node.addEventListener('pointerdown', this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._node.removeEventListener('pointerdown', this);
    this._release();
    this._drag?.dispose();
  }

  handleEvent(event: PointerEvent): void {
    switch (event.type) {
      case 'pointerdown':
        this._press(event);
        break;
      case 'pointermove':
        this._pull(event);
        break;
      default:
        this._release();
    }
  }

  private _press({ button, pointerType, target, clientX, clientY }: PointerEvent): void {
    const row = target instanceof Element ? target.closest<HTMLElement>('.jp-BucketRow') : null;
    // A finger scrolls.
    const isPull = button === 0 && pointerType !== 'touch';
    if (row?.dataset.key === undefined || !isPull || (target as Element).closest('button, input')) {
      return;
    }
    this._pressed = { key: row.dataset.key, x: clientX, y: clientY };
    for (const type of ENDS) {
      document.addEventListener(type, this, true);
    }
  }

  private _pull({ clientX, clientY }: PointerEvent): void {
    const { key, x, y } = this._pressed!;
    if (Math.hypot(clientX - x, clientY - y) < THRESHOLD) {
      return;
    }
    this._release();
    const content = this._take(key);
    if (!content) {
      return;
    }
    const mimeData = new MimeData();
    mimeData.setData(CARRIED_MIME, content.carried);
    mimeData.setData('text/plain', content.text);
    if (content.open) {
      mimeData.setData(FACTORY_MIME, content.open);
    }
    this._drag = new Drag({
      mimeData,
      dragImage: image(content.label),
      supportedActions: 'copy-move',
      proposedAction: 'copy'
    });
    void this._drag.start(clientX, clientY).then(() => (this._drag = null));
  }

  private _release(): void {
    this._pressed = null;
    for (const type of ENDS) {
      document.removeEventListener(type, this, true);
    }
  }

  private _pressed: { key: string; x: number; y: number } | null = null;
  private _drag: Drag | null = null;
  private _isDisposed = false;
}

const ENDS = ['pointermove', 'pointerup', 'pointercancel'] as const;

function image(label: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'jp-BucketDrag';
  node.textContent = label;
  return node;
}
