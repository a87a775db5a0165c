import { StoreError } from '../store/errors';
import { Line, type TransferState } from './line';
import { MOST_ROWS, Rows } from './rows';

let id = 0;

function lines(count: number, state: TransferState): Line[] {
  return Array.from({ length: count }, () => {
    const error = state === 'failed' ? new StoreError('No.', 500, 'no') : null;
    const line = new Line(id++, { name: 'a', size: 1 }, null, error);
    line.state = state;
    return line;
  });
}

const WIDTH = 400;

it('puts first what wants attention and what moves', () => {
  const states: TransferState[] = [
    'skipped',
    'done',
    'waiting',
    'paused',
    'moving',
    'cancelling',
    'failed'
  ];
  const rows = new Rows(
    states.flatMap(state => lines(2, state)),
    WIDTH
  );
  const seen = rows.all.map(({ state }) => state);
  expect(seen.filter((_, i) => i % 2 === 0)).toEqual([...states].reverse());
  expect(rows.all[0].id).toBeLessThan(rows.all[1].id);
  expect(rows.failures).toHaveLength(2);
});

it('lays each row below the one before', () => {
  const rows = new Rows(
    [...lines(3, 'waiting'), ...lines(2, 'failed'), ...lines(4, 'moving')],
    WIDTH
  );
  let top = 0;
  for (let i = 0; i < rows.all.length; i++) {
    expect(rows.at(i).top).toBe(top);
    top += rows.at(i).height;
  }
  expect(rows.height).toBe(top);
});

it.each([0, 1, 777, 123_456, 1e9])('draws what is in sight at %i and little more', scrollTop => {
  const rows = new Rows(
    [...lines(500, 'failed'), ...lines(4, 'moving'), ...lines(9500, 'waiting')],
    WIDTH
  );
  const height = 300;
  const { first, end } = rows.inSight({ scrollTop, height, width: WIDTH });
  const top = Math.min(scrollTop, rows.height - height);
  expect(rows.at(first).top).toBeLessThanOrEqual(top);
  const last = rows.at(end - 1);
  expect(last.top + last.height).toBeGreaterThanOrEqual(top + height);
  expect(end - first).toBeLessThan(30);
});

it('gives a reason the lines it needs, within bounds', () => {
  const height = (letters: number, width: number) => {
    const error = new StoreError('x'.repeat(letters), 0, 'no');
    return new Rows([new Line(0, { name: 'a', size: 1 }, null, error)], width).height;
  };
  expect(height(100, 200)).toBeGreaterThan(height(100, 400));
  expect(height(100, 400)).toBeGreaterThan(height(10, 400));
  expect(height(5000, 400)).toBe(height(50_000, 400));
});

it('draws nothing of nothing', () => {
  const rows = new Rows([], WIDTH);
  expect(rows.height).toBe(0);
  expect(rows.inSight({ scrollTop: 0, height: 100, width: WIDTH })).toEqual({ first: 0, end: 0 });
});

it('counts what a browser cannot draw', () => {
  const rows = new Rows([...lines(MOST_ROWS, 'waiting'), ...lines(7, 'moving')], WIDTH);
  expect(rows.all).toHaveLength(MOST_ROWS);
  expect(rows.total).toBe(MOST_ROWS + 7);
  expect(rows.all[0].state).toBe('moving');
});
