import type { IEntry } from '../store/entry';
import { AllKeys } from './allKeys';
import { Page } from './columns';
import { Arranged, Listed } from './rows';
import { countAmong, follow, NO_SELECTION, only, select, selectAll } from './selection';

const PAGE = 1000;
const PAGES = 1000;

/** Page `number`, of 1000 objects; `change` takes names and adds some, in order. */
function page(number: number, change = (names: string[]) => names): Page {
  const first = number * PAGE;
  const names = Array.from({ length: PAGE }, (_, i) => String(first + i).padStart(7, '0'));
  return Page.of(change(names).map(object), '');
}

function object(name: string): IEntry {
  const none = { contentType: null, storageClass: null, created: null, updated: null };
  return { kind: 'object', name, key: `x/${name}`, size: 1, generation: '1', ...none };
}

const listed = (pages: readonly Page[]) => new Listed('x/', pages, true);

describe('the keys of a million rows', () => {
  const pages = Array.from({ length: PAGES }, (_, number) => page(number));
  const rows = listed(pages);
  const lookUp = jest.spyOn(Listed.prototype, 'indexOf');
  const read = jest.spyOn(Listed.prototype, 'at');
  const tail = jest.spyOn(Page.prototype, 'tail');

  beforeEach(() => [lookUp, read, tail].forEach(spy => spy.mockClear()));
  afterAll(() => [lookUp, read, tail].forEach(spy => spy.mockRestore()));

  it('are selected and told without a look at them', () => {
    const { keys, focus } = selectAll(only('x/0000005'), rows);
    expect(focus).toBe('x/0000005');
    expect(keys.size).toBe(1_000_000);
    expect(keys.has('x/0999999')).toBe(true);
    expect(keys.has('x/1000000')).toBe(false);
    expect(lookUp).toHaveBeenCalledTimes(2);
    expect(read).not.toHaveBeenCalled();
  });

  it('stay selected when a page is listed again; what has come is not', () => {
    const before = selectAll(only('x/0005500'), rows);
    const fresh = page(5, names => [...names.slice(0, 3), '0005002a', ...names.slice(4)]);
    const after = listed([...pages.slice(0, 5), fresh, ...pages.slice(6)]);
    lookUp.mockClear();
    const { keys, focus } = follow(before, rows, after);
    expect(lookUp.mock.calls.length).toBeLessThanOrEqual(PAGE + 2);
    expect(tail.mock.calls.length).toBeLessThan(50 * PAGE);
    expect(focus).toBe('x/0005500');
    expect(keys.size).toBe(999_999);
    expect(keys.has('x/0005002a')).toBe(false);
    expect(keys.has('x/0005003')).toBe(false);
    expect(keys.has('x/0005004')).toBe(true);
    // And again, with what was said before.
    const last = listed([...after.pages.slice(0, -1), page(999, names => names.slice(1))]);
    lookUp.mockClear();
    const again = follow({ ...before, keys }, after, last);
    expect(lookUp.mock.calls.length).toBeLessThanOrEqual(PAGE + 3);
    expect(again.keys.size).toBe(999_998);
    expect(again.keys.has('x/0005002a')).toBe(false);
  });

  it('do not become more when the rest of the folder is loaded', () => {
    const first = listed(pages.slice(0, 1));
    const { keys } = follow(selectAll(NO_SELECTION, first), first, rows);
    expect(lookUp).not.toHaveBeenCalled();
    expect(keys.size).toBe(PAGE);
    expect(keys.has('x/0999999')).toBe(false);
  });

  it('are the same in another order', () => {
    const numbers = Uint32Array.from({ length: rows.length }, (_, i) => rows.length - 1 - i);
    const turned = new Arranged(rows, numbers);
    const { keys } = follow(selectAll(NO_SELECTION, turned), turned, rows);
    expect(keys.size).toBe(1_000_000);
    expect(lookUp).not.toHaveBeenCalled();
  });

  it('are counted among those that a filter shows without a look at each', () => {
    const shown = new Arranged(
      rows,
      Uint32Array.from({ length: 500_000 }, (_, i) => 2 * i)
    );
    const all = selectAll(NO_SELECTION, rows);
    expect(countAmong(all, shown)).toBe(500_000);
    expect(lookUp).not.toHaveBeenCalled();
    const but = new AllKeys(rows, new Set(['x/0000002', 'x/0000003']));
    expect(countAmong({ ...all, keys: but }, shown)).toBe(499_999);
    expect(countAmong({ ...all, keys: new Set(['x/0000002', 'x/0000003']) }, shown)).toBe(1);
  });
});

describe('the keys of all rows', () => {
  const rows = listed([Page.of(['a', 'b', 'c', 'd'].map(object), '')]);

  it('are read as a set is', () => {
    const keys = new AllKeys(rows, new Set(['x/c']));
    expect([...keys]).toEqual(['x/a', 'x/b', 'x/d']);
    expect([...keys.keys()]).toEqual([...keys.values()]);
    expect([...keys.entries()][0]).toEqual(['x/a', 'x/a']);
    expect(keys.size).toBe(3);
    expect(keys.has('x/c')).toBe(false);
    const seen: string[] = [];
    keys.forEach(key => seen.push(key));
    expect(seen).toEqual([...keys]);
  });

  it('become some when one is taken out', () => {
    const { keys } = select(selectAll(NO_SELECTION, rows), rows, 1, 'add');
    expect([...keys]).toEqual(['x/a', 'x/c', 'x/d']);
  });

  it('are those that a filter shows, also after a refresh', () => {
    const shown = new Arranged(rows, Uint32Array.of(1, 2));
    const all = selectAll(NO_SELECTION, shown);
    expect([...all.keys]).toEqual(['x/b', 'x/c']);
    const fresh = listed([Page.of(['a', 'c', 'd'].map(object), '')]);
    expect([...follow(all, shown, new Arranged(fresh, Uint32Array.of(1))).keys]).toEqual(['x/c']);
  });

  it('are fewer when the folder has become smaller', () => {
    const { keys } = selectAll(NO_SELECTION, rows);
    expect([...follow({ ...NO_SELECTION, keys }, rows, listed([])).keys]).toEqual([]);
  });
});
