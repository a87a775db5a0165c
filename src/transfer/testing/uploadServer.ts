import type { IncomingMessage, ServerResponse } from 'http';
import type { StoreClient } from '../../store/client';
import type { IBucket } from '../../store/entry';
import { clientOf } from '../../testing/client';
import { SCRATCH } from '../../testing/scratch';
import { bodyOf, refusal, reply, StandInServer } from '../../testing/standInServer';
import { Crc32c } from '../../worker/crc32c';

/** An answer that takes the place of the true one, or `lost`: done, but the answer never comes. */
export type Fault =
  { readonly status: number; readonly body?: string; readonly range?: string } | 'lost' | 'refused';

/** An object as the server keeps it. */
export interface IStored {
  readonly bytes: Buffer;
  readonly generation: string;
}

interface ISession {
  readonly key: string;
  readonly size: number;
  readonly condition: string;
  bytes: Buffer;
  object: string | null;
}

/**
 * The upload routes, with faults where a test asks for them. Small pieces: what is tested is their
 * order, not their size. Its log has lines such as `PUT bytes 0-3/9`.
 */
export class UploadServer extends StandInServer {
  partSize = 4;

  readonly objects = new Map<string, IStored>();
  /** Owners named in the header that confirms a write outside the home. */
  readonly confirmed: string[] = [];
  /** Faults for the requests that carry a `Content-Range`, first come first served. */
  faults: (Fault | null)[] = [];
  /** Faults of whole batches, first come first served. */
  batchFaults: (Fault | null)[] = [];
  /** Other requests that are answered with a status alone, by how their line in the log begins; once each. */
  readonly failing: { readonly line: string; readonly status: number }[] = [];
  /** What is answered for a file in a batch in place of taking it, by its key. */
  readonly refusals = new Map<string, { status: number; reason: string }>();
  /** Called when a piece has arrived, before it counts. */
  onPiece: (contentRange: string) => void | Promise<void> = () => undefined;
  /** Called when a batch was taken. */
  onBatch: () => void = () => undefined;
  /** Called when an object was deleted. */
  onDelete: () => void = () => undefined;
  /** At most so many bytes of a piece are kept. */
  appetite = Infinity;
  /** What is told in place of the true crc32c; `null` tells none. */
  crc32c: string | null | undefined;
  buckets: Partial<IBucket>[] = [SCRATCH];
  /** Bytes kept wrong: as a disk that lies. */
  corrupt = false;

  get client(): StoreClient {
    return clientOf(this);
  }

  get sessions(): number {
    return this._sessions.size;
  }

  /** As a server that was restarted. */
  forgetSessions(): void {
    this._sessions.clear();
  }

  put(key: string, content: string | Buffer): string {
    const generation = String(this._generation++);
    this.objects.set(key, { bytes: Buffer.from(content as string), generation });
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
    const range = request.headers['content-range'];
    const line = `${request.method} ${range ?? route}`;
    this.log.push(line);
    const failing = this.failing.findIndex(one => line.startsWith(one.line));
    if (failing !== -1) {
      const [{ status }] = this.failing.splice(failing, 1);
      response.writeHead(status).end();
      return;
    }
    const key = query.get('key');
    if (key !== null) {
      this._object(request, key, response);
    } else if (route === 'buckets') {
      reply(response, 200, { buckets: this.buckets });
    } else if (route === 'compare') {
      await this._compare(JSON.parse(body.toString()), response);
    } else if (route === 'batch') {
      this._note(request);
      await this._batch(query.get('prefix')!, body, response);
    } else if (request.method === 'POST') {
      this._note(request);
      this._start(JSON.parse(body.toString()), response);
    } else {
      const id = route.slice(route.lastIndexOf('/') + 1);
      const session = this._sessions.get(id);
      if (!session) {
        reply(response, 404, refusal('unknown-upload'));
      } else if (request.method === 'GET') {
        reply(response, 200, this._described(id));
      } else if (request.method === 'DELETE') {
        this._sessions.delete(id);
        reply(response, 204);
      } else {
        await this._piece(session, range!, body, response);
      }
    }
  }

  private _note({ headers }: IncomingMessage): void {
    const owner = headers['x-leap-confirm-outside-home'];
    if (typeof owner === 'string') {
      this.confirmed.push(decodeURIComponent(owner));
    }
  }

  private _object(request: IncomingMessage, key: string, response: ServerResponse): void {
    const object = this.objects.get(key);
    if (!object) {
      reply(response, 404, refusal('no-such-object'));
    } else if (request.method !== 'DELETE') {
      const headers = { ETag: `"${object.generation}"`, 'Content-Length': object.bytes.length };
      response.writeHead(200, headers).end();
    } else if (request.headers['if-match'] === `"${object.generation}"`) {
      this.objects.delete(key);
      this.onDelete();
      reply(response, 204);
    } else {
      reply(response, 412, refusal('changed-meanwhile'));
    }
  }

  private async _compare(
    { prefix, files }: { prefix: string; files: { key: string; size: number }[] },
    response: ServerResponse
  ): Promise<void> {
    const existing = [];
    for (const { key } of files) {
      const object = this.objects.get(prefix + key);
      if (object) {
        const { bytes, generation } = object;
        existing.push({
          key,
          size: bytes.length,
          updated: null,
          generation,
          crc32c: await sumOf(bytes)
        });
      }
    }
    reply(response, 200, { existing });
  }

  private async _batch(prefix: string, body: Buffer, response: ServerResponse): Promise<void> {
    const fault = this.batchFaults.shift() ?? null;
    if (fault === 'refused') {
      response.destroy();
      return;
    }
    if (fault !== null && fault !== 'lost') {
      response.writeHead(fault.status).end(fault.body);
      return;
    }
    const lines: string[] = [];
    for (let at = 0; at < body.length;) {
      const start = at + 4 + body.readUInt32BE(at);
      const header = JSON.parse(body.subarray(at + 4, start).toString());
      at = start + header.size;
      const answer = await this._frame(prefix + header.key, header, body.subarray(start, at));
      lines.push(JSON.stringify({ key: header.key, ...answer }));
    }
    this.log.push(`batch of ${lines.length}`);
    this.onBatch();
    if (fault === 'lost') {
      response.destroy();
      return;
    }
    response.writeHead(200).end(lines.map(line => `${line}\n`).join(''));
  }

  private async _frame(
    key: string,
    { crc32c, ifGenerationMatch }: { crc32c: string; ifGenerationMatch: string | number },
    bytes: Buffer
  ): Promise<object> {
    if (this.refusals.has(key)) {
      return { error: { message: 'No.', hint: '', ...this.refusals.get(key)! } };
    }
    if ((this.objects.get(key)?.generation ?? '0') !== String(ifGenerationMatch)) {
      return { error: { status: 412, ...refusal('already-exists') } };
    }
    if ((await sumOf(bytes)) !== crc32c) {
      return { error: { status: 502, ...refusal('checksum-mismatch') } };
    }
    const generation = this.put(key, bytes);
    return { object: { key, size: bytes.length, generation, crc32c } };
  }

  private _start(
    asked: { key: string; size: number; ifGenerationMatch: string | number },
    response: ServerResponse
  ): void {
    const id = `session-${this._generation++}`;
    this._sessions.set(id, {
      key: asked.key,
      size: asked.size,
      condition: String(asked.ifGenerationMatch),
      bytes: Buffer.alloc(0),
      object: null
    });
    reply(response, 201, this._described(id));
  }

  private _described(id: string): object {
    const relayUrl = `/user/ada/leap-buckets/uploads/${id}`;
    return { id, partSize: this.partSize, relayUrl, directUrl: null };
  }

  private async _piece(
    session: ISession,
    range: string,
    body: Buffer,
    response: ServerResponse
  ): Promise<void> {
    await this.onPiece(range);
    const fault = this.faults.shift() ?? null;
    if (fault === 'refused') {
      response.destroy();
      return;
    }
    if (fault !== null && fault !== 'lost') {
      response.writeHead(fault.status, fault.range ? { Range: fault.range } : {}).end(fault.body);
      return;
    }
    const first = /^bytes (\d+)-/.exec(range);
    if (first && Number(first[1]) !== session.bytes.length) {
      reply(response, 409, refusal('wrong-offset'), rangeOf(session));
      return;
    }
    session.bytes = Buffer.concat([session.bytes, body.subarray(0, this.appetite)]);
    const complete = session.bytes.length === session.size && (first || session.size === 0);
    if (complete && session.object === null) {
      if ((this.objects.get(session.key)?.generation ?? '0') !== session.condition) {
        reply(response, 412, refusal('already-exists'));
        return;
      }
      const bytes = Buffer.from(session.bytes);
      if (this.corrupt) {
        bytes[0] ^= 1;
      }
      const generation = String(this._generation++);
      this.objects.set(session.key, { bytes, generation });
      const crc32c = this.crc32c === undefined ? await sumOf(bytes) : this.crc32c;
      session.object = JSON.stringify({
        key: session.key,
        size: bytes.length,
        generation,
        crc32c
      });
    }
    if (fault === 'lost') {
      response.destroy();
    } else if (session.object !== null) {
      response.writeHead(200).end(session.object);
    } else {
      response.writeHead(308, rangeOf(session)).end();
    }
  }

  private readonly _sessions = new Map<string, ISession>();
  private _generation = 1000;
}

function rangeOf({ bytes }: ISession): Record<string, string> {
  return bytes.length > 0 ? { Range: `bytes=0-${bytes.length - 1}` } : {};
}

async function sumOf(bytes: Buffer): Promise<string> {
  const sum = new Crc32c();
  await sum.add(new Blob([new Uint8Array(bytes)]));
  return sum.digest();
}
