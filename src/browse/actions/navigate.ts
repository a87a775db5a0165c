import { CommandIDs } from '../../commands';
import { isDataset } from '../../store/kind';
import { fromDrivePath, type ILocation } from '../../store/path';
import { type Actions, type IActionContext, onRow } from './context';

/** Where the panel goes. */
export function navigation({ app, buckets, model, panel }: IActionContext): Actions {
  const show = (place: ILocation, focus: string | null = null): Promise<void> => {
    // First, so that the panel does not begin with the folder of last time.
    const shown = model.start(place, focus);
    app.shell.activateById(panel.id);
    return shown;
  };
  const openFolder = onRow(
    model,
    (row, _, { bucket }) => model.go({ bucket, key: row.key }),
    row => row.kind === 'folder'
  );
  return {
    [CommandIDs.showPanel]: {
      execute: async ({ bucket, prefix, focus }) => {
        if (typeof bucket === 'string') {
          const place = { bucket, key: String(prefix ?? '') };
          await show(place, typeof focus === 'string' ? focus : null);
        } else {
          app.shell.activateById(panel.id);
        }
      }
    },
    [CommandIDs.refresh]: {
      execute: async ({ places }) => {
        if (!places) {
          await model.refresh();
          return;
        }
        buckets.forget();
        // A panel that was never shown will find them by itself.
        if (model.buckets !== null) {
          await model.start(model.location);
        }
      }
    },
    [CommandIDs.goUp]: { execute: () => model.goUp() },
    [CommandIDs.openFolder]: {
      isEnabled: args => typeof args.path === 'string' || !!openFolder.isEnabled?.(args),
      isVisible: () => model.focused !== null && isDataset(model.focused),
      execute: args => {
        const place = typeof args.path === 'string' ? fromDrivePath(args.path) : null;
        return place
          ? show({ bucket: place.bucket, key: place.key && `${place.key}/` })
          : openFolder.execute(args);
      }
    }
  };
}
