import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type Dialog, ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand, CommandIDs } from '../commands';
import { IDatasets, IStore } from '../tokens';
import { Access } from './access';
import { Arrival } from './arrival';
import { TokenDialog, VerifyDialog } from './dialog';
import { Grants } from './grants';
import { type IChosen, placeOf } from './target';

/** Upload tokens and grants, and whether what was written with them has arrived. */
export const credential: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:credential',
  description: 'Hands out a cloud token for uploads from another computer.',
  autoStart: true,
  requires: [IStore],
  optional: [IDatasets, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    datasets: IDatasets | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands } = app;
    const { client, buckets } = store;
    let open: Dialog<void> | null = null;

    /** No argument of a command changes what happens: a link in an untrusted notebook can run any command. */
    const launch = async (make: () => Dialog<void>) => {
      if (!open || open.isDisposed) {
        open = make();
        await open.launch();
      }
    };

    const watcher = datasets && {
      any: (chosen: IChosen) => new Arrival(client, datasets, placeOf(chosen)!, true),
      fresh: (chosen: IChosen) => new Arrival(client, datasets, placeOf(chosen)!, false)
    };

    addCommand(commands, palette, trans, CommandIDs.generateToken, {
      execute: () =>
        launch(
          () =>
            new TokenDialog({
              access: new Access((place, signal) => client.token(place, signal)),
              grants: new Grants(client),
              // As this page reaches the server: the server itself does not know how others do.
              grantsUrl: new URL(client.url('grants/token'), document.baseURI).href,
              buckets: buckets.all(),
              commands,
              watch: watcher && watcher.fresh,
              showPanel: () => void commands.execute(CommandIDs.showPanel),
              trans
            })
        )
    });

    if (watcher) {
      addCommand(commands, palette, trans, CommandIDs.verifyUpload, {
        execute: () =>
          launch(
            () => new VerifyDialog({ buckets: buckets.all(), commands, watch: watcher.any, trans })
          )
      });
    }
  }
};
