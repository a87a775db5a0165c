import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';
import type { IBucket } from '../store/entry';
import { toUri } from '../store/path';
import type { IBrowseContext } from './context';

/** The place chooser: every bucket in a person's words, and the favourites. */
export function Places({ model, settings, trans }: IBrowseContext): JSX.Element {
  const { buckets, location } = model;
  const { favourites } = settings.values;
  const name = (bucket: IBucket) => placeName(bucket, trans);
  const bucketOf = (id: string) => buckets?.find(bucket => bucket.id === id);
  const shown = favourites.findIndex(
    ({ bucket, prefix }) => bucket === location?.bucket && prefix === location.key
  );
  return (
    <HTMLSelect
      className="jp-BucketPlaces"
      aria-label={trans.__('Place')}
      title={model.bucket ? `${name(model.bucket)}\n${model.bucket.uri}` : undefined}
      value={shown === -1 ? (location?.bucket ?? '') : `${FAVOURITE}${shown}`}
      onChange={({ target: { value } }) => {
        const favourite = value.startsWith(FAVOURITE)
          ? favourites[Number(value.slice(FAVOURITE.length))]
          : undefined;
        const bucket = bucketOf(favourite?.bucket ?? value);
        if (bucket) {
          void model.go({ bucket: bucket.id, key: favourite?.prefix ?? bucket.home });
        }
      }}
    >
      {buckets?.map(bucket => (
        <option key={bucket.id} value={bucket.id}>
          {name(bucket)}
        </option>
      ))}
      {favourites.length > 0 && (
        <optgroup label={trans.__('Favourites')}>
          {favourites.map(({ bucket, prefix }, index) => {
            const known = bucketOf(bucket);
            return (
              known && (
                <option key={`${bucket}/${prefix}`} value={`${FAVOURITE}${index}`}>
                  {toUri(known.uri, prefix)}
                </option>
              )
            );
          })}
        </optgroup>
      )}
    </HTMLSelect>
  );
}

/** What a bucket is called where one is chosen: what is put there may not stay. */
export function placeName({ label, expiresAfterDays }: IBucket, trans: TranslationBundle): string {
  return expiresAfterDays === null
    ? label
    : trans._n('%2 - deleted after %1 day', '%2 - deleted after %1 days', expiresAfterDays, label);
}

/** Begins the value of a favourite; no bucket's id has a space. */
const FAVOURITE = 'favourite ';
