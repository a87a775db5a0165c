import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import { Folder, matching } from './folder';
import { MemoryStore } from './testing/memoryStore';

const AT = { bucket: 'scratch', key: 'ada/' };
const names = (folder: Folder) =>
  Array.from({ length: folder.length }, (_, index) => folder.at(index).name);
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
    expect(folder.at(0)).toEqual({
      kind: 'object',
      name: 'a',
      key: 'ada/a',
      size: 1,
      updated: '2026-01-02T03:04:05Z'
    });
    expect(folder.at(1)).toMatchObject({ kind: 'folder', key: 'ada/b/', size: null });
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
    expect(store.asked.map(({ pageToken }) => pageToken)).toEqual([undefined, '1', '1']);
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
    expect(folder.indexOf('ada/b/')).toBe(0);
    await folder.more();
    expect(names(folder).filter(name => name === 'b')).toHaveLength(1);
  });

  it('finds a row by its key, a file and a folder of one name apart', async () => {
    const folder = open(new MemoryStore('ada/twin', 'ada/twin/x'));
    await folder.more();
    expect(folder.at(folder.indexOf('ada/twin')).kind).toBe('object');
    expect(folder.at(folder.indexOf('ada/twin/')).kind).toBe('folder');
    expect(folder.indexOf('ada/none')).toBe(-1);
    expect(folder.indexOf('ben/twin')).toBe(-1);
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

  it('is filtered anywhere in a name, without regard to case', async () => {
    const folder = open(new MemoryStore('ada/Run-1', 'ada/first-run', 'ada/other'));
    await folder.more();
    const found = matching(folder, 'RUN');
    expect([found.at(0).name, found.at(1).name]).toEqual(['Run-1', 'first-run']);
    expect(found.length).toBe(2);
    expect(found.indexOf('ada/first-run')).toBe(1);
    expect(found.indexOf('ada/other')).toBe(-1);
  });
});
