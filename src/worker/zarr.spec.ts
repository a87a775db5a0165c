/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { ReadError, SignIn } from './objectReader';
import { ObjectServer } from './testing/objectServer';
import { preview } from './zarrPreview';
import type { IArray, IGroup } from './zarrProtocol';
import { ZarrStore } from './zarrStore';

let server: ObjectServer;

beforeEach(async () => {
  server = await ObjectServer.start();
});

afterEach(() => server.stop());

/** A store of `stores.json`, as a data set. */
function open(store: string): ZarrStore {
  server.put(store, 'ada/x.zarr/');
  return new ZarrStore(server.reader('ada/x.zarr/'));
}

function array(group: IGroup, name: string): IArray | undefined {
  return [...group.coordinates, ...group.variables].find(found => found.name === name);
}

function failure(reading: Promise<unknown>): Promise<unknown> {
  return reading.then(
    () => null,
    error => (error instanceof ReadError ? error.failure : error)
  );
}

describe.each([
  ['ocean-v2-consolidated', 2, true, 2],
  ['ocean-v3-consolidated', 3, true, 2],
  // The two that tell the format, up to three of the root, one listing, and one or two for each of six arrays.
  ['ocean-v2-plain', 2, false, 18],
  ['ocean-v3-plain', 3, false, 9]
] as const)('the store %s', (name, format, consolidated, requests) => {
  it('is summed up as xarray would', async () => {
    const summary = await open(name).summary();
    expect(summary).toMatchObject({ format, consolidated, unread: [], truncated: false });
    expect(summary.cost.requests).toBe(requests);
    expect(server.log).toHaveLength(requests);
    const [root] = summary.groups;
    expect(root.dims).toEqual([
      ['time', [4]],
      ['lat', [3]],
      ['lon', [6]]
    ]);
    expect(root.coordinates.map(found => found.name)).toEqual(['time', 'lat', 'lon', 'station']);
    expect(root.variables.map(found => found.name)).toEqual(['count', 'sst']);
    expect(array(root, 'sst')).toMatchObject({
      dims: ['time', 'lat', 'lon'],
      shape: [4, 3, 6],
      dtype: 'float32',
      chunks: [2, 3, 4],
      chunkCount: 4,
      shards: null,
      bytes: 288,
      previewable: false
    });
    expect(array(root, 'station')).toMatchObject({ dtype: '<U2', bytes: 24, previewable: true });
    expect(array(root, 'count')?.dtype).toMatch(/^int16/);
    expect(Object.fromEntries(root.attributes)).toEqual({
      title: 'NaN, "quoted"',
      quality: 'NaN',
      range: ['-Infinity', '1152921504606846976', 1.5e-7]
    });
    expect(Object.fromEntries(array(root, 'sst')!.attributes)).toEqual({
      units: 'degC',
      valid_max: 'NaN',
      coordinates: 'station',
      // Format 2 has it in the metadata.
      ...(format === 3 ? { _FillValue: 'NaN' } : {})
    });
  });

  it('gives the first values of its coordinates, one request each', async () => {
    const store = open(name);
    await store.summary();
    server.log.length = 0;
    const values = async (path: string) =>
      (await preview(store.reader, store.array(path))).values.join(' ');
    expect(await values('time')).toBe('0 1 2 3');
    expect(await values('lat')).toBe('10 20 30.1235');
    expect(await values('lon')).toBe('0 60 120 180 240 300');
    expect(await values('station')).toBe('a bü c');
    expect(server.log).toHaveLength(4);
  });
});

it.each([2, 3])('odd arrays of format %i are described and read', async format => {
  const store = open(`odd-v${format}`);
  const summary = await store.summary();
  const [root] = summary.groups;
  expect(summary.unread).toEqual(['deep']);
  const odd = format === 3 ? ['x'] : ['dim_0'];
  expect(array(root, 'a#%?b')).toMatchObject({ dims: odd, chunks: [5], chunkCount: 3 });
  expect(array(root, 'scalar')).toMatchObject({ shape: [], chunkCount: 1, previewable: false });
  expect(array(root, 'date')?.dtype).toBe('datetime64[s]');
  const show = async (path: string) => {
    const { values, last, more } = await preview(store.reader, store.array(path));
    return [...values, ...(more ? ['...'] : []), ...(last === null ? [] : [last])].join(' ');
  };
  expect(await show('a#%?b')).toBe('0 1 2 3 4 ...');
  expect(await show('date')).toBe('2001-02-03 NaT');
  expect(await show('gaps')).toBe('4611686018427387904 4611686018427387904 4611686018427387904');
  expect(await show('bytes')).toBe('xy z');
  if (format === 3) {
    expect(array(root, 'shard')).toMatchObject({
      chunks: [5],
      chunkCount: 4,
      shards: [10],
      shardCount: 2
    });
    expect(await show('shard')).toBe('0 1 2 3 4 ...');
  }
});

it('undoes the packing of a coordinate', async () => {
  const store = open('packed');
  await store.summary();
  expect(await preview(store.reader, store.array('depth'))).toEqual({
    values: ['0.5', '1.5', '2.5'],
    last: null,
    more: false
  });
});

it('shows a root that is an array, and groups of a tree', async () => {
  const single = await open('root-array').summary();
  expect(single.groups).toMatchObject([{ path: '', variables: [{ path: '', shape: [4] }] }]);

  server.objects.clear();
  const tree = await open('tree').summary();
  expect(tree.groups.map(({ path, coordinates }) => [path, coordinates.length])).toEqual([
    ['', 3],
    ['coarse', 1]
  ]);
});

describe('a store that is not as it should be', () => {
  it('tells a folder without Zarr from one that is not there', async () => {
    server.objects.set('ada/x.zarr/readme.txt', Buffer.from('hello'));
    expect(await failure(new ZarrStore(server.reader('ada/x.zarr/')).summary())).toMatchObject({
      reason: 'not-zarr',
      key: 'ada/x.zarr/'
    });
    expect(await failure(new ZarrStore(server.reader('ada/gone.zarr/')).summary())).toMatchObject({
      reason: 'empty-folder'
    });
  });

  it.each(['{"zarr_format": 3', '[1]', ''])('names the file whose JSON is %j', async text => {
    const store = open('ocean-v3-consolidated');
    server.objects.set('ada/x.zarr/zarr.json', Buffer.from(text));
    expect(await failure(store.summary())).toMatchObject({
      reason: 'bad-metadata',
      key: 'ada/x.zarr/zarr.json'
    });
  });

  it('says which file is nested too deeply', async () => {
    const store = open('ocean-v3-consolidated');
    const deep = `{"zarr_format":3,"attributes":{"d":${'['.repeat(3000)}${']'.repeat(3000)}}}`;
    server.objects.set('ada/x.zarr/zarr.json', Buffer.from(deep));
    expect(await failure(store.summary())).toMatchObject({
      reason: 'bad-metadata',
      key: 'ada/x.zarr/zarr.json',
      message: expect.stringContaining('200 levels')
    });
  });

  it('describes the others when one array makes no sense', async () => {
    const store = open('ocean-v3-plain');
    const strange = { zarr_format: 3, node_type: 'array', data_type: { name: 'my.own', n: [1] } };
    const put = (name: string, more: object) =>
      server.objects.set(
        `ada/x.zarr/${name}/zarr.json`,
        Buffer.from(JSON.stringify({ ...strange, ...more }))
      );
    put('shapeless', { shape: ['many'] });
    put('strange', { shape: [7], chunk_grid: { name: 'rectilinear' }, attributes: null });
    put('__proto__', { shape: [2], attributes: { constructor: 1 } });
    const [root] = (await store.summary()).groups;
    expect(root.broken).toEqual([
      { name: 'shapeless', problem: expect.stringContaining('"shape"') }
    ]);
    expect(array(root, 'strange')).toMatchObject({ dtype: 'my.own', chunks: null, bytes: null });
    expect(array(root, '__proto__')?.attributes).toEqual([['constructor', 1]]);
    expect(array(root, 'sst')).toBeDefined();
  });

  it('is not looked through without end', async () => {
    const store = open('ocean-v3-plain');
    for (let n = 0; n < 400; n++) {
      server.objects.set(`ada/x.zarr/g${String(n).padStart(3, '0')}/x`, Buffer.from(''));
    }
    server.pageSize = 50;
    const summary = await store.summary();
    expect(summary.truncated).toBe(true);
    expect(summary.cost.requests).toBeLessThan(320);
    expect(server.crowd).toBeLessThanOrEqual(4);
  });

  it('with a codec that cannot be decoded says which', async () => {
    const store = open('ocean-v3-plain');
    const key = 'ada/x.zarr/lat/zarr.json';
    const text = server.objects.get(key)!.toString();
    server.objects.set(key, Buffer.from(text.replace('"zstd"', '"numcodecs.pcodec"')));
    await store.summary();
    expect(await failure(preview(store.reader, store.array('lat')))).toMatchObject({
      reason: 'unsupported',
      message: expect.stringContaining('pcodec')
    });
  });
});

describe('reading', () => {
  it('takes 404 for missing and 403 for an error, and only of the object itself', async () => {
    const reader = server.reader('ada/');
    expect(await reader.get('none')).toBeUndefined();
    const refused = { message: 'Not yours.', reason: 'no-permission', hint: 'Ask.' };
    server.fault = () => ({ status: 403, body: JSON.stringify(refused) });
    expect(await failure(reader.get('none'))).toEqual({ status: 403, key: 'ada/none', ...refused });
    // A proxy's page must not look like a missing chunk, which counts as fill values.
    server.fault = () => ({ status: 404, body: '<h1>Not found</h1>' });
    expect(await failure(reader.get('none'))).toMatchObject({ status: 404, reason: 'http-404' });
    // Neither is worth a second try.
    expect(server.log).toHaveLength(3);
  });

  it.each([408, 429, 500, 503, 'broken'] as const)('tries again after %s', async kind => {
    server.objects.set('ada/x', Buffer.from('12345'));
    const faults = [kind, kind];
    server.fault = () => {
      const fault = faults.shift();
      return fault === undefined ? null : fault === 'broken' ? fault : { status: fault };
    };
    const reader = server.reader('ada/');
    expect(Buffer.from((await reader.get('x'))!).toString()).toBe('12345');
    expect(reader.cost).toEqual({ requests: 3, bytes: 5 });
  });

  it('gives up after four tries, with the last answer', async () => {
    server.fault = () => ({ status: 503, body: '{"message":"Slow","reason":"store-busy"}' });
    expect(await failure(server.reader('ada/').get('x'))).toMatchObject({
      status: 503,
      reason: 'store-busy',
      message: 'Slow'
    });
    expect(server.log).toHaveLength(4);
  });

  it('asks for ranges, from either end', async () => {
    server.objects.set('ada/x', Buffer.from('0123456789'));
    const reader = server.reader('ada/');
    const text = async (range: Parameters<typeof reader.get>[1]) =>
      Buffer.from((await reader.get('x', range))!).toString();
    expect(await text({ range: { offset: 2, length: 3 } })).toBe('234');
    expect(await text({ range: { suffixLength: 4 } })).toBe('6789');
    expect(server.log).toEqual(['object ada/x bytes=2-4', 'object ada/x bytes=-4']);
  });

  it('reads no more than it may of what is too large', async () => {
    server.objects.set('ada/x', Buffer.alloc(1000));
    const reader = server.reader('ada/');
    expect(await failure(reader.get('x', { atMost: 999 }))).toMatchObject({ reason: 'too-large' });
    await expect(reader.get('x', { atMost: 1000 })).resolves.toHaveLength(1000);
  });

  it('signs in again once when XSRF is refused, for all who wait', async () => {
    server.objects.set('ada/x', Buffer.from('1'));
    const ask = jest.fn(() => setTimeout(() => signIn.set(server.access), 20));
    const signIn: SignIn = new SignIn(ask);
    const reader = server.reader('ada/', signIn);
    server.xsrf = 'two';
    await expect(Promise.all([reader.get('x'), reader.get('x')])).resolves.toHaveLength(2);
    expect(ask).toHaveBeenCalledTimes(1);
    // The page has no newer one: an error, and not an endless circle.
    server.fault = () => ({ status: 403 });
    expect(await failure(reader.get('x'))).toMatchObject({ status: 403 });
    expect(server.log).toHaveLength(6);
  });

  it('ends when it is aborted, in a pause too', async () => {
    const one = new AbortController();
    server.objects.set('ada/x', Buffer.from('1'));
    const reader = server.reader('ada/');
    const reading = reader.get('x', { signal: one.signal });
    const other = reader.get('x');
    one.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    await expect(other).resolves.toHaveLength(1);

    server.fault = () => ({ status: 503 });
    const waiting = reader.get('x');
    setTimeout(() => reader.abort(), 30);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(reader.get('x')).rejects.toMatchObject({ name: 'AbortError' });
  });
});
