import { target, TypeAhead } from './keys';
import type { IRows } from './rows';
import { follow, NO_SELECTION, only, select, selectAll } from './selection';

function rows(...keys: string[]): IRows {
  return {
    length: keys.length,
    at: index => ({
      kind: 'object',
      name: keys[index],
      key: keys[index],
      size: 0,
      generation: null,
      updated: null,
      created: null
    }),
    nameAt: index => keys[index],
    indexOf: key => keys.indexOf(key)
  };
}

const LIST = rows('a', 'b', 'c', 'd', 'e');

describe('a selection', () => {
  it('is one row, or grows and shrinks by rows', () => {
    const one = select(NO_SELECTION, LIST, 1, 'only');
    expect(one).toEqual(only('b'));
    const two = select(one, LIST, 3, 'add');
    expect([...two.keys]).toEqual(['b', 'd']);
    expect([...select(two, LIST, 1, 'add').keys]).toEqual(['d']);
  });

  it('is a range from where it began, in both directions', () => {
    const from = select(NO_SELECTION, LIST, 2, 'only');
    const down = select(from, LIST, 4, 'range');
    expect([...down.keys]).toEqual(['c', 'd', 'e']);
    expect([...select(down, LIST, 0, 'range').keys]).toEqual(['a', 'b', 'c']);
    expect([...select(NO_SELECTION, LIST, 2, 'range').keys]).toEqual(['c']);
  });

  it('grows by ranges', () => {
    const two = select(select(NO_SELECTION, LIST, 0, 'only'), LIST, 2, 'add');
    expect([...select(two, LIST, 4, 'add-range').keys]).toEqual(['a', 'c', 'd', 'e']);
  });

  it('is given up without losing the keyboard', () => {
    const none = select(select(NO_SELECTION, LIST, 1, 'only'), LIST, 1, 'none');
    expect(none.keys.size).toBe(0);
    expect(none.focus).toBe('b');
  });

  it('takes all rows and keeps the focus', () => {
    const all = selectAll(only('c'), LIST);
    expect(all.keys.size).toBe(5);
    expect(all.focus).toBe('c');
  });

  it('follows its rows through a refresh', () => {
    const before = select(select(NO_SELECTION, LIST, 1, 'only'), LIST, 3, 'add');
    const after = follow(before, LIST, rows('a', 'aa', 'b', 'e'));
    expect([...after.keys]).toEqual(['b']);
    // The row that had the keyboard is gone: the one at its place has it.
    expect(after.focus).toBe('e');
    expect(follow(before, LIST, rows()).focus).toBeNull();
  });
});

describe('keys', () => {
  it('move within the list', () => {
    expect(target('ArrowDown', -1, 5, 3)).toBe(0);
    expect(target('ArrowDown', 4, 5, 3)).toBe(4);
    expect(target('PageUp', 4, 5, 3)).toBe(1);
    expect(target('End', 0, 5, 3)).toBe(4);
    expect(target('Home', 3, 5, 3)).toBe(0);
    expect(target('ArrowDown', -1, 0, 3)).toBeNull();
    expect(target('x', 0, 5, 3)).toBeNull();
  });

  it('that are typed quickly are one word, slowly each a first letter', () => {
    const list = rows('alpha', 'beta', 'data', 'delta', 'Dune');
    const quick = new TypeAhead();
    expect(quick.typed('d', list, 0, 0)).toBe(2);
    expect(quick.typed('e', list, 2, 300)).toBe(3);
    const slow = new TypeAhead();
    expect(slow.typed('d', list, 0, 0)).toBe(2);
    expect(slow.typed('d', list, 2, 5000)).toBe(3);
    expect(slow.typed('d', list, 3, 10_000)).toBe(4);
    expect(slow.typed('d', list, 4, 15_000)).toBe(2);
    expect(slow.typed('z', list, 4, 20_000)).toBeNull();
  });
});
