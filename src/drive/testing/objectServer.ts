import type { IncomingMessage, ServerResponse } from 'http';
import type { StoreClient } from '../../store/client';
import { clientOf } from '../../testing/client';
import { SCRATCH } from '../../testing/scratch';
import { bodyOf, refusal, reply, StandInServer } from '../../testing/standInServer';

interface IStored {
  readonly bytes: Buffer;
  readonly generation: string;
  readonly contentType: string;
}

/**
 * The routes `buckets`, `list` and `object` with one bucket in memory. Its log has lines such as
 * `PUT object`; a condition follows.
 */
export class ObjectServer extends StandInServer {
  readonly objects = new Map<string, IStored>();
  /** Runs when a request has arrived, before it is looked at; what it throws is the answer. */
  before: (request: string) => void | Promise<void> = () => undefined;
  readonly bucket = SCRATCH;

  get client(): StoreClient {
    return clientOf(this);
  }

  put(key: string, content: string | Buffer, contentType = 'text/plain'): string {
    const generation = String(this._generation++);
    this.objects.set(key, { bytes: Buffer.from(content), generation, contentType });
    return generation;
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.bytes.toString();
  }

  protected async answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    query: URLSearchParams
  ): Promise<void> {
    const body = await bodyOf(request);
    const name = `${request.method} ${route}`;
    const condition = request.headers['if-match'] ?? request.headers['if-none-match'];
    this.log.push(condition ? `${name} ${condition}` : name);
    try {
      await this.before(name);
      const key = query.get('key') ?? '';
      if (route === 'buckets') {
        reply(response, 200, { buckets: [this.bucket] });
      } else if (route === 'list') {
        this._list(query.get('prefix') ?? '', response);
      } else if (request.method === 'PUT') {
        this._check(key, condition);
        const type = request.headers['content-type']!;
        const generation = this.put(key, body, type);
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
      const { status, reason } = error;
      reply(response, status, refusal(reason));
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
