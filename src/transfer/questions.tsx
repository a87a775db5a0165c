import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IBucket, IExisting } from '../store/entry';
import type { StoreError } from '../store/errors';
import { toUri } from '../store/path';
import { formatBytes } from '../ui/format';
import { confirmOutsideHome } from '../ui/outsideHome';
import { legible } from '../ui/legible';
import type { Choice } from './conflict';
import type { IQuestions } from './transfers';
import type { IUploadRequest } from './uploadJob';

/** Milliseconds for which a warning is shown. */
const SHOWN = 20_000;

/** The questions as JupyterLab's own dialogs. Escape is always the answer that changes nothing. */
export class DialogQuestions implements IQuestions {
  constructor(private readonly _trans: TranslationBundle) {}

  async conflict(
    { name, file, bucket, prefix }: IUploadRequest,
    existing: IExisting,
    more: number | null
  ): Promise<{ choice: Choice; forAll: boolean }> {
    const trans = this._trans;
    const age = existing.updated && Time.formatHuman(new Date(existing.updated));
    const { button, isChecked } = await showDialog({
      title: trans.__('"%1" exists already', legible(name)),
      body: (
        <div>
          <p>{toUri(bucket.uri, prefix)}</p>
          <p>
            {age
              ? trans.__('In the bucket: %1, changed %2.', formatBytes(existing.size), age)
              : trans.__('In the bucket: %1.', formatBytes(existing.size))}
          </p>
          <p>
            {trans.__(
              'Your file: %1, changed %2.',
              formatBytes(file.size),
              Time.formatHuman(new Date(file.lastModified))
            )}
          </p>
        </div>
      ),
      checkbox:
        more === 0
          ? null
          : {
              label:
                more === null
                  ? trans.__('Do the same for all others that exist')
                  : trans._n(
                      'Do the same for the other file that exists',
                      'Do the same for the other %1 files that exist',
                      more
                    ),
              // Of a folder: nobody wants to be asked a thousand times.
              checked: more === null
            },
      buttons: [
        Dialog.cancelButton({ label: trans.__('Skip'), actions: ['skip'] }),
        Dialog.warnButton({ label: trans.__('Replace'), actions: ['replace'] }),
        Dialog.okButton({ label: trans.__('Keep Both'), actions: ['keepBoth'] })
      ]
    });
    const choice = button.actions[0] as Choice | undefined;
    // Escape is no answer: nothing that exists is touched, and nothing more is asked.
    return choice ? { choice, forAll: isChecked ?? false } : { choice: 'skip', forAll: true };
  }

  outsideHome(bucket: IBucket, owner: string | null): Promise<boolean> {
    const trans = this._trans;
    return confirmOutsideHome(bucket, owner, trans, {
      title: owner
        ? trans.__('Upload into the folder of "%1"?', legible(owner))
        : trans.__('Upload outside your own folder?'),
      accept: owner ? trans.__('Upload to "%1"', legible(owner)) : trans.__('Upload Anyway')
    });
  }

  expiring(bucket: IBucket, lasting: IBucket | null, redirect: () => void): void {
    const trans = this._trans;
    const text = trans._n(
      'Files in "%2" are deleted after %1 day.',
      'Files in "%2" are deleted after %1 days.',
      bucket.expiresAfterDays!,
      bucket.label
    );
    const id = Notification.warning(text, {
      autoClose: SHOWN,
      actions: lasting
        ? [
            {
              label: trans.__('Upload to "%1" Instead', lasting.label),
              callback: () => {
                Notification.dismiss(id);
                redirect();
              }
            }
          ]
        : []
    });
  }

  async refuse(error: StoreError): Promise<void> {
    await showDialog({
      title: this._trans.__('Nothing was uploaded'),
      body: error.advice,
      buttons: [Dialog.okButton()]
    });
  }
}
