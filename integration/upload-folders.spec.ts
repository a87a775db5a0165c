import { randomBytes } from 'node:crypto';
import type { IHead } from './support/faultProxy';
import { drop, fileAt, randomOf } from './support/page';
import { HOME, inTurns, Place, type Road } from './support/place';

jest.setTimeout(120_000);

/** Folders of small files, past faults: none lost, none twice, none half. */
let place: Place;

beforeAll(async () => {
  place = await Place.start();
}, 120_000);
afterAll(() => place?.stop());
beforeEach(() => place.clear());

const ROADS: Road[] = ['relay', 'disk'];
const isBatch = ({ method, url }: IHead) => method === 'POST' && url.includes('/batch?');
const isWrite = ({ url }: IHead) => /uploadType=(multipart|media)/.test(url);

const filesOf = (count: number, most = 4000) => {
  const random = randomOf(count);
  return Array.from({ length: count }, (_, number) => {
    const bytes = randomBytes(1 + Math.floor(random() * most));
    return fileAt(`many/${number % 3}/${String(number).padStart(5, '0')}.bin`, bytes);
  });
};

async function expectAll(road: Road, files: readonly File[]): Promise<void> {
  const keys = files.map(({ webkitRelativePath }) => HOME + webkitRelativePath);
  expect((await place.keys(road, HOME)).sort()).toEqual([...keys].sort());
  const half: string[] = [];
  await inTurns(keys, async (key, index) => {
    const stored = await place.stored(road, key);
    if (!stored?.equals(Buffer.from(await files[index].arrayBuffer()))) {
      half.push(key);
    }
  });
  expect(half).toEqual([]);
  expect(await place.leftovers()).toEqual([]);
}

describe.each(ROADS)('by the road %s', road => {
  it.each([1000, 1001])('%i files are compared, sent, listed and compared again', async count => {
    const files = filesOf(count, 200);
    const first = await drop(place, road, HOME, files);
    expect(first.queue.summary).toMatchObject({ failed: 0 });
    expect(first.arrived).toHaveLength(count);
    expect(new Set(first.arrived).size).toBe(count);
    await expectAll(road, files);
    const client = place.client(road);
    const listed: string[] = [];
    for (const inner of [0, 1, 2]) {
      let pageToken: string | undefined;
      do {
        const page = await client.list(place.bucket(road), `${HOME}many/${inner}/`, { pageToken });
        listed.push(...page.entries.map(({ key }) => key));
        pageToken = page.nextPageToken ?? undefined;
      } while (pageToken);
    }
    expect(new Set(listed).size).toBe(count);
    expect(listed).toHaveLength(count);
    const again = await drop(place, road, HOME, files);
    expect(again.arrived).toEqual([]);
    expect(again.asked).toEqual([]);
    expect(again.queue.transfers.every(({ state }) => state === 'skipped')).toBe(true);
  });

  it('1,500 files arrive whole past connections that break within and after batches', async () => {
    const files = filesOf(1500);
    let batches = 0;
    for (const after of [20_000, 300_000]) {
      place.front.plan({ kind: 'reset', after }, isBatch, { times: 2 });
    }
    place.front.plan({ kind: 'lost' }, head => isBatch(head) && batches++ % 3 === 0, { times: 3 });
    place.front.plan({ kind: 'truncate', after: 5000 }, isBatch, { times: 2 });
    if (road === 'relay') {
      place.back.plan({ kind: 'reset', after: 100 }, isWrite, { skip: 40, times: 5 });
      place.back.plan({ kind: 'lost' }, isWrite, { skip: 300, times: 5 });
      place.back.plan({ kind: 'corrupt', at: 800 }, isWrite, { skip: 600, times: 2 });
    }
    const { queue, asked, arrived } = await drop(place, road, HOME, files);
    expect(place.front.committed).toBeGreaterThanOrEqual(5);
    expect(asked).toEqual([]);
    expect(queue.summary).toMatchObject({ failed: 0 });
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(arrived).toHaveLength(1500);
    await expectAll(road, files);
  });
});
