import type { Page } from './columns';
import { Arranged, type IRows, type Listed, wholeOf } from './rows';

/** The keys of all rows of a list, or of nearly all, looked up in the rows: no copy is made. */
export class AllKeys implements ReadonlySet<string> {
  /**
   * @param _except - Keys of rows that do not count.
   */
  constructor(
    private readonly _rows: IRows,
    private readonly _except: ReadonlySet<string> = new Set()
  ) {}

  get size(): number {
    return this._rows.length - this._except.size;
  }

  has(key: string): boolean {
    return !this._except.has(key) && this._rows.indexOf(key) !== -1;
  }

  *values(): SetIterator<string> {
    for (let index = 0; index < this._rows.length; index++) {
      const { key } = this._rows.at(index);
      if (!this._except.has(key)) {
        yield key;
      }
    }
  }

  keys(): SetIterator<string> {
    return this.values();
  }

  *entries(): SetIterator<[string, string]> {
    for (const key of this) {
      yield [key, key];
    }
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.values();
  }

  forEach(act: (key: string, again: string, keys: ReadonlySet<string>) => void): void {
    for (const key of this) {
      act(key, key, this);
    }
  }

  /**
   * Those that are among other rows of the same folder. Rows are looked up only on pages that the two
   * do not share, unless a filter has left some out.
   */
  among(after: IRows): ReadonlySet<string> {
    const [mine, theirs] = [wholeOf(this._rows), wholeOf(after)];
    if (mine === null || theirs === null) {
      return new Set([...this].filter(key => after.indexOf(key) !== -1));
    }
    const [gone, come] = [pagesBeside(mine, theirs), pagesBeside(theirs, mine)];
    // Either the rows that have come do not count, or those that have gone: whatever is less to look at.
    return rowsOn(come) <= rowsOn(gone)
      ? new AllKeys(after, this._without(come, mine, theirs))
      : new AllKeys(this._rows, this._without(gone, theirs, mine));
  }

  /** How many are among rows of the same folder. Those that a filter leaves are not looked up. */
  countAmong(rows: IRows): number {
    if (rows === this._rows) {
      return this.size;
    }
    return rows instanceof Arranged && rows.listed === wholeOf(this._rows)
      ? rows.length - countAmong(this._except, rows)
      : countAmong(this, rows);
  }

  /** What does not count of `kept`: as before, and rows of these pages that `other` does not have. */
  private _without(pages: readonly Page[], other: Listed, kept: Listed): ReadonlySet<string> {
    const except = new Set([...this._except].filter(key => kept.indexOf(key) !== -1));
    for (const page of pages) {
      for (let index = 0; index < page.length; index++) {
        const key = kept.prefix + page.tail(index);
        if (other.indexOf(key) === -1) {
          except.add(key);
        }
      }
    }
    return except;
  }
}

function countAmong(keys: Iterable<string>, rows: IRows): number {
  let count = 0;
  for (const key of keys) {
    count += rows.indexOf(key) === -1 ? 0 : 1;
  }
  return count;
}

/** The pages that others lack. */
function pagesBeside(rows: Listed, others: Listed): readonly Page[] {
  const shared = new Set(others.pages);
  return rows.pages.filter(page => !shared.has(page));
}

function rowsOn(pages: readonly Page[]): number {
  return pages.reduce((sum, { length }) => sum + length, 0);
}
