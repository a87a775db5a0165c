/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { BucketList } from '../store/buckets';
import { BucketDrive } from './drive';
import { ObjectServer, Refused } from './testing/objectServer';

const PATH = 'scratch/ada/notes.txt';
const KEY = 'ada/notes.txt';

let server: ObjectServer;
let drive: BucketDrive;

beforeEach(async () => {
  server = await ObjectServer.start();
  const { client } = server;
  drive = new BucketDrive({
    store: { client, buckets: new BucketList(client), moved: new Signal({}) },
    jobs: null,
    tell: () => undefined,
    mimetype: name => (name.endsWith('.txt') ? 'text/plain' : 'application/octet-stream'),
    trans: nullTranslator.load('')
  });
});
afterEach(async () => {
  drive.dispose();
  await server.stop();
});

const text = (content: string) => ({ type: 'file', format: 'text', content }) as const;

const write = (content: string, path = PATH) => drive.save(path, text(content));

const nextTurn = () => new Promise(resolve => setTimeout(resolve));

/** The status and the words of a refusal; fails on any other error, and on none. */
async function refused(work: Promise<unknown>): Promise<[number, string]> {
  const error = await work.then(
    () => null,
    reason => reason
  );
  expect(error).toBeInstanceOf(ServerConnection.ResponseError);
  return [error.response.status, error.message];
}

describe('get', () => {
  it('tells what is there, without reading it', async () => {
    const generation = server.put(KEY, 'text');
    expect(await drive.get(PATH, { content: false })).toEqual({
      name: 'notes.txt',
      path: PATH,
      type: 'file',
      writable: true,
      created: '2026-01-03T04:05:06.000Z',
      last_modified: '2026-01-03T04:05:06.000Z',
      size: 4,
      hash: generation,
      hash_algorithm: 'generation',
      mimetype: 'text/plain',
      format: null,
      content: null
    });
    expect(server.log).toEqual(['GET buckets', 'HEAD object']);
  });

  it('reads text in one request, and bytes that are no text as base64', async () => {
    server.put(KEY, 'é🌊');
    server.put('ada/x.bin', Buffer.from([0xff, 0]));
    expect(await drive.get(PATH)).toMatchObject({ format: 'text', content: 'é🌊' });
    expect(server.log).toEqual(['GET buckets', 'GET object']);
    expect(await drive.get('scratch/ada/x.bin')).toMatchObject({
      format: 'base64',
      content: '/wA='
    });
    expect(
      await refused(drive.get('scratch/ada/x.bin', { content: true, format: 'text' }))
    ).toEqual([400, expect.stringContaining('"x.bin" is not text that can be shown here.')]);
  });

  it('gives players no bytes: they stream', async () => {
    server.put('ada/film.mp4', 'long');
    const film = await drive.get('scratch/ada/film.mp4', {
      content: true,
      format: 'base64',
      contentProviderId: 'streaming'
    });
    expect(film.content).toBeNull();
    expect(server.log).not.toContain('GET object');
    expect(await drive.getDownloadUrl('/scratch/ada/film.mp4')).toMatch(
      /\/user\/ada\/leap-buckets\/object\?bucket=scratch&key=ada%2Ffilm.mp4$/
    );
  });

  it('lists the buckets, and a folder', async () => {
    server.put(KEY, 'text');
    server.put('ada/a/b', '');
    expect((await drive.get('')).content).toMatchObject([{ path: 'scratch', type: 'directory' }]);
    expect((await drive.get('scratch/ada')).content).toMatchObject([
      { path: PATH, type: 'file', writable: true },
      { path: 'scratch/ada/a', type: 'directory', writable: false }
    ]);
  });

  it('says that somebody else’s object is not writable', async () => {
    server.put('eve/x.txt', '');
    expect(await drive.get('scratch/eve/x.txt')).toMatchObject({ writable: false });
  });

  it.each([
    ['scratch/ada/gone.txt', 'There is no file "ada/gone.txt" in gs://leap-scratch.'],
    ['elsewhere/x', 'This server has no bucket "elsewhere".']
  ])('says that there is no %s', async (path, message) => {
    for (const content of [true, false]) {
      const [status, said] = await refused(drive.get(path, { type: 'file', content }));
      expect(status).toBe(404);
      expect(said).toContain(message);
    }
  });

  it('passes on why the store refused, in words also where HEAD has none', async () => {
    server.put(KEY, '');
    server.before = request => {
      if (request.endsWith('object')) {
        throw new Refused(403, 'no-permission');
      }
    };
    const reason = [403, 'Refused: no-permission. Do this now.'];
    expect(await refused(drive.get(PATH))).toEqual(reason);
    expect(await refused(drive.get(PATH, { content: false }))).toEqual(reason);
  });

  it('gives a server that is away the status 503', async () => {
    await server.stop();
    const [status, message] = await refused(drive.get(PATH));
    expect(status).toBe(503);
    expect(message).toContain('did not answer');
  });

  it('refuses what is too large before it reads it', async () => {
    server.put(KEY, Buffer.alloc(64 * 2 ** 20 + 1));
    const [status, message] = await refused(drive.get(PATH));
    expect(status).toBe(413);
    expect(message).toContain('64 MB');
  });
});

describe('save', () => {
  it('makes what was not there, and then replaces what it made', async () => {
    const first = await write('one');
    expect(first).toMatchObject({ path: PATH, hash: server.objects.get(KEY)!.generation });
    await nextTurn();
    await write('two');
    expect(server.text(KEY)).toBe('two');
    expect(server.objects.get(KEY)!.contentType).toBe('text/plain');
    expect(server.log).toEqual(['GET buckets', 'PUT object *', `PUT object "${first.hash}"`]);
  });

  it('never replaces what it has not told of', async () => {
    server.put(KEY, 'theirs');
    const [status, message] = await refused(write('mine'));
    expect(status).toBe(409);
    expect(message).toContain('Nothing was overwritten');
    expect(server.text(KEY)).toBe('theirs');
  });

  it('does not make again what was there and is deleted', async () => {
    server.put(KEY, 'old');
    await drive.get(PATH);
    server.objects.delete(KEY);
    expect((await refused(write('mine')))[0]).toBe(409);
    expect((await refused(drive.get(PATH, { type: 'file', content: false })))[0]).toBe(404);
    await write('mine');
    expect(server.text(KEY)).toBe('mine');
  });

  it('keeps its condition, whatever is asked while it waits', async () => {
    server.put(KEY, 'old');
    await drive.get(PATH);
    server.put(KEY, 'theirs');
    const saving = write('mine');
    const asking = drive.get(PATH, { content: false });
    expect((await refused(saving))[0]).toBe(409);
    expect((await asking).hash).toBe(server.objects.get(KEY)!.generation);
    expect(server.text(KEY)).toBe('theirs');
  });

  it('answers the question after it with what was written, not what came later', async () => {
    server.put(KEY, 'old');
    await drive.get(PATH);
    const written = write('mine').then(async saved => {
      server.put(KEY, 'theirs');
      return [saved.hash, (await drive.get(PATH, { content: false })).hash];
    });
    const [saved, asked] = await written;
    expect(asked).toBe(saved);
    await nextTurn();
    expect((await drive.get(PATH, { content: false })).hash).not.toBe(saved);
  });

  it('tells the application', async () => {
    const seen: unknown[] = [];
    drive.fileChanged.connect((_, { type, newValue }) => seen.push([type, newValue?.path]));
    await write('one');
    expect(seen).toEqual([['save', PATH]]);
  });

  it.each([
    ['The name is empty.', 'scratch', text('')],
    ['1025 bytes', `scratch/${'n'.repeat(1025)}`, text('')],
    ['Only files and notebooks', PATH, { type: 'directory' }],
    ['not a notebook', PATH, { type: 'notebook', format: 'json', content: {} }]
  ] as const)('refuses with "%s" before a byte moves', async (reason, path, model) => {
    const [status, message] = await refused(drive.save(path, model));
    expect(status).toBe(400);
    expect(message).toContain(reason);
    expect(server.log).not.toContain('PUT object *');
  });

  it('gives an error that it did not expect JupyterLab’s form too', async () => {
    const broken = { type: 'file', format: 'base64', content: '*' } as const;
    expect((await refused(drive.save(PATH, broken)))[0]).toBe(500);
  });

  it('passes on why the store refused', async () => {
    server.before = request => {
      if (request.startsWith('PUT')) {
        throw new Refused(403, 'outside-home');
      }
    };
    expect(await refused(write('mine', 'scratch/eve/x.txt'))).toEqual([
      403,
      'Refused: outside-home. Do this now.'
    ]);
  });
});

describe('delete', () => {
  it('removes the generation that was told', async () => {
    const generation = server.put(KEY, 'old');
    await drive.get(PATH);
    await drive.delete(PATH);
    expect(server.log).toContain(`DELETE object "${generation}"`);
    expect(server.objects.size).toBe(0);
  });

  it('asks first for what it has not told of', async () => {
    const generation = server.put(KEY, 'old');
    await drive.delete(PATH);
    expect(server.log).toEqual(['GET buckets', 'HEAD object', `DELETE object "${generation}"`]);
  });

  it('leaves what somebody else changed', async () => {
    server.put(KEY, 'old');
    await drive.get(PATH);
    server.put(KEY, 'theirs');
    expect((await refused(drive.delete(PATH)))[0]).toBe(412);
    expect(server.text(KEY)).toBe('theirs');
  });

  it('refuses folders', async () => {
    expect((await refused(drive.delete('scratch')))[0]).toBe(501);
    expect((await refused(drive.delete('scratch/ada/x.zarr')))[0]).toBe(501);
  });
});

it('says what to do in place of what a bucket cannot', async () => {
  for (const work of [drive.newUntitled(), drive.rename(PATH, 'x/y'), drive.copy()]) {
    expect(await refused(work)).toEqual([501, expect.stringMatching(/\. |, then /)]);
  }
});

it('has no checkpoints', async () => {
  expect(await drive.listCheckpoints()).toEqual([]);
  expect((await drive.createCheckpoint()).id).toBe('none');
});
