import { commonStart, findExisting, freeName, numbered } from './conflict';
import { UploadServer } from './testing/uploadServer';

const FOLDER = { bucket: 'scratch', key: 'ada/' };

let server: UploadServer;
beforeEach(async () => {
  server = await UploadServer.start();
});
afterEach(() => server.stop());

describe('findExisting', () => {
  const find = async (...names: string[]) => [
    ...(await findExisting(server.client, FOLDER, names)).keys()
  ];

  it('asks for one name with one list, and takes no other for it', async () => {
    const generation = server.put('ada/a.csv', 'one');
    server.put('ada/a.csv.gz', '');
    expect(await findExisting(server.client, FOLDER, ['a.csv'])).toEqual(
      new Map([['a.csv', expect.objectContaining({ generation, size: 3 })]])
    );
    expect(await find('a.cs')).toEqual([]);
    expect(server.log).toEqual(['GET list', 'GET list']);
  });

  it('asks for several names with one list', async () => {
    server.put('ada/run-1.nc', '');
    server.put('ada/run-12.nc', '');
    expect(await find('run-1.nc', 'run-2.nc', 'run-3.nc')).toEqual(['run-1.nc']);
    expect(server.log).toEqual(['GET list']);
  });

  it('asks one by one only for what a full page did not show', async () => {
    for (let index = 0; index < 1001; index++) {
      server.put(`ada/m${String(index).padStart(4, '0')}`, '');
    }
    server.put('ada/z', '');
    expect(await find('m0000', 'z', 'none')).toEqual(['m0000', 'z']);
    expect(server.log).toEqual(['GET list', 'GET list', 'GET list']);
  });

  it('passes on a failure, as nothing is known then', async () => {
    const { client } = server;
    await server.stop();
    const finding = findExisting(client, FOLDER, ['a']);
    await expect(finding).rejects.toMatchObject({ reason: 'offline' });
  });
});

describe('freeName', () => {
  it('is the first number that is free, in the bucket and in this drop', async () => {
    server.put('ada/a.csv', '');
    server.put('ada/a (1).csv', '');
    const taken = new Set(['a (2).csv']);
    expect(await freeName(server.client, FOLDER, 'a.csv', taken)).toBe('a (3).csv');
    expect(server.log).toEqual(['GET list']);
  });
});

describe('numbered', () => {
  it.each([
    ['a.csv', 'a (1).csv'],
    ['a', 'a (1)'],
    ['.bashrc', '.bashrc (1)'],
    ['a.tar.gz', 'a.tar (1).gz']
  ])('%s -> %s', (name, wanted) => {
    expect(numbered(name, 1)).toBe(wanted);
  });
});

describe('commonStart', () => {
  it.each([
    [['abc', 'abd'], 'ab'],
    [['a', 'b'], ''],
    [['a', 'ab'], 'a'],
    // Two emoji that share the first half of their surrogate pair.
    [['x😀', 'x😁'], 'x']
  ])('of %j is %j', (names, wanted) => {
    expect(commonStart(names)).toBe(wanted);
  });
});
