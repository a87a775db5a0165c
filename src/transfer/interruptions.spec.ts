/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { Signal } from '@lumino/signaling';
import { BucketList } from '../store/buckets';
import type { StoreError } from '../store/errors';
import { Crc32c } from '../worker/crc32c';
import { frames } from '../worker/frames';
import { Interruptions } from './interruptions';
import type { IDropRecord } from './memory';
import { TransferQueue } from './queue';
import { Roads } from './roads';
import { sampleOf } from './sample';
import { fetchSend } from './testing/fetchSend';
import { MapRecords } from './testing/mapRecords';
import { UploadServer } from './testing/uploadServer';
import { Transfers } from './transfers';

const FOLDER = { bucket: 'scratch', key: 'ada/' };
/** As large as what is worth to be remembered. */
const SIZE = 8 * 2 ** 20;

const checksum = () => Object.assign(new Crc32c(), { forget: () => undefined });

function large(first = 0): File {
  const bytes = new Uint8Array(SIZE).fill(7);
  bytes[0] = first;
  return new File([bytes], 'large.nc', { lastModified: 1000 });
}

let server: UploadServer;
let records: MapRecords;
let refused: string[];

beforeEach(async () => {
  server = await UploadServer.start();
  server.partSize = 4 * 2 ** 20;
  records = new MapRecords();
  refused = [];
});
afterEach(() => server.stop());

/** A life of the page, in which the user chooses these files when she is asked. */
function live(life: string, chosen: readonly File[] = []) {
  const { client } = server;
  const queue = new TransferQueue(4, 0);
  const trans = nullTranslator.load('');
  const interruptions: Interruptions = new Interruptions({
    records,
    client,
    ended: async lives => new Set(lives.filter(other => other !== life)),
    alone: (_, act) => act(),
    begin: (dropped, folder) => transfers.begin(dropped, folder),
    choose: async () => chosen,
    refuse: async (error: StoreError) => void refused.push(error.message),
    trans
  });
  const transfers: Transfers = new Transfers({
    store: { client, buckets: new BucketList(client), moved: new Signal({}) },
    tools: { client, send: fetchSend, checksum, frames, roads: new Roads(null) },
    queue,
    questions: {
      conflict: async () => ({ choice: 'skip', forAll: true }),
      outsideHome: async () => true,
      expiring: () => undefined,
      refuse: async () => undefined
    },
    records,
    life,
    claim: dropped => interruptions.claim(dropped),
    tray: new Widget(),
    trans
  });
  return { queue, interruptions, transfers };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 1000; tries++) {
    await new Promise(later => setTimeout(later, 5));
  }
  expect(holds()).toBe(true);
}

/** A page that goes away after the first piece of a large file, beside small ones that have arrived. */
async function interrupted(): Promise<IDropRecord> {
  const { queue, transfers } = live('first');
  let pieces = 0;
  server.onPiece = () => (++pieces === 2 ? new Promise(() => undefined) : undefined);
  await transfers.upload([new File(['a'], 'a'), new File(['b'], 'b'), large()], FOLDER);
  await until(() => pieces === 2);
  await until(() => [...records.kept.values()].some(one => Object.keys(one.sessions).length > 0));
  await until(() => [...records.kept.values()][0].settled === 2);
  queue.pauseAll();
  server.onPiece = () => undefined;
  server.log.length = 0;
  return [...records.kept.values()][0];
}

const sent = () => server.log.filter(line => line.startsWith('PUT bytes') && !line.includes('*'));

it('is told in the next life, and goes on from where it was', async () => {
  const record = await interrupted();
  expect(record).toMatchObject({ life: 'first', settled: 2, files: 3 });
  const { queue, interruptions } = live('second', [
    new File(['a'], 'a'),
    new File(['b'], 'b'),
    large()
  ]);
  await interruptions.load();
  expect(interruptions.items).toEqual([
    expect.objectContaining({ name: 'a', others: 2, isFolder: false, arrived: 2, files: 3 })
  ]);
  await interruptions.goOn(record.id);
  await until(() => !queue.busy);
  expect(sent()).toEqual([`PUT bytes ${SIZE / 2}-${SIZE - 1}/${SIZE}`]);
  expect(queue.transfers.map(({ state }) => state).sort()).toEqual(['done', 'skipped', 'skipped']);
  expect(server.objects.get('ada/large.nc')!.bytes.length).toBe(SIZE);
  await until(() => records.kept.size === 0);
  expect(interruptions.items).toEqual([]);
});

it('goes on, too, when the same is dropped again', async () => {
  await interrupted();
  const { queue, interruptions, transfers } = live('second');
  await interruptions.load();
  await transfers.upload([large(), new File(['a'], 'a'), new File(['b'], 'b')], FOLDER);
  await until(() => !queue.busy);
  expect(sent()).toHaveLength(1);
  expect(interruptions.items).toEqual([]);
});

it('sends another file of that name and size from its start, and ends what was begun', async () => {
  const record = await interrupted();
  const chosen = [new File(['a'], 'a'), new File(['b'], 'b'), large(1)];
  const { queue, interruptions } = live('second', chosen);
  await interruptions.load();
  await interruptions.goOn(record.id);
  await until(() => !queue.busy);
  expect(sent()).toHaveLength(2);
  expect(server.objects.get('ada/large.nc')!.bytes[0]).toBe(1);
  expect(server.log).toContain(`DELETE uploads/${record.sessions['ada/large.nc'].id}`);
});

it('refuses other files than those that were being uploaded', async () => {
  const record = await interrupted();
  const { interruptions } = live('second', [new File(['a'], 'z')]);
  await interruptions.load();
  await interruptions.goOn(record.id);
  expect(refused).toEqual(['"z" was chosen, but "a" was being uploaded.']);
  expect(interruptions.items).toHaveLength(1);
});

it('is forgotten with what was half sent', async () => {
  const record = await interrupted();
  const { interruptions } = live('second');
  await interruptions.load();
  await interruptions.forget(record.id);
  expect(interruptions.items).toEqual([]);
  expect(records.kept.size).toBe(0);
  expect(server.sessions).toBe(0);
});

it('leaves alone what another page is at', async () => {
  await interrupted();
  const { interruptions } = live('first');
  await interruptions.load();
  expect(interruptions.items).toEqual([]);
});

it('knows a file by a few parts of it', async () => {
  const sample = await sampleOf(large(), checksum);
  expect(await sampleOf(large(), checksum)).toBe(sample);
  expect(await sampleOf(large(1), checksum)).not.toBe(sample);
  expect(await sampleOf(new Blob([]), checksum)).toEqual(expect.any(String));
});
