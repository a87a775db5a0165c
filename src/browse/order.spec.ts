import type { IEntry } from '../store/entry';
import { Page } from './columns';
import { arranged, type IOrder, STORE_ORDER, turned } from './order';
import { type IRows, Listed } from './rows';

const NONE = { generation: null, contentType: null, storageClass: null, created: null };

function file(name: string, size: number, updated: string | null): IEntry {
  return { kind: 'object', name, key: name, size, updated, ...NONE };
}

function folder(name: string): IEntry {
  return { kind: 'folder', name, key: `${name}/`, size: null, updated: null, ...NONE };
}

function finished(listed: Listed, text: string, order: IOrder): IRows {
  const steps = arranged(listed, text, order);
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return step.value;
    }
  }
}

const names = (rows: IRows) => Array.from({ length: rows.length }, (_, i) => rows.nameAt(i));

describe('an order', () => {
  const listed = new Listed(
    '',
    [
      Page.of([file('a', 5, '2026-01-03T00:00:00Z'), folder('b')], ''),
      Page.of([file('c', 9, '2026-01-01T00:00:00Z'), folder('d'), file('e', 5, null)], 'c')
    ],
    true
  );

  it('keeps folders first, and what is equal in the order of names', () => {
    expect(names(finished(listed, '', { by: 'size', descending: true }))).toEqual([
      ...['b', 'd'],
      ...['c', 'a', 'e']
    ]);
    expect(names(finished(listed, '', { by: 'size', descending: false }))).toEqual([
      ...['b', 'd'],
      ...['a', 'e', 'c']
    ]);
  });

  it('by age begins with the newest; what has none comes last', () => {
    const newest = { by: 'age', descending: false } as const;
    expect(names(finished(listed, '', newest))).toEqual(['b', 'd', 'a', 'c', 'e']);
    const oldest = { by: 'age', descending: true } as const;
    expect(names(finished(listed, '', oldest))).toEqual(['b', 'd', 'c', 'a', 'e']);
  });

  it('by expiry begins with what was made first, whenever it was changed', () => {
    const day = (number: number) => `2026-01-0${number}T00:00:00Z`;
    const made = (name: string, created: string | null) => ({
      ...file(name, 1, day(9)),
      created
    });
    const pages = [
      Page.of([made('a', day(3)), made('b', null), folder('c'), made('d', day(1))], '')
    ];
    const scratch = new Listed('', pages, true);
    const first = turned(STORE_ORDER, 'expiry');
    expect(names(finished(scratch, '', first))).toEqual(['c', 'd', 'a', 'b']);
    expect(names(finished(scratch, '', turned(first, 'expiry')))).toEqual(['c', 'a', 'd', 'b']);
  });

  it('by name is that of the store, or its reverse', () => {
    expect(names(finished(listed, '', { by: 'name', descending: true }))).toEqual([
      ...['e', 'd', 'c', 'b', 'a']
    ]);
  });

  it('finds rows by key, and not those that are filtered out', () => {
    const rows = finished(listed, 'D', { by: 'size', descending: true });
    expect(names(rows)).toEqual(['d']);
    expect(rows.indexOf('d/')).toBe(0);
    expect(rows.indexOf('a')).toBe(-1);
    expect(rows.indexOf('none')).toBe(-1);
  });

  it('begins with the largest and the newest, and is turned by a second choice', () => {
    expect(turned(STORE_ORDER, 'name').descending).toBe(true);
    expect(turned(STORE_ORDER, 'size').descending).toBe(true);
    expect(turned(STORE_ORDER, 'age').descending).toBe(false);
    expect(turned({ by: 'size', descending: true }, 'size').descending).toBe(false);
  });

  it('of many rows is right and comes in short steps', () => {
    const sizes = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 10_007);
    const pages: Page[] = [];
    for (let from = 0; from < sizes.length; from += 1000) {
      const part = sizes.slice(from, from + 1000);
      pages.push(
        Page.of(
          part.map((size, i) => file(String(from + i).padStart(6, '0'), size, null)),
          ''
        )
      );
    }
    const many = new Listed('', pages, true);
    const rows = finished(many, '', { by: 'size', descending: true });
    const expected = sizes
      .map((size, index) => ({ size, index }))
      .sort((a, b) => b.size - a.size || a.index - b.index);
    expect(names(rows)).toEqual(expected.map(({ index }) => String(index).padStart(6, '0')));
    expect([...arranged(many, '', { by: 'size', descending: true })].length).toBeGreaterThan(50);
  });
});
