import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';
import type { IBucket } from '../store/entry';
import type { IBrowseContext } from './context';

/** The place chooser: every bucket in a person's words. */
export function Places({ model, trans }: IBrowseContext): JSX.Element {
  const name = ({ label, expiresAfterDays }: IBucket) =>
    expiresAfterDays === null
      ? label
      : trans._n(
          '%2 - deleted after %1 day',
          '%2 - deleted after %1 days',
          expiresAfterDays,
          label
        );
  return (
    <HTMLSelect
      className="jp-BucketPlaces"
      aria-label={trans.__('Place')}
      title={model.bucket ? `${name(model.bucket)}\n${model.bucket.uri}` : undefined}
      value={model.location?.bucket ?? ''}
      onChange={event => {
        const bucket = model.buckets?.find(({ id }) => id === event.target.value);
        if (bucket) {
          void model.go({ bucket: bucket.id, key: bucket.home });
        }
      }}
    >
      {model.buckets?.map(bucket => (
        <option key={bucket.id} value={bucket.id}>
          {name(bucket)}
        </option>
      ))}
    </HTMLSelect>
  );
}
