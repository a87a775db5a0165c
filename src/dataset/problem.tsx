import type { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { cut } from './capped';

/** Why there is no summary, and what can be done. */
export function Problem(props: {
  title: string;
  detail: string;
  openFolder?: () => void;
  retry?: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { title, detail, openFolder, retry, trans } = props;
  return (
    <div className="jp-BucketDataset-problem" role="alert">
      <h2>{title}</h2>
      <p>{cut(detail, 2000)}</p>
      {retry && <Button onClick={retry}>{trans.__('Try Again')}</Button>}
      {openFolder && <Button onClick={openFolder}>{trans.__('Open Folder')}</Button>}
    </div>
  );
}
