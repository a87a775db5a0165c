import type { Contents } from '@jupyterlab/services';
import type { IBucket, IEntry, IObject } from '../store/entry';
import { basename, foreignOwner, toLocalPath } from '../store/path';

/** How the drive's models call what `hash` is: the object's generation. */
const HASH_ALGORITHM = 'generation';

/** Whether JupyterLab may save there without asking: autosave neither asks nor confirms. */
export function isWritable(bucket: IBucket, key: string): boolean {
  return bucket.access === 'read-write' && foreignOwner(key, bucket.home) === null;
}

export function isNotebookName(name: string): boolean {
  return name.toLowerCase().endsWith('.ipynb');
}

/** An object without its content. */
export function objectModel(
  bucket: IBucket,
  object: Pick<IObject, 'key' | 'size' | 'generation' | 'updated'>,
  mimetype: string
): Contents.IModel {
  const updated = toIso(object.updated);
  const name = basename(object.key);
  return {
    name,
    path: toLocalPath({ bucket: bucket.id, key: object.key }, 'object'),
    type: isNotebookName(name) ? 'notebook' : 'file',
    writable: isWritable(bucket, object.key),
    created: updated,
    last_modified: updated,
    size: object.size,
    hash: object.generation,
    hash_algorithm: HASH_ALGORITHM,
    mimetype,
    format: null,
    content: null
  };
}

/**
 * A folder; its content is null unless it was asked for. Never writable: JupyterLab's own ways to
 * change a folder (new, rename, paste) do not work in buckets.
 */
export function folderModel(
  path: string,
  name: string,
  content: Contents.IModel[] | null
): Contents.IModel {
  return {
    name,
    path,
    type: 'directory',
    writable: false,
    created: '',
    last_modified: '',
    mimetype: '',
    format: content && 'json',
    content
  };
}

export function entryModel(
  bucket: IBucket,
  entry: IEntry,
  mimetype: (name: string) => string
): Contents.IModel {
  if (entry.kind === 'folder') {
    const path = toLocalPath({ bucket: bucket.id, key: entry.key }, 'folder');
    return folderModel(path, entry.name, null);
  }
  const { key, size, generation, updated } = entry;
  return objectModel(
    bucket,
    { key, size: size ?? 0, generation: generation ?? '', updated },
    mimetype(entry.name)
  );
}

/** HTTP's date or RFC 3339 as JupyterLab's models have it; empty where the store tells none. */
function toIso(date: string | null): string {
  return date ? new Date(date).toISOString() : '';
}
