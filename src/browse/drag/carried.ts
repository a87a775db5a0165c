import type { MimeData } from '@lumino/coreutils';
import type { ICarried } from '../actions/carry';

/** Rows of ours on their way. Core's own type would make its file browser copy between drives. */
export const CARRIED_MIME = 'application/x-leap-buckets';

/** Files of JupyterLab's file browser: their paths. */
export const CONTENTS_MIME = 'application/x-jupyter-icontents';

export function carriedIn(data: MimeData): ICarried | null {
  return (data.getData(CARRIED_MIME) as ICarried | undefined) ?? null;
}
