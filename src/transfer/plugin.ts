import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabStatus } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { IStore, ITransfers } from '../tokens';
import { chooseFiles, chooseFolder } from '../ui/choose';
import { BrowserRecords, PageLife } from './browserRecords';
import { ChecksumWorker } from './checksum';
import { startChecksumWorker } from './checksumWorker';
import { Interruptions } from './interruptions';
import { EndNotice, notify } from './notice';
import { DialogQuestions } from './questions';
import { TransferQueue } from './queue';
import { Roads } from './roads';
import { TransferStatus } from './status';
import { Transfers } from './transfers';
import { TransferTray } from './tray';
import { xhrSend } from './xhr';

/** Uploads, their queue and their tray; the panel shows the tray. */
export const transfer: JupyterFrontEndPlugin<ITransfers> = {
  id: 'jupyterlab-leap-buckets:transfer',
  description: 'Uploads files into buckets and shows their progress.',
  autoStart: true,
  requires: [IStore],
  optional: [ITranslator, ILabStatus, IStatusBar],
  provides: ITransfers,
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    translator: ITranslator | null,
    status: ILabStatus | null,
    statusBar: IStatusBar | null
  ): ITransfers => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const queue = new TransferQueue();
    const uriOf = async ({ bucket, key }: ILocation) =>
      `${(await store.buckets.get(bucket))?.uri ?? bucket}/${key}`;
    const checksums = new ChecksumWorker(startChecksumWorker);

    let busy: IDisposable | null = null;
    const notice = new EndNotice(trans);
    queue.changed.connect(() => {
      const end = notice.note(queue.summary, document.hidden);
      if (end) {
        notify(end, commands, trans);
      }
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
    window.addEventListener('online', () => {
      queue.retryFailed(({ reason }) => reason === StoreError.offline().reason);
    });
    if (statusBar) {
      const item = new TransferStatus({ queue, commands, trans });
      statusBar.registerStatusItem('jupyterlab-leap-buckets:transfers', {
        item,
        align: 'middle',
        rank: 9,
        isActive: () => item.isActive,
        activeStateChanged: item.activeChanged
      });
    }

    const { client } = store;
    const records = new BrowserRecords(client.settings.baseUrl);
    const life = new PageLife();
    const questions = new DialogQuestions(trans);
    const interruptions: Interruptions = new Interruptions({
      records,
      client,
      ended: lives => life.ended(lives),
      alone: (what, act) => life.alone(what, act),
      begin: (...args) => transfers.begin(...args),
      choose: isFolder => (isFolder ? chooseFolder() : chooseFiles()),
      refuse: error => questions.refuse(error),
      trans
    });
    const transfers: Transfers = new Transfers({
      store,
      tools: {
        client,
        send: xhrSend(client.settings),
        checksum: () => checksums.file(),
        frames: wanted => checksums.frames(wanted),
        roads: new Roads(window.localStorage)
      },
      queue,
      questions,
      records,
      life: life.id,
      claim: dropped => interruptions.claim(dropped),
      tray: new TransferTray({ queue, interruptions, commands, uriOf, trans }),
      trans
    });
    app.restored
      .then(() => interruptions.load())
      .catch(error => console.warn(`What an earlier page left is not known: ${error}`));
    return transfers;
  }
};
