import * as React from 'react';

/** Characters at the end of a long name that are always shown: most endings, and a number before them. */
const TAIL = 10;

/** Letters that run from right to left: a name with them is not cut in the middle. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name with its folders, shortened where it matters least: the folders first, the end of the name never. */
export function FileName({ name }: { readonly name: string }): JSX.Element {
  const { folders, head, tail } = split(name);
  return (
    <bdi className="jp-LeapTransfer-name" title={name}>
      {folders && <span className="jp-LeapTransfer-folders">{folders}</span>}
      <span className="jp-LeapTransfer-head">{head}</span>
      {tail && <span className="jp-LeapTransfer-tail">{tail}</span>}
    </bdi>
  );
}

/** The three parts of a name; together they are the name. */
export function split(name: string): { folders: string; head: string; tail: string } {
  if (RIGHT_TO_LEFT.test(name)) {
    return { folders: '', head: name, tail: '' };
  }
  const slash = Math.max(0, name.lastIndexOf('/'));
  const [folders, file] = [name.slice(0, slash), name.slice(slash)];
  const letters = [...file];
  const cut = letters.length > 2 * TAIL ? letters.length - TAIL : letters.length;
  return { folders, head: letters.slice(0, cut).join(''), tail: letters.slice(cut).join('') };
}
