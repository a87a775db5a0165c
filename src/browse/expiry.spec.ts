import { expiryOf, isUrgent } from './expiry';

const HOUR = 3_600_000;
const MADE = Date.parse('2026-01-10T10:00:00Z');

describe('the end of a scratch object', () => {
  it('comes so many days after it was made', () => {
    expect(expiryOf(MADE, 7)).toBe(Date.parse('2026-01-17T10:00:00Z'));
  });

  it('is not known without a rule, or of a folder', () => {
    expect([expiryOf(MADE, null), expiryOf(null, 7)]).toEqual([null, null]);
  });

  it('is urgent on the last day, and when it is over', () => {
    const end = expiryOf(MADE, 7)!;
    expect([25, 24, 23, -1].map(hours => isUrgent(end, end - hours * HOUR))).toEqual([
      false,
      false,
      true,
      true
    ]);
  });
});
