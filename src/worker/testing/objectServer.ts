import { readFileSync } from 'fs';
import type { IncomingMessage, ServerResponse } from 'http';
import { join } from 'path';
import { refusal, reply, StandInServer } from '../../testing/standInServer';
import { ObjectReader, SignIn } from '../objectReader';
import type { IAccess } from '../zarrProtocol';

/** What an answer is in place of the true one; `broken` ends the connection in the middle. */
export type Fault = { readonly status: number; readonly body?: string } | 'broken';

const STORES: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(join(__dirname, 'stores.json'), 'utf8')
);

/**
 * The routes `object` and `list` for the one bucket `scratch`. Its log has lines such as
 * `object a/zarr.json` or `object a/c/0 bytes=0-3`.
 */
export class ObjectServer extends StandInServer {
  readonly objects = new Map<string, Buffer>();
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
    return {
      routes: `${this.baseUrl}leap-buckets/`,
      headers: { 'X-XSRFToken': this.xsrf },
      credentials: 'same-origin'
    };
  }

  /** A reader that is signed in. */
  reader(prefix: string, signIn = new SignIn(() => signIn.set(this.access))): ObjectReader {
    signIn.set(this.access);
    return new ObjectReader({ bucket: 'scratch', prefix }, signIn);
  }

  protected async answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    query: URLSearchParams
  ): Promise<void> {
    const key = query.get(route === 'list' ? 'prefix' : 'key')!;
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
      reply(response, 403, refusal('forbidden'));
    } else if (query.get('bucket') !== 'scratch') {
      reply(response, 404, refusal('unknown-bucket'));
    } else if (route === 'list') {
      reply(response, 200, this._list(key, query));
    } else {
      this._object(response, key, range);
    }
  }

  private _object(response: ServerResponse, key: string, range: string | undefined): void {
    const bytes = this.objects.get(key);
    if (!bytes) {
      reply(response, 404, refusal('no-such-object'));
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

  private _running = 0;
}
