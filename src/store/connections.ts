import type { StoreClient } from './client';

/** A way to S3 storage that this server knows: never a key. */
export interface IConnection {
  readonly name: string;
  /** The files that know it: AWS's, rclone's, or both. */
  readonly source: 'aws' | 'rclone' | 'both';
  /** Null for AWS itself. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** rclone's word for the kind of storage. */
  readonly provider: string | null;
  /** Those that are named, for keys that may not list them. */
  readonly buckets: readonly string[];
  /** Whether it was added by us, and can be removed. */
  readonly managed: boolean;
  /** Why it cannot be used, or null. */
  readonly error: string | null;
}

/** What the form sends. */
export interface INewConnection {
  readonly name: string;
  readonly endpoint: string;
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly buckets?: readonly string[];
}

/** Whether the storage answered, in words. */
export interface ITrial {
  readonly ok: boolean;
  readonly buckets: readonly string[];
  readonly message: string;
}

/** AWS profiles and rclone remotes of the server. Every method rejects as `StoreClient`. */
export class ConnectionClient {
  constructor(private readonly _client: StoreClient) {}

  async list(): Promise<readonly IConnection[]> {
    const { connections } = await this._client.json<{ connections: IConnection[] }>(
      this._client.url('connections'),
      'connections',
      {}
    );
    return connections;
  }

  /** Writes it into the server's files; the reason `bad-...` names a field. */
  add(connection: INewConnection): Promise<IConnection> {
    return this._post('connections', 'name', connection);
  }

  /** Within about 5 s. */
  test(name: string): Promise<ITrial> {
    return this._post('connections/test', 'message', { name });
  }

  /** Removes what `add` wrote. */
  async remove(name: string): Promise<void> {
    const url = this._client.url(`connections/${encodeURIComponent(name)}`);
    await this._client.request(url, { method: 'DELETE' });
  }

  private _post<T>(route: string, field: keyof T, body: object): Promise<T> {
    return this._client.json(this._client.url(route), field, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' }
    });
  }
}
