import { UUID } from '@lumino/coreutils';
import { createStore, del, set, values, type UseStore } from 'idb-keyval';
import type { IDropRecord, IRecords } from './memory';

/** Records in the browser's own database, one for each Jupyter server: hubs serve many at one origin. */
export class BrowserRecords implements IRecords {
  constructor(private readonly _baseUrl: string) {}

  async all(): Promise<IDropRecord[]> {
    return values<IDropRecord>(this._store);
  }

  async set(record: IDropRecord): Promise<void> {
    await set(record.id, record, this._store);
  }

  async delete(id: string): Promise<void> {
    await del(id, this._store);
  }

  /** Opened when it is first needed. */
  private get _store(): UseStore {
    return (this._opened ??= createStore(`leap-buckets:${this._baseUrl}`, 'drops'));
  }

  private _opened: UseStore | null = null;
}

/** A life of a page: from its load until it is left. Others can see whether it still goes on. */
export class PageLife {
  readonly id = UUID.uuid4();

  constructor() {
    // Held until the page is gone, whatever ends it.
    void locks()?.request(nameOf(this.id), () => new Promise(() => undefined));
  }

  /** The lives that have ended, of these. */
  async ended(lives: readonly string[]): Promise<Set<string>> {
    const { held = [] } = (await locks()?.query()) ?? {};
    const alive = new Set(held.map(({ name }) => name));
    return new Set(lives.filter(life => life !== this.id && !alive.has(nameOf(life))));
  }

  /** Does something that one page alone may do; nothing where another page is at it. */
  async alone(what: string, act: () => Promise<void>): Promise<void> {
    const manager = locks();
    if (!manager) {
      return act();
    }
    await manager.request(nameOf(what), { ifAvailable: true }, async lock => {
      if (lock) {
        await act();
      }
    });
  }
}

const nameOf = (what: string) => `leap-buckets:${what}`;

/** None where the page did not come over a secure connection. */
function locks(): LockManager | undefined {
  return navigator.locks;
}
