import { Dialog, showDialog } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import type { StoreClient } from '../../store/client';
import type { IBucket } from '../../store/entry';
import { basename } from '../../store/path';
import { formatBytes } from '../../ui/format';
import { refuse } from './change';
import { type Actions, chosenKeys, type IActionContext, onRow } from './context';
import { called } from './words';

/** Bytes from which a download is asked about where the hub pays for what leaves the cloud. */
const COSTLY = 1024 ** 3;

/** Things of a zip that are looked at before it is begun. */
const MOST_PROVED = 8;

/** To the user's computer: one file as itself, a folder or several things as a zip that is streamed. */
export function downloading({ client, model, panel, trans }: IActionContext): Actions {
  const isAgreed = async (bucket: IBucket, size: number | null): Promise<boolean> => {
    if (bucket.provider !== 'gcs' || (size !== null && size < COSTLY)) {
      return true;
    }
    const { button } = await showDialog({
      title:
        size === null ? trans.__('Download folders?') : trans.__('Download %1?', formatBytes(size)),
      body:
        size === null
          ? trans.__(
              'They may be large, and the hub pays for what leaves the cloud. "Folder Size" tells. Working with them in a notebook costs nothing.'
            )
          : trans.__(
              'The hub pays for what leaves the cloud. Working with it in a notebook costs nothing.'
            ),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Download') })]
    });
    return button.accept;
  };
  return {
    [CommandIDs.download]: onRow(model, async (row, bucket) => {
      const keys = chosenKeys(model);
      const sizes = keys.map(key => model.rows.at(model.rows.indexOf(key)).size);
      const isKnown = sizes.every(size => size !== null);
      const isWanted = await isAgreed(bucket, isKnown ? sizes.reduce((a, b) => a + b, 0) : null);
      panel.keepKeyboard();
      if (!isWanted) {
        return;
      }
      try {
        // The browser would not say why a download failed.
        if (keys.length === 1 && !keys[0].endsWith('/')) {
          await client.head(bucket.id, keys[0]);
          save(client.objectUrl(bucket.id, keys[0]), basename(keys[0]) || 'object');
        } else {
          await Promise.all(keys.slice(0, MOST_PROVED).map(key => prove(client, bucket.id, key)));
          save(await client.archiveUrl(bucket.id, keys), '');
        }
      } catch (error) {
        await refuse(trans.__('Nothing was downloaded of %1', called(keys, trans)), error);
        panel.keepKeyboard();
      }
    })
  };
}

/** Rejects where there is nothing of this name, or nothing that may be read. */
async function prove(client: StoreClient, bucket: string, key: string): Promise<void> {
  const isFilled =
    key.endsWith('/') && (await client.list(bucket, key, { limit: 1 })).entries.length > 0;
  if (!isFilled) {
    await client.head(bucket, key);
  }
}

/** Lets the browser fetch an address of this server to the disk: nothing of it is in the page. */
function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
