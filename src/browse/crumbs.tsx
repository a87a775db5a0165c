import { ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { crumbs } from '../store/path';
import { bucketIcon } from '../ui/icons';
import type { IBrowseContext } from './context';

/** Folders shown by name; those between the bucket and them are behind an ellipsis. */
const MOST = 3;

/** The way from the bucket to the folder shown; each part leads there. */
export function Crumbs({ model, trans }: IBrowseContext): JSX.Element | null {
  const { location, bucket } = model;
  if (!location || !bucket) {
    return null;
  }
  const all = crumbs(location.key);
  const shown = all.slice(-MOST);
  const hidden = all[all.length - MOST - 1];
  const go = (prefix: string) => () => void model.go({ bucket: location.bucket, key: prefix });
  return (
    <nav className="jp-BucketCrumbs" aria-label={trans.__('Folders')}>
      <button
        type="button"
        title={bucket.uri}
        aria-label={trans.__('The whole bucket %1', bucket.id)}
        aria-current={all.length === 0 ? 'location' : undefined}
        onClick={go('')}
      >
        <bucketIcon.react tag="span" width="16px" height="16px" />
        {all.length === 0 && <bdi>{bucket.id}</bdi>}
      </button>
      {hidden && (
        <>
          <span aria-hidden>/</span>
          <button
            type="button"
            title={hidden.prefix}
            aria-label={trans.__('Folder %1', hidden.prefix)}
            onClick={go(hidden.prefix)}
          >
            <ellipsesIcon.react tag="span" width="16px" height="16px" />
          </button>
        </>
      )}
      {shown.map(({ name, prefix }, index) => (
        <React.Fragment key={prefix}>
          <span aria-hidden>/</span>
          <button
            type="button"
            title={prefix}
            aria-current={index === shown.length - 1 ? 'location' : undefined}
            onClick={go(prefix)}
          >
            <bdi>{name || trans.__('(no name)')}</bdi>
          </button>
        </React.Fragment>
      ))}
    </nav>
  );
}
