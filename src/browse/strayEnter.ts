import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

/** Milliseconds within which a second press belongs to the first. */
const DOUBLE_PRESS = 500;

/**
 * Keeps an Enter that was meant for a dialog, or for the box of a name, from opening the row that gets
 * the keyboard after it: while the key is held, and where it was pressed twice.
 *
 * @param list - What has the rows.
 */
export function stopStrayEnter(list: HTMLElement): IDisposable {
  let answered = -Infinity;
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    if (event.key !== 'Enter' || !(target instanceof Element)) {
      return;
    }
    if (target.closest('.jp-Dialog, .jp-BucketRow-rename')) {
      answered = event.timeStamp;
    } else if (
      list.contains(target) &&
      target.matches('.jp-BucketRow') &&
      (event.repeat || event.timeStamp - answered < DOUBLE_PRESS)
    ) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  // JupyterLab runs commands on the way down from the document.
  window.addEventListener('keydown', onKeyDown, true);
  return new DisposableDelegate(() => window.removeEventListener('keydown', onKeyDown, true));
}
