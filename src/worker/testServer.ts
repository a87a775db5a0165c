import { readFileSync } from 'fs';
import type { IncomingMessage, ServerResponse } from 'http';
import { createServer } from 'http';
import type { AddressInfo } from 'net';
import { join } from 'path';
import { ObjectReader, SignIn } from './objectReader';
import type { IAccess } from './zarrProtocol';

/** What an answer is in place of the true one; `broken` ends the connection in the middle. */
export type Fault = { readonly status: number; readonly body?: string } | 'broken';

const STORES: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(join(__dirname, 'testing/stores.json'), 'utf8')
);

/** The routes `object` and `list` over a real socket, for the one bucket `scratch`. */
export class ObjectServer {
  static async start(): Promise<ObjectServer> {
    const server = new ObjectServer();
    await new Promise<void>(listening => server._http.listen(0, '127.0.0.1', listening));
    return server;
  }

  readonly objects = new Map<string, Buffer>();
  /** Every request, such as `object a/zarr.json` or `object a/c/0 bytes=0-3`. */
  readonly log: string[] = [];
  /** Asked before each request is answered. */
  fault: (key: string) => Fault | null = () => null;
  /** The XSRF token that is accepted. */
  xsrf = 'one';
  /** Entries of one page. */
  pageSize = 1000;
  /** The most requests that were under way at once. */
  crowd = 0;

  /** Puts a store of `stores.json`, written by real zarr, below a prefix. */
  put(store: string, prefix: string): void {
    for (const [path, base64] of Object.entries(STORES[store])) {
      this.objects.set(prefix + path, Buffer.from(base64, 'base64'));
    }
  }

  get access(): IAccess {
    const { port } = this._http.address() as AddressInfo;
    return {
      routes: `http://127.0.0.1:${port}/user/ada/leap-buckets/`,
      headers: { 'X-XSRFToken': this.xsrf },
      credentials: 'same-origin'
    };
  }

  /** A reader that is signed in. */
  reader(prefix: string, signIn = new SignIn(() => signIn.set(this.access))): ObjectReader {
    signIn.set(this.access);
    return new ObjectReader({ bucket: 'scratch', prefix }, signIn);
  }

  async stop(): Promise<void> {
    this._http.closeAllConnections();
    await new Promise(stopped => this._http.close(stopped));
  }

  private async _answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://server');
    const route = url.pathname.replace('/user/ada/leap-buckets/', '');
    const key = url.searchParams.get(route === 'list' ? 'prefix' : 'key')!;
    const { range } = request.headers;
    this.log.push([route, key, ...(range ? [range] : [])].join(' '));
    this.crowd = Math.max(this.crowd, ++this._running);
    // Long enough for the others to arrive.
    await new Promise(later => setTimeout(later, 5));
    this._running--;
    const fault = this.fault(key);
    if (fault === 'broken') {
      response.writeHead(200, { 'Content-Length': '100' }).write('{');
      setTimeout(() => response.destroy(), 5);
    } else if (fault) {
      response.writeHead(fault.status).end(fault.body);
    } else if (request.headers['x-xsrftoken'] !== this.xsrf) {
      this._refuse(response, 403, 'forbidden');
    } else if (url.searchParams.get('bucket') !== 'scratch') {
      this._refuse(response, 404, 'unknown-bucket');
    } else if (route === 'list') {
      response.end(JSON.stringify(this._list(key, url.searchParams)));
    } else {
      this._object(response, key, range);
    }
  }

  private _object(response: ServerResponse, key: string, range: string | undefined): void {
    const bytes = this.objects.get(key);
    if (!bytes) {
      this._refuse(response, 404, 'no-such-object');
      return;
    }
    const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
    const part = first
      ? bytes.subarray(Number(first), last ? Number(last) + 1 : undefined)
      : bytes.subarray(last ? -Number(last) : 0);
    response.writeHead(range ? 206 : 200, { 'Content-Length': part.length }).end(part);
  }

  private _list(prefix: string, query: URLSearchParams): object {
    const below = [...this.objects.keys()].filter(key => key.startsWith(prefix));
    const names = new Map(
      below.map(key => {
        const [name, ...rest] = key.slice(prefix.length).split('/');
        return [name, rest.length > 0 ? 'folder' : 'object'];
      })
    );
    const entries = [...names].sort().map(([name, kind]) => ({ name, kind, key: prefix + name }));
    const start = Number(query.get('pageToken') ?? 0);
    const end = start + Math.min(this.pageSize, Number(query.get('limit')));
    const nextPageToken = end < entries.length ? String(end) : null;
    return { entries: entries.slice(start, end), nextPageToken };
  }

  private _refuse(response: ServerResponse, status: number, reason: string): void {
    const body = { message: `Refused: ${reason}.`, reason, hint: 'Do something.' };
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }

  private _running = 0;
  private readonly _http = createServer((request, response) => {
    void this._answer(request, response);
  });
}
