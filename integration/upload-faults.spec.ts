import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../src/store/errors';
import type { Fault, IHead } from './support/faultProxy';
import { checksum, upload, uploadOf, type IUploadOptions } from './support/page';
import { HOME, PIECE, Place, type Road } from './support/place';

/** Real servers, our own code for the page, and faults between the three of them. */
let place: Place;

beforeAll(async () => {
  place = await Place.start();
}, 120_000);
afterAll(() => place?.stop());
beforeEach(() => place.clear());

const ROADS: Road[] = ['relay', 'direct', 'disk'];
const WAYS = ROADS.flatMap(road => Place.proxies(road).map(proxy => [road, proxy] as const));
const RELAYED = WAYS.filter(([road]) => road !== 'direct');

const GRANULE = 256 * 1024;
const key = `${HOME}data.bin`;
const bytes = randomBytes(4 * PIECE + 1017);
const file = new Blob([bytes], { type: 'text/plain' });
const signal = new AbortController().signal;

const isPiece = ({ method, range }: IHead) => method === 'PUT' && /^bytes \d/.test(range);
const isSession = ({ method, range }: IHead) => method === 'PUT' && range !== '';
const isLast = ({ range }: IHead) => range.endsWith(`-${bytes.length - 1}/${bytes.length}`);
const isStart = ({ method, url }: IHead) =>
  method === 'POST' && /\/uploads(\?|$)|uploadType=resumable/.test(url);

/** The first of every two that fit. */
function everyOther(fits: (head: IHead) => boolean): (head: IHead) => boolean {
  let seen = 0;
  return head => fits(head) && seen++ % 2 === 0;
}

const go = (road: Road, options?: IUploadOptions) => upload(place, road, key, file, options);

/** Byte for byte what the file is, and nothing else anywhere. */
async function expectWhole(road: Road, expected = bytes): Promise<void> {
  expect((await place.stored(road, key))?.equals(expected)).toBe(true);
  expect(await place.keys(road, HOME)).toEqual([key]);
  expect(await place.leftovers()).toEqual([]);
}

/** Gives up what has failed: nothing of it stays. */
async function expectNothing(
  road: Road,
  subject: { cancel: () => Promise<unknown> }
): Promise<void> {
  place.front.calm();
  place.back.calm();
  expect(await subject.cancel()).toBeNull();
  expect(await place.stored(road, key)).toBeNull();
  expect(await place.leftovers()).toEqual([]);
}

describe.each(ROADS)('by the road %s', road => {
  it('a file arrives without any fault', async () => {
    await go(road);
    await expectWhole(road);
  });

  it('a slow connection is only slow', async () => {
    place.front.delay = place.back.delay = 50;
    await go(road);
    await expectWhole(road);
  });
});

describe.each(WAYS)('by the road %s, between its %s and what is behind it', (road, proxy) => {
  it.each([
    ['before their first byte', 0],
    ['after their first byte', 1],
    ['after 256 KiB', GRANULE],
    ['one byte later', GRANULE + 1],
    ['after their last byte', PIECE]
  ])('every piece is reset once, %s', async (_where, after) => {
    // The last piece is shorter: its answer is what gets lost.
    place[proxy].plan(
      { kind: 'lost' },
      everyOther(head => isPiece(head) && isLast(head)),
      { times: 1 }
    );
    place[proxy].plan({ kind: 'reset', after }, everyOther(isPiece), { times: Infinity });
    await go(road);
    // The faster the pieces, the fewer: they grow.
    expect(place[proxy].committed).toBeGreaterThan(road === 'direct' ? 0 : 1);
    await expectWhole(road);
  });

  it('the answer to every piece gets lost', async () => {
    place[proxy].plan({ kind: 'lost' }, everyOther(isPiece), { times: Infinity });
    await go(road);
    expect(place[proxy].committed).toBeGreaterThan(0);
    await expectWhole(road);
  });

  it('the last answer gets lost, and the one to the question after it', async () => {
    place[proxy].plan({ kind: 'lost' }, head => isSession(head) && isLast(head));
    place[proxy].plan({ kind: 'lost' }, ({ range }) => range.startsWith('bytes */'));
    await go(road);
    await expectWhole(road);
  });

  it.each([0, 1, 40])('the last answer ends after %i bytes', async after => {
    place[proxy].plan({ kind: 'truncate', after }, isLast);
    await go(road);
    expect(place[proxy].committed).toBe(1);
    await expectWhole(road);
  });

  it.each([408, 429, 500, 502, 503, 504])('a storm of %i', async status => {
    place[proxy].plan({ kind: 'answer', answer: { status } }, isStart, { times: 2 });
    let seen = 0;
    const fits = (head: IHead) => isSession(head) && seen++ % 7 < 4;
    place[proxy].plan({ kind: 'answer', answer: { status } }, fits, { times: Infinity });
    await go(road);
    expect(place[proxy].committed).toBeGreaterThan(3);
    await expectWhole(road);
  });

  it('a piece stops in the middle and nobody hears why', async () => {
    place[proxy].plan({ kind: 'stall', after: 100_000 }, isPiece, {
      skip: road === 'direct' ? 0 : 1
    });
    await go(road);
    expect(place[proxy].committed).toBe(1);
    await expectWhole(road);
  });

  it('a byte of a piece is changed on its way: the file is sent once more', async () => {
    place[proxy].plan({ kind: 'corrupt', at: 1000 }, isPiece, { skip: road === 'direct' ? 0 : 1 });
    await go(road);
    expect(place[proxy].committed).toBe(1);
    await expectWhole(road);
  });

  it('a byte is changed every time: it fails, and nothing is there', async () => {
    place[proxy].plan({ kind: 'corrupt', at: 10 }, isPiece, { times: Infinity });
    const subject = uploadOf(place, road, key, file);
    await expect(subject.go()).rejects.toMatchObject({ reason: 'checksum-mismatch' });
    await expectNothing(road, subject);
  });
});

describe.each(RELAYED)(
  'by the road %s, wrong words between its %s and what is behind it',
  (road, proxy) => {
    const range = (value: string | undefined): Fault => ({
      kind: 'rewrite',
      rewrite: ({ status, headers }) => {
        const said = { ...headers, range: value };
        if (value === undefined) {
          delete said.range;
        }
        return status === 308 ? { headers: said } : {};
      }
    });
    const without = range(undefined);

    it.each([
      ['none', without],
      ['a shorter one', range(`bytes=0-${GRANULE - 1}`)],
      ['nonsense', range('bytes=7-9')]
    ])('a 308 with a wrong Range (%s) costs time, not bytes', async (_which, fault) => {
      place[proxy].plan(fault, isPiece, { skip: 1, times: 2 });
      await go(road);
      expect(place[proxy].committed).toBe(2);
      await expectWhole(road);
    });

    it('a 308 that never says how far it got fails in the end, and nothing is there', async () => {
      place[proxy].plan(without, isSession, { times: Infinity });
      const subject = uploadOf(place, road, key, file);
      await expect(subject.go()).rejects.toBeInstanceOf(StoreError);
      await expectNothing(road, subject);
    });

    it('a 308 that tells of more than was sent makes no hole', async () => {
      place[proxy].plan(range(`bytes=0-${3 * PIECE - 1}`), isPiece);
      const subject = uploadOf(place, road, key, file);
      const first = await subject.go().catch((error: unknown) => error);
      if (first instanceof StoreError) {
        expect(await place.stored(road, key)).toBeNull();
        await subject.go();
      }
      await expectWhole(road);
    });

    it.each([
      ['a login page', { 'content-type': 'text/html' }, '<html><form>Please log in</form></html>'],
      [
        'an error',
        { 'content-type': 'application/json' },
        '{"error":{"code":500,"message":"No."}}'
      ],
      ['nothing', {}, ''],
      ['a list', { 'content-type': 'application/json' }, '[]']
    ])('200 with %s makes no object of it', async (_what, headers, body) => {
      const answer = { status: 200, headers, body: Buffer.from(body) };
      place[proxy].plan({ kind: 'answer', answer }, isPiece, { skip: 1 });
      const subject = uploadOf(place, road, key, file);
      const first = await subject.go().catch((error: unknown) => error);
      if (first instanceof Error) {
        // Not to be repeated without a person: something else answers for the server.
        expect(first).toBeInstanceOf(StoreError);
        expect((first as StoreError).reason).toBe('unexpected-answer');
        expect(await place.stored(road, key)).toBeNull();
        await subject.go();
      }
      await expectWhole(road);
    });

    it.each([401, 403])('%i in the middle fails, and goes on when asked to', async status => {
      place[proxy].plan({ kind: 'answer', answer: { status } }, isPiece, { skip: 2 });
      const subject = uploadOf(place, road, key, file);
      await expect(subject.go()).rejects.toBeInstanceOf(StoreError);
      expect(await place.stored(road, key)).toBeNull();
      await subject.go();
      await expectWhole(road);
      const starts = place[proxy].seen.filter(isStart);
      expect(starts).toHaveLength(1);
    });
  }
);

describe('the beginning of an upload', () => {
  it('is tried again with a new token when the store knows the old one no more', async () => {
    place.back.plan({ kind: 'answer', answer: { status: 401 } }, isStart);
    await go('relay');
    await expectWhole('relay');
  });

  it.each(['relay', 'disk'] as const)('may have no whole answer (%s)', async road => {
    place.front.plan({ kind: 'truncate', after: 10 }, isStart);
    await go(road);
    expect((await place.stored(road, key))?.equals(bytes)).toBe(true);
  });

  it('may be lost by the store', async () => {
    place.back.plan({ kind: 'reset', after: 0 }, isStart, { times: 2 });
    await go('relay');
    await expectWhole('relay');
  });
});

describe.each(ROADS)('two at once by the road %s', road => {
  const other = randomBytes(bytes.length);

  it('of one name: exactly one wins, and the other is told', async () => {
    const subjects = [file, new Blob([other])].map(blob => uploadOf(place, road, key, blob));
    const ends = await Promise.allSettled(subjects.map(subject => subject.go()));
    const won = ends.findIndex(({ status }) => status === 'fulfilled');
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ends[1 - won]).toMatchObject({ reason: { status: 412 } });
    expect(await subjects[1 - won].cancel()).toBeNull();
    await expectWhole(road, [bytes, other][won]);
  });

  it('on one session: one object, and no bytes of both', async () => {
    const sessions: string[] = [];
    const first = uploadOf(place, road, key, file, {
      onSession: id => void (id !== null && sessions.push(id))
    });
    const running = first.go();
    for (let tries = 0; sessions.length === 0 && tries < 1000; tries++) {
      await new Promise(later => setTimeout(later, 2));
    }
    const second = uploadOf(place, road, key, file);
    second.adopt(await place.client(road).findUpload(sessions[0]));
    const ends = await Promise.allSettled([running, second.go()]);
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const end of ends) {
      // Who comes late opens a session of its own, and learns that the name is taken: by its own bytes.
      expect(end.status === 'fulfilled' || end.reason.status === 412).toBe(true);
    }
    await Promise.all([first.cancel(), second.cancel()]);
    await expectWhole(road);
  });
});

describe.each(ROADS)('a file that changes by the road %s', road => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leap-file-'));
    path = join(folder, 'data.bin');
    await writeFile(path, bytes);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['before its first byte is sent', 0],
    ['in the middle', 1]
  ])('%s never becomes an object', async (_when, pieces) => {
    const blob = await openAsBlob(path);
    let sums = 0;
    const subject = uploadOf(place, road, key, blob, {
      checksum: () => {
        const sum = checksum();
        const add = sum.add.bind(sum);
        return Object.assign(sum, {
          add: async (part: Blob) => {
            if (sums++ === pieces) {
              await appendFile(path, 'more');
            }
            await add(part);
          }
        });
      }
    });
    await expect(subject.go()).rejects.toMatchObject({ reason: 'file-changed' });
    await expectNothing(road, subject);
  });
});

describe('clocks', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each(ROADS)('that jump by days in the page disturb nothing (%s)', async road => {
    const day = 24 * 3600 * 1000;
    const truth = Date.now.bind(Date);
    let jumps = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => truth() + (jumps++ % 2 ? 400 : -400) * day);
    place.front.plan({ kind: 'reset', after: 1000 }, everyOther(isPiece), { times: Infinity });
    await upload(place, road, key, file, { signal });
    await expectWhole(road);
  });
});
