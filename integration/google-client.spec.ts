import { randomBytes } from 'node:crypto';
import { Storage } from '@google-cloud/storage';
import { ServerConnection } from '@jupyterlab/services';
import { StoreClient } from '../src/store/client';
import type { IObject } from '../src/store/entry';
import { basename, keyProblem, parentPrefix } from '../src/store/path';
import { Roads } from '../src/transfer/roads';
import { fetchSend } from '../src/transfer/testing/fetchSend';
import { Upload } from '../src/transfer/upload';
import { Crc32c } from '../src/worker/crc32c';
import { SCRATCH } from '../ui-tests/support/gcs';
import { HOME, Stack } from '../ui-tests/support/stack';

/** Google's own client is the judge: it knows nothing of us, and we nothing of it. */
let stack: Stack;
let ours: StoreClient;
let google: ReturnType<Storage['bucket']>;

beforeAll(async () => {
  stack = await Stack.start();
  ours = new StoreClient(ServerConnection.makeSettings({ baseUrl: `${stack.url}/` }));
  google = new Storage({ apiEndpoint: stack.gcs.url, projectId: 'test' }).bucket(SCRATCH);
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(() => stack.gcs.clear());

function upload(key: string, bytes: Uint8Array, condition: 0 | string = 0): Promise<IObject> {
  const checksum = () => Object.assign(new Crc32c(), { forget: () => undefined });
  const file = new Blob([bytes as BlobPart], { type: 'text/plain' });
  const subject = new Upload(
    file,
    { bucket: SCRATCH, key, condition },
    { client: ours, send: fetchSend, checksum, roads: new Roads(null) }
  );
  return subject.run(new AbortController().signal, {
    moved: () => undefined,
    stalled: () => undefined,
    takes: () => undefined
  });
}

const longest = 'n'.repeat(1024 - HOME.length);

const NAMES = [
  'plain.csv',
  'a//b',
  'x/./y',
  'x/../z',
  'x/...',
  '%2F',
  '%',
  '%25%',
  '#?&+=;',
  'a b ',
  ' lead',
  `quotes "double" 'single' \`back\``,
  'back\\slash',
  'tab\tbell\u0007',
  '<img src=x onerror=alert(1)>',
  '🧪 mesures d’été',
  'e\u0301 is not \u00e9',
  longest,
  '🧪'.repeat(254) + '1'
];

/** Without the middle of a name that would fill the screen. */
const titled = (name: string) => [
  name.length > 100 ? `${name.slice(0, 12)}... (${name.length} characters)` : name,
  name
];

describe.each(NAMES.map(titled))('the name %j', (_title, name) => {
  const key = HOME + name;
  const bytes = randomBytes(1000);

  it('uploaded by us is read by Google with equal bytes and crc32c', async () => {
    const object = await upload(key, bytes);
    const [metadata] = await google.file(key).getMetadata();
    expect(metadata.name).toBe(key);
    expect(metadata.crc32c).toBe(object.crc32c);
    expect(metadata.contentType).toBe('text/plain');
    const [read] = await google.file(key).download({ validation: 'crc32c' });
    expect(read.equals(bytes)).toBe(true);
  });

  it('written by Google is listed and read by us', async () => {
    await google.file(key).save(bytes, { resumable: false, validation: 'crc32c' });
    const { entries } = await ours.list(SCRATCH, parentPrefix(key));
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'object', key, name: basename(key), size: bytes.length })
    );
    const [listed] = entries.filter(entry => entry.key === key);
    expect((await ours.head(SCRATCH, key)).generation).toBe(listed.generation);
    const { bytes: read } = await ours.read(SCRATCH, key);
    expect(Buffer.from(read).equals(bytes)).toBe(true);
  });
});

it('the longest names are of 1,024 bytes exactly', () => {
  for (const name of [longest, NAMES.at(-1)!]) {
    expect(Buffer.byteLength(HOME + name)).toBe(1024);
  }
});

describe.each(
  [
    ['.', 'reserved-name'],
    ['..', 'reserved-name'],
    ['', 'empty-name'],
    [`${HOME}line\nfeed`, 'line-break-in-name'],
    [`${HOME}carriage\rreturn`, 'line-break-in-name'],
    [`${HOME}${longest}n`, 'name-too-long']
  ].map(([key, reason]) => [titled(key)[0], reason, key])
)('the name %j', (_title, reason, key) => {
  it('is refused with its reason before a byte moves, here and by the server', async () => {
    expect(keyProblem(key)).not.toBeNull();
    await expect(upload(key, randomBytes(10))).rejects.toMatchObject({ status: 400, reason });
    expect((await google.getFiles())[0]).toEqual([]);
  });
});

describe('sizes', () => {
  const key = `${HOME}data.bin`;
  const MiB = 1024 ** 2;

  it.each([0, 1, 8 * MiB, 8 * MiB + 1, 20 * MiB + 3])('%i bytes go up whole', async size => {
    const bytes = randomBytes(size);
    await upload(key, bytes);
    const [read] = await google.file(key).download({ validation: 'crc32c' });
    expect(read.equals(bytes)).toBe(true);
  });

  it("a resumable upload of Google's reads back whole and by ranges", async () => {
    const bytes = randomBytes(9 * MiB);
    await google.file(key).save(bytes, { resumable: true });
    const whole = await ours.read(SCRATCH, key);
    expect(Buffer.from(whole.bytes).equals(bytes)).toBe(true);
    const part = await ours.read(SCRATCH, key, { offset: 5 * MiB, length: 100 });
    expect(Buffer.from(part.bytes).equals(bytes.subarray(5 * MiB, 5 * MiB + 100))).toBe(true);
  });
});

describe('conditions', () => {
  const key = `${HOME}data.txt`;

  it('refuse a name that Google has written', async () => {
    await google.file(key).save('theirs', { resumable: false });
    await expect(upload(key, Buffer.from('ours'))).rejects.toMatchObject({ status: 412 });
    expect(String((await google.file(key).download())[0])).toBe('theirs');
  });

  it('replace exactly the generation agreed on', async () => {
    await google.file(key).save('first', { resumable: false });
    const { generation } = await ours.head(SCRATCH, key);
    await google.file(key).save('second', { resumable: false });
    await expect(upload(key, Buffer.from('x'), generation)).rejects.toMatchObject({ status: 412 });
    const fresh = await ours.head(SCRATCH, key);
    await upload(key, Buffer.from('third'), fresh.generation);
    expect(String((await google.file(key).download())[0])).toBe('third');
  });
});
