import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand, CommandIDs } from '../commands';
import { IStore } from '../tokens';
import { Guide } from './guide';

const ID = 'jupyterlab-leap-buckets:guide';

/** "Bring my data to the hub": a page of the main area that leads to the other commands. */
export const guide: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Tells the way from where data is to a bucket.',
  autoStart: true,
  requires: [IStore],
  optional: [ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, shell } = app;
    let widget: MainAreaWidget<Guide> | null = null;

    addCommand(commands, palette, trans, CommandIDs.bringData, {
      execute: async () => {
        if (!widget || widget.isDisposed) {
          // JupyterLab tells why settings cannot be had; without them the guide offers no form.
          const settings = await registry?.load(ID).catch(() => null);
          const content = new Guide({
            commands,
            buckets: () => store.buckets.all(),
            requestForm: String(settings?.composite.requestForm ?? ''),
            trans
          });
          widget = new MainAreaWidget({ content });
          widget.id = `${content.id}-area`;
          // In place of the words that all widgets of the main area have.
          content.node.setAttribute('aria-label', content.title.label);
          shell.add(widget, 'main');
        }
        shell.activateById(widget.id);
      }
    });
  }
};
