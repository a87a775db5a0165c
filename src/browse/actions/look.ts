import { CommandIDs } from '../../commands';
import { StoreError } from '../../store/errors';
import { basename, type ILocation } from '../../store/path';
import { askName } from '../../ui/askName';
import { type Actions, chosenKeys, type IActionContext } from './context';
import { called } from './words';

/** What the server finds out by going over everything below a folder. */
export function looking({ jobs, model, panel, trans }: IActionContext): Actions {
  /** The focused folder, else the one shown. */
  const folder = (): ILocation | null => {
    const { focused, location } = model;
    return location && focused?.kind === 'folder'
      ? { bucket: location.bucket, key: focused.key }
      : location;
  };
  const isEnabled = () => model.location !== null && !model.bucket?.error;
  return {
    [CommandIDs.folderSize]: {
      isEnabled,
      execute: async args => {
        const { location } = model;
        if (!location) {
          return;
        }
        const chosen = args.shown ? [] : chosenKeys(model);
        const isMany = chosen.length > 0;
        const name = isMany
          ? called(chosen, trans)
          : `"${basename(location.key) || model.bucket?.label}"`;
        const source = isMany
          ? { bucket: location.bucket, keys: chosen }
          : { bucket: location.bucket, prefix: location.key };
        try {
          await jobs.run({ kind: 'measure', source }, { title: trans.__('Size of %1', name) });
        } catch (error) {
          // The tray tells it.
          if (!(error instanceof StoreError)) {
            throw error;
          }
        }
      }
    },
    [CommandIDs.search]: {
      isEnabled,
      execute: async args => {
        const place = args.shown ? model.location : folder();
        if (!place) {
          return;
        }
        const query = await askName({
          title: trans.__('Search below "%1"', basename(place.key) || (model.bucket?.label ?? '')),
          label: trans.__('Part of a name, in capitals or not'),
          accept: trans.__('Search'),
          value: '',
          problem: text => (text.trim() ? null : trans.__('Type what to look for.'))
        });
        if (query === null) {
          panel.keepKeyboard();
        } else {
          jobs.search(place, query.trim());
        }
      }
    }
  };
}
