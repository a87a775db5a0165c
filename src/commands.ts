import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  copyIcon,
  cutIcon,
  deleteIcon,
  editIcon,
  fileUploadIcon,
  newFolderIcon,
  pasteIcon,
  refreshIcon,
  searchIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { bucketIcon } from './ui/icons';

/** The id of every command of this extension. */
export namespace CommandIDs {
  export const showPanel = 'leap-buckets:show-panel';
  export const refresh = 'leap-buckets:refresh';
  export const upload = 'leap-buckets:upload';
  export const uploadFolder = 'leap-buckets:upload-folder';
  export const open = 'leap-buckets:open';
  export const openFolder = 'leap-buckets:open-folder';
  export const goUp = 'leap-buckets:go-up';
  export const insertSnippet = 'leap-buckets:insert-snippet';
  export const copyUri = 'leap-buckets:copy-uri';
  export const back = 'leap-buckets:back';
  export const forward = 'leap-buckets:forward';
  export const goToPath = 'leap-buckets:go-to-path';
  export const toggleFavourite = 'leap-buckets:toggle-favourite';
  export const addBucket = 'leap-buckets:add-bucket';
  export const removeBucket = 'leap-buckets:remove-bucket';
  export const addConnection = 'leap-buckets:add-connection';
  export const openWith = 'leap-buckets:open-with';
  export const openInNewTab = 'leap-buckets:open-in-new-tab';
  export const download = 'leap-buckets:download';
  export const details = 'leap-buckets:details';
  export const folderSize = 'leap-buckets:folder-size';
  export const search = 'leap-buckets:search';
  export const newFolder = 'leap-buckets:new-folder';
  export const newFile = 'leap-buckets:new-file';
  export const rename = 'leap-buckets:rename';
  export const remove = 'leap-buckets:delete';
  export const duplicate = 'leap-buckets:duplicate';
  export const cut = 'leap-buckets:cut';
  export const copy = 'leap-buckets:copy';
  export const paste = 'leap-buckets:paste';
  export const copyTo = 'leap-buckets:copy-to';
  export const moveTo = 'leap-buckets:move-to';
  export const uploadFromDisk = 'leap-buckets:upload-from-disk';
  export const saveToDisk = 'leap-buckets:save-to-disk';
  export const keep = 'leap-buckets:keep';
  export const copyPath = 'leap-buckets:copy-path';
  export const copyUrl = 'leap-buckets:copy-url';
  export const copySnippet = 'leap-buckets:copy-snippet';
  export const openLink = 'leap-buckets:open-link';
  export const generateToken = 'leap-buckets:generate-token';
  export const verifyUpload = 'leap-buckets:verify-upload';
  export const bringData = 'leap-buckets:bring-data';
}

/** What a command is called and where it is found; keys and context menus are in `schema/`. */
interface ICommandText {
  readonly label: CommandRegistry.ICommandOptions['label'];
  readonly caption?: string;
  readonly icon?: LabIcon;
  /** Whether the command palette lists it. */
  readonly palette?: boolean;
}

/** The one table of labels, icons and palette lines. */
function commandTable(trans: TranslationBundle): Record<string, ICommandText> {
  return {
    [CommandIDs.showPanel]: {
      label: trans.__('Show Cloud Buckets'),
      palette: true
    },
    [CommandIDs.refresh]: {
      label: trans.__('Refresh Folder'),
      icon: refreshIcon,
      palette: true
    },
    [CommandIDs.upload]: {
      label: trans.__('Upload Files...'),
      caption: trans.__('Upload files from your computer into this folder'),
      icon: fileUploadIcon,
      palette: true
    },
    [CommandIDs.uploadFolder]: {
      label: trans.__('Upload Folder...'),
      caption: trans.__('Upload a folder of your computer, with all that is in it'),
      icon: fileUploadIcon,
      palette: true
    },
    [CommandIDs.open]: { label: trans.__('Open') },
    [CommandIDs.openFolder]: { label: trans.__('Open Folder') },
    [CommandIDs.goUp]: { label: trans.__('Go to the Folder Above') },
    [CommandIDs.insertSnippet]: {
      label: trans.__('Insert in Notebook'),
      caption: trans.__('Put the Python that reads this into the active notebook')
    },
    [CommandIDs.copyUri]: { label: trans.__('Copy URI') },
    [CommandIDs.back]: { label: trans.__('Back'), caption: trans.__('The folder shown before') },
    [CommandIDs.forward]: { label: trans.__('Forward') },
    [CommandIDs.goToPath]: {
      label: trans.__('Go to Path...'),
      caption: trans.__('Paste a gs:// address, or one of the Google console'),
      palette: true
    },
    [CommandIDs.toggleFavourite]: {
      label: trans.__('Favourite'),
      caption: trans.__('Keep this folder in the place chooser')
    },
    [CommandIDs.addBucket]: {
      label: trans.__('Add Public Bucket...'),
      caption: trans.__('Browse a bucket that everybody may read'),
      palette: true
    },
    [CommandIDs.removeBucket]: { label: trans.__('Remove Public Bucket') },
    [CommandIDs.addConnection]: {
      label: trans.__('Connections...'),
      caption: trans.__('S3 storage that you have keys for: add, test, remove'),
      palette: true
    },
    [CommandIDs.openWith]: { label: ({ label }) => String(label ?? trans.__('Open With')) },
    [CommandIDs.openInNewTab]: { label: trans.__('Open in New Browser Tab') },
    [CommandIDs.download]: {
      label: trans.__('Download'),
      caption: trans.__('Save to your computer: one file as itself, more as a zip file')
    },
    [CommandIDs.details]: { label: trans.__('Details') },
    [CommandIDs.folderSize]: {
      label: trans.__('Folder Size'),
      caption: trans.__('Count the files below this folder and their bytes')
    },
    [CommandIDs.search]: {
      label: trans.__('Search Below Folder...'),
      caption: trans.__('Look for names in this folder and all below it'),
      icon: searchIcon,
      palette: true
    },
    [CommandIDs.newFolder]: {
      label: trans.__('New Folder...'),
      icon: newFolderIcon,
      palette: true
    },
    [CommandIDs.newFile]: { label: trans.__('New Text File...'), palette: true },
    [CommandIDs.rename]: { label: trans.__('Rename'), icon: editIcon },
    [CommandIDs.remove]: { label: trans.__('Delete'), icon: deleteIcon },
    [CommandIDs.duplicate]: { label: trans.__('Duplicate') },
    [CommandIDs.cut]: { label: trans.__('Cut'), icon: cutIcon },
    [CommandIDs.copy]: {
      label: trans.__('Copy'),
      caption: trans.__('To paste into another folder, or the addresses into a document'),
      icon: copyIcon
    },
    [CommandIDs.paste]: { label: trans.__('Paste'), icon: pasteIcon },
    [CommandIDs.copyTo]: { label: trans.__('Copy to...') },
    [CommandIDs.moveTo]: { label: trans.__('Move to...') },
    [CommandIDs.uploadFromDisk]: {
      label: trans.__('Upload to Bucket...'),
      caption: trans.__('Copy what is selected from the disk of this server into a bucket')
    },
    [CommandIDs.saveToDisk]: {
      label: trans.__('Save to Disk...'),
      caption: trans.__('Copy to the disk of this server')
    },
    [CommandIDs.keep]: {
      label: trans.__('Keep'),
      caption: trans.__('Copy into your own folder where nothing is deleted')
    },
    [CommandIDs.copyPath]: {
      label: trans.__('Copy Path'),
      caption: trans.__('The bucket and the name, as gcsfs takes them')
    },
    [CommandIDs.copyUrl]: { label: trans.__('Copy HTTPS URL') },
    [CommandIDs.copySnippet]: { label: trans.__('Copy Python') },
    [CommandIDs.openLink]: { label: trans.__('Open a Link to a Bucket') },
    [CommandIDs.generateToken]: {
      label: trans.__('Generate Upload Token'),
      caption: trans.__('A short-lived cloud token for uploading from another computer'),
      palette: true
    },
    [CommandIDs.bringData]: {
      label: trans.__('Bring My Data to the Hub'),
      caption: trans.__('The way from where your data is to a bucket'),
      icon: bucketIcon,
      palette: true
    },
    [CommandIDs.verifyUpload]: {
      label: trans.__('Verify Upload'),
      caption: trans.__(
        'Whether the small data set of an upload from another computer has arrived'
      ),
      palette: true
    }
  };
}

/** Adds a command of the table, and its palette line where it has one. */
export function addCommand(
  commands: CommandRegistry,
  palette: ICommandPalette | null,
  trans: TranslationBundle,
  id: string,
  options: Omit<CommandRegistry.ICommandOptions, 'label' | 'caption' | 'icon'>
): IDisposable {
  const { palette: listed, ...text } = commandTable(trans)[id];
  if (listed) {
    palette?.addItem({ command: id, category: trans.__('Cloud Buckets') });
  }
  return commands.addCommand(id, { ...text, ...options });
}
