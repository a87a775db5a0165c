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

// Filtering and sorting take one slice, however busy the machine is.
beforeEach(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterEach(() => jest.restoreAllMocks());

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

  it('tries again to go where it could not, not to list what it shows', async () => {
    const { store, model } = browse('ada/runs/one', 'ada/file');
    await model.start(null);
    store.faults.push(StoreError.offline());
    await model.goToUri('gs://leap-scratch/ada/runs');
    expect(model.problem?.reason).toBe('offline');
    expect(shown(model)).toEqual(['file', 'runs']);
    await model.again();
    expect(model.location).toEqual({ bucket: 'scratch', key: 'ada/runs/' });
    expect(shown(model)).toEqual(['one']);
    expect(model.problem).toBeNull();
  });

  it('tells no failure of an address in a folder gone to meanwhile', async () => {
    const { store, model } = browse('ada/runs/one', 'ada/file');
    await model.start(null);
    store.faults.push(StoreError.offline());
    const asked = model.goToUri('gs://leap-scratch/ada/file');
    await model.go({ bucket: 'scratch', key: 'ada/runs/' });
    await asked;
    expect(shown(model)).toEqual(['one']);
    expect(model.problem).toBeNull();
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

  it('is not sorted by a column that its bucket does not have', async () => {
    const { model } = browse(...keys(3));
    await model.start(null);
    await model.sort('expiry');
    expect(model.order.by).toBe('expiry');
    await model.go({ bucket: 'scratch', key: '' });
    expect(model.order.by).toBe('expiry');
    await model.go({ bucket: 'lasting', key: 'ada/' });
    expect(model.order.by).toBe('name');
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

  it('is asked for in pages of the size that is set when it is gone to', async () => {
    const store = new MemoryStore(...keys(2500));
    const client = store as unknown as StoreClient;
    let pageSize = 400;
    const model = new BrowseModel(
      client,
      new BucketList(client),
      () => undefined,
      () => pageSize
    );
    await model.start(null);
    expect(model.rows.length).toBe(400);
    pageSize = 100;
    await model.reach(0, 150);
    expect(store.asked).toHaveLength(1);
    await model.reach(150, 250);
    expect(model.rows.length).toBe(800);
    await model.go(HOME);
    expect(model.rows.length).toBe(100);
  });
});
