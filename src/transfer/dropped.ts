/** What a `drop` event carries from the desktop. */
export interface IDropped {
  readonly files: File[];
  /** Names of folders, which are refused in this version. */
  readonly folders: string[];
}

/**
 * Reads a `drop` event's files. Must run within the event: the browser empties it at the first
 * pause. Text and links dragged along are no files and are left out.
 */
export function readDrop(data: DataTransfer): IDropped {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of Array.from(data.items)) {
    if (item.kind !== 'file') {
      continue;
    }
    // A folder also gives a File, of a few bytes that cannot be read.
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) {
      folders.push(entry.name);
    } else if (file) {
      files.push(file);
    }
  }
  return { files, folders };
}
