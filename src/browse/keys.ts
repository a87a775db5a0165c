import type { IRows } from './rows';

/** The row a movement key leads to, or null for another key. */
export function target(key: string, from: number, count: number, page: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1
  };
  const to = steps[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(to, count - 1));
}

/** Milliseconds after which typing begins a new word. */
const PAUSE = 1000;

/** Finds rows by what is typed: `d`, `a` within a second look for names that begin with "da". */
export class TypeAhead {
  /**
   * The row to go to, or null.
   *
   * @param now - Milliseconds, on any clock.
   */
  typed(char: string, rows: IRows, from: number, now: number): number | null {
    this._word = now - this._last < PAUSE ? this._word + char : char;
    this._last = now;
    const word = this._word.toLocaleLowerCase();
    // A first letter moves on; further ones may stay on the row that still fits.
    const start = word.length === 1 ? from + 1 : Math.max(0, from);
    for (let step = 0; step < rows.length; step++) {
      const index = (start + step) % rows.length;
      if (rows.nameAt(index).toLocaleLowerCase().startsWith(word)) {
        return index;
      }
    }
    return null;
  }

  private _word = '';
  private _last = -Infinity;
}
