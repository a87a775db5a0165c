import { StoreError } from '../store/errors';

/** A file that was found, or that could not be read. */
export interface IFound {
  /** Its name, with the folders that it was found in: `ocean.zarr/c/0.0`. */
  readonly path: string;
  readonly file: File | null;
}

/** Files and folders that the user chose or dropped. */
export interface IDropped {
  /** What was taken hold of, in order; a folder without the slash. */
  readonly roots: readonly { readonly name: string; readonly isFolder: boolean }[];
  /** All files, one after another: a folder of a hundred thousand is never held whole. */
  walk(): AsyncIterable<IFound[]>;
  /** What the browser gives to find them again after a reload, where it does. */
  readonly handles: Promise<readonly FileSystemHandle[]> | null;
}

/** Files asked for together. Chromium answers in one task, which stands still for each: for a hundred, 700 ms. */
const OPENED_AT_ONCE = 4;

/** Files read at once, and told together. */
const AT_ONCE = 100;

/**
 * What a `drop` event carries from the desktop. Must run within the event: the browser empties it at the first
 * pause. Text and links dragged along are no files and are left out.
 */
export function readDrop(data: DataTransfer): IDropped {
  const items = Array.from(data.items).filter(({ kind }) => kind === 'file');
  // Both of the same item, before the first pause.
  const handles = items.map(item => item.getAsFileSystemHandle?.() ?? Promise.resolve(null));
  const found = items.flatMap(item => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    return entry?.isDirectory || file ? [{ entry, file }] : [];
  });
  return {
    roots: found.map(({ entry, file }) => ({
      name: entry?.name ?? file!.name,
      isFolder: entry?.isDirectory ?? false
    })),
    handles: kept(handles),
    walk: async function* () {
      const files: IFound[] = [];
      for (const { entry, file } of found) {
        if (entry?.isDirectory) {
          yield* walkEntry(entry as FileSystemDirectoryEntry, '');
        } else {
          files.push({ path: file!.name, file });
        }
      }
      yield files;
    }
  };
}

/** Files that were chosen, or folders: then each file knows the folders it is in. */
export function readFiles(files: readonly File[]): IDropped {
  const pathOf = (file: File) => file.webkitRelativePath || file.name;
  const roots = new Map(
    files.map(file => [pathOf(file).split('/')[0], pathOf(file).includes('/')] as const)
  );
  return {
    roots: [...roots].map(([name, isFolder]) => ({ name, isFolder })),
    handles: null,
    walk: async function* () {
      for (let start = 0; start < files.length; start += AT_ONCE) {
        yield files.slice(start, start + AT_ONCE).map(file => ({ path: pathOf(file), file }));
      }
    }
  };
}

/** Files and folders that the browser kept the way to. */
export function readHandles(handles: readonly FileSystemHandle[]): IDropped {
  return {
    roots: handles.map(({ name, kind }) => ({ name, isFolder: kind === 'directory' })),
    handles: Promise.resolve(handles),
    walk: async function* () {
      for (const handle of handles) {
        yield* walkHandle(handle, '');
      }
    }
  };
}

async function* walkEntry(
  folder: FileSystemDirectoryEntry,
  above: string
): AsyncGenerator<IFound[]> {
  const path = `${above}${folder.name}/`;
  const reader = folder.createReader();
  const folders: FileSystemDirectoryEntry[] = [];
  for (;;) {
    let entries: FileSystemEntry[];
    try {
      // At most 100 at a time; none at the end.
      entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    } catch {
      yield [{ path, file: null }];
      break;
    }
    if (entries.length === 0) {
      break;
    }
    folders.push(
      ...entries.filter((entry): entry is FileSystemDirectoryEntry => entry.isDirectory)
    );
    const files = entries.filter((entry): entry is FileSystemFileEntry => entry.isFile);
    const found: IFound[] = [];
    for (let start = 0; start < files.length; start += OPENED_AT_ONCE) {
      const some = files.slice(start, start + OPENED_AT_ONCE);
      found.push(...(await Promise.all(some.map(entry => opened(entry, path)))));
    }
    yield found;
  }
  for (const inner of folders) {
    yield* walkEntry(inner, path);
  }
}

function opened(entry: FileSystemFileEntry, above: string): Promise<IFound> {
  return new Promise(resolve => {
    const found = (file: File | null) => resolve({ path: above + entry.name, file });
    entry.file(found, () => found(null));
  });
}

async function* walkHandle(handle: FileSystemHandle, above: string): AsyncGenerator<IFound[]> {
  const path = above + handle.name;
  if (handle.kind === 'file') {
    const file = await (handle as FileSystemFileHandle).getFile().catch(() => null);
    yield [{ path, file }];
    return;
  }
  const folders: FileSystemHandle[] = [];
  let files: Promise<IFound>[] = [];
  try {
    for await (const inner of (handle as FileSystemDirectoryHandle).values()) {
      if (inner.kind === 'directory') {
        folders.push(inner);
        continue;
      }
      const found = (inner as FileSystemFileHandle).getFile().catch(() => null);
      files.push(found.then(file => ({ path: `${path}/${inner.name}`, file })));
      if (files.length === AT_ONCE) {
        yield await Promise.all(files);
        files = [];
      }
    }
    yield await Promise.all(files);
  } catch {
    yield [{ path: `${path}/`, file: null }];
  }
  for (const inner of folders) {
    yield* walkHandle(inner, `${path}/`);
  }
}

/** Null as a whole where one is missing: half a drop would go on as if it were all. */
async function kept(
  handles: readonly Promise<FileSystemHandle | null>[]
): Promise<readonly FileSystemHandle[]> {
  const found = await Promise.all(handles.map(handle => handle.catch(() => null)));
  return found.every(handle => handle !== null) ? (found as FileSystemHandle[]) : [];
}

export function unreadable(path: string): StoreError {
  return path.endsWith('/')
    ? new StoreError(
        'The folder could not be read.',
        0,
        'unreadable',
        'See that you may open it, then drop it again: what has arrived is skipped.'
      )
    : new StoreError(
        'The file could not be read.',
        0,
        'unreadable',
        'See that you may open it, then add it again.'
      );
}
