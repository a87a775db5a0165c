import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { formatSpan } from '../ui/format';
import { expiryOf, isUrgent } from './expiry';

/** When the store will delete a file, in a warning colour on its last day. */
export function ExpiryCell(props: {
  readonly created: number | null;
  /** The bucket's rule. */
  readonly days: number;
  readonly now: number;
  readonly trans: TranslationBundle;
}): JSX.Element {
  const { created, days, now, trans } = props;
  const expiry = expiryOf(created, days);
  const span = expiry === null ? null : formatSpan(expiry - now);
  return (
    <div
      role="gridcell"
      className={`jp-BucketRow-expiry${expiry !== null && isUrgent(expiry, now) ? ' jp-mod-urgent' : ''}`}
      title={
        expiry === null
          ? undefined
          : trans.__('Deleted after %1', new Date(expiry).toLocaleString())
      }
    >
      {expiry !== null && (span === null ? trans.__('any time') : trans.__('in %1', span))}
    </div>
  );
}
