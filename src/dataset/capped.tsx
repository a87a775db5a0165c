import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** Items drawn at once; more appear when asked for. A page of all that a store may hold stalls. */
const PAGE = 200;

/** The first of many items, and a button that shows more of them. */
export function Capped<T>(props: {
  items: readonly T[];
  children: (shown: readonly T[]) => React.ReactNode;
  trans: TranslationBundle;
}): JSX.Element {
  const { items, children, trans } = props;
  const [shown, setShown] = React.useState(PAGE);
  return (
    <>
      {children(items.slice(0, shown))}
      {items.length > shown && (
        <button className="jp-BucketDataset-more" onClick={() => setShown(shown + PAGE)}>
          {trans.__('Show more (%1)', items.length - shown)}
        </button>
      )}
    </>
  );
}

/** A text of a store's metadata, which has no limit, at a length that can be drawn. */
export function cut(text: string, most = 300): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
