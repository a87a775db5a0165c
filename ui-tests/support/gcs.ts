import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { answers, freePort, start, stop, type IServer } from './processes';

export const SCRATCH = 'leap-scratch';
export const PERSISTENT = 'leap-persistent';

/** Where the emulator's program is: FAKE_GCS_SERVER, or where `go install` puts it. */
function program(): string {
  const installed = join(homedir(), 'go', 'bin', 'fake-gcs-server');
  return process.env.FAKE_GCS_SERVER ?? (existsSync(installed) ? installed : 'fake-gcs-server');
}

/** A real fake-gcs-server with the hub's two buckets, driven past our code by its JSON API. */
export class Gcs {
  static async start(): Promise<Gcs> {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const server = start(program(), [
      ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
      ...['-backend', 'memory', '-public-host', host, '-external-url', `http://${host}`],
      ...['-log-level', 'error']
    ]);
    const gcs = new this(`http://${host}`, server);
    await answers(server, `${gcs.url}/storage/v1/b`);
    for (const name of [SCRATCH, PERSISTENT]) {
      await gcs.makeBucket(name);
    }
    return gcs;
  }

  /** Drives an emulator at this address; `stop` ends it if it was started here. */
  constructor(
    readonly url: string,
    private readonly _server?: IServer
  ) {}

  /** Where the server under test is told that the cloud is. */
  get endpoint(): string {
    return this.url;
  }

  /** Where tokens are limited: nowhere, as an emulator takes everybody. */
  get tokenExchange(): string {
    return 'http://127.0.0.1:1/v1/token';
  }

  /** A bucket beside the hub's. */
  async makeBucket(name: string): Promise<void> {
    await this._ask('/storage/v1/b', { method: 'POST', body: JSON.stringify({ name }) });
  }

  async put(
    bucket: string,
    key: string,
    body: string | Uint8Array,
    contentType = 'application/octet-stream'
  ): Promise<void> {
    const name = encodeURIComponent(key);
    await this._ask(`/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {
      method: 'POST',
      body: body as BodyInit,
      headers: { 'Content-Type': contentType }
    });
  }

  async get(bucket: string, key: string): Promise<Buffer> {
    const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}?alt=media`;
    return Buffer.from(await (await this._ask(path)).arrayBuffer());
  }

  async keys(bucket: string, prefix = ''): Promise<string[]> {
    const found: string[] = [];
    let pageToken = '';
    do {
      const query = `prefix=${encodeURIComponent(prefix)}&pageToken=${pageToken}`;
      const page = await (await this._ask(`/storage/v1/b/${bucket}/o?${query}`)).json();
      found.push(...(page.items ?? []).map((item: { name: string }) => item.name));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken);
    return found;
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this._ask(`/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}`, { method: 'DELETE' });
  }

  /** Empties both buckets. */
  async clear(): Promise<void> {
    for (const bucket of [SCRATCH, PERSISTENT]) {
      for (const key of await this.keys(bucket)) {
        await this.delete(bucket, key);
      }
    }
  }

  async stop(): Promise<void> {
    if (this._server) {
      await stop(this._server);
    }
  }

  private async _ask(path: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(this.url + path, init);
    if (!response.ok) {
      throw new Error(
        `${init?.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`
      );
    }
    return response;
  }
}
