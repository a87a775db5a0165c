import { nullTranslator } from '@jupyterlab/translation';
import { Announcer, outcome } from './announcer';
import type { ITransfer } from './line';
import { Speedometer } from './speed';
import { type ISummary, percent, Tally } from './summary';

const trans = nullTranslator.load('');

function transfer(state: ITransfer['state'], bytes = 0): ITransfer {
  const fixed = { id: 1, name: 'a', size: 100, error: null, retriable: true };
  const speed = state === 'moving' ? 10 : 0;
  return { ...fixed, state, bytes, speed, stalled: false, road: null, place: null };
}

function summarize(transfers: readonly ITransfer[]): ISummary {
  const tally = new Tally();
  transfers.forEach(one => tally.add(one));
  return { ...tally.summary, speed: 0, stalled: false, held: false, searching: false };
}

it('sums what moves and what has arrived', () => {
  const all = [
    transfer('moving', 50),
    transfer('waiting'),
    transfer('done', 100),
    transfer('failed', 70)
  ];
  const summary = summarize(all);
  expect(summary).toMatchObject({ moving: 2, done: 1, failed: 1, bytes: 150, size: 300 });
  expect(percent(summary)).toBe(50);
  expect(outcome(summary, trans)).toBe('Uploading 2 files, 1 failed');
});

it.each([
  [0, 0, 0],
  [999, 1000, 99],
  [1000, 1000, 100],
  [1100, 1000, 100]
])('%i of %i is %i per cent', (bytes, size, wanted) => {
  expect(percent({ bytes, size })).toBe(wanted);
});

it('announces the start and the end and nothing between', () => {
  const announcer = new Announcer(trans);
  const said: string[] = [];
  for (const transfers of [
    [transfer('moving')],
    [transfer('moving', 30)],
    [transfer('moving', 60), transfer('moving')],
    [transfer('done'), transfer('failed')],
    [transfer('failed')]
  ]) {
    announcer.note(summarize(transfers));
    said.push(announcer.text);
  }
  const [start, end] = ['Uploading 1 file', '1 file uploaded, 1 failed'];
  expect(said).toEqual([start, start, start, end, end]);
});

it('announces a refusal although nothing moved', () => {
  const announcer = new Announcer(trans);
  announcer.note(summarize([transfer('failed')]));
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
