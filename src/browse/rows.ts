import { compareKeys, type IRow, type Page } from './columns';

/** Rows by number from 0. They never change: others take their place. */
export interface IRows {
  readonly length: number;
  /** The row of this number; `index` must be below `length`. */
  at(index: number): IRow;
  /** The same row's name alone, for whoever looks at many. */
  nameAt(index: number): string;
  /** The number of the row with this key (a folder's ends in `/`), or -1. */
  indexOf(key: string): number;
}

/** The rows of a folder in the store's order, page by page. */
export class Listed implements IRows {
  /**
   * @param prefix - What all keys begin with.
   * @param isOrdered - Whether the rows are in order of UTF-8 bytes, so that one is found without
   *   looking at each.
   */
  constructor(
    readonly prefix: string,
    readonly pages: readonly Page[],
    readonly isOrdered: boolean
  ) {
    let length = 0;
    this.starts = pages.map(page => {
      const start = length;
      length += page.length;
      return start;
    });
    this.length = length;
  }

  readonly length: number;
  /** The number of the first row of each page. */
  readonly starts: readonly number[];

  at(index: number): IRow {
    const page = this._pageOf(index);
    return this.pages[page].row(index - this.starts[page], this.prefix);
  }

  nameAt(index: number): string {
    const page = this._pageOf(index);
    return this.pages[page].names[index - this.starts[page]];
  }

  /** The key of a row without the prefix. */
  tailAt(index: number): string {
    const page = this._pageOf(index);
    return this.pages[page].tail(index - this.starts[page]);
  }

  indexOf(key: string): number {
    if (!key.startsWith(this.prefix)) {
      return -1;
    }
    const tail = key.slice(this.prefix.length);
    const index = this.isOrdered ? this.firstFrom(tail) : this._scan(tail);
    return index < this.length && this.tailAt(index) === tail ? index : -1;
  }

  /** The number of the first row that does not come before this key, of ordered rows. */
  firstFrom(tail: string): number {
    return firstThat(this.length, index => compareKeys(this.tailAt(index), tail) >= 0);
  }

  private _pageOf(index: number): number {
    return firstThat(this.starts.length, page => this.starts[page] > index) - 1;
  }

  private _scan(tail: string): number {
    let index = 0;
    while (index < this.length && this.tailAt(index) !== tail) {
      index++;
    }
    return index;
  }
}

export const NO_ROWS: IRows = new Listed('', [], true);

/** Some rows of a folder in an order of their own. */
export class Arranged implements IRows {
  /**
   * @param numbers - Of the rows among those listed.
   */
  constructor(
    readonly listed: Listed,
    private readonly _numbers: Uint32Array
  ) {}

  get length(): number {
    return this._numbers.length;
  }

  /** The rows in the store's order, if these are all of them. */
  get whole(): Listed | null {
    return this._numbers.length === this.listed.length ? this.listed : null;
  }

  at(index: number): IRow {
    return this.listed.at(this._numbers[index]);
  }

  nameAt(index: number): string {
    return this.listed.nameAt(this._numbers[index]);
  }

  indexOf(key: string): number {
    const number = this.listed.indexOf(key);
    if (number === -1) {
      return -1;
    }
    if (this._places === null) {
      const places = new Int32Array(this.listed.length).fill(-1);
      this._numbers.forEach((row, place) => (places[row] = place));
      this._places = places;
    }
    return this._places[number];
  }

  /** The place of each row listed, or -1; made when it is first asked for. */
  private _places: Int32Array | null = null;
}

/** The list of which these are all the rows; null where some are left out. */
export function wholeOf(rows: IRows): Listed | null {
  return rows instanceof Listed ? rows : rows instanceof Arranged ? rows.whole : null;
}

/** The first number below `count` for which this holds, as for all after it; else `count`. */
function firstThat(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
