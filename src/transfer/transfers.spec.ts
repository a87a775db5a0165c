/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { Signal } from '@lumino/signaling';
import { BucketList } from '../store/buckets';
import type { StoreError } from '../store/errors';
import { SCRATCH } from '../testing/scratch';
import { Crc32c } from '../worker/crc32c';
import { frames } from '../worker/frames';
import type { Choice } from './conflict';
import { TransferQueue } from './queue';
import { Roads } from './roads';
import { fetchSend } from './testing/fetchSend';
import { MapRecords } from './testing/mapRecords';
import { UploadServer } from './testing/uploadServer';
import type { IQuestions } from './transfers';
import { Transfers } from './transfers';

const FOLDER = { bucket: 'scratch', key: 'ada/' };

/** Answers as a test says, and keeps what was asked. */
class ScriptedQuestions implements IQuestions {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  choices: { choice: Choice; forAll: boolean }[] = [];
  yes = true;

  conflict: IQuestions['conflict'] = async ({ name }, _existing, more) => {
    this.asked.push(`conflict ${name} +${more}`);
    return this.choices.shift()!;
  };
  outsideHome: IQuestions['outsideHome'] = async (_bucket, owner) => {
    this.asked.push(`outside ${owner}`);
    return this.yes;
  };
  expiring: IQuestions['expiring'] = ({ id }, lasting, redirect) => {
    this.told.push(`${id} expires, ${lasting?.id} does not`);
    this.redirect = redirect;
  };
  redirect = () => undefined as void;
  refuse: IQuestions['refuse'] = async (error: StoreError) => {
    this.asked.push(`refuse ${error.reason}`);
  };
}

let server: UploadServer;
let queue: TransferQueue;
let questions: ScriptedQuestions;
let transfers: Transfers;
let records: MapRecords;
let arrived: string[];

beforeEach(async () => {
  server = await UploadServer.start();
  const { client } = server;
  queue = new TransferQueue(4, 0);
  questions = new ScriptedQuestions();
  records = new MapRecords();
  transfers = new Transfers({
    store: { client, buckets: new BucketList(client), moved: new Signal({}) },
    queue,
    questions,
    tools: {
      client,
      send: fetchSend,
      checksum: () => Object.assign(new Crc32c(), { forget: () => undefined }),
      frames,
      roads: new Roads(null)
    },
    records,
    life: 'this',
    claim: async () => new Map(),
    tray: new Widget(),
    trans: nullTranslator.load('')
  });
  arrived = [];
  transfers.arrived.connect((_, { bucket, key }) => arrived.push(`${bucket}:${key}`));
});
afterEach(() => server.stop());

/** Until nothing moves. */
async function idle(): Promise<void> {
  while (queue.busy) {
    await new Promise(later => setTimeout(later, 5));
  }
}

async function upload(names: string[], folder = FOLDER): Promise<void> {
  await transfers.upload(
    names.map(name => new File([`new ${name}`], name)),
    folder
  );
  await idle();
}

const posts = () => server.log.filter(line => line === 'POST uploads').length;
const reasons = () => queue.transfers.map(({ error }) => error?.reason);

it('uploads and tells what has arrived', async () => {
  await upload(['a', 'b']);
  expect(server.text('ada/a')).toBe('new a');
  expect(arrived.sort()).toEqual(['scratch:ada/a', 'scratch:ada/b']);
  expect(questions.asked).toEqual([]);
});

describe('a name that is taken', () => {
  beforeEach(() => {
    server.put('ada/a.csv', 'old');
  });

  it('is replaced when the user says so', async () => {
    questions.choices = [{ choice: 'replace', forAll: false }];
    await upload(['a.csv']);
    expect(server.text('ada/a.csv')).toBe('new a.csv');
  });

  it('is kept beside the new file', async () => {
    questions.choices = [{ choice: 'keepBoth', forAll: false }];
    await upload(['a.csv']);
    expect(server.text('ada/a.csv')).toBe('old');
    expect(server.text('ada/a (1).csv')).toBe('new a.csv');
    expect(arrived).toEqual(['scratch:ada/a (1).csv']);
  });

  it('is skipped, and only it', async () => {
    questions.choices = [{ choice: 'skip', forAll: false }];
    await upload(['a.csv', 'b.csv']);
    expect(server.text('ada/a.csv')).toBe('old');
    expect(server.text('ada/b.csv')).toBe('new b.csv');
  });

  it('is asked about once for all when the user says so', async () => {
    server.put('ada/b.csv', 'old');
    server.put('ada/c.csv', 'old');
    questions.choices = [
      { choice: 'skip', forAll: false },
      { choice: 'replace', forAll: true }
    ];
    await upload(['a.csv', 'b.csv', 'c.csv']);
    expect(questions.asked).toEqual(['conflict a.csv +2', 'conflict b.csv +1']);
    expect(server.text('ada/a.csv')).toBe('old');
    expect(server.text('ada/c.csv')).toBe('new c.csv');
  });

  it('is asked about before a byte moves', async () => {
    questions.conflict = async () => {
      expect(posts()).toBe(0);
      return { choice: 'skip', forAll: false };
    };
    await upload(['a.csv', 'b.csv']);
  });
});

describe('all that is cancelled', () => {
  it('is asked about no more while names are compared', async () => {
    ['a', 'b', 'c'].forEach(name => server.put(`ada/${name}`, 'old'));
    questions.conflict = async ({ name }) => {
      questions.asked.push(name);
      void queue.cancelAll();
      return { choice: 'skip', forAll: false };
    };
    await upload(['a', 'b', 'c', 'd']);
    expect(questions.asked).toEqual(['a']);
    expect(records.kept.size).toBe(0);
  });

  it('is asked about no more when names were taken on the way', async () => {
    server.onPiece = () =>
      ['a', 'b', 'c'].forEach(
        name => server.objects.has(`ada/${name}`) || server.put(`ada/${name}`, 'old')
      );
    questions.conflict = async ({ name }) => {
      questions.asked.push(name);
      void queue.cancelAll();
      return { choice: 'replace', forAll: false };
    };
    const large = (name: string) => new File([new Uint8Array(2 ** 20 + 1)], name);
    server.partSize = 2 ** 21;
    await transfers.upload([large('a'), large('b'), large('c')], FOLDER);
    await idle();
    expect(questions.asked).toHaveLength(1);
    expect(server.text('ada/b')).toBe('old');
    expect(queue.length).toBe(0);
  });
});

describe('what is refused for good is over, also for the next life of the page', () => {
  it('as a file that cannot be read to be compared', async () => {
    server.put('ada/a', 'old a');
    const file = new File(['new a'], 'a');
    const broken = () => Promise.reject(new Error('gone'));
    Object.assign(file, { slice: () => ({ arrayBuffer: broken }) });
    await transfers.upload([file], FOLDER);
    await idle();
    expect(reasons()).toEqual(['file-changed']);
    expect(records.kept.size).toBe(0);
  });

  it('as a file whose other name would be too long', async () => {
    const name = 'x'.repeat(1020);
    server.put(`ada/${name}`, 'old');
    questions.choices = [{ choice: 'keepBoth', forAll: false }];
    await upload([name]);
    expect(reasons()).toEqual(['illegal-name']);
    expect(records.kept.size).toBe(0);
  });
});

describe('a name that is taken while the file is on its way', () => {
  beforeEach(() => {
    server.onPiece = () => void (server.objects.has('ada/a') || server.put('ada/a', 'theirs'));
  });

  it.each([
    ['replace', 'new a', undefined],
    ['keepBoth', 'theirs', 'new a'],
    ['skip', 'theirs', undefined]
  ] as const)('is asked about again: %s', async (choice, first, second) => {
    questions.choices = [{ choice, forAll: false }];
    await upload(['a']);
    expect(questions.asked).toEqual(['conflict a +0']);
    expect(server.text('ada/a')).toBe(first);
    expect(server.text('ada/a (1)')).toBe(second);
    expect(queue.transfers).toHaveLength(choice === 'skip' ? 0 : 1);
  });
});

it('writes when what was to be replaced is gone meanwhile', async () => {
  server.put('ada/a', 'old');
  questions.choices = [{ choice: 'replace', forAll: false }];
  let pieces = 0;
  server.onPiece = () => void (++pieces === 1 && server.objects.delete('ada/a'));
  await upload(['a']);
  expect(server.text('ada/a')).toBe('new a');
});

it('asks about two files of one name rather than losing one', async () => {
  questions.choices = [{ choice: 'keepBoth', forAll: false }];
  await transfers.upload([new File(['one'], 'a'), new File(['two'], 'a')], FOLDER);
  await idle();
  expect([...server.objects.keys()].sort()).toEqual(['ada/a', 'ada/a (1)']);
});

it('refuses illegal names with the reason before a byte moves, and only them', async () => {
  await upload(['line\nbreak', 'x'.repeat(1025), 'good']);
  expect(reasons()).toEqual(['illegal-name', 'illegal-name', undefined]);
  expect(posts()).toBe(1);
});

it('refuses the names . and .. at the top of a bucket', async () => {
  server.buckets = [{ ...server.buckets[0], home: '' }];
  await upload(['.', '..'], { bucket: 'scratch', key: '' });
  expect(reasons()).toEqual(['illegal-name', 'illegal-name']);
  expect(posts()).toBe(0);
});

describe("somebody else's folder", () => {
  const theirs = { bucket: 'scratch', key: 'bob/in/' };

  it('is written to after a second yes that names the owner', async () => {
    await upload(['a', 'b'], theirs);
    expect(questions.asked).toEqual(['outside bob']);
    expect(server.confirmed).toEqual(['bob']);
    expect(server.text('bob/in/a')).toBe('new a');
  });

  it('is left alone after a no', async () => {
    questions.yes = false;
    await upload(['a'], theirs);
    expect(posts()).toBe(0);
    expect(queue.transfers).toEqual([]);
  });

  it('is also the top of the bucket', async () => {
    await upload(['ü'], { bucket: 'scratch', key: '' });
    expect(questions.asked).toEqual(['outside null']);
    expect(server.confirmed).toEqual(['ü']);
  });
});

describe('nothing is uploaded', () => {
  it('into a read-only bucket', async () => {
    server.buckets = [{ ...server.buckets[0], access: 'read-only' }];
    await upload(['a']);
    expect(questions.asked).toEqual(['refuse read-only']);
  });

  it('into a bucket that cannot be used or is not there', async () => {
    await upload(['a'], { bucket: 'none', key: '' });
    expect(questions.asked).toEqual(['refuse bucket-unavailable']);
  });

  it('when what is there cannot be known', async () => {
    await server.stop();
    await upload(['a']);
    expect(questions.asked).toEqual(['refuse offline']);
    server = await UploadServer.start();
  });
});

describe('a bucket that deletes what it gets', () => {
  const KEPT = { ...SCRATCH, id: 'kept', expiresAfterDays: null, home: 'ada/' };

  it('is told of once', async () => {
    await upload(['a']);
    await upload(['b']);
    expect(questions.told).toEqual(['scratch expires, undefined does not']);
  });

  it('can be left for one that keeps files', async () => {
    server.buckets = [SCRATCH, KEPT];
    let pieces = 0;
    server.onPiece = async () => {
      if (++pieces === 1) {
        questions.redirect();
        await new Promise(later => setTimeout(later, 20));
      }
    };
    await upload(['a long file']);
    await idle();
    expect(questions.told).toEqual(['scratch expires, kept does not']);
    expect(arrived).toEqual(['kept:ada/a long file']);
    expect(queue.transfers.map(({ state }) => state)).toEqual(['done']);
  });
});
