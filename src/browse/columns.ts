import type { IEntry } from '../store/entry';

/** What the panel knows of an entry; times are milliseconds, as `Date.now()`. */
export interface IRow extends Pick<IEntry, 'kind' | 'name' | 'key' | 'size' | 'generation'> {
  /** When it was written last; null for a folder. */
  readonly updated: number | null;
  /** When this generation was made; null for a folder and where the store did not say. */
  readonly created: number | null;
}

/**
 * The entries of one page in columns: a million of them as objects hold 300 MB, so 60 to 80 MB are
 * enough. Folders have size -1, and what is not known is NaN.
 */
export class Page {
  static of(entries: readonly IEntry[], token: string): Page {
    const generations = entries.map(({ generation }) => generation);
    return new Page(
      token,
      entries.map(({ name }) => name),
      Float64Array.from(entries, ({ kind, size }) => (kind === 'folder' ? FOLDER : (size ?? 0))),
      Float64Array.from(entries, ({ updated }) => toMilliseconds(updated)),
      Float64Array.from(entries, ({ created }) => toMilliseconds(created)),
      // Google's count microseconds and fit a number; other stores have text of any kind.
      generations.every(isExact) ? Float64Array.from(generations, toNumber) : generations
    );
  }

  private constructor(
    /** What the store was asked with: empty for the first page. */
    readonly token: string,
    readonly names: readonly string[],
    readonly sizes: Float64Array,
    readonly updated: Float64Array,
    readonly created: Float64Array,
    private readonly _generations: Float64Array | readonly (string | null)[]
  ) {}

  get length(): number {
    return this.names.length;
  }

  isFolder(index: number): boolean {
    return this.sizes[index] === FOLDER;
  }

  /** The key without the prefix that all share. */
  tail(index: number): string {
    return this.isFolder(index) ? `${this.names[index]}/` : this.names[index];
  }

  /** @param prefix - What all keys begin with. */
  row(index: number, prefix: string): IRow {
    const isFolder = this.isFolder(index);
    const generation = this._generations[index];
    return {
      kind: isFolder ? 'folder' : 'object',
      name: this.names[index],
      key: prefix + this.tail(index),
      size: isFolder ? null : this.sizes[index],
      updated: known(this.updated[index]),
      created: known(this.created[index]),
      generation:
        typeof generation === 'string'
          ? generation
          : generation === null || Number.isNaN(generation)
            ? null
            : String(generation)
    };
  }

  /** The entries from this one on, as a page that begins with another token. */
  rest(from: number, token: string): Page {
    return new Page(
      token,
      this.names.slice(from),
      this.sizes.slice(from),
      this.updated.slice(from),
      this.created.slice(from),
      this._generations.slice(from)
    );
  }
}

/**
 * Compares by bytes of UTF-8, the order of stores. It is that of code points, from which the
 * order of JavaScript's own comparison differs where surrogates meet U+E000 to U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one !== other) {
      return weight(one) - weight(other);
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const FOLDER = -1;

function toMilliseconds(time: string | null): number {
  return time === null ? NaN : Date.parse(time);
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function isExact(generation: string | null): boolean {
  return generation === null || String(toNumber(generation)) === generation;
}

function toNumber(generation: string | null): number {
  return generation === null ? NaN : Number(generation);
}
