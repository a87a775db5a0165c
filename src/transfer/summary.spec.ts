import { nullTranslator } from '@jupyterlab/translation';
import { Announcer } from './announcer';
import { StoreError } from '../store/errors';
import type { IJob } from './job';
import { Line, type TransferState } from './line';
import { Speedometer } from './speed';
import { type ISummary, percent, secondsLeft, Tally } from './summary';
import { detail, formatTime, movingText, outcome, statusText } from './words';

const trans = nullTranslator.load('');

function line(state: TransferState, bytes = 0): Line {
  const job: IJob = {
    name: 'a',
    size: 100,
    place: { bucket: 'scratch', key: 'a' },
    packer: null,
    file: new Blob(),
    condition: 0 as const,
    settle: () => undefined,
    retried: () => undefined,
    run: () => Promise.resolve('arrived'),
    cancel: () => Promise.resolve(false)
  };
  const made = new Line(1, job, job);
  if (state === 'done' || state === 'skipped') {
    made.finish(state === 'done' ? 'arrived' : 'identical');
  } else {
    made.state = state;
    made.bytes = bytes;
  }
  return made;
}

function summaryOf(lines: Line[], more: Partial<ISummary> = {}): ISummary {
  const tally = new Tally();
  lines.forEach(each => tally.add(each));
  return { ...tally.summary, speed: 0, stalled: false, held: false, searching: false, ...more };
}

it('sums what moves and what has arrived', () => {
  const summary = summaryOf([
    line('moving', 50),
    line('waiting'),
    line('done'),
    line('skipped'),
    line('failed', 70)
  ]);
  expect(summary).toMatchObject({ moving: 2, done: 1, skipped: 1, failed: 1, bytes: 150 });
  expect(percent(summary)).toBe(50);
  expect(outcome(summary, trans)).toBe('Uploading 2 files, 1 there already, 1 failed');
});

it('keeps count of lines that change', () => {
  const tally = new Tally();
  const one = line('moving', 50);
  tally.add(one);
  tally.remove(one);
  one.fail(new StoreError('No.', 500, 'no'));
  tally.add(one);
  expect(tally.summary).toMatchObject({ moving: 0, failed: 1, bytes: 0, size: 0 });
});

it.each([
  [0, 0, 0],
  [999, 1000, 99],
  [1000, 1000, 100],
  [1100, 1000, 100]
])('%i of %i is %i per cent', (bytes, size, wanted) => {
  expect(percent({ bytes, size })).toBe(wanted);
});

it('tells the time left only where it can be known', () => {
  const moving = { bytes: 0, size: 1000, speed: 10, stalled: false };
  expect(secondsLeft(moving)).toBe(100);
  expect(secondsLeft({ ...moving, speed: 0 })).toBeNull();
  expect(secondsLeft({ ...moving, stalled: true })).toBeNull();
  expect(secondsLeft({ ...moving, searching: true })).toBeNull();
});

it.each([
  [1, '5 sec'],
  [41, '45 sec'],
  [59, '55 sec'],
  [60, '1 min'],
  [61, '2 min'],
  [5399, '90 min'],
  [7200, '2 hr'],
  [3 * 86_400, '3 days']
])('%i seconds are %s', (seconds, text) => {
  expect(formatTime(seconds)).toBe(text);
});

describe('the summary line', () => {
  it('tells files, per cent, speed and time left', () => {
    const lines = [line('moving', 50), line('waiting')];
    const text = (more: Partial<ISummary>) => movingText(summaryOf(lines, more), trans);
    expect(text({})).toBe('2 files, 25%');
    expect(text({ speed: 1 })).toBe('2 files, 25%, 1 B/s, 3 min left');
    expect(text({ stalled: true })).toBe('2 files, 25%, trying again');
    expect(text({ held: true, speed: 1 })).toBe('2 files, 25%, paused');
    expect(text({ searching: true, speed: 1 })).toBe('2 files so far, 25%, 1 B/s');
  });

  it('tells how many have arrived, were there and failed', () => {
    const lines = [line('done'), line('moving'), line('skipped'), line('failed')];
    expect(movingText(summaryOf(lines), trans)).toBe(
      '1 of 2 files, 50%, 1 there already, 1 failed'
    );
  });

  it('is calm while nothing was found', () => {
    const text = (lines: Line[]) => movingText(summaryOf(lines, { searching: true }), trans);
    expect(text([])).toBe('Looking for files...');
    expect(text([line('skipped')])).toBe('Looking for files..., 1 there already');
    expect(text([line('done')])).toBe('1 of 1 file so far');
  });

  it('is paused too when each file is', () => {
    expect(movingText(summaryOf([line('paused'), line('paused')]), trans)).toContain('paused');
    expect(movingText(summaryOf([line('paused'), line('moving')]), trans)).not.toContain('paused');
  });
});

it('has a few words for the status bar', () => {
  const lines = [line('moving', 50), line('waiting')];
  expect(statusText(summaryOf(lines), trans)).toBe('Uploading 25%');
  expect(statusText(summaryOf(lines, { held: true }), trans)).toBe('Upload paused, 25%');
  expect(statusText(summaryOf([line('done')]), trans)).toBe('');
});

it('tells the state of a file', () => {
  const text = (one: Line, held = false) => detail(one, held, trans);
  expect(text(line('waiting'))).toBe('Waiting');
  expect(text(line('waiting', 40), true)).toBe('Paused, 40%');
  expect(text(line('paused', 40))).toBe('Paused, 40%');
  expect(text(line('moving', 40))).toBe('40%');
  expect(text(line('done'))).toBe('100 B');
  expect(text(line('skipped'))).toBe('There already');
});

it('announces the start and the end and nothing between', () => {
  const announcer = new Announcer(trans);
  const said: string[] = [];
  for (const transfers of [
    [line('moving')],
    [line('moving', 30)],
    [line('moving', 60), line('moving')],
    [line('done'), line('failed')],
    [line('failed')]
  ]) {
    announcer.note(summaryOf(transfers));
    said.push(announcer.text);
  }
  const [start, end] = ['Uploading 1 file', '1 file uploaded, 1 failed'];
  expect(said).toEqual([start, start, start, end, end]);
});

it('announces no end while there may be more', () => {
  const announcer = new Announcer(trans);
  announcer.note(summaryOf([line('moving')], { searching: true }));
  expect(announcer.text).toBe('Uploading 1 file so far');
  announcer.note(summaryOf([line('done')], { searching: true }));
  announcer.note(summaryOf([line('done'), line('moving')], { searching: true }));
  expect(announcer.text).toBe('Uploading 1 file so far');
  announcer.note(summaryOf([line('done'), line('done')]));
  expect(announcer.text).toBe('2 files uploaded');
});

it('announces a refusal although nothing moved', () => {
  const announcer = new Announcer(trans);
  announcer.note(summaryOf([line('failed')]));
  expect(announcer.text).toBe('1 failed');
});

it('averages the speed over the last seconds', () => {
  const speed = new Speedometer();
  expect(speed.rate(0)).toBe(0);
  speed.note(0, 0);
  speed.note(1000, 1000);
  expect(speed.rate(1000)).toBe(1000);
  for (let second = 2; second <= 20; second++) {
    speed.note(1000 + 10 * second, second * 1000);
  }
  expect(speed.rate(20_000)).toBe(10);
});

it('slows down while nothing comes', () => {
  const speed = new Speedometer();
  speed.note(0, 0);
  speed.note(1000, 1000);
  expect(speed.rate(2000)).toBe(500);
  expect(speed.rate(5000)).toBe(0);
});

it('does not turn negative when a piece is sent again', () => {
  const speed = new Speedometer();
  speed.note(1000, 0);
  speed.note(500, 1000);
  expect(speed.rate(1000)).toBe(0);
  speed.note(700, 2000);
  expect(speed.rate(2000)).toBe(200);
});
