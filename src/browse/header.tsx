import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React from 'react';
import type { IBrowseContext } from './context';
import type { SortBy } from './order';

/** The heads of the columns: buttons that sort by theirs. */
export function Header({ model, trans }: IBrowseContext): JSX.Element {
  const { by: sorted, descending } = model.order;
  const Arrow = (descending ? caretDownIcon : caretUpIcon).react;
  const expires = (model.bucket?.expiresAfterDays ?? null) !== null;
  const heads: (readonly [by: SortBy, label: string])[] = [
    ['name', trans.__('Name')],
    ['size', trans.__('Size')],
    ['age', trans.__('Age')],
    ...(expires ? [['expiry', trans.__('Deleted')] as const] : [])
  ];
  return (
    <div role="rowgroup" className="jp-BucketHeader">
      <div role="row" className="jp-BucketHeader-row">
        {heads.map(([by, label]) => (
          <div
            key={by}
            role="columnheader"
            className={`jp-BucketRow-${by}`}
            aria-sort={sorted !== by ? undefined : descending ? 'descending' : 'ascending'}
          >
            <button
              type="button"
              className="jp-BucketHeader-button"
              disabled={!model.listed}
              onClick={() => void model.sort(by)}
            >
              <span>{label}</span>
              {sorted === by && <Arrow tag="span" width="14px" height="14px" aria-hidden />}
            </button>
          </div>
        ))}
        <div role="columnheader" className="jp-LeapHidden">
          {trans.__('Actions')}
        </div>
      </div>
    </div>
  );
}
