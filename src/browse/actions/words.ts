import type { TranslationBundle } from '@jupyterlab/translation';
import { basename } from '../../store/path';
import { legible } from '../../ui/legible';

/** What a selection is called: one by its name, more by number: `12 files and 2 folders`. */
export function called(keys: readonly string[], trans: TranslationBundle): string {
  if (keys.length === 1) {
    return `"${legible(basename(keys[0])) || trans.__('(no name)')}"`;
  }
  const folders = keys.filter(key => key.endsWith('/')).length;
  const files = keys.length - folders;
  const parts = [
    ...(files > 0 ? [trans._n('%2 file', '%2 files', files, files.toLocaleString())] : []),
    ...(folders > 0 ? [trans._n('%2 folder', '%2 folders', folders, folders.toLocaleString())] : [])
  ];
  return parts.join(trans.__(' and '));
}

/** `x.txt` -> `x-Copy1.txt`, as the server and JupyterLab number what is kept beside. */
export function numbered(name: string, number: number): string {
  const [, stem, extension] = /^(.+?)(?:-Copy\d*)?((?:\.tar)?\.[^.]*|)$/s.exec(name) ?? [
    '',
    name,
    ''
  ];
  return `${stem}-Copy${number}${extension}`;
}
