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

  /** Units a second over the last few seconds; 0 while unknown. */
  get rate(): number {
    const [first, latest] = [this._samples[0], this._samples.at(-1)];
    const seconds = first && latest ? (latest.now - first.now) / 1000 : 0;
    return seconds > 0 ? (latest!.amount - first.amount) / seconds : 0;
  }

  private _samples: { amount: number; now: number }[] = [];
}
