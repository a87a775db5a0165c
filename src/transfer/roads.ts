/** Milliseconds for which a road that was refused is not tried again: networks change. */
const MEMORY = 24 * 3600 * 1000;

/** Failures in a row that a road which has worked is forgiven. */
const TRUST = 3;

/** What the browser keeps beyond the page, as `localStorage` does. */
export type RoadMemory = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Whether bytes may go straight to a store. A browser does not tell why it refuses to reach an address (CORS, a proxy, a
 * policy), so it is tried, and a host that could not be reached while our own server could is remembered.
 */
export class Roads {
  constructor(private readonly _memory: RoadMemory | null) {}

  isOpen(directUrl: string): boolean {
    const since = Number(this._memory?.getItem(nameOf(directUrl)) ?? -Infinity);
    return !this._closed.has(hostOf(directUrl)) && !(Date.now() - since < MEMORY);
  }

  /** Something came through: what fails next is the network's fault. */
  prove(directUrl: string): void {
    this._trust.set(hostOf(directUrl), TRUST);
  }

  /** Nothing came through, although our own server answers. */
  doubt(directUrl: string): void {
    const host = hostOf(directUrl);
    const trust = (this._trust.get(host) ?? 1) - 1;
    this._trust.set(host, trust);
    if (trust > 0) {
      return;
    }
    this._closed.add(host);
    try {
      this._memory?.setItem(nameOf(directUrl), String(Date.now()));
    } catch {
      // A full or forbidden memory: it is tried once more in the next page.
    }
  }

  private readonly _trust = new Map<string, number>();
  private readonly _closed = new Set<string>();
}

const hostOf = (url: string) => new URL(url).host;

/** The host alone: the rest of the address is a credential. */
const nameOf = (url: string) => `leap-buckets:no-direct-road:${hostOf(url)}`;
