import { BucketList } from '../store/buckets';
import type { StoreClient } from '../store/client';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { BrowseModel } from './model';
import { MemoryStore } from './testing/memoryStore';

const HOME = { bucket: 'scratch', key: 'ada/' };

function browse(...keys: string[]) {
  const store = new MemoryStore(...keys);
  const client = store as unknown as StoreClient;
  const remembered: ILocation[] = [];
  const model = new BrowseModel(client, new BucketList(client), place => remembered.push(place));
  return { store, model, remembered };
}

const shown = (model: BrowseModel) =>
  Array.from({ length: model.rows.length }, (_, index) => model.rows.at(index).name);

describe('browsing', () => {
  it('begins in the own folder, with one list request', async () => {
    const { store, model, remembered } = browse('ada/a', 'ben/b');
    await model.start(null);
    expect(shown(model)).toEqual(['a']);
    expect(store.asked).toHaveLength(1);
    expect(remembered).toEqual([HOME]);
  });

  it('begins where it was, unless that bucket is gone', async () => {
    const { model } = browse('ada/x/a');
    await model.start({ bucket: 'scratch', key: 'ada/x/' });
    expect(shown(model)).toEqual(['a']);
    await model.start({ bucket: 'gone', key: 'y/' });
    expect(model.location).toEqual(HOME);
  });

  it('points at the folder it came from when it goes up', async () => {
    const { model } = browse('ada/x/a', 'ada/b');
    await model.start({ bucket: 'scratch', key: 'ada/x/' });
    await model.goUp();
    expect(model.focused?.key).toBe('ada/x/');
    await model.goUp();
    await model.goUp();
    expect(model.location).toEqual({ bucket: 'scratch', key: '' });
  });

  it('shows the folder gone to last, whatever answers first', async () => {
    const { store, model } = browse('ada/slow/1', 'ada/fast/2');
    await model.start(null);
    let release = () => undefined as void;
    store.gate = new Promise(resolve => (release = resolve));
    const slow = model.go({ bucket: 'scratch', key: 'ada/slow/' });
    store.gate = null;
    await model.go({ bucket: 'scratch', key: 'ada/fast/' });
    release();
    await slow;
    expect(shown(model)).toEqual(['2']);
    expect(model.problem).toBeNull();
  });

  it('keeps what it has when a refresh fails, and tells why', async () => {
    const { store, model } = browse('ada/a');
    await model.start(null);
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await model.refresh();
    expect(shown(model)).toEqual(['a']);
    expect(model.problem?.message).toBe('busy');
    store.keys.add('ada/b');
    await model.refresh();
    expect(shown(model)).toEqual(['a', 'b']);
    expect(model.problem).toBeNull();
  });

  it('starts again after the buckets could not be found', async () => {
    const { store, model } = browse('ada/a');
    const find = store.buckets.bind(store);
    store.buckets = () => Promise.reject(StoreError.offline());
    await model.start(null);
    expect(model.problem?.reason).toBe('offline');
    store.buckets = find;
    await model.refresh();
    expect(shown(model)).toEqual(['a']);
  });

  it('fetches the next page before the end is in sight, once', async () => {
    const keys = Array.from({ length: 2500 }, (_, i) => `ada/${String(i).padStart(4, '0')}`);
    const { store, model } = browse(...keys);
    await model.start(null);
    expect(model.rows.length).toBe(1000);
    await model.reach(100);
    expect(store.asked).toHaveLength(1);
    await Promise.all([model.reach(600), model.reach(620)]);
    expect(store.asked).toHaveLength(2);
    expect(model.rows.length).toBe(2000);
    await model.reach(1990);
    expect(model.complete).toBe(true);
    await model.reach(2499);
    expect(store.asked).toHaveLength(3);
  });

  it('does not fetch on by itself after a failure', async () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `ada/${String(i).padStart(4, '0')}`);
    const { store, model } = browse(...keys);
    await model.start(null);
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await model.reach(900);
    await model.reach(950);
    expect(store.asked).toHaveLength(2);
    expect(model.problem?.message).toBe('busy');
    await model.more();
    expect(model.rows.length).toBe(1500);
  });
});

describe('the filter', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('looks anywhere in the names of a folder that is known whole, without a request', async () => {
    const { store, model } = browse('ada/one.txt', 'ada/two.txt', 'ada/other');
    await model.start(null);
    expect(model.scope).toBe('listed');
    model.setFilter('TXT');
    expect(shown(model)).toEqual(['one.txt', 'two.txt']);
    model.setFilter('');
    expect(model.rows.length).toBe(3);
    expect(store.asked).toHaveLength(1);
  });

  it('asks the store, once typing pauses, where there is more than was listed', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `ada/n${String(i).padStart(4, '0')}`);
    const { store, model } = browse('ada/aa', ...many);
    await model.start(null);
    store.asked.length = 0;
    expect(model.scope).toBe('store');
    model.setFilter('n1');
    model.setFilter('n19');
    await jest.advanceTimersByTimeAsync(1000);
    expect(store.asked).toEqual([{ prefix: 'ada/', startsWith: 'n19', pageToken: undefined }]);
    expect(model.rows.length).toBe(100);
    model.setFilter('');
    await jest.advanceTimersByTimeAsync(1000);
    expect(shown(model)[0]).toBe('aa');
  });

  it('goes where an address leads', async () => {
    const { model } = browse('ada/runs/one', 'ada/file');
    await model.start(null);
    await model.goToUri('gs://leap-scratch/ada/runs');
    expect(model.location).toEqual({ bucket: 'scratch', key: 'ada/runs/' });
    await model.goToUri(' gs://leap-scratch/ada/file ');
    expect(model.focused?.key).toBe('ada/file');
    await model.goToUri('gs://leap-scratch/ada/none');
    expect(model.lost?.why).toBe('nothing-there');
    await model.goToUri('gs://elsewhere/x');
    expect(model.lost?.why).toBe('no-bucket');
    expect(model.location?.key).toBe('ada/');
  });
});
