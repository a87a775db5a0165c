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
    await model.reach(0, 100);
    expect(store.asked).toHaveLength(1);
    await Promise.all([model.reach(0, 600), model.reach(0, 620)]);
    expect(store.asked).toHaveLength(2);
    expect(model.rows.length).toBe(2000);
    await model.reach(0, 1990);
    expect(model.complete).toBe(true);
    await model.reach(0, 2499);
    expect(store.asked).toHaveLength(3);
  });

  it('does not fetch on by itself after a failure', async () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `ada/${String(i).padStart(4, '0')}`);
    const { store, model } = browse(...keys);
    await model.start(null);
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await model.reach(0, 900);
    await model.reach(0, 950);
    expect(store.asked).toHaveLength(2);
    expect(model.problem?.message).toBe('busy');
    await model.again();
    expect(model.rows.length).toBe(1500);
  });
});

describe('a large folder', () => {
  const keys = (count: number) =>
    Array.from({ length: count }, (_, i) => `ada/${String(i).padStart(5, '0')}`);

  it('is sorted after all of it was loaded, and stays so in small folders', async () => {
    const { store, model } = browse(
      'ada/00000-long-name',
      'ada/sub/x',
      'ada/sub/yy',
      ...keys(2500)
    );
    await model.start(null);
    await model.sort('size');
    expect(store.asked).toHaveLength(3);
    expect(shown(model).slice(0, 2)).toEqual(['sub', '00000-long-name']);
    expect(model.order).toEqual({ by: 'size', descending: true });
    await model.go({ bucket: 'scratch', key: 'ada/sub/' });
    expect(shown(model)).toEqual(['yy', 'x']);
    await model.go(HOME);
    expect(model.order).toEqual({ by: 'name', descending: false });
  });

  it('stays in the order of the store when loading all is cancelled', async () => {
    const { store, model } = browse(...keys(2500));
    await model.start(null);
    store.gate = new Promise(() => undefined);
    const sorting = model.sort('age');
    expect(model.loadingAll).toBe(true);
    model.cancelLoadAll();
    await sorting;
    expect(model.loadingAll).toBe(false);
    expect(model.problem).toBeNull();
    expect(model.order).toEqual({ by: 'name', descending: false });
    store.gate = null;
    expect(await model.loadAll()).toBe(true);
    expect(model.rows.length).toBe(2500);
  });

  it('sorts after all when the page that failed is asked again', async () => {
    const { store, model } = browse(...keys(2500));
    await model.start(null);
    store.faults.push(new StoreError('busy', 503, 'busy'));
    await model.sort('name');
    expect(model.problem?.message).toBe('busy');
    expect(model.rows.nameAt(0)).toBe('00000');
    await model.again();
    expect(model.rows.nameAt(0)).toBe('02499');
  });

  it('is refreshed where it is looked at, with few requests', async () => {
    const { store, model } = browse(...keys(20_000));
    await model.start(null);
    await model.loadAll();
    model.select(15_500, 'only');
    await model.reach(15_490, 15_530);
    store.asked.length = 0;
    store.keys.delete('ada/15501');
    store.keys.delete('ada/00001');
    store.keys.add('ada/15500a');
    await model.refresh();
    expect(store.asked.length).toBeLessThanOrEqual(2);
    expect(model.focused?.name).toBe('15500');
    expect(model.rows.nameAt(15_501)).toBe('15500a');
    expect(model.rows.nameAt(15_502)).toBe('15502');
    // The other pages follow when they come in sight.
    expect(model.rows.nameAt(1)).toBe('00001');
    await model.reach(0, 40);
    expect(model.rows.nameAt(1)).toBe('00002');
    expect(model.focused?.name).toBe('15500');
  });

  it('can be refreshed twice at once', async () => {
    const { store, model } = browse(...keys(1500));
    await model.start(null);
    await Promise.all([model.refresh(), model.refresh()]);
    expect(model.loading).toBe(false);
    expect(model.problem).toBeNull();
    store.keys.add('ada/00000a');
    await model.refresh();
    expect(model.rows.nameAt(1)).toBe('00000a');
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
