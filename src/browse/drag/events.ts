import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

/** What JupyterLab's own drags send; they carry `MimeData` of Lumino. */
export const LUMINO_DRAG = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'] as const;

/** What a browser sends for files of the desktop. */
export const DESKTOP_DRAG = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;

/** Listens to events until it is disposed of. */
export function listen<T extends Event>(
  target: EventTarget,
  types: readonly string[],
  listener: (event: T) => void,
  capture = false
): IDisposable {
  for (const type of types) {
    target.addEventListener(type, listener as EventListener, capture);
  }
  return new DisposableDelegate(() => {
    for (const type of types) {
      target.removeEventListener(type, listener as EventListener, capture);
    }
  });
}

/** Whether the pointer has left a node; every child that is crossed says that it left something. */
export function hasLeft(node: Node, { relatedTarget }: MouseEvent): boolean {
  return !(relatedTarget instanceof Node && node.contains(relatedTarget));
}
