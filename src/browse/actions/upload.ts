import { CommandIDs } from '../../commands';
import { chooseFiles, chooseFolder } from '../../ui/choose';
import type { Actions, IActionContext } from './context';

/** Files of the user's computer into the folder shown. */
export function uploading({ model, transfers }: IActionContext): Actions {
  const choosing = (choose: () => Promise<File[]>) => ({
    isEnabled: () => model.location !== null,
    execute: async () => {
      const folder = model.location;
      if (folder) {
        await transfers.upload(await choose(), folder);
      }
    }
  });
  return {
    [CommandIDs.upload]: choosing(chooseFiles),
    [CommandIDs.uploadFolder]: choosing(chooseFolder)
  };
}
