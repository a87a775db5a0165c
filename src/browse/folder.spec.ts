import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import { Folder } from './folder';
import { MemoryStore } from './testing/memoryStore';

const AT = { bucket: 'scratch', key: 'ada/' };
const names = (folder: Folder) =>
  Array.from({ length: folder.rows.length }, (_, index) => folder.rows.nameAt(index));
const open = (store: MemoryStore, startsWith?: string) =>
  new Folder(store as unknown as StoreClient, AT, startsWith);

describe('a folder', () => {
  it('takes pages one by one, and none after the last', async () => {
    const store = new MemoryStore('ada/a', 'ada/b/x', 'ada/b/y', 'ada/c', 'ben/z');
    store.pageSize = 2;
    const folder = open(store);
    expect(folder.complete).toBe(false);
    await folder.more();
    expect(names(folder)).toEqual(['a', 'b']);
    await folder.more();
    expect(names(folder)).toEqual(['a', 'b', 'c']);
    expect(folder.complete).toBe(true);
    await folder.more();
    expect(store.asked).toHaveLength(2);
    expect(folder.rows.at(0)).toEqual({
      kind: 'object',
      name: 'a',
      key: 'ada/a',
      size: 1,
      generation: '1',
      updated: Date.UTC(2026, 0, 2, 3, 4, 5),
      created: null
    });
    expect(folder.rows.at(1)).toMatchObject({ kind: 'folder', key: 'ada/b/', size: null });
  });

  it('shares one request among all who wait for the same page', async () => {
    const store = new MemoryStore('ada/a');
    const folder = open(store);
    await Promise.all([folder.more(), folder.more()]);
    expect(store.asked).toHaveLength(1);
    expect(names(folder)).toEqual(['a']);
  });

  it('asks for the same page again after a failure', async () => {
    const store = new MemoryStore('ada/a', 'ada/b');
    store.pageSize = 1;
    const folder = open(store);
    await folder.more();
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await expect(folder.more()).rejects.toThrow('busy');
    await folder.more();
    expect(names(folder)).toEqual(['a', 'b']);
    expect(store.asked.map(({ pageToken }) => pageToken)).toEqual([undefined, 'ada/a', 'ada/a']);
  });

  it('does not ask for ever where the store repeats itself', async () => {
    const folder = new Folder(
      { list: () => Promise.resolve({ entries: [], nextPageToken: 'again' }) },
      AT
    );
    await expect(folder.upTo(10)).rejects.toMatchObject({ reason: 'repeated-page' });
  });

  it('leaves out repeated folders and the object that stands for itself', async () => {
    const store = new MemoryStore('ada/', 'ada/b/1', 'ada/c');
    const pages = [await store.list('scratch', 'ada/'), await store.list('scratch', 'ada/')];
    const folder = new Folder(
      {
        list: () =>
          Promise.resolve({
            entries: pages.shift()!.entries,
            nextPageToken: pages.length ? 'more' : null
          })
      },
      AT
    );
    await folder.more();
    expect(names(folder)).toEqual(['b', 'c']);
    expect(folder.rows.indexOf('ada/b/')).toBe(0);
    await folder.more();
    expect(names(folder).filter(name => name === 'b')).toHaveLength(1);
  });

  it('finds a row by its key, a file and a folder of one name apart', async () => {
    const folder = open(new MemoryStore('ada/twin', 'ada/twin/x'));
    await folder.more();
    expect(folder.rows.at(folder.rows.indexOf('ada/twin')).kind).toBe('object');
    expect(folder.rows.at(folder.rows.indexOf('ada/twin/')).kind).toBe('folder');
    expect(folder.rows.indexOf('ada/none')).toBe(-1);
    expect(folder.rows.indexOf('ben/twin')).toBe(-1);
  });

  it('asks the store for names that start so', async () => {
    const store = new MemoryStore('ada/a1', 'ada/a2', 'ada/b1');
    const folder = open(store, 'a');
    await folder.more();
    expect(names(folder)).toEqual(['a1', 'a2']);
    expect(store.asked[0].startsWith).toBe('a');
  });

  it('can be ended', async () => {
    const store = new MemoryStore('ada/a');
    store.gate = new Promise(() => undefined);
    const folder = open(store);
    const waiting = folder.more();
    folder.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('with old pages', () => {
    const key = (n: number) => `ada/${String(n).padStart(2, '0')}`;
    const twenty = () => Array.from({ length: 20 }, (_, n) => key(n));

    async function listed() {
      const store = new MemoryStore(...twenty());
      store.pageSize = 5;
      const folder = open(store);
      await folder.upTo(20);
      folder.expire();
      store.asked.length = 0;
      return { store, folder };
    }
    const truth = (store: MemoryStore) => [...store.keys].map(one => one.slice(4)).sort();

    it('lists only the page of the rows in sight again', async () => {
      const { store, folder } = await listed();
      await folder.renew(6, 8, 5);
      expect(store.asked.map(({ pageToken }) => pageToken)).toEqual([key(4)]);
      expect(folder.hasOld(6, 8)).toBe(false);
      expect(folder.hasOld()).toBe(true);
      expect(names(folder)).toEqual(truth(store));
    });

    it('neither loses nor repeats rows that came or went', async () => {
      const { store, folder } = await listed();
      ['00', '06', '07', '19'].forEach(name => store.keys.delete(`ada/${name}`));
      ['005', '061', '062', '063', '064', '065', '30'].forEach(name =>
        store.keys.add(`ada/${name}`)
      );
      await folder.renew(0, Infinity, Infinity);
      await folder.upTo(Infinity);
      expect(names(folder)).toEqual(truth(store));
      expect(folder.hasOld()).toBe(false);
    });

    it('can be emptied and filled', async () => {
      const { store, folder } = await listed();
      store.keys.clear();
      await folder.renew(0, Infinity, Infinity);
      expect(names(folder)).toEqual([]);
      store.keys.add('ada/new');
      folder.expire();
      await folder.renew(0, 1, 5);
      expect(names(folder)).toEqual(['new']);
    });

    it('stays as it is when a page fails or is ended, and can be asked again', async () => {
      const { store, folder } = await listed();
      store.faults.push(new StoreError('busy', 503, 'busy'));
      await expect(folder.renew(0, 20, 9)).rejects.toThrow('busy');
      store.gate = new Promise(() => undefined);
      const waiting = folder.renew(0, 20, 9);
      folder.abort();
      store.gate = null;
      const again = folder.renew(0, 20, 9);
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      await again;
      expect(names(folder)).toEqual(truth(store));
      expect(folder.hasOld()).toBe(false);
    });
  });
});
