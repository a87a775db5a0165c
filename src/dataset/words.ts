import type { TranslationBundle } from '@jupyterlab/translation';
import { basename } from '../store/path';
import { isAbort, StoreError } from '../store/errors';
import { DatasetError } from './reader';

/** What went wrong and what to do now, for a person. */
export interface IWords {
  readonly title: string;
  readonly detail: string;
  /** Whether the same may work in a while. */
  readonly retry: boolean;
}

/** The same as an error, whose message is for a person; a cancellation stays what it is. */
export function inWords(error: unknown, trans: TranslationBundle): unknown {
  if (isAbort(error)) {
    return error;
  }
  const { title, detail } = explain(error, trans);
  const { status, reason } = error instanceof StoreError ? error : { status: 0, reason: '' };
  return new StoreError(`${title}.`, status, reason, detail);
}

export function explain(error: unknown, trans: TranslationBundle): IWords {
  if (!(error instanceof DatasetError)) {
    const detail = error instanceof StoreError ? error.advice : String(error);
    return { title: trans.__('The data set cannot be read'), detail, retry: true };
  }
  const { key, message, reason, status, hint } = error.failure;
  switch (reason) {
    case 'not-zarr':
      return {
        title: trans.__('This folder is not a Zarr store'),
        detail: trans.__(
          '"%1" is named like one, but has none of the files zarr.json, .zgroup, .zarray and .zmetadata. It may still be being written; open the folder to see what is in it.',
          basename(key)
        ),
        retry: true
      };
    case 'empty-folder':
      return {
        title: trans.__('There is nothing here'),
        detail: trans.__(
          'The folder "%1" is empty or does not exist. It may have been moved or deleted.',
          key
        ),
        retry: true
      };
    case 'bad-metadata':
      return {
        title: trans.__('The metadata of this data set is broken'),
        detail: trans
          .__(
            'The file "%1" cannot be read as a JSON object. Write the data set again, or open the folder and repair the file. %2',
            key,
            message
          )
          .trim(),
        retry: true
      };
    case 'too-large':
      return {
        title: trans.__('The metadata of this data set is too large to show'),
        detail: trans.__('The file "%1" has more than 64 MB. Read it in Python instead.', key),
        retry: false
      };
    case 'unsupported':
      return {
        title: trans.__('This cannot be shown here'),
        detail: trans.__('It cannot be decoded here (%1). Read it in Python instead.', message),
        retry: false
      };
    case 'offline':
      return {
        title: trans.__('The server did not answer'),
        detail: trans.__(
          'Check your network and that your Jupyter server is running, then try again.'
        ),
        retry: true
      };
    case 'no-worker':
      return {
        title: trans.__('The reader of data sets could not start'),
        detail: trans.__('Try again; if it happens again, reload the page.'),
        retry: true
      };
  }
  if (status === 401 || reason === 'not-signed-in') {
    return {
      title: trans.__('You are not signed in'),
      detail: trans.__('Reload the page and sign in again.'),
      retry: true
    };
  }
  const said = [message, hint].filter(text => text !== '').join(' ');
  const detail = said || trans.__('The server answered %1 without saying why.', status);
  return {
    title:
      status === 403
        ? trans.__('You may not read this data set')
        : trans.__('The data set cannot be read'),
    detail: detail.includes(key) ? detail : `${detail} (${key})`,
    retry: true
  };
}
