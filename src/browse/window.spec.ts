import { drawsSame, MAX_HEIGHT, reveal, ROW_HEIGHT, visibleRange } from './window';

const height = 600;

describe('the visible range', () => {
  it('draws what is in sight and a little more', () => {
    const { first, end, origin } = visibleRange(10_000, { scrollTop: 2400, height });
    expect(first).toBe(94);
    expect(end).toBe(131);
    expect(origin).toBe(0);
  });

  it('is empty for no rows and stays within few', () => {
    expect(visibleRange(0, { scrollTop: 0, height })).toMatchObject({ first: 0, end: 0 });
    expect(visibleRange(3, { scrollTop: 0, height })).toMatchObject({ first: 0, end: 3 });
    // Beyond the ends, as a browser that bounces reports.
    expect(visibleRange(100, { scrollTop: -80, height }).first).toBe(0);
    expect(visibleRange(100, { scrollTop: 99_999, height }).end).toBe(100);
  });

  it('is the same until another row comes in sight', () => {
    const at = { scrollTop: 2400, height };
    expect(drawsSame(10_000, at, { scrollTop: 2399, height })).toBe(false);
    expect(drawsSame(10_000, { ...at, scrollTop: 2401 }, { scrollTop: 2423, height })).toBe(true);
    expect(drawsSame(10_000, at, { scrollTop: 2400, height: 601 })).toBe(false);
    // Too high for a browser: rows move within the element.
    expect(drawsSame(1_000_000, at, { scrollTop: 2401, height })).toBe(false);
  });

  it.each([1_000, 1_000_000, 50_000_000])('reaches both ends of %d rows', count => {
    const total = visibleRange(count, { scrollTop: 0, height }).height;
    expect(total).toBeLessThanOrEqual(MAX_HEIGHT);
    expect(visibleRange(count, { scrollTop: 0, height }).first).toBe(0);
    const last = visibleRange(count, { scrollTop: total - height, height });
    expect(last.end).toBe(count);
    // The last row ends where the element ends.
    expect(last.origin + count * ROW_HEIGHT).toBeCloseTo(total, 3);
  });

  it.each([1_000, 1_000_000, 50_000_000])('shows any row of %d whole', count => {
    for (const row of [0, 1, 500, Math.floor(count / 2), count - 1]) {
      for (const scrollTop of [0, 5_000, 16_999_000]) {
        const top = reveal(row, count, { scrollTop, height });
        const { origin } = visibleRange(count, { scrollTop: top, height });
        const above = origin + row * ROW_HEIGHT - top;
        expect(above).toBeGreaterThanOrEqual(-0.01);
        expect(above + ROW_HEIGHT).toBeLessThanOrEqual(height + 0.01);
      }
    }
  });

  it('is not stretched by the scroll position of a longer list', () => {
    const { first, end, origin } = visibleRange(1, { scrollTop: 100_000, height });
    expect([first, end, origin]).toEqual([0, 1, 0]);
  });

  it('does not scroll for a row that is in sight', () => {
    expect(reveal(10, 1_000, { scrollTop: 100, height })).toBe(100);
  });
});
