import { showErrorMessage } from '@jupyterlab/apputils';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../commands';
import { factoryFor } from '../store/kind';
import { basename, fromDrivePath } from '../store/path';
import { linkedPath } from './link';

/** Opens what a link names: a file, a data set, or a folder in the panel. */
export class LinkOpener {
  constructor(
    private readonly _options: {
      readonly commands: CommandRegistry;
      readonly contents: Contents.IManager;
      readonly trans: TranslationBundle;
    }
  ) {}

  async open(page: string): Promise<void> {
    const { commands, contents, trans } = this._options;
    const path = linkedPath(page);
    const place = path && fromDrivePath(path.replace(/\/$/, ''));
    try {
      if (!path || !place) {
        throw new Error(trans.__('The address is not complete. Ask for the link again.'));
      }
      const { type } = await contents.get(path, { content: false });
      const kind = type === 'directory' ? 'folder' : 'object';
      const factory = factoryFor({ kind, name: basename(place.key) });
      if (kind === 'object' || factory) {
        await commands.execute('docmanager:open', { path, factory });
      } else {
        const { bucket, key } = place;
        await commands.execute(CommandIDs.showPanel, { bucket, prefix: key && `${key}/` });
      }
    } catch (error) {
      await showErrorMessage(trans.__('Cannot open this link to a bucket'), error as Error);
    }
  }
}
