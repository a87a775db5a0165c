/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { DecompressionStream } from 'node:stream/web';
import { deflateSync, gzipSync } from 'node:zlib';
import { ReadError } from './objectReader';
import { ObjectServer } from './testing/objectServer';
import { preview } from './zarrPreview';
import { ZarrStore } from './zarrStore';

// As a worker has it; jsdom has none.
Object.assign(globalThis, { DecompressionStream });

let server: ObjectServer;

beforeEach(async () => {
  server = await ObjectServer.start();
});

afterEach(() => server.stop());

/** The first values of an array of 1,000 doubles whose one chunk is as given; else why not. */
async function values(compressor: object | null, chunk: Uint8Array): Promise<string> {
  const [shape, chunks] = [[1000], [1000]];
  const array = { zarr_format: 2, shape, chunks, dtype: '<f8', fill_value: 0, order: 'C' };
  const text = JSON.stringify({ ...array, compressor, filters: null });
  server.objects.set('ada/x.zarr/.zarray', Buffer.from(text));
  server.objects.set('ada/x.zarr/0', Buffer.from(chunk));
  const store = new ZarrStore(server.reader('ada/x.zarr/'));
  await store.summary();
  try {
    return (await preview(store.reader, store.array(''))).values.join(' ');
  } catch (error) {
    return error instanceof ReadError ? `${error.failure.reason}: ${error.message}` : String(error);
  }
}

const HONEST = Buffer.alloc(8000);
const BOMB = Buffer.alloc(16 * 1024 * 1024);
const REFUSED = /^unsupported: more than 4 MB/;

/** Zeros as blocks of a repeated byte (RFC 8878), which no encoder need make as small. */
function zstd(size: number, isSizeTold: boolean): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, isSizeTold ? 0x80 : 0, 0x38]);
  const told = Buffer.alloc(isSizeTold ? 4 : 0);
  if (isSizeTold) {
    told.writeUInt32LE(size);
  }
  const blocks: Buffer[] = [];
  for (let rest = size; rest > 0; rest -= 128 * 1024) {
    const block = Buffer.alloc(4);
    const isLast = rest <= 128 * 1024;
    block.writeUIntLE((Math.min(rest, 128 * 1024) << 3) | (1 << 1) | (isLast ? 1 : 0), 0, 3);
    blocks.push(block);
  }
  return Buffer.concat([header, told, ...blocks]);
}

it.each([
  ['gzip', gzipSync(HONEST), gzipSync(BOMB)],
  ['zlib', deflateSync(HONEST), deflateSync(BOMB)],
  ['zstd', zstd(8000, true), zstd(BOMB.length, true)],
  ['zstd', zstd(8000, false), zstd(BOMB.length, false)]
])('%s reads what is as large as it should be, and nothing else', async (id, honest, bomb) => {
  expect(await values({ id, level: 1 }, honest)).toBe('0 0 0 0 0');
  expect(bomb.length).toBeLessThan(100_000);
  expect(await values({ id, level: 1 }, bomb)).toMatch(REFUSED);
});

it.each([
  ['lz4', 0],
  ['blosc', 4]
])('%s allocates no more than it should, whatever the header says', async (id, at) => {
  const chunk = Buffer.alloc(100, 1);
  chunk.writeUInt32LE(2 ** 31 - 1, at);
  expect(await values({ id }, chunk)).toMatch(REFUSED);
});

it('reads no object that is too large', async () => {
  expect(await values(null, HONEST)).toBe('0 0 0 0 0');
  expect(await values(null, BOMB)).toMatch(REFUSED);
});
