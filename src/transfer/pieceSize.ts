const MiB = 1024 ** 2;

/** Bytes of a piece at least and at most, multiples of the store's 256 KiB; a server that wants less gets less. */
const LEAST = MiB;
const MOST = 64 * MiB;

/** Milliseconds that a piece should take: so long that a round trip counts little, so short that little is lost. */
const SHORT = 1500;
const LONG = 20_000;

/** How large the next piece is, from how long the last ones took. */
export class PieceSize {
  constructor(public bytes: number) {}

  /** A whole piece of so many bytes has taken so many milliseconds. */
  took(bytes: number, milliseconds: number): void {
    if (bytes === this.bytes && bytes >= LEAST && milliseconds < SHORT) {
      this.bytes = Math.min(MOST, 2 * this.bytes);
    } else if (milliseconds > LONG) {
      this.failed();
    }
  }

  /** A piece did not arrive. */
  failed(): void {
    this.bytes = Math.max(Math.min(LEAST, this.bytes), this.bytes / 2);
  }
}
