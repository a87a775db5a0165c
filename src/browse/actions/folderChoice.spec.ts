import type { StoreClient } from '../../store/client';
import { StoreError } from '../../store/errors';
import { SCRATCH } from '../../testing/scratch';
import { MemoryStore } from '../testing/memoryStore';
import { FolderChoice } from './folderChoice';

const BUCKETS = [
  SCRATCH,
  { ...SCRATCH, id: 'public', access: 'read-only' } as const,
  { ...SCRATCH, id: 'broken', error: 'It is not there.' }
];

function walk(...keys: string[]) {
  const store = new MemoryStore(...keys);
  const favourite = { bucket: 'scratch', key: 'ben/x/' };
  const choice = new FolderChoice(store as unknown as StoreClient, BUCKETS, [favourite]);
  return { store, choice, names: () => choice.lines.map(({ name }) => name) };
}

const at = (key: string) => ({ bucket: 'scratch', key });

describe('a walk to a folder', () => {
  it('goes in and comes back to what it left, one request for each folder', async () => {
    const { store, choice, names } = walk('ada/a.txt', 'ada/b/x/1', 'ada/c/1', 'ben/1');
    await choice.open(at('ada/'));
    expect(names()).toEqual(['b', 'c']);
    expect(choice.address).toBe('gs://leap-scratch/ada/');
    choice.point(0);
    expect(choice.address).toBe('gs://leap-scratch/ada/b/');
    await choice.enter();
    expect(names()).toEqual(['x']);
    expect(choice.chosen).toEqual(at('ada/b/'));
    await choice.up();
    expect(choice.chosen).toEqual(at('ada/b/'));
    await choice.up();
    expect(names()).toEqual(['ada', 'ben']);
    expect(choice.active).toBe(0);
    expect(store.asked).toHaveLength(4);
  });

  it('begins at places that may be written to, and their favourites', async () => {
    const { store, choice, names } = walk('ada/b/1');
    await choice.open(at(''));
    await choice.up();
    expect(names()).toEqual(['My scratch', 'gs://leap-scratch/ben/x/']);
    expect(choice.active).toBe(0);
    await choice.up();
    await choice.enter();
    expect(choice.location).toEqual(at('ada/'));
    expect(store.asked).toHaveLength(2);
  });

  it('asks for the names beyond a page only when it is told to', async () => {
    const { store, choice, names } = walk('ada/0', 'ada/1', 'ada/2/x', 'ada/3/x');
    store.pageSize = 2;
    await choice.open(at('ada/'));
    expect(names()).toEqual([]);
    expect([choice.hasMore, choice.seen]).toEqual([true, 2]);
    choice.point(5);
    expect(choice.active).toBe(0);
    expect(choice.chosen).toEqual(at('ada/'));
    await choice.enter();
    expect(names()).toEqual(['2', '3']);
    expect(choice.hasMore).toBe(false);
    expect(store.asked).toHaveLength(2);
  });

  it('tells why a folder cannot be opened, and leaves the way back', async () => {
    const { store, choice, names } = walk('ada/b/1');
    await choice.open(at('ada/'));
    store.faults.push(new StoreError('You may not look.', 403, 'no-permission', 'Ask Ben.'));
    await choice.enter(0);
    expect(choice.asking.problem?.advice).toBe('You may not look. Ask Ben.');
    expect(choice.address).toBe('gs://leap-scratch/ada/b/');
    expect(names()).toEqual([]);
    choice.point(0);
    expect(choice.active).toBe(-1);
    await choice.up();
    expect(choice.asking.problem).toBeNull();
    expect(names()).toEqual(['b']);
  });
});
