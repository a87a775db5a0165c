/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { Roads } from './roads';
import { mkdtemp, rm, writeFile } from 'fs/promises';
import { openAsBlob } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import type { IObject } from '../store/entry';
import { StoreError } from '../store/errors';
import { Crc32c } from '../worker/crc32c';
import type { IChecksum } from './checksum';
import { fetchSend } from './testing/fetchSend';
import { UploadServer } from './testing/uploadServer';
import type { IUploadTarget } from './upload';
import { Upload } from './upload';

const KEY = 'ada/data.bin';
const CONTENT = 'abcdefghij';
const TARGET: IUploadTarget = { bucket: 'scratch', key: KEY, condition: 0 };

let server: UploadServer;
beforeEach(async () => {
  server = await UploadServer.start();
});
afterEach(() => server.stop());

const working = (): IChecksum => Object.assign(new Crc32c(), { forget: () => undefined });

function upload(
  content: string | Blob = CONTENT,
  target: Partial<IUploadTarget> = {},
  checksum = working
): Upload {
  const file = typeof content === 'string' ? new Blob([content]) : content;
  return new Upload(
    file,
    { ...TARGET, ...target },
    {
      client: server.client,
      send: fetchSend,
      checksum,
      roads: new Roads(null),
      pause: async () => undefined
    }
  );
}

const run = (subject: Upload, signal = new AbortController().signal): Promise<IObject> =>
  subject.run(signal, { moved: () => undefined, stalled: () => undefined, takes: () => undefined });

const pieces = () => server.log.filter(line => line.includes('bytes'));

describe('an upload', () => {
  it('sends pieces of the part size, one after another', async () => {
    const object = await run(upload());
    expect(object).toMatchObject({ key: KEY, size: 10 });
    expect(server.text(KEY)).toBe(CONTENT);
    expect(server.log).toEqual([
      'POST uploads',
      'PUT bytes 0-3/10',
      'PUT bytes 4-7/10',
      'PUT bytes 8-9/10'
    ]);
  });

  it('stores an empty file', async () => {
    await run(upload(''));
    expect(server.text(KEY)).toBe('');
    expect(pieces()).toEqual(['PUT bytes */0']);
  });

  it('sends one piece for a file of exactly one', async () => {
    await run(upload('abcd'));
    expect(pieces()).toEqual(['PUT bytes 0-3/4']);
  });

  it('tells progress that ends with the size', async () => {
    const seen: number[] = [];
    await upload().run(new AbortController().signal, {
      moved: bytes => seen.push(bytes),
      stalled: () => undefined,
      takes: () => undefined
    });
    expect(seen).toEqual([0, 4, 8]);
  });
});

describe('after a failure', () => {
  it('asks for the offset and never sends again blindly', async () => {
    server.faults = [null, 'refused'];
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
    expect(pieces()).toEqual([
      'PUT bytes 0-3/10',
      'PUT bytes 4-7/10',
      'PUT bytes */10',
      'PUT bytes 4-7/10',
      'PUT bytes 8-9/10'
    ]);
  });

  it('does not resend a piece that arrived though its answer was lost', async () => {
    server.faults = ['lost'];
    await run(upload());
    expect(pieces()).toEqual([
      'PUT bytes 0-3/10',
      'PUT bytes */10',
      'PUT bytes 4-7/10',
      'PUT bytes 8-9/10'
    ]);
  });

  it('finds the object when the final answer was lost', async () => {
    server.faults = [null, null, 'lost'];
    const object = await run(upload());
    expect(object.generation).toBe(server.objects.get(KEY)!.generation);
    expect(pieces().at(-1)).toBe('PUT bytes */10');
  });

  it.each([408, 429, 500, 502, 503, 504])('outlives a storm of %i', async status => {
    server.faults = Array(5).fill({ status });
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('gives up after a bounded number of tries, with the reason', async () => {
    const body = JSON.stringify({ message: 'The store is down.', reason: 'x', hint: 'Wait.' });
    server.faults = Array(50).fill({ status: 503, body });
    await expect(run(upload())).rejects.toMatchObject({ advice: 'The store is down. Wait.' });
    expect(pieces()).toHaveLength(8);
    expect(server.objects.size).toBe(0);
  });

  it('counts failures anew once bytes were gained', async () => {
    const storm = Array(7).fill({ status: 500 });
    // The question after a storm succeeds, then a piece, then the next storm.
    server.faults = [...storm, null, null, ...storm, null, null, ...storm];
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('goes on from where it was when it is run again', async () => {
    server.faults = [null, ...Array(8).fill('refused')];
    const subject = upload();
    await expect(run(subject)).rejects.toMatchObject({ reason: 'offline' });
    server.log.length = 0;
    await run(subject);
    expect(server.log).toEqual(['PUT bytes */10', 'PUT bytes 4-7/10', 'PUT bytes 8-9/10']);
  });

  it('begins again when the server has forgotten the session', async () => {
    let pieces = 0;
    server.onPiece = () => {
      if (++pieces === 1) {
        server.forgetSessions();
      }
    };
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
    expect(server.log.filter(line => line === 'POST uploads')).toHaveLength(2);
  });

  it.each([400, 401, 403, 413, 507])('does not try again after %i', async status => {
    server.faults = [{ status }];
    await expect(run(upload())).rejects.toMatchObject({ status });
    expect(pieces()).toHaveLength(1);
  });
});

describe('a 308', () => {
  it('with a shorter Range has the rest sent again', async () => {
    server.appetite = 3;
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
    expect(pieces()).toEqual([
      'PUT bytes 0-3/10',
      'PUT bytes 3-6/10',
      'PUT bytes 6-9/10',
      'PUT bytes 9-9/10'
    ]);
  });

  it('without Range makes it ask, and go on from the true offset', async () => {
    server.faults = [null, { status: 308 }];
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
    expect(pieces().slice(1, 4)).toEqual([
      'PUT bytes 4-7/10',
      'PUT bytes */10',
      'PUT bytes 4-7/10'
    ]);
  });

  it('for ever is a failure', async () => {
    server.appetite = 0;
    await expect(run(upload())).rejects.toMatchObject({ reason: 'no-progress' });
  });

  it('that claims more than the file is a failure', async () => {
    server.faults = [{ status: 308, range: 'bytes=0-99' }];
    await expect(run(upload())).rejects.toMatchObject({ reason: 'unexpected-answer' });
  });
});

describe('success is decided by the checksum', () => {
  it('so a damaged object is deleted, and only that generation', async () => {
    server.corrupt = true;
    await expect(run(upload())).rejects.toMatchObject({ reason: 'checksum-mismatch' });
    expect(server.objects.size).toBe(0);
    expect(server.log.filter(line => line === 'POST uploads')).toHaveLength(3);
  });

  it('so a damaged object is sent again', async () => {
    server.corrupt = true;
    server.onDelete = () => (server.corrupt = false);
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('so a login page with status 200 is no success', async () => {
    server.faults = [null, null, { status: 200, body: '<html>Sign in</html>' }];
    await expect(run(upload())).rejects.toMatchObject({ reason: 'unexpected-answer' });
    expect(server.objects.size).toBe(0);
  });

  it('so an answer about an object of another size is no success', async () => {
    const generation = server.put(KEY, 'other');
    const body = JSON.stringify({ key: KEY, size: 0, generation });
    server.faults = [null, null, { status: 200, body }];
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
    expect(server.log.filter(line => line === 'POST uploads')).toHaveLength(2);
  });

  it('or by the size where the store has no checksum', async () => {
    server.crc32c = null;
    await run(upload());
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('but not by the size alone where bytes were sent before the page was loaded', async () => {
    server.crc32c = null;
    const contentType = 'text/plain';
    const { client } = server;
    const session = await client.startUpload(
      { bucket: 'scratch', key: KEY, size: 10, contentType, ifGenerationMatch: 0 },
      { signal: new AbortController().signal }
    );
    const url = new URL(session.relayUrl, client.settings.baseUrl).href;
    const headers = { 'Content-Range': 'bytes 0-3/10' };
    await fetch(url, { method: 'PUT', headers, body: 'ABCD' });
    const subject = upload();
    subject.adopt(session);
    await run(subject);
    expect(server.text(KEY)).toBe(CONTENT);
  });
});

describe('the condition', () => {
  it('refuses a name that was taken meanwhile, and overwrites nothing', async () => {
    server.onPiece = () => void (server.objects.size || server.put(KEY, 'theirs'));
    await expect(run(upload())).rejects.toMatchObject({ status: 412 });
    expect(server.text(KEY)).toBe('theirs');
    // What had arrived is of no use to anybody.
    expect(server.sessions).toBe(0);
  });

  it('lets the agreed generation be replaced', async () => {
    const condition = server.put(KEY, 'old');
    await run(upload(CONTENT, { condition }));
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('can be changed after a refusal', async () => {
    const generation = server.put(KEY, 'theirs');
    const subject = upload();
    await expect(run(subject)).rejects.toMatchObject({ status: 412 });
    subject.retarget({ ...TARGET, condition: generation });
    await run(subject);
    expect(server.text(KEY)).toBe(CONTENT);
  });
});

describe('a cancelled upload', () => {
  async function cancelDuring(contentRange: string): Promise<{ subject: Upload }> {
    const stop = new AbortController();
    server.onPiece = range => {
      if (range === contentRange) {
        stop.abort();
      }
    };
    const subject = upload();
    await expect(run(subject, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    return { subject };
  }

  it('leaves nothing', async () => {
    const { subject } = await cancelDuring('bytes 4-7/10');
    expect(await subject.cancel()).toBeNull();
    expect(server.sessions).toBe(0);
    expect(server.objects.size).toBe(0);
  });

  it('says so when everything had arrived before', async () => {
    const { subject } = await cancelDuring('bytes 8-9/10');
    expect(await subject.cancel()).toMatchObject({ key: KEY, size: 10 });
    expect(server.text(KEY)).toBe(CONTENT);
  });

  it('is over when the server has removed what arrived damaged', async () => {
    const refusal = { message: 'It arrived damaged.', reason: 'checksum-mismatch', hint: '' };
    server.faults = Array(50).fill({ status: 502, body: JSON.stringify(refusal) });
    const subject = upload();
    await expect(run(subject)).rejects.toMatchObject({ reason: 'checksum-mismatch' });
    expect(await subject.cancel()).toBeNull();
    expect(server.objects.size).toBe(0);
  });

  it('asks nothing when it never began', async () => {
    expect(await upload().cancel()).toBeNull();
    expect(server.log).toEqual([]);
  });
});

describe('a file that changes on disk', () => {
  let folder: string;
  let path: string;
  let file: Blob;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leap-upload-'));
    path = join(folder, 'data.bin');
    await writeFile(path, CONTENT);
    file = await openAsBlob(path);
    server.onPiece = () => writeFile(path, 'something quite different');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('never becomes an object', async () => {
    await expect(run(upload(file))).rejects.toMatchObject({ reason: 'file-changed' });
    expect(server.objects.size).toBe(0);
  });

  it('is not taken for a broken connection', async () => {
    server.faults = ['refused'];
    await expect(run(upload(file))).rejects.toMatchObject({ reason: 'file-changed' });
    expect(pieces()).toEqual(['PUT bytes 0-3/10']);
  });
});

it('begins the checksum anew after it broke', async () => {
  const broken: IChecksum = {
    add: () => Promise.reject(new StoreError('Broken.', 0, 'no-checksum')),
    digest: () => Promise.reject(new StoreError('Broken.', 0, 'no-checksum')),
    forget: () => undefined
  };
  const checksums = [broken, working()];
  const subject = upload(CONTENT, {}, () => checksums.shift()!);
  await expect(run(subject)).rejects.toMatchObject({ reason: 'no-checksum' });
  await run(subject);
  expect(server.text(KEY)).toBe(CONTENT);
});
