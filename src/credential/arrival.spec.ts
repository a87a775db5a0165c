import type { IEntry, IPage } from '../store/entry';
import { StoreError } from '../store/errors';
import type { IDatasetFacts } from '../tokens';
import { Arrival, PAUSE } from './arrival';

const PLACE = { bucket: 'leap-persistent', prefix: 'ada/' };
const STORE = 'ada/test_offsite_upload.zarr/';

const FACTS: IDatasetFacts = {
  format: 3,
  variables: [{ name: 'test', dims: ['dim_0'], shape: [3], dtype: 'int64' }],
  bytes: 24,
  values: ['1', '4', '6']
};

/** The files below the data set, by name; what they are of changes with each generation. */
let files: Record<string, string>;
let facts: () => Promise<IDatasetFacts>;
let isShown: boolean;
let asked: number;
let arrival: Arrival;

function page(prefix: string): IPage {
  const names = new Map<string, IEntry>();
  for (const [key, generation] of Object.entries(files)) {
    const [name, ...below] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [''];
    if (name !== '') {
      const kind = below.length > 0 ? 'folder' : 'object';
      const updated = '2026-01-31T12:00:00Z';
      names.set(name, { kind, name, key, generation, updated } as IEntry);
    }
  }
  return { entries: [...names.values()], nextPageToken: null };
}

function watch(takesOld: boolean): Arrival {
  const list = (bucket: string, prefix: string) => {
    asked++;
    return Promise.resolve(page(prefix));
  };
  return new Arrival({ list }, { describe: () => facts() }, PLACE, takesOld, () => isShown);
}

/** Lets a look that was begun come to its end. */
async function settle(): Promise<void> {
  await jest.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  jest.useFakeTimers();
  files = {};
  facts = () => Promise.resolve(FACTS);
  isShown = true;
  asked = 0;
});

afterEach(() => {
  arrival.dispose();
  jest.useRealTimers();
});

const WHOLE = {
  [`${STORE}zarr.json`]: '1',
  [`${STORE}test/zarr.json`]: '2',
  [`${STORE}test/c/0`]: '3'
};

describe('Arrival', () => {
  it('waits, sees it arrive, and then asks nothing more', async () => {
    arrival = watch(false);
    await settle();
    expect(arrival.state).toEqual({ phase: 'waiting' });
    files = { ...WHOLE };
    delete files[`${STORE}test/c/0`];
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(arrival.state).toEqual({ phase: 'arriving', problem: null });
    files = WHOLE;
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(arrival.state).toMatchObject({ phase: 'arrived', facts: FACTS, isOld: false });
    const before = asked;
    await jest.advanceTimersByTimeAsync(20 * PAUSE);
    expect(asked).toBe(before);
  });

  it('takes one that was there before for an old one, until it is written again', async () => {
    files = WHOLE;
    arrival = watch(false);
    await settle();
    expect(arrival.state).toMatchObject({ phase: 'arrived', isOld: true });
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(arrival.state).toMatchObject({ phase: 'arrived', isOld: true });
    files = { ...WHOLE, [`${STORE}zarr.json`]: '4' };
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(arrival.state).toMatchObject({ phase: 'arrived', isOld: false });
  });

  it('is content with an old one where that is what is asked', async () => {
    files = WHOLE;
    arrival = watch(true);
    await settle();
    expect(arrival.state).toMatchObject({ phase: 'arrived', isOld: false });
  });

  it('says why it cannot be read, and goes on', async () => {
    files = WHOLE;
    facts = () => Promise.reject(new StoreError('Broken.', 0, 'bad-metadata', 'Write it again.'));
    arrival = watch(false);
    await settle();
    expect(arrival.state).toEqual({ phase: 'arriving', problem: 'Broken. Write it again.' });
    facts = () => Promise.resolve(FACTS);
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(arrival.state.phase).toBe('arrived');
  });

  it('asks nothing while nobody looks, and after its end', async () => {
    arrival = watch(false);
    await settle();
    isShown = false;
    await jest.advanceTimersByTimeAsync(10 * PAUSE);
    expect(asked).toBe(1);
    isShown = true;
    await jest.advanceTimersByTimeAsync(PAUSE);
    expect(asked).toBe(2);
    arrival.dispose();
    await jest.advanceTimersByTimeAsync(10 * PAUSE);
    expect(asked).toBe(2);
  });
});
