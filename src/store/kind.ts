import type { IEntry } from './entry';

/** The document factory that shows a data set: the name by which `docmanager:open` finds it. */
export const DATASET_FACTORY = 'Data Set Summary';

/**
 * The largest object that opens as a document: it is in memory several times then, and what opens
 * has to be small enough to be written back whole. 64 MiB, the server's limit for one write.
 */
export const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;

/**
 * The factory that a double click or a link opens an entry with; undefined for JupyterLab's own
 * choice. A Vega plot is opened as text: its viewer fetches whatever address the file names, with
 * the user's cookies, and could send it anywhere; and the file may be a stranger's.
 */
export function factoryFor(entry: Pick<IEntry, 'kind' | 'name'>): string | undefined {
  if (isDataset(entry)) {
    return DATASET_FACTORY;
  }
  return entry.kind === 'object' && /\.(vega|vegalite|v[gl](\.json)?)$/i.test(entry.name)
    ? 'Editor'
    : undefined;
}

/**
 * Whether a folder is a Zarr store. Only its name tells: looking inside would cost a request for
 * every folder of a list.
 */
export function isDataset(entry: Pick<IEntry, 'kind' | 'name'>): boolean {
  return entry.kind === 'folder' && /\.zarr$/i.test(entry.name);
}
