import { inspect } from 'node:util';
import type { IConnection, INewConnection } from '../store/connections';
import { StoreError } from '../store/errors';
import { Connections, names } from './connections';

const OSN: IConnection = {
  name: 'osn',
  source: 'both',
  endpoint: 'https://pod.example',
  region: null,
  provider: 'Ceph',
  buckets: [],
  managed: true,
  error: null
};
const NEW: INewConnection = {
  name: 'osn',
  endpoint: 'https://pod.example',
  accessKeyId: 'AKIACANARY',
  secretAccessKey: 'canary-secret'
};

/** A server that knows what was added, and refuses as it is told to. */
class Server {
  known: IConnection[] = [];
  refusal: StoreError | null = null;

  async list(): Promise<IConnection[]> {
    this._refuse();
    return [...this.known];
  }

  async add({ name }: INewConnection): Promise<IConnection> {
    this._refuse();
    this.known.push({ ...OSN, name });
    return OSN;
  }

  async test(): Promise<{ ok: boolean; buckets: string[]; message: string }> {
    this._refuse();
    return { ok: true, buckets: [], message: 'It works.' };
  }

  async remove(name: string): Promise<void> {
    this._refuse();
    this.known = this.known.filter(one => one.name !== name);
  }

  private _refuse(): void {
    if (this.refusal) {
      throw this.refusal;
    }
  }
}

function start(): { server: Server; connections: Connections; changed: jest.Mock } {
  const server = new Server();
  const changed = jest.fn().mockResolvedValue(undefined);
  return { server, connections: new Connections(server, changed), changed };
}

test('what is added is listed and tested, and no key is kept', async () => {
  const { connections, changed } = start();
  expect(await connections.add(NEW)).toBeNull();
  await Promise.resolve();
  expect(connections.all).toHaveLength(1);
  expect(connections.trial('osn')).toMatchObject({ ok: true });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(inspect(connections, { depth: 9 })).not.toMatch(/canary/i);
});

test.each([
  ['bad-access-key-id', 'accessKeyId'],
  ['bad-endpoint', 'endpoint'],
  ['connection-exists', 'name'],
  ['bad-parameter', null],
  ['disk-full', null]
])('the refusal %s is about the field %s', async (reason, field) => {
  const { server, connections, changed } = start();
  server.refusal = new StoreError('No.', 400, reason, 'Try again.');
  expect(await connections.add(NEW)).toEqual({ field, text: 'No. Try again.' });
  expect(changed).not.toHaveBeenCalled();
});

test('a removal that is refused leaves the list as it is', async () => {
  const { server, connections, changed } = start();
  await connections.add(NEW);
  server.refusal = new StoreError('Edited.', 409, 'connection-edited');
  expect(await connections.remove('osn')).toBe('Edited.');
  expect(connections.all).toHaveLength(1);
  server.refusal = null;
  expect(await connections.remove('osn')).toBeNull();
  expect(connections.all).toEqual([]);
  expect(connections.trial('osn')).toBeUndefined();
  expect(changed).toHaveBeenCalledTimes(2);
});

test('a test that could not be made says why', async () => {
  const { server, connections } = start();
  server.refusal = StoreError.offline();
  await connections.test('osn');
  expect(connections.trial('osn')?.message).toContain('did not answer');
});

test('names are separated by anything but themselves', () => {
  expect(names(' a,b  c\n,, d ')).toEqual(['a', 'b', 'c', 'd']);
  expect(names(' ')).toEqual([]);
});
