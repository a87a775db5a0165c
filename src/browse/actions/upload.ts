import { CommandIDs } from '../../commands';
import { chooseFiles } from './choose';
import type { Actions, IActionContext } from './context';

/** Files of the user's computer into the folder shown. */
export function uploading({ model, transfers }: IActionContext): Actions {
  return {
    [CommandIDs.upload]: {
      isEnabled: () => model.location !== null,
      execute: async () => {
        const folder = model.location;
        if (folder) {
          await transfers.upload(await chooseFiles(), folder);
        }
      }
    }
  };
}
