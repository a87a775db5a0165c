import type { IncomingMessage, ServerResponse } from 'http';
import { createServer } from 'http';
import type { AddressInfo } from 'net';
import { ServerConnection } from '@jupyterlab/services';
import { StoreClient } from '../../store/client';
import type { IBucket } from '../../store/entry';

interface IStored {
  readonly bytes: Buffer;
  readonly generation: string;
  readonly contentType: string;
}

const BASE = '/user/ada/leap-buckets/';

/** The routes `buckets`, `list` and `object` over a real socket, with one bucket in memory. */
export class ObjectServer {
  static async start(): Promise<ObjectServer> {
    const server = new ObjectServer();
    await new Promise<void>(listening => server._http.listen(0, '127.0.0.1', listening));
    return server;
  }

  readonly objects = new Map<string, IStored>();
  /** Every request, such as `PUT object`; a condition follows it. */
  readonly log: string[] = [];
  /** Runs when a request has arrived, before it is looked at; what it throws is the answer. */
  before: (request: string) => void | Promise<void> = () => undefined;
  readonly bucket: IBucket = {
    id: 'scratch',
    uri: 'gs://leap-scratch',
    provider: 'gcs',
    label: 'My scratch',
    home: 'ada/',
    access: 'read-write',
    expiresAfterDays: 7,
    error: null
  };

  get client(): StoreClient {
    const baseUrl = `http://127.0.0.1:${(this._http.address() as AddressInfo).port}/user/ada/`;
    return new StoreClient(ServerConnection.makeSettings({ baseUrl }));
  }

  put(key: string, content: string | Buffer, contentType = 'text/plain'): string {
    const generation = String(this._generation++);
    this.objects.set(key, { bytes: Buffer.from(content), generation, contentType });
    return generation;
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.bytes.toString();
  }

  stop(): Promise<void> {
    this._http.closeAllConnections();
    return new Promise(closed => this._http.close(() => closed()));
  }

  private async _answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { pathname, searchParams } = new URL(request.url!, 'http://host');
    const name = `${request.method} ${pathname.replace(BASE, '')}`;
    const condition = request.headers['if-match'] ?? request.headers['if-none-match'];
    this.log.push(condition ? `${name} ${condition}` : name);
    try {
      await this.before(name);
      const key = searchParams.get('key') ?? '';
      if (pathname.endsWith('/buckets')) {
        reply(response, 200, { buckets: [this.bucket] });
      } else if (pathname.endsWith('/list')) {
        this._list(searchParams.get('prefix') ?? '', response);
      } else if (request.method === 'PUT') {
        this._check(key, condition);
        const type = request.headers['content-type']!;
        const generation = this.put(key, Buffer.concat(chunks), type);
        const size = this.objects.get(key)!.bytes.length;
        reply(response, 200, { key, size, generation, updated: null, contentType: type });
      } else if (request.method === 'DELETE') {
        this._check(key, condition);
        this.objects.delete(key);
        reply(response, 204);
      } else {
        this._read(key, response);
      }
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      const { status, reason, message } = error;
      reply(response, status, { message, reason, hint: 'Do this now.' });
    }
  }

  private _list(prefix: string, response: ServerResponse): void {
    const entries = [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { bytes, generation, contentType }]) => {
        const name = key.slice(prefix.length).split('/', 1)[0];
        const isFolder = key !== prefix + name;
        return isFolder
          ? { kind: 'folder', name, key: `${prefix}${name}/` }
          : { kind: 'object', name, key, size: bytes.length, generation, contentType };
      });
    reply(response, 200, { entries, nextPageToken: null });
  }

  private _read(key: string, response: ServerResponse): void {
    const found = this.objects.get(key);
    if (!found) {
      throw new Refused(404, 'no-such-object');
    }
    response
      .writeHead(200, {
        ETag: `"${found.generation}"`,
        'Content-Length': found.bytes.length,
        'Content-Type': found.contentType,
        'Last-Modified': 'Sat, 03 Jan 2026 04:05:06 GMT'
      })
      .end(found.bytes);
  }

  private _check(key: string, condition: string | undefined): void {
    const found = this.objects.get(key);
    if (condition === '*' ? found !== undefined : condition !== `"${found?.generation}"`) {
      throw new Refused(412, 'precondition-failed');
    }
  }

  private readonly _http = createServer((request, response) => {
    this._answer(request, response).catch(error => response.destroy(error));
  });
  private _generation = 1000;
}

/** An answer that is not the true one. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string
  ) {
    super(`Refused: ${reason}.`);
  }
}

function reply(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status).end(body && JSON.stringify(body));
}
