import { ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { crumbs } from '../store/path';
import { bucketIcon } from '../ui/icons';
import type { IBrowseContext } from './context';

/** Folders shown by name; those between the bucket and them are behind an ellipsis. */
const MOST = 3;

export interface ICrumbsProps extends IBrowseContext {
  /** The key of another folder that a drop would go into. */
  readonly dropTarget: string | null;
}

/** The way from the bucket to the folder shown; each part leads there, and takes what is dropped. */
export function Crumbs({ model, dropTarget, trans }: ICrumbsProps): JSX.Element | null {
  const { location, bucket } = model;
  if (!location || !bucket) {
    return null;
  }
  // The id of one on S3 begins with the name of its connection.
  const name = bucket.provider === 's3' ? bucket.uri.slice('s3://'.length) : bucket.id;
  const all = crumbs(location.key);
  const shown = all.slice(-MOST);
  const hidden = all[all.length - MOST - 1];
  const leadsTo = (prefix: string) => ({
    'data-prefix': prefix,
    className: prefix === dropTarget ? 'jp-mod-dropTarget' : undefined,
    onClick: () => void model.go({ bucket: location.bucket, key: prefix })
  });
  return (
    <nav className="jp-BucketCrumbs" aria-label={trans.__('Folders')}>
      <button
        type="button"
        title={bucket.uri}
        aria-label={trans.__('The whole bucket %1', name)}
        aria-current={all.length === 0 ? 'location' : undefined}
        {...leadsTo('')}
      >
        <bucketIcon.react tag="span" width="16px" height="16px" />
        {all.length === 0 && <bdi>{name}</bdi>}
      </button>
      {hidden && (
        <>
          <span aria-hidden>/</span>
          <button
            type="button"
            title={hidden.prefix}
            aria-label={trans.__('Folder %1', hidden.prefix)}
            {...leadsTo(hidden.prefix)}
          >
            <ellipsesIcon.react tag="span" width="16px" height="16px" />
          </button>
        </>
      )}
      {shown.map(({ name: folder, prefix }, index) => (
        <React.Fragment key={prefix}>
          <span aria-hidden>/</span>
          <button
            type="button"
            title={prefix}
            aria-current={index === shown.length - 1 ? 'location' : undefined}
            {...leadsTo(prefix)}
          >
            <bdi>{folder || trans.__('(no name)')}</bdi>
          </button>
        </React.Fragment>
      ))}
    </nav>
  );
}
