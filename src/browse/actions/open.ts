import { Notification } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { CommandIDs } from '../../commands';
import { factoryFor } from '../../store/kind';
import { basename, toDrivePath } from '../../store/path';
import { legible } from '../../ui/legible';
import type { IRow } from '../folder';
import { refuse } from './change';
import { type Actions, chosenKeys, type IActionContext, onRow } from './context';

/** Rows that become documents. */
export function opening({ app, model, trans }: IActionContext): Actions {
  const { commands, docRegistry } = app;
  /** JupyterLab does not tell why a file is not there to be opened. */
  const show = async (path: string, factory: ReadonlyPartialJSONValue | undefined) => {
    try {
      await commands.execute('docmanager:open', { path, factory });
    } catch (error) {
      await refuse(trans.__('"%1" was not opened', legible(PathExt.basename(path))), error);
    }
  };
  return {
    [CommandIDs.open]: onRow(model, async (row, _, { bucket }) => {
      const keys = chosenKeys(model);
      const documents = documentsAmong(bucket, keys, row.key);
      if (!row.key.endsWith('/') || factoryFor(row)) {
        // The focused one last, so that it is what is seen.
        for (const { path, factory } of documents.reverse()) {
          await show(path, factory);
        }
        if (keys.length > MOST_DOCUMENTS) {
          Notification.warning(
            trans.__('No more than %1 documents are opened at once.', MOST_DOCUMENTS)
          );
        }
      } else {
        await model.go({ bucket, key: row.key });
      }
    }),
    [CommandIDs.openWith]: {
      isEnabled: ({ factory }) =>
        model.focused !== null && viewers(docRegistry, model.focused).some(one => one === factory),
      execute: ({ factory }) => {
        const { focused, location } = model;
        return (
          focused &&
          location &&
          show(toDrivePath({ bucket: location.bucket, key: focused.key }, focused.kind), factory)
        );
      }
    },
    [CommandIDs.openInNewTab]: onRow(model, (row, _, { bucket }) => {
      const treePath = toDrivePath({ bucket, key: row.key }, row.kind);
      window.open(PageConfig.getUrl({ mode: 'multiple-document', treePath }), '_blank', 'noopener');
    })
  };
}

/** Documents that are opened at once. */
const MOST_DOCUMENTS = 20;

/**
 * The documents among rows, as JupyterLab opens them; a folder is one where it is a data set.
 *
 * @param first - The key that comes first.
 */
export function documentsAmong(
  bucket: string,
  keys: readonly string[],
  first: string
): { path: string; factory: string | undefined }[] {
  return [first, ...keys.slice(0, MOST_DOCUMENTS).filter(key => key !== first)]
    .slice(0, MOST_DOCUMENTS)
    .flatMap(key => {
      const kind = key.endsWith('/') ? 'folder' : 'object';
      const factory = factoryFor({ kind, name: basename(key) });
      return kind === 'object' || factory
        ? [{ path: toDrivePath({ bucket, key }, kind), factory }]
        : [];
    });
}

/**
 * The names of what can show a row, the one for a double click first. A plot is not shown as one: see
 * `factoryFor`.
 */
export function viewers(
  docRegistry: DocumentRegistry,
  row: Pick<IRow, 'kind' | 'name'>
): readonly string[] {
  const own = factoryFor(row);
  if (row.kind === 'folder') {
    return own ? [own] : [];
  }
  const all = docRegistry.preferredWidgetFactories(row.name).map(({ name }) => name);
  return own ? [own, ...all.filter(name => name !== own && !/vega/i.test(name))] : all;
}
