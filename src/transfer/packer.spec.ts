/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import type { Precondition } from '../store/client';
import { StoreError } from '../store/errors';
import { frames } from '../worker/frames';
import type { IJob, Outcome } from './job';
import { Packer } from './packer';
import { fetchSend } from './testing/fetchSend';
import { UploadServer } from './testing/uploadServer';

const FOLDER = { bucket: 'scratch', key: 'ada/' };

let server: UploadServer;
let ends: Record<string, string>;
let refused: string[];

beforeEach(async () => {
  server = await UploadServer.start();
  ends = {};
  refused = [];
});
afterEach(() => server.stop());

function job(
  name: string,
  content: string | File = `content of ${name}`,
  condition: Precondition = 0
): IJob {
  const file = typeof content === 'string' ? new File([content], name) : content;
  return {
    name,
    file,
    size: file.size,
    place: { bucket: 'scratch', key: `ada/${name}` },
    condition,
    packer: null,
    run: () => Promise.reject(new Error('alone')),
    settle: () => undefined,
    retried: () => undefined,
    cancel: () => Promise.resolve(false)
  };
}

async function pack(jobs: readonly IJob[], signal = new AbortController().signal): Promise<void> {
  const packer = new Packer(FOLDER, undefined, {
    client: server.client,
    send: fetchSend,
    frames,
    pause: async () => undefined,
    refused: ({ reason }) => refused.push(reason)
  });
  await packer.run(jobs, signal, {
    ended: ({ name }, end: Outcome | StoreError | 'alone') => {
      expect(ends[name]).toBeUndefined();
      ends[name] = end instanceof StoreError ? end.reason : end;
    },
    moved: () => undefined,
    stalled: () => undefined
  });
}

const batches = () => server.log.filter(line => line.startsWith('batch of'));

it('sends many files in one request, each with its folders', async () => {
  await pack([job('a'), job('b/c'), job('empty', '')]);
  expect(ends).toEqual({ a: 'arrived', 'b/c': 'arrived', empty: 'arrived' });
  expect(server.text('ada/b/c')).toBe('content of b/c');
  expect(server.text('ada/empty')).toBe('');
  expect(batches()).toEqual(['batch of 3']);
});

it('takes for arrived what is there when the answer was lost, and sends it no second time', async () => {
  server.batchFaults = ['lost'];
  await pack([job('a'), job('b')]);
  expect(ends).toEqual({ a: 'arrived', b: 'arrived' });
  expect(server.objects.size).toBe(2);
});

it.each([
  ['a connection that breaks', 'refused' as const],
  ['a server that is busy', { status: 503 }]
])('outlives %s', async (_, fault) => {
  server.batchFaults = [fault, fault];
  await pack([job('a'), job('b')]);
  expect(ends).toEqual({ a: 'arrived', b: 'arrived' });
});

it('gives up after a while, and tells why', async () => {
  server.batchFaults = Array(20).fill({ status: 503 });
  await expect(pack([job('a')])).rejects.toMatchObject({ status: 503 });
  expect(ends).toEqual({});
});

it('takes no login page for an answer', async () => {
  server.batchFaults = [{ status: 200, body: '<html>Sign in</html>' }];
  await expect(pack([job('a')])).rejects.toMatchObject({ reason: 'unexpected-answer' });
  expect(ends).toEqual({});
});

it('leaves a name that is taken by something else to a question', async () => {
  server.put('ada/a', 'theirs');
  server.put('ada/b', 'content of b');
  await pack([job('a'), job('b'), job('c')]);
  expect(ends).toEqual({ a: 'alone', b: 'identical', c: 'arrived' });
  expect(server.text('ada/a')).toBe('theirs');
});

it('replaces the generation that was agreed to be lost, and no other', async () => {
  const generation = server.put('ada/a', 'old');
  server.put('ada/b', 'newer');
  await pack([job('a', 'new', generation), job('b', 'new', generation)]);
  expect(ends).toEqual({ a: 'arrived', b: 'alone' });
  expect(server.text('ada/a')).toBe('new');
  expect(server.text('ada/b')).toBe('newer');
});

it('never sends two files for one name together', async () => {
  await pack([job('a', 'one'), { ...job('a', 'two'), name: 'another a' }]);
  expect(ends).toEqual({ a: 'arrived', 'another a': 'alone' });
  expect(server.text('ada/a')).toBe('one');
});

it('fails the file that cannot be read, and no other', async () => {
  const gone = Object.assign(new File(['x'], 'gone'), {
    arrayBuffer: () => Promise.reject(new Error('NotReadableError'))
  });
  const grown = Object.assign(new File(['x'], 'grown'), {
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode('more').buffer)
  });
  await pack([job('gone', gone), job('grown', grown), job('a')]);
  expect(ends).toEqual({ gone: 'file-changed', grown: 'file-changed', a: 'arrived' });
  expect(server.objects.size).toBe(1);
});

it('fails the file that is refused, and tells that others will be', async () => {
  server.refusals.set('ada/a', { status: 403, reason: 'no-permission' });
  server.refusals.set('ada/b', { status: 400, reason: 'name-too-long' });
  await pack([job('a'), job('b'), job('c')]);
  expect(ends).toEqual({ a: 'no-permission', b: 'name-too-long', c: 'arrived' });
  expect(refused).toEqual(['no-permission']);
});

it('takes no object that may not be replaced for a place that is closed', async () => {
  const generation = server.put('ada/a', 'held');
  server.refusals.set('ada/a', { status: 403, reason: 'no-permission' });
  await pack([job('a', 'new', generation), job('b')]);
  expect(ends).toEqual({ a: 'no-permission', b: 'arrived' });
  expect(refused).toEqual([]);
});

it('sends again what arrived damaged', async () => {
  server.refusals.set('ada/a', { status: 502, reason: 'checksum-mismatch' });
  server.onBatch = () => server.refusals.clear();
  await pack([job('a'), job('b')]);
  expect(ends).toEqual({ a: 'arrived', b: 'arrived' });
  expect(batches()).toEqual(['batch of 2', 'batch of 1']);
});

it('tells of what had arrived when it is broken off', async () => {
  const stop = new AbortController();
  server.batchFaults = ['lost'];
  const running = pack([job('a')], stop.signal);
  server.onBatch = () => stop.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(ends).toEqual({ a: 'arrived' });
});
