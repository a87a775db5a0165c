import type { StoreClient } from '../../store/client';
import type { IBucket, IEntry, IPage } from '../../store/entry';
import type { StoreError } from '../../store/errors';
import { SCRATCH } from '../../testing/scratch';
import { compareKeys } from '../columns';

type ListArguments = Parameters<StoreClient['list']>;

/**
 * Answers `buckets` and `list` from a set of keys as the server does, in pages, and counts. Faults
 * and waiting are set from outside: what no real server does at will.
 */
export class MemoryStore {
  constructor(...keys: string[]) {
    this.keys = new Set(keys);
  }

  readonly keys: Set<string>;
  /** The queries of every list request. */
  readonly asked: { prefix: string; startsWith?: string; pageToken?: string }[] = [];
  /** Entries in a page, below what the caller wants. */
  pageSize = 1000;
  /** Fails the next requests, one each. */
  readonly faults: StoreError[] = [];
  /** While set, requests wait for it or for their abort. */
  gate: Promise<void> | null = null;

  buckets(): Promise<IBucket[]> {
    return Promise.resolve([SCRATCH]);
  }

  async list(...[, prefix, options = {}]: ListArguments): Promise<IPage> {
    const { limit = 1000, pageToken, startsWith, signal } = options;
    this.asked.push({ prefix, startsWith, pageToken });
    const fault = this.faults.shift();
    if (this.gate) {
      await Promise.race([this.gate, aborted(signal)]);
    }
    if (fault) {
      throw fault;
    }
    const entries = this._entries(prefix, startsWith ?? '').filter(
      ({ key }) => pageToken === undefined || compareKeys(key, pageToken) > 0
    );
    const end = Math.min(limit, this.pageSize);
    return {
      entries: entries.slice(0, end),
      nextPageToken: end < entries.length ? entries[end - 1].key : null
    };
  }

  private _entries(prefix: string, startsWith: string): IEntry[] {
    const found = new Map<string, IEntry>();
    for (const key of [...this.keys].sort(compareKeys)) {
      if (key.startsWith(prefix + startsWith)) {
        const rest = key.slice(prefix.length);
        const slash = rest.indexOf('/');
        const entry = slash === -1 ? object(key, rest) : folder(prefix, rest.slice(0, slash));
        found.set(entry.key, entry);
      }
    }
    return [...found.values()];
  }
}

function object(key: string, name: string): IEntry {
  const updated = '2026-01-02T03:04:05Z';
  const unknown = { generation: '1', contentType: null, storageClass: null, created: null };
  return { kind: 'object', name, key, size: name.length, updated, ...unknown };
}

function folder(prefix: string, name: string): IEntry {
  const none = { size: null, updated: null, generation: null };
  const unknown = { contentType: null, storageClass: null, created: null };
  return { kind: 'folder', name, key: `${prefix}${name}/`, ...none, ...unknown };
}

function aborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}
