import React from 'react';
import { formatSpan } from '../ui/format';
import type { IBrowseContext } from './context';
import { countAmong } from './selection';

export interface IFooterProps extends IBrowseContext {
  /** Milliseconds, as `Date.now()`. */
  readonly now: number;
  /** Hands the keyboard to the list. */
  readonly toList: () => void;
}

/** How many rows there are, how old this knowledge is, and the way to all of them. */
export function Footer({ model, trans, now, toList }: IFooterProps): JSX.Element {
  const { filter, rows, complete, selection, listedAt, loading, loadingAll } = model;
  const button = React.useRef<HTMLButtonElement>(null);
  const hadKeyboard = React.useRef(false);
  React.useLayoutEffect(() => {
    // The button goes away when everything is there.
    if (!button.current && hadKeyboard.current) {
      toList();
    }
    hadKeyboard.current = button.current !== null && document.activeElement === button.current;
  });

  const count = complete
    ? trans._n('%2 item', '%2 items', rows.length, rows.length.toLocaleString())
    : trans.__('%1+ items', rows.length.toLocaleString());
  const progress = trans.__('Loading all: %1 so far...', model.listed.toLocaleString());
  const age = formatSpan(now - listedAt);
  // As `chosenKeys`: what a filter hides is not touched.
  const selected = React.useMemo(
    () => (filter === '' ? selection.keys.size : countAmong(selection, rows)),
    [filter, selection, rows]
  );
  const isListed = model.location !== null && listedAt > 0 && (rows.length > 0 || complete);
  return (
    <>
      <div role="status" className="jp-LeapHidden">
        {loading
          ? trans.__('Loading...')
          : loadingAll
            ? trans.__('Loading all...')
            : isListed && count}
      </div>
      {isListed && (
        <div className="jp-BucketFooter">
          <span>
            {loadingAll ? progress : count}
            {selected > 1 && `, ${trans.__('%1 selected', selected.toLocaleString())}`}
          </span>
          {model.hasMore && (
            <button
              ref={button}
              type="button"
              className="jp-BucketFooter-button"
              onFocus={() => (hadKeyboard.current = true)}
              onBlur={() => (hadKeyboard.current = false)}
              onClick={() => (loadingAll ? model.cancelLoadAll() : void model.loadAll())}
            >
              {loadingAll
                ? trans.__('Cancel')
                : complete
                  ? // What a refresh left as it was.
                    trans.__('Load all again')
                  : trans.__('Load all')}
            </button>
          )}
          {!loadingAll && (
            <span className="jp-BucketFooter-age">
              {loading
                ? trans.__('Loading...')
                : age
                  ? trans.__('Listed %1 ago', age)
                  : trans.__('Listed just now')}
            </span>
          )}
        </div>
      )}
    </>
  );
}
