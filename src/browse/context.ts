import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, folderIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { isDataset } from '../store/kind';
import { datasetIcon } from '../ui/icons';
import type { IRow } from './folder';
import type { BrowseModel } from './model';
import type { BrowseSettings } from './settings';

/** What every part of the panel works with. */
export interface IBrowseContext {
  readonly model: BrowseModel;
  readonly commands: CommandRegistry;
  readonly docRegistry: DocumentRegistry;
  readonly settings: BrowseSettings;
  readonly trans: TranslationBundle;
}

/** The icon of an entry; files have that of JupyterLab's file type. */
export function iconOf(row: IRow, docRegistry: DocumentRegistry): LabIcon {
  if (isDataset(row)) {
    return datasetIcon;
  }
  if (row.kind === 'folder') {
    return folderIcon;
  }
  return docRegistry.getFileTypesForPath(row.name)[0]?.icon ?? fileIcon;
}
