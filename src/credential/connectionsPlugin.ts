import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand, CommandIDs } from '../commands';
import { ConnectionClient } from '../store/connections';
import type { IBucket } from '../store/entry';
import { IStore } from '../tokens';
import { Connections } from './connections';
import { ConnectionsDialog } from './connectionsDialog';

/** Keys for other storage: one command, one dialog. */
export const connections: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:connections',
  description: 'Adds and removes connections to S3 storage.',
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
    let dialog: ConnectionsDialog | null = null;

    addCommand(commands, palette, trans, CommandIDs.addConnection, {
      // No argument changes what happens: a link in an untrusted notebook can run any command.
      execute: async () => {
        if (dialog && !dialog.isDisposed) {
          return;
        }
        let buckets: readonly IBucket[] = [];
        const find = async () => {
          buckets = await store.buckets.all().catch(() => []);
        };
        const model = new Connections(new ConnectionClient(store.client), async () => {
          await commands.execute(CommandIDs.refresh, { places: true });
          await find();
        });
        await Promise.all([find(), model.load()]);
        dialog = new ConnectionsDialog({
          connections: model,
          bucketOf: ({ name }) =>
            buckets.find(({ id, error }) => error === null && id.startsWith(`${name}~`)) ?? null,
          show: ({ id, home }) =>
            void commands.execute(CommandIDs.showPanel, { bucket: id, prefix: home }),
          trans
        });
        await dialog.launch();
      }
    });
  }
};
