/** Milliseconds over which a speed is averaged: long enough to be read, short enough to be true. */
const WINDOW = 4000;

/** How fast something grows, from what it was at times. */
export class Speedometer {
  /** Notes an amount; one smaller than the last begins anew, as a resent piece does. */
  note(amount: number, now: number): void {
    const latest = this._samples.at(-1);
    if (latest && amount < latest.amount) {
      this._samples = [];
    }
    this._samples.push({ amount, now });
    while (this._samples.length > 2 && this._samples[1].now <= now - WINDOW) {
      this._samples.shift();
    }
  }

  /** Units a second over the last few seconds; 0 while unknown, and when nothing has come since. */
  rate(now: number): number {
    const [first, latest] = [this._samples[0], this._samples.at(-1)];
    if (!first || !latest || latest.now <= now - WINDOW || now <= first.now) {
      return 0;
    }
    return (1000 * (latest.amount - first.amount)) / (now - first.now);
  }

  private _samples: { amount: number; now: number }[] = [];
}
