import { PageConfig } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { CommandIDs } from '../../commands';
import { factoryFor } from '../../store/kind';
import { toDrivePath } from '../../store/path';
import type { IRow } from '../folder';
import { type Actions, type IActionContext, onRow } from './context';

/** Rows that become documents. */
export function opening({ app, model }: IActionContext): Actions {
  const { commands, docRegistry } = app;
  return {
    [CommandIDs.open]: onRow(model, (row, _, { bucket }) => {
      const place = { bucket, key: row.key };
      const factory = factoryFor(row);
      return row.kind === 'object' || factory
        ? commands.execute('docmanager:open', { path: toDrivePath(place, row.kind), factory })
        : model.go(place);
    }),
    [CommandIDs.openWith]: {
      isEnabled: ({ factory }) =>
        model.focused !== null && viewers(docRegistry, model.focused).some(one => one === factory),
      execute: ({ factory }) => {
        const { focused, location } = model;
        return (
          focused &&
          location &&
          commands.execute('docmanager:open', {
            path: toDrivePath({ bucket: location.bucket, key: focused.key }, focused.kind),
            factory
          })
        );
      }
    },
    [CommandIDs.openInNewTab]: onRow(model, (row, _, { bucket }) => {
      const treePath = toDrivePath({ bucket, key: row.key }, row.kind);
      window.open(PageConfig.getUrl({ mode: 'multiple-document', treePath }), '_blank', 'noopener');
    })
  };
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
