import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { drop, fileAt, randomOf, upload, uploadOf } from './support/page';
import { HOME, inTurns, Place, type Road } from './support/place';

/**
 * The server ends without a word at a random moment of an upload, and is started again where it was. LEAP_KILLS is the
 * number of runs, LEAP_KILL_SEED the seed of the first; each run tells its own.
 */
const RUNS = Number(process.env.LEAP_KILLS ?? 12);
const SEED = Number(process.env.LEAP_KILL_SEED ?? Date.now() % 1_000_000);

const MiB = 1024 ** 2;
const ROADS: Road[] = ['relay', 'direct', 'disk'];
const folder = `${HOME}kills/`;

let place: Place;

beforeAll(async () => {
  place = await Place.start();
}, 120_000);
afterAll(() => place?.stop());
beforeEach(() => place.clear());

/** Bytes that are the same for the same seed. */
function bytesOf(size: number, seed: string): Buffer<ArrayBuffer> {
  const block = createHash('sha512').update(seed).digest();
  const bytes = Buffer.alloc(size, block);
  for (let at = 0; at + 4 <= size; at += 4096) {
    bytes.writeUInt32LE(at, at);
  }
  return bytes;
}

const wait = (milliseconds: number) => new Promise(later => setTimeout(later, milliseconds));

/** Kills the server once or twice while something is under way, and starts it again each time. */
async function killing<T>(random: () => number, work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = work.finally(() => (isOver = true));
  end.catch(() => undefined);
  for (let kills = 1 + Math.floor(random() * 1.3); kills > 0; kills--) {
    await wait(random() * 400);
    inTime += isOver ? 0 : 1;
    await place.kill();
    await place.startAgain();
  }
  return end;
}

/** Kills that came before the end of what they were to hit. */
let inTime = 0;
afterAll(() => console.info(`Seeds from ${SEED}: ${RUNS} runs, ${inTime} kills in the middle.`));

describe.each(Array.from({ length: RUNS }, (_, run) => SEED + run))('killed, seed %i', seed => {
  const random = randomOf(seed);
  const road = ROADS[Math.floor(random() * ROADS.length)];
  const isPack = random() < 0.3;

  it(`${isPack ? 'small files' : 'a file in pieces'} by the road ${road}`, async () => {
    if (isPack) {
      const files = Array.from({ length: 150 }, (_, number) => {
        const path = `kills/${number % 7}/file ${number}.bin`;
        return fileAt(path, bytesOf(Math.floor(random() * 60_000), `${seed} ${number}`));
      });
      const { queue, asked } = await killing(random, drop(place, road, HOME, files));
      expect(asked).toEqual([]);
      expect(queue.summary).toMatchObject({ failed: 0 });
      expect((await place.keys(road, folder)).sort()).toEqual(
        files.map(({ webkitRelativePath }) => HOME + webkitRelativePath).sort()
      );
      await inTurns(files, async file => {
        const stored = await place.stored(road, HOME + file.webkitRelativePath);
        expect(stored?.equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
      });
    } else {
      const bytes = bytesOf(Math.floor((5 + 15 * random()) * MiB), String(seed));
      place.front.delay = place.back.delay = 10;
      const blob = new Blob([bytes]);
      const sent = upload(place, road, `${folder}data.bin`, blob, { piece: MiB });
      const object = await killing(random, sent);
      expect(object.size).toBe(bytes.length);
      expect((await place.stored(road, `${folder}data.bin`))?.equals(bytes)).toBe(true);
      expect(await place.keys(road, folder)).toEqual([`${folder}data.bin`]);
    }
    // The next write finds what the server was writing when it ended.
    await upload(place, road, `${HOME}after`, new Blob(['after']));
    // Whose answer was lost with the server, nobody heard its name: it ends with its time.
    expect((await place.leftovers()).length).toBeLessThanOrEqual(place.killed);
  });
});

describe.each(['relay', 'disk'] as const)(
  'a clock that jumps while the server is down (%s)',
  road => {
    it.each([
      ['ahead', 400],
      ['back', -400]
    ])(
      '%s: the upload goes on or begins again, and leaves nothing behind',
      async (_where, days) => {
        const key = `${folder}data.bin`;
        const bytes = bytesOf(3 * MiB, 'clock');
        place.front.plan({ kind: 'answer', answer: { status: 403 } }, ({ range }) => range !== '', {
          skip: 2
        });
        // A kill just after an object was made leaves its record, which ends with its time.
        const before = await place.records();
        const ours = async () => (await place.records()).filter(record => !before.includes(record));
        const subject = uploadOf(place, road, key, new Blob([bytes]));
        await expect(subject.go()).rejects.toMatchObject({ status: 403 });
        await place.kill();
        const records = await ours();
        expect(records).toHaveLength(1);
        // What was written before the jump looks as much too old, or as if it came from the future.
        const then = Date.now() / 1000 - days * 24 * 3600;
        await utimes(records[0], then, then);
        await place.startAgain();
        await subject.go();
        expect((await place.stored(road, key))?.equals(bytes)).toBe(true);
        for (let tries = 0; (await place.leftovers()).length > 0 && tries < 50; tries++) {
          await wait(100);
        }
        expect(await place.leftovers()).toEqual([]);
        expect(await ours()).toEqual([]);
      }
    );
  }
);
