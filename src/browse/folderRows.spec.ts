import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import { FolderRows } from './folderRows';
import { STORE_ORDER } from './order';
import { MemoryStore } from './testing/memoryStore';

function list(...keys: string[]) {
  const store = new MemoryStore(...keys);
  const home = { bucket: 'scratch', key: 'ada/' };
  const rows = new FolderRows(store as unknown as StoreClient, home, 1000, STORE_ORDER);
  return { store, rows };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `ada/${String(i).padStart(5, '0')}`);

const shown = ({ rows }: FolderRows) =>
  Array.from({ length: rows.length }, (_, index) => rows.nameAt(index));

// Filtering and sorting take one slice, however busy the machine is.
beforeEach(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterEach(() => jest.restoreAllMocks());

describe('the rows of a folder', () => {
  it('fetches the next page before the end is in sight, once', async () => {
    const { store, rows } = list(...numbered(2500));
    await rows.open();
    expect(rows.rows.length).toBe(1000);
    await rows.reach(0, 100);
    expect(store.asked).toHaveLength(1);
    await Promise.all([rows.reach(0, 600), rows.reach(0, 620)]);
    expect(store.asked).toHaveLength(2);
    expect(rows.rows.length).toBe(2000);
    await rows.reach(0, 1990);
    expect(rows.complete).toBe(true);
    await rows.reach(0, 2499);
    expect(store.asked).toHaveLength(3);
  });

  it('does not fetch on by itself after a failure', async () => {
    const { store, rows } = list(...numbered(1500));
    await rows.open();
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await rows.reach(0, 900);
    await rows.reach(0, 950);
    expect(store.asked).toHaveLength(2);
    expect(rows.asking.problem?.message).toBe('busy');
    await rows.asking.again();
    expect(rows.rows.length).toBe(1500);
  });

  it('stays in the order of the store when loading all is cancelled', async () => {
    const { store, rows } = list(...numbered(2500));
    await rows.open();
    store.gate = new Promise(() => undefined);
    const sorting = rows.sort('age');
    expect(rows.loadingAll).toBe(true);
    rows.cancelLoadAll();
    await sorting;
    expect(rows.loadingAll).toBe(false);
    expect(rows.asking.problem).toBeNull();
    expect(rows.order).toEqual({ by: 'name', descending: false });
    store.gate = null;
    expect(await rows.loadAll()).toBe(true);
    expect(rows.rows.length).toBe(2500);
  });

  it('sorts after all when the page that failed is asked again', async () => {
    const { store, rows } = list(...numbered(2500));
    await rows.open();
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await rows.sort('name');
    expect(rows.asking.problem?.message).toBe('busy');
    expect(rows.rows.nameAt(0)).toBe('00000');
    await rows.asking.again();
    expect(rows.rows.nameAt(0)).toBe('02499');
  });

  it('can be refreshed twice at once', async () => {
    const { store, rows } = list(...numbered(1500));
    await rows.open();
    await Promise.all([rows.refresh(), rows.refresh()]);
    expect(rows.asking.loading).toBe(false);
    expect(rows.asking.problem).toBeNull();
    store.keys.add('ada/00000a');
    await rows.refresh();
    expect(rows.rows.nameAt(1)).toBe('00000a');
  });
});

describe('the filter', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('looks anywhere in the names of a folder that is known whole, without a request', async () => {
    const { store, rows } = list('ada/one.txt', 'ada/two.txt', 'ada/other');
    await rows.open();
    expect(rows.scope).toBe('listed');
    rows.setFilter('TXT');
    expect(shown(rows)).toEqual(['one.txt', 'two.txt']);
    rows.setFilter('');
    expect(rows.rows.length).toBe(3);
    expect(store.asked).toHaveLength(1);
  });

  it('asks the store, once typing pauses, where there is more than was listed', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `ada/n${String(i).padStart(4, '0')}`);
    const { store, rows } = list('ada/aa', ...many);
    await rows.open();
    store.asked.length = 0;
    expect(rows.scope).toBe('store');
    rows.setFilter('n1');
    rows.setFilter('n19');
    await jest.advanceTimersByTimeAsync(1000);
    expect(store.asked).toEqual([{ prefix: 'ada/', startsWith: 'n19', pageToken: undefined }]);
    expect(rows.rows.length).toBe(100);
    rows.setFilter('');
    await jest.advanceTimersByTimeAsync(1000);
    expect(shown(rows)[0]).toBe('aa');
  });
});
