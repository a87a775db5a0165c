import { AllKeys } from './allKeys';
import type { IRows } from './rows';

/**
 * What a click or key does to the selection: `add` as with Ctrl, `range` as with Shift, `add-range` as
 * with both; `none` leaves the keyboard on the row and nothing selected.
 */
export type SelectMode = 'only' | 'add' | 'range' | 'add-range' | 'none';

/**
 * The selected rows and the focused one. Rows are remembered by key, so that both survive a
 * refresh that adds or removes others.
 */
export interface ISelection {
  readonly keys: ReadonlySet<string>;
  /** The row that has, or would get, the keyboard; null before the first visit. */
  readonly focus: string | null;
  /** Where a range began. */
  readonly anchor: string | null;
}

export const NO_SELECTION: ISelection = { keys: new Set(), focus: null, anchor: null };

/** Only this row, focused. */
export function only(key: string): ISelection {
  return { keys: new Set([key]), focus: key, anchor: key };
}

/** The selection after the row of this number was chosen. */
export function select(
  selection: ISelection,
  rows: IRows,
  index: number,
  mode: SelectMode
): ISelection {
  const { key } = rows.at(index);
  if (mode === 'none') {
    return { keys: new Set(), focus: key, anchor: key };
  }
  if (mode === 'add') {
    const keys = new Set(selection.keys);
    if (!keys.delete(key)) {
      keys.add(key);
    }
    return { keys, focus: key, anchor: key };
  }
  const from = selection.anchor === null ? -1 : rows.indexOf(selection.anchor);
  if (mode === 'only' || from === -1) {
    return only(key);
  }
  const keys = new Set<string>(mode === 'add-range' ? selection.keys : []);
  for (let row = Math.min(from, index); row <= Math.max(from, index); row++) {
    keys.add(rows.at(row).key);
  }
  return { keys, focus: key, anchor: selection.anchor };
}

/** How many of the selected rows are among these. */
export function countAmong({ keys }: ISelection, rows: IRows): number {
  return keys instanceof AllKeys
    ? keys.countAmong(rows)
    : [...keys].filter(key => rows.indexOf(key) !== -1).length;
}

/** Every row that has been listed. */
export function selectAll(selection: ISelection, rows: IRows): ISelection {
  return { ...selection, keys: new AllKeys(rows) };
}

/**
 * The selection among other rows of the same folder. A focused row that is gone hands the focus
 * to the row now at its place.
 */
export function follow(selection: ISelection, before: IRows, after: IRows): ISelection {
  const keys =
    selection.keys instanceof AllKeys
      ? selection.keys.among(after)
      : new Set([...selection.keys].filter(key => after.indexOf(key) !== -1));
  let { focus } = selection;
  if (focus !== null && after.indexOf(focus) === -1) {
    const place = Math.min(Math.max(0, before.indexOf(focus)), after.length - 1);
    focus = place < 0 ? null : after.at(place).key;
  }
  return { keys, focus, anchor: focus };
}
