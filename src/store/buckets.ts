import type { StoreClient } from './client';
import type { IBucket } from './entry';

/** The hub's buckets, asked once and shared by everybody who needs a label, a URI or a home. */
export class BucketList {
  constructor(private readonly _client: StoreClient) {}

  /** All buckets, the user's own first. One request in all, unless the last one failed. */
  all(): Promise<readonly IBucket[]> {
    if (!this._asked) {
      this._asked = this._client.buckets();
      this._asked.catch(() => (this._asked = null));
    }
    return this._asked;
  }

  /** The bucket of this id, or null. */
  async get(id: string): Promise<IBucket | null> {
    return (await this.all()).find(bucket => bucket.id === id) ?? null;
  }

  /** Asks again at the next use: after a change of configuration, or when a person says refresh. */
  forget(): void {
    this._asked = null;
  }

  private _asked: Promise<readonly IBucket[]> | null = null;
}
