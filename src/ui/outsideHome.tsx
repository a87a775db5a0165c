import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IBucket } from '../store/entry';
import { toUri } from '../store/path';

/**
 * The second yes, which names whose folder it is. Enter and Escape mean no.
 *
 * @param owner - Null at the top of the bucket.
 */
export async function confirmOutsideHome(
  bucket: IBucket,
  owner: string | null,
  trans: TranslationBundle,
  words: { readonly title: string; readonly accept: string }
): Promise<boolean> {
  const { button } = await showDialog({
    title: words.title,
    body: (
      <div>
        <p>
          {owner
            ? trans.__('%1 belongs to somebody else.', toUri(bucket.uri, `${owner}/`))
            : trans.__('The top of %1 is shared by everybody.', bucket.uri)}
        </p>
        <p>{trans.__('Your own folder is %1.', toUri(bucket.uri, bucket.home))}</p>
      </div>
    ),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: words.accept })],
    // Enter must not be the second yes.
    defaultButton: 0
  });
  return button.accept;
}
