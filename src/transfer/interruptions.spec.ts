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
import type { Choice } from './conflict';
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

const pause = async () => undefined;

let server: UploadServer;
let records: MapRecords;
let refused: string[];
/** What a person was asked or told, and what she answers to a conflict. */
let asked: string[];
let choice: Choice;

beforeEach(async () => {
  server = await UploadServer.start();
  server.partSize = 4 * 2 ** 20;
  records = new MapRecords();
  refused = [];
  asked = [];
  choice = 'skip';
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
    begin: (...args) => transfers.begin(...args),
    choose: async () => chosen,
    refuse: async (error: StoreError) => void refused.push(error.message),
    trans
  });
  const transfers: Transfers = new Transfers({
    store: { client, buckets: new BucketList(client), moved: new Signal({}) },
    tools: { client, send: fetchSend, checksum, frames, roads: new Roads(null), pause },
    queue,
    questions: {
      conflict: async ({ name }) => {
        asked.push(`conflict ${name}`);
        return { choice, forAll: true };
      },
      outsideHome: async (_bucket, owner) => asked.push(`outside ${owner}`) > 0,
      expiring: () => asked.push('expiring'),
      refuse: async ({ reason }) => void asked.push(`refuse ${reason}`)
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

/**
 * A page that goes away after the first piece of a large file, beside small ones that have arrived.
 *
 * @param isCounted - Whether that they have is on record by then.
 */
async function interrupted(isCounted = false): Promise<IDropRecord> {
  const { queue, transfers } = live('first');
  let pieces = 0;
  server.onPiece = () => (++pieces === 2 ? new Promise(() => undefined) : undefined);
  await transfers.upload([new File(['a'], 'a'), new File(['b'], 'b'), large()], FOLDER);
  await until(() => pieces === 2);
  await until(() => [...records.kept.values()].some(one => Object.keys(one.sessions).length > 0));
  await until(() => server.objects.has('ada/a') && server.objects.has('ada/b'));
  await until(() => !isCounted || [...records.kept.values()][0].settled === 2);
  queue.pauseAll();
  records = records.copy();
  server.onPiece = () => undefined;
  server.log.length = 0;
  asked.length = 0;
  return [...records.kept.values()][0];
}

const sent = () => server.log.filter(line => line.startsWith('PUT bytes') && !line.includes('*'));

it('is told in the next life, and goes on from where it was', async () => {
  const record = await interrupted(true);
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

it('goes on from where it was although the server is slow to know of it', async () => {
  const record = await interrupted();
  const { queue, interruptions } = live('second', [large()]);
  await interruptions.load();
  server.failing.push({ line: 'GET uploads', status: 503 });
  choice = 'replace';
  records.kept.set(record.id, { ...record, roots: [{ name: 'large.nc', isFolder: false }] });
  await interruptions.load();
  await interruptions.goOn(record.id);
  await until(() => !queue.busy);
  expect(sent()).toEqual([`PUT bytes ${SIZE / 2}-${SIZE - 1}/${SIZE}`]);
});

it('keeps what was half sent when going on fails', async () => {
  const record = await interrupted();
  const { interruptions } = live('second', [new File(['a'], 'a'), new File(['b'], 'b'), large()]);
  await interruptions.load();
  server.failing.push({ line: 'POST compare', status: 403 });
  await interruptions.goOn(record.id);
  await until(() => [...records.kept.values()].some(({ life }) => life === 'second'));
  expect([...records.kept.values()]).toEqual([
    expect.objectContaining({ sessions: record.sessions })
  ]);
});

describe('what is kept', () => {
  const DAY = 24 * 3600 * 1000;

  it('is told with how long it still is', async () => {
    const record = await interrupted();
    records.kept.set(record.id, { ...record, changed: Date.now() - 2.5 * DAY });
    const { interruptions } = live('second');
    await interruptions.load();
    expect(interruptions.items).toEqual([expect.objectContaining({ daysLeft: 4 })]);
  });

  it('is given up with the sessions of the server', async () => {
    const record = await interrupted();
    records.kept.set(record.id, { ...record, changed: Date.now() - 6.1 * DAY });
    const { interruptions } = live('second');
    await interruptions.load();
    expect(interruptions.items).toEqual([]);
    expect(records.kept.size).toBe(0);
    expect(server.sessions).toBe(0);
  });
});

describe('what the browser lets be read', () => {
  /** As `interrupted` leaves it, with one file that the browser gives again. */
  async function granted(folder = FOLDER): Promise<void> {
    const { id, ...record } = await interrupted();
    const file = { name: 'large.nc', kind: 'file', getFile: async () => large() };
    const handle = { ...file, queryPermission: async () => 'granted' };
    records.kept.clear();
    records.kept.set(id, {
      ...record,
      id,
      folder,
      roots: [{ name: 'large.nc', isFolder: false }],
      handles: [handle as unknown as FileSystemHandle]
    });
  }

  it('goes on by itself', async () => {
    await granted();
    const { queue, interruptions } = live('second');
    await interruptions.load();
    await until(() => !queue.busy);
    expect(sent()).toHaveLength(1);
    expect(asked).toEqual([]);
    expect(interruptions.items).toEqual([]);
  });

  it("waits for a click where it goes into somebody else's folder", async () => {
    await granted({ bucket: 'scratch', key: 'bob/' });
    const { queue, interruptions } = live('second');
    await interruptions.load();
    expect(asked).toEqual([]);
    expect(sent()).toEqual([]);
    const [{ id }] = interruptions.items;
    Object.assign([...records.kept.values()][0].handles[0], {
      requestPermission: async () => 'granted'
    });
    await interruptions.goOn(id);
    await until(() => !queue.busy);
    expect(asked).toEqual(['outside bob', 'expiring']);
    expect(server.objects.has('bob/large.nc')).toBe(true);
  });

  it('waits for a click where a name was taken meanwhile', async () => {
    await granted();
    server.put('ada/large.nc', 'theirs');
    choice = 'keepBoth';
    const { queue, interruptions } = live('second');
    await interruptions.load();
    expect(asked).toEqual([]);
    expect(interruptions.items).toEqual([expect.objectContaining({ isHeld: true })]);
    await interruptions.goOn(interruptions.items[0].id);
    await until(() => !queue.busy);
    expect(asked).toEqual(['conflict large.nc']);
    expect(server.objects.has('ada/large (1).nc')).toBe(true);
    expect(interruptions.items).toEqual([]);
  });

  it.each(['forgotten', 'cancelled'])('asks nothing once it is %s', async how => {
    await granted();
    server.put('ada/large.nc', 'theirs');
    const { queue, interruptions } = live('second');
    await interruptions.load();
    if (how === 'forgotten') {
      await interruptions.forget(interruptions.items[0].id);
    } else {
      await queue.cancelAll();
    }
    await until(() => !queue.busy && interruptions.items.length === 0);
    expect(asked).toEqual([]);
    await until(() => records.kept.size === 0 && server.sessions === 0);
  });

  it('waits for a click where nothing can be known', async () => {
    await granted();
    server.failing.push({ line: 'POST compare', status: 403 });
    const { queue, interruptions } = live('second');
    await interruptions.load();
    expect(asked).toEqual([]);
    await interruptions.goOn(interruptions.items[0].id);
    await until(() => !queue.busy);
    expect(asked).toEqual([]);
    expect(sent()).toHaveLength(1);
  });
});

it('knows a file by a few parts of it', async () => {
  const sample = await sampleOf(large(), checksum);
  expect(await sampleOf(large(), checksum)).toBe(sample);
  expect(await sampleOf(large(1), checksum)).not.toBe(sample);
  expect(await sampleOf(new Blob([]), checksum)).toEqual(expect.any(String));
});
