import type { TranslationBundle } from '@jupyterlab/translation';
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../commands';
import type { StoreError } from '../store/errors';
import { writeSnippet } from '../store/snippet';
import type { IBrowseContext } from './context';
import type { BrowseModel } from './model';
import { asBucketUri, isUri } from './uri';

/** What the list shows in place of rows: each says what to do next. */
export function NoRows(context: IBrowseContext): JSX.Element {
  const { model, commands, trans } = context;
  const refresh = () => void commands.execute(CommandIDs.refresh);
  if (model.problem) {
    return <Problem {...context} problem={model.problem} retry={() => void model.again()} />;
  }
  if (model.loading || model.buckets === null) {
    return <p className="jp-BucketState jp-mod-loading">{trans.__('Loading...')}</p>;
  }
  if (model.buckets.length === 0) {
    return (
      <div className="jp-BucketState">
        <strong>{trans.__('No buckets here')}</strong>
        <p>
          {trans.__(
            'This server names none: neither SCRATCH_BUCKET nor PERSISTENT_BUCKET is set, and no bucket is configured. Ask whoever runs it.'
          )}
        </p>
        <Button onClick={refresh}>{trans.__('Look again')}</Button>
      </div>
    );
  }
  if (model.filter && !isUri(model.filter)) {
    return (
      <div className="jp-BucketState">
        <strong>
          {model.scope === 'store'
            ? trans.__('No name starts with "%1"', model.filter)
            : trans.__('No name contains "%1"', model.filter)}
        </strong>
        <Button onClick={() => model.setFilter('')}>{trans.__('Show all')}</Button>
      </div>
    );
  }
  return <Empty {...context} />;
}

/** An address that led nowhere. A bucket that is not the hub's may be one that everybody may read. */
export function Lost(
  props: IBrowseContext & { lost: NonNullable<BrowseModel['lost']> }
): JSX.Element {
  const { commands, lost, trans } = props;
  const { uri, why } = lost;
  const mayBePublic = why === 'no-bucket' && asBucketUri(uri).startsWith('gs://');
  return (
    <div className="jp-BucketState jp-mod-problem jp-mod-strip" role="alert">
      {why === 'no-bucket'
        ? trans.__('None of your buckets has %1.', uri)
        : trans.__('There is nothing at %1.', uri)}
      {mayBePublic && (
        <Button onClick={() => void commands.execute(CommandIDs.addBucket, { uri })}>
          {trans.__('Look for a public bucket')}
        </Button>
      )}
    </div>
  );
}

/** Why the list could not be fetched. */
export function Problem(props: {
  model: BrowseModel;
  problem: StoreError;
  retry: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans, problem, retry } = props;
  const titles: Record<string, string> = {
    'no-permission': trans.__('You may not look into this folder'),
    'bucket-unavailable': trans.__('This bucket cannot be used'),
    offline: trans.__('No connection')
  };
  return (
    <div className="jp-BucketState jp-mod-problem" role="alert">
      <strong>{titles[problem.reason] ?? trans.__('The folder could not be listed')}</strong>
      <p>{problem.advice}</p>
      <Button onClick={retry}>{trans.__('Try again')}</Button>
      {model.bucket && model.bucket.home !== model.location?.key && !model.bucket.error && (
        <Button onClick={() => void model.start(null)}>{trans.__('Go to my folder')}</Button>
      )}
    </div>
  );
}

/** An empty folder: three ways to fill it. */
function Empty({ model, commands, trans }: IBrowseContext): JSX.Element {
  const { bucket, location } = model;
  return (
    <div className="jp-BucketState">
      <strong>{trans.__('This folder is empty')}</strong>
      {bucket?.access === 'read-write' && location && (
        <>
          <p>{trans.__('Drop files or folders here, or')}</p>
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            onClick={() => void commands.execute(CommandIDs.upload)}
          >
            {trans.__('Choose files...')}
          </button>
          <button
            type="button"
            className="jp-mod-styled jp-mod-reject"
            onClick={() => void commands.execute(CommandIDs.uploadFolder)}
          >
            {trans.__('Choose a folder...')}
          </button>
          {bucket.provider !== 'local' && (
            <>
              <p>{trans.__('or write from Python:')}</p>
              <code>{writeSnippet(bucket, location.key, 'data.zarr')}</code>
            </>
          )}
        </>
      )}
    </div>
  );
}
