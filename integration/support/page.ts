import { nullTranslator } from '@jupyterlab/translation';
import { StoreError } from '../../src/store/errors';
import type { IBucket, IObject } from '../../src/store/entry';
import type { IChecksum } from '../../src/transfer/checksum';
import type { Choice } from '../../src/transfer/conflict';
import { Drop } from '../../src/transfer/drop';
import { readFiles } from '../../src/transfer/dropped';
import { OPEN } from '../../src/transfer/gate';
import type { IProgress } from '../../src/transfer/job';
import { DropKeeper } from '../../src/transfer/memory';
import { TransferQueue } from '../../src/transfer/queue';
import { Roads } from '../../src/transfer/roads';
import type { Send } from '../../src/transfer/send';
import { fetchSend } from '../../src/transfer/testing/fetchSend';
import { MapRecords } from '../../src/transfer/testing/mapRecords';
import type { IQuestions } from '../../src/transfer/transfers';
import { Upload } from '../../src/transfer/upload';
import { Crc32c } from '../../src/worker/crc32c';
import { frames } from '../../src/worker/frames';
import { PIECE, type Place, type Road } from './place';

export const checksum = (): IChecksum => Object.assign(new Crc32c(), { forget: () => undefined });

const SILENT: IProgress = {
  moved: () => undefined,
  stalled: () => undefined,
  takes: () => undefined
};

/** As the page's, in less time; while the server is down not much longer than that. */
const pauseOf = (place: Place) => async (failures: number) => {
  await wait(Math.min(1000, 10 * 2 ** failures));
  await Promise.race([place.ready, wait(1000 * failures)]);
};

const wait = (milliseconds: number) => new Promise(later => setTimeout(later, milliseconds));

/** Milliseconds after which the page gives a connection up that says nothing more. */
const PATIENCE = 4000;

/** The page's own watchdog, which Node's transport has not. */
const watched: Send = async sending => {
  const silence = AbortSignal.timeout(PATIENCE);
  try {
    return await fetchSend({ ...sending, signal: AbortSignal.any([sending.signal, silence]) });
  } catch (error) {
    sending.signal.throwIfAborted();
    throw silence.aborted ? StoreError.offline() : error;
  }
};

export interface IUploadOptions {
  readonly condition?: 0 | string;
  readonly piece?: number;
  readonly checksum?: () => IChecksum;
  readonly onSession?: (id: string | null) => void;
  readonly signal?: AbortSignal;
}

/** One file on its way, as the page's own code sends it; `go` runs it. */
export function uploadOf(
  place: Place,
  road: Road,
  key: string,
  file: Blob,
  options: IUploadOptions = {}
): Upload & { go: () => Promise<IObject> } {
  const {
    condition = 0,
    piece = PIECE,
    onSession,
    signal = new AbortController().signal
  } = options;
  const target = { bucket: place.bucket(road), key, condition };
  const tools = {
    client: place.client(road, piece),
    send: watched,
    checksum: options.checksum ?? checksum,
    roads: new Roads(null),
    pause: pauseOf(place),
    onSession
  };
  const made = new Upload(file, target, tools);
  return Object.assign(made, { go: () => made.run(signal, SILENT) });
}

export function upload(
  place: Place,
  road: Road,
  key: string,
  file: Blob,
  options?: IUploadOptions
): Promise<IObject> {
  return uploadOf(place, road, key, file, options).go();
}

/** Files, in folders or not, dropped on a folder; resolves with the queue once it is idle. */
export async function drop(
  place: Place,
  road: Road,
  prefix: string,
  files: readonly File[],
  { choice = 'skip', piece = PIECE }: { choice?: Choice; piece?: number } = {}
): Promise<{ queue: TransferQueue; asked: string[]; arrived: string[] }> {
  const queue = new TransferQueue(4, 0);
  const dropped = readFiles(files);
  const folder = { bucket: place.bucket(road), key: prefix };
  const asked: string[] = [];
  const arrived: string[] = [];
  // A drop asks nothing else.
  const questions: Pick<IQuestions, 'conflict'> = {
    conflict: async ({ path }) => {
      asked.push(path);
      return { choice, forAll: false };
    }
  };
  const { roots } = dropped;
  const keeper = new DropKeeper(
    { id: 'd', life: 'l', folder, roots, handles: [], settled: 0, files: 0, sessions: {} },
    new MapRecords()
  );
  const bucket: IBucket = place.about(road);
  await new Drop(dropped, {
    client: place.client(road, piece),
    send: watched,
    checksum,
    frames,
    roads: new Roads(null),
    pause: pauseOf(place),
    bucket,
    folder,
    queue,
    questions: questions as IQuestions,
    gate: OPEN,
    keeper,
    sessions: new Map(),
    onArrived: ({ key }) => arrived.push(key),
    trans: nullTranslator.load('test')
  }).run();
  await idle(queue);
  return { queue, asked, arrived };
}

async function idle(queue: TransferQueue): Promise<void> {
  while (queue.busy) {
    await new Promise<void>(resolve => {
      const seen = () => {
        queue.changed.disconnect(seen);
        resolve();
      };
      queue.changed.connect(seen);
    });
  }
}

/** A file with a path, as one of a folder that was chosen. */
export function fileAt(path: string, bytes: Uint8Array): File {
  const file = new File([bytes as BlobPart], path.slice(path.lastIndexOf('/') + 1));
  Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return file;
}

/** Random numbers below 1 that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
