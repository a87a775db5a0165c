import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabStatus } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { IStore, ITransfers } from '../tokens';
import { ChecksumWorker } from './checksum';
import { startChecksumWorker } from './checksumWorker';
import { DialogQuestions } from './questions';
import { TransferQueue } from './queue';
import { Transfers } from './transfers';
import { TransferTray } from './tray';
import { xhrSend } from './xhr';

/** Uploads, their queue and their tray; the panel shows the tray. */
export const transfer: JupyterFrontEndPlugin<ITransfers> = {
  id: 'jupyterlab-leap-buckets:transfer',
  description: 'Uploads files into buckets and shows their progress.',
  autoStart: true,
  requires: [IStore],
  optional: [ITranslator, ILabStatus],
  provides: ITransfers,
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    translator: ITranslator | null,
    status: ILabStatus | null
  ): ITransfers => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const queue = new TransferQueue();
    const checksums = new ChecksumWorker(startChecksumWorker);

    let busy: IDisposable | null = null;
    queue.changed.connect(() => {
      if (queue.busy) {
        busy ??= status?.setBusy() ?? null;
      } else {
        busy?.dispose();
        busy = null;
      }
    });
    window.addEventListener('beforeunload', event => {
      if (queue.busy) {
        event.preventDefault();
      }
    });

    return new Transfers({
      store,
      queue,
      questions: new DialogQuestions(trans),
      send: xhrSend(store.client.settings),
      checksum: () => checksums.file(),
      tray: new TransferTray({ queue, commands: app.commands, trans }),
      trans
    });
  }
};
