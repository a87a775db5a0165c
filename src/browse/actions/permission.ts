import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IBucket } from '../../store/entry';
import { foreignOwner } from '../../store/path';
import { legible } from '../../ui/legible';
import { confirmOutsideHome } from '../../ui/outsideHome';
import type { BrowseModel } from '../model';

/** A key that something is about to write or delete. */
export interface IWritten {
  readonly bucket: IBucket;
  readonly key: string;
}

/** What is going to be done, as the question about somebody else's folder says it. */
export interface IDeed {
  /** Such as `Delete in the folder of "%1"?`. */
  readonly inFolderOf: (owner: string) => string;
  /** The same without an owner, at the top of a bucket: `Delete outside your own folder?`. */
  readonly outside: string;
  readonly accept: string;
}

/** Whether the folder shown may be written to, as far as the bucket says. */
export function isWritable({ bucket, location }: BrowseModel): boolean {
  return location !== null && bucket !== null && bucket.access === 'read-write' && !bucket.error;
}

/**
 * Asks for the second yes where these keys are not the user's own.
 *
 * @returns the owner to name to the server (undefined where none is needed), or null for no.
 */
export async function agree(
  written: readonly IWritten[],
  deed: IDeed,
  trans: TranslationBundle
): Promise<{ confirmedOwner: string | undefined } | null> {
  const foreign = new Map<string, IWritten>();
  for (const place of written) {
    const owner = foreignOwner(place.key, place.bucket.home);
    if (owner !== null) {
      foreign.set(owner, place);
    }
  }
  if (foreign.size === 0) {
    return { confirmedOwner: undefined };
  }
  if (foreign.size > 1) {
    await showDialog({
      title: trans.__('These belong to different people'),
      body: trans.__(
        'They lie in the folders of %1. Do it for one of them after the other, so that each is meant.',
        [...foreign.keys()].map(owner => `"${owner}"`).join(', ')
      ),
      buttons: [Dialog.okButton()]
    });
    return null;
  }
  const [[confirmedOwner, { bucket, key }]] = foreign;
  // What lies at the top beside everybody's folders belongs to nobody.
  const owner = key.includes('/') ? confirmedOwner : null;
  const isAgreed = await confirmOutsideHome(bucket, owner, trans, {
    title: owner === null ? deed.outside : deed.inFolderOf(legible(owner)),
    accept: deed.accept
  });
  return isAgreed ? { confirmedOwner } : null;
}
