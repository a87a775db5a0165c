import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { IRow } from './folder';

/** The name of a row while it is edited: Enter or leaving takes it, Escape gives up. */
export function RenameBox(props: {
  row: IRow;
  /** Called once, with null for "leave it as it is". */
  done: (name: string | null) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { row, done, trans } = props;
  const box = React.useRef<HTMLInputElement>(null);
  const isDone = React.useRef(false);
  React.useLayoutEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(0, stemLength(row));
  }, [row.key]);
  // The row may go away with the keyboard in it, by a refresh.
  React.useEffect(() => () => finish(null), []);
  const finish = (name: string | null) => {
    if (!isDone.current) {
      isDone.current = true;
      done(name === row.name ? null : name);
    }
  };
  const end = (element: HTMLElement, name: string | null) => {
    const row = element.closest<HTMLElement>('.jp-BucketRow');
    finish(name);
    // While the box is still there, so that the keyboard is never nowhere.
    row?.focus();
  };
  return (
    <input
      ref={box}
      type="text"
      className="jp-BucketRow-rename"
      aria-label={trans.__('New name of %1', row.name)}
      defaultValue={row.name}
      spellCheck={false}
      onBlur={event => finish(event.target.value)}
      onDoubleClick={event => event.stopPropagation()}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) {
          return;
        }
        if (event.key === 'Enter') {
          event.preventDefault();
          end(event.currentTarget, event.currentTarget.value);
        } else if (event.key === 'Escape') {
          event.preventDefault();
          end(event.currentTarget, null);
        }
      }}
    />
  );
}

/** How much of a name is likely to change: all but its extension. */
export function stemLength({ kind, name }: Pick<IRow, 'kind' | 'name'>): number {
  const dot = kind === 'folder' ? -1 : name.lastIndexOf('.');
  return dot > 0 ? dot : name.length;
}
