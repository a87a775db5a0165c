import { nullTranslator } from '@jupyterlab/translation';
import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import { failureList } from './failures';
import { split } from './fileName';
import type { IInterrupted } from './interrupted';
import { interruptedText } from './interruptedLines';
import type { IJob } from './job';
import { Line } from './line';
import { EndNotice } from './notice';
import type { ISummary } from './summary';

const trans = nullTranslator.load('');

describe('a name', () => {
  it.each([
    'a.nc',
    'ocean.zarr/temperature/c/0/0/1',
    'a long file name with an end.nc',
    '🌊'.repeat(40)
  ])('is whole in its parts: %s', name => {
    const { folders, head, tail } = split(name);
    expect(folders + head + tail).toBe(name);
    expect(tail).not.toMatch(/^[\udc00-\udfff]/);
  });

  it('gives way in its folders first', () => {
    expect(split('ocean.zarr/temperature/0.0')).toEqual({
      folders: 'ocean.zarr/temperature',
      head: '/0.0',
      tail: ''
    });
    expect(split('a very long file name 2026-11-21.nc').tail).toBe('6-11-21.nc');
  });

  it('is left as it is where it runs from the right', () => {
    const name = 'קובץ/נתונים ארוכים מאוד של האוקיינוס.nc';
    expect(split(name)).toEqual({ folders: '', head: name, tail: '' });
  });
});

it('lists failures as fields of a table', async () => {
  const error = new StoreError('No\tspace\nleft.', 507, 'full', 'Delete something.');
  const job: IJob = {
    name: 'a.nc',
    size: 1,
    place: { bucket: 'scratch', key: 'ada/a.nc' },
    file: new Blob(),
    condition: 0,
    packer: null,
    run: () => Promise.reject(error),
    settle: () => undefined,
    retried: () => undefined,
    cancel: () => Promise.resolve(false)
  };
  const tried = new Line(1, job, job);
  tried.fail(error);
  const refused = new Line(2, { name: '=HYPERLINK("x")', size: 1 }, null, error);
  const uriOf = ({ key }: ILocation) => Promise.resolve(`gs://leap-scratch/${key}`);
  expect(await failureList([tried, refused], uriOf, trans)).toBe(
    [
      'Name\tWhere to\tReason\tWhat to do',
      'a.nc\tgs://leap-scratch/ada/a.nc\tNo space left.\tDelete something.',
      `'=HYPERLINK("x")\t\tNo space left.\tDelete something.`
    ].join('\n')
  );
});

describe('the end of work', () => {
  const summary = (more: Partial<ISummary>): ISummary => ({
    moving: 0,
    paused: 0,
    done: 0,
    skipped: 0,
    failed: 0,
    bytes: 0,
    size: 0,
    speed: 0,
    stalled: false,
    held: false,
    searching: false,
    ...more
  });
  const after = (seconds: number, end: Partial<ISummary>, isHidden = false) => {
    let now = 0;
    const notice = new EndNotice(trans, () => now);
    expect(notice.note(summary({ moving: 2 }), isHidden)).toBeNull();
    now = 1000 * seconds;
    expect(notice.note(summary({ searching: true, done: 1 }), isHidden)).toBeNull();
    const told = notice.note(summary(end), isHidden);
    expect(notice.note(summary(end), isHidden)).toBeNull();
    return told;
  };

  it('is told when it took long, or nobody looked', () => {
    expect(after(9, { done: 2 })).toBeNull();
    expect(after(11, { done: 12_000 })).toEqual({ text: '12,000 files uploaded', failed: false });
    expect(after(1, { done: 2 }, true)).toEqual({ text: '2 files uploaded', failed: false });
  });

  it('tells failures, and what was there', () => {
    expect(after(11, { done: 1, skipped: 8133, failed: 2 })).toEqual({
      text: '1 file uploaded, 8,133 there already, 2 failed',
      failed: true
    });
  });

  it('is not told when all was cancelled', () => {
    expect(after(60, {})).toBeNull();
  });
});

describe('what was interrupted', () => {
  const item: IInterrupted = {
    id: '1',
    name: 'ocean.zarr',
    others: 0,
    isFolder: true,
    folder: { bucket: 'scratch', key: 'ada/' },
    arrived: 8133,
    files: 12_000,
    isKept: false,
    isHeld: false,
    daysLeft: 5
  };

  it.each([
    [{}, 'ocean.zarr: 3,867 of 12,000 files had not arrived; kept for 5 more days'],
    [
      { others: 2, daysLeft: 1 },
      'ocean.zarr and 2 others: 3,867 of 12,000 files had not arrived; kept for 1 more day'
    ],
    [{ name: 'a.nc', files: 1, arrived: 0 }, 'a.nc had not arrived; kept for 5 more days'],
    [{ isHeld: true }, 'ocean.zarr: something has to be decided']
  ])('is told with what is missing and how long it is kept: %j', (but, text) => {
    expect(interruptedText({ ...item, ...but }, trans)).toBe(text);
  });
});
