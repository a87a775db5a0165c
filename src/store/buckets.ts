import type { StoreClient } from './client';
import type { IBucket } from './entry';
import { StoreError } from './errors';
import { toUri } from './path';

/** A bucket that everybody may read, added by a person. */
export interface IPublicBucket {
  /** `gs://name` or `gs://name/prefix/`. */
  readonly uri: string;
  readonly label?: string;
}

/**
 * The folder that JupyterLab's file browser shows, as the server's copies know it. It is no place to
 * browse: JupyterLab does that.
 */
export const DISK: IBucket = {
  id: '~disk',
  uri: 'file://',
  provider: 'local',
  label: 'JupyterLab',
  home: '',
  access: 'read-write',
  expiresAfterDays: null,
  error: null
};

/** The hub's buckets, asked once and shared by everybody who needs a label, a URI or a home. */
export class BucketList {
  constructor(private readonly _client: Pick<StoreClient, 'buckets' | 'addBucket'>) {}

  /**
   * Public buckets to add to those the server knows: it forgets them when it stops. One request each,
   * the first time only.
   */
  added: readonly IPublicBucket[] = [];

  /** All buckets, the user's own first. One request in all, unless the last one failed. */
  all(): Promise<readonly IBucket[]> {
    if (!this._asked) {
      this._asked = this._ask();
      this._asked.catch(() => (this._asked = null));
    }
    return this._asked;
  }

  /** The bucket of this id, `DISK` too, or null. */
  async get(id: string): Promise<IBucket | null> {
    return id === DISK.id ? DISK : ((await this.all()).find(bucket => bucket.id === id) ?? null);
  }

  /** Asks again at the next use: after a change of configuration, or when a person says refresh. */
  forget(): void {
    this._asked = null;
  }

  private async _ask(): Promise<readonly IBucket[]> {
    const known = await this._client.buckets();
    const missing = this.added.filter(({ uri }) => !known.some(bucket => isAt(bucket, uri)));
    return [...known, ...(await Promise.all(missing.map(one => this._add(one))))];
  }

  private async _add({ uri, label }: IPublicBucket): Promise<IBucket> {
    try {
      return await this._client.addBucket(uri, label);
    } catch (error) {
      return {
        id: uri,
        uri,
        provider: 'gcs',
        label: label ?? uri,
        home: '',
        access: 'read-only',
        expiresAfterDays: null,
        error: error instanceof StoreError ? error.advice : String(error)
      };
    }
  }

  private _asked: Promise<readonly IBucket[]> | null = null;
}

/** Whether this is the bucket that an address names, its home included. */
export function isAt({ uri, home }: Pick<IBucket, 'uri' | 'home'>, address: string): boolean {
  return bare(toUri(uri, home)) === bare(address);
}

function bare(uri: string): string {
  return uri.trim().replace(/\/+$/, '');
}
