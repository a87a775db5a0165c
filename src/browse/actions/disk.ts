import { FileDialog, type IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { type Contents, ServerConnection } from '@jupyterlab/services';
import { CommandIDs } from '../../commands';
import { DISK } from '../../store/buckets';
import { StoreError } from '../../store/errors';
import type { ILocation } from '../../store/path';
import { askFolder } from './askFolder';
import { Carrier, type ICarried } from './carry';
import { refuse } from './change';
import { type Actions, chosenKeys, type IActionContext, onRow } from './context';
import { called } from './words';

/** Between buckets and the server's disk, as JupyterLab's file browser shows it. The server copies. */
export class DiskCarrier {
  constructor(private readonly _context: IActionContext) {
    this._carrier = new Carrier(_context);
  }

  /** Uploads files and folders of the disk, named as JupyterLab's file browser does. */
  async upload(paths: readonly string[], to: ILocation): Promise<void> {
    const { app, trans } = this._context;
    const { contents } = app.serviceManager;
    try {
      const models: Contents.IModel[] = await Promise.all(
        paths.map(path =>
          contents.get(path, { content: false }).catch(error => {
            throw this._inWords(error, path);
          })
        )
      );
      const keys = models.map(
        ({ path, type }) => `${contents.localPath(path)}${type === 'directory' ? '/' : ''}`
      );
      await this._carrier.carry('copy', carriedFromDisk(keys), to);
    } catch (error) {
      await refuse(trans.__('Nothing was uploaded of %1', called(paths, trans)), error);
    }
  }

  /** Saves rows into a folder of the disk: a path without slashes at its ends. */
  async save(carried: ICarried, folder: string): Promise<void> {
    await this._carrier.carry('copy', carried, { bucket: DISK.id, key: folder && `${folder}/` });
  }

  /** Whether a path of JupyterLab's file browser is on the server's disk. */
  isOnDisk(path: string): boolean {
    return this._context.app.serviceManager.contents.driveName(path) === '';
  }

  /** JupyterLab says neither which file it was nor what to do. */
  private _inWords(error: unknown, path: string): unknown {
    if (error instanceof ServerConnection.NetworkError) {
      return StoreError.offline();
    }
    return error instanceof ServerConnection.ResponseError && error.response.status === 404
      ? this._context.trans.__(
          '%1 is not on the disk. It may have been moved or deleted: refresh the file browser.',
          called([path], this._context.trans)
        )
      : error;
  }

  private readonly _carrier: Carrier;
}

function carriedFromDisk(keys: readonly string[]): ICarried {
  return { bucket: DISK.id, keys };
}

/** "Upload to Bucket..." in JupyterLab's file browser, and "Save to Disk..." on our rows. */
export function disking(
  context: IActionContext,
  disk: DiskCarrier,
  files: IFileBrowserFactory
): Actions {
  const { model, panel, trans } = context;
  const selected = () => {
    const paths = Array.from(files.tracker.currentWidget?.selectedItems() ?? [], one => one.path);
    return paths.every(path => disk.isOnDisk(path)) ? paths : [];
  };
  return {
    [CommandIDs.uploadFromDisk]: {
      isEnabled: () => selected().length > 0,
      isVisible: () => selected().length > 0,
      execute: async () => {
        const paths = selected();
        const to = await askFolder(
          context,
          trans.__('Upload %1 to', called(paths, trans)),
          trans.__('Upload')
        );
        if (to) {
          await disk.upload(paths, to);
        }
      }
    },
    [CommandIDs.saveToDisk]: {
      ...onRow(model, async (_, bucket) => {
        const keys = chosenKeys(model);
        const manager = files.tracker.currentWidget?.model.manager;
        if (!manager) {
          return;
        }
        const { button, value } = await FileDialog.getExistingDirectory({
          manager,
          title: trans.__('Save %1 to', called(keys, trans))
        });
        if (button.accept && value?.[0] && disk.isOnDisk(value[0].path)) {
          const carried = { bucket: bucket.id, keys };
          await disk.save(carried, manager.services.contents.localPath(value[0].path));
        } else {
          panel.keepKeyboard();
        }
      }),
      isEnabled: () => model.focused !== null && files.tracker.currentWidget !== null
    }
  };
}
