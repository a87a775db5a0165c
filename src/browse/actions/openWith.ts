import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Menu } from '@lumino/widgets';
import { CommandIDs } from '../../commands';
import type { BrowseModel } from '../model';
import { viewers } from './open';

/** Adds the submenu "Open With" to rows: what it holds depends on the row. */
export function addOpenWith(
  app: JupyterFrontEnd,
  model: BrowseModel,
  trans: TranslationBundle
): void {
  const { commands, contextMenu, docRegistry } = app;
  const submenu = new Menu({ commands });
  submenu.title.label = trans.__('Open With');
  contextMenu.addItem({ type: 'submenu', submenu, selector: '.jp-BucketRow', rank: 2.5 });
  contextMenu.opened.connect(() => {
    submenu.clearItems();
    for (const factory of model.focused ? viewers(docRegistry, model.focused) : []) {
      const label = docRegistry.getWidgetFactory(factory)?.label ?? factory;
      submenu.addItem({ command: CommandIDs.openWith, args: { factory, label } });
    }
  });
}
