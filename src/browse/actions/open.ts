import { CommandIDs } from '../../commands';
import { factoryFor } from '../../store/kind';
import { toDrivePath } from '../../store/path';
import { type Actions, type IActionContext, onRow } from './context';

/** Rows that become documents. */
export function opening({ app, model }: IActionContext): Actions {
  return {
    [CommandIDs.open]: onRow(model, (row, _, { bucket }) => {
      const place = { bucket, key: row.key };
      const factory = factoryFor(row);
      return row.kind === 'object' || factory
        ? app.commands.execute('docmanager:open', { path: toDrivePath(place, row.kind), factory })
        : model.go(place);
    })
  };
}
