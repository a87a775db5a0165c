import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand, CommandIDs } from '../commands';
import { IStore } from '../tokens';
import { Access } from './access';
import { TokenDialog } from './dialog';

/** The upload token: one command, one dialog. */
export const credential: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:credential',
  description: 'Hands out a cloud token for uploads from another computer.',
  autoStart: true,
  requires: [IStore],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands } = app;
    let dialog: TokenDialog | null = null;

    addCommand(commands, palette, trans, CommandIDs.generateToken, {
      // No argument changes what happens: a link in an untrusted notebook can run any command.
      execute: async () => {
        if (dialog && !dialog.isDisposed) {
          return;
        }
        dialog = new TokenDialog({
          access: new Access(signal => store.client.token(signal)),
          buckets: store.buckets.all(),
          showPanel: () => void commands.execute(CommandIDs.showPanel),
          trans
        });
        await dialog.launch();
      }
    });
  }
};
