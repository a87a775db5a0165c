import { createServer, type IncomingMessage, type ServerResponse } from 'http';
import type { AddressInfo } from 'net';

/** The base URL of a user's server on a hub. */
const BASE = '/user/ada/';

/** Our routes over a real socket, for answers and faults that no real server gives at will. */
export abstract class StandInServer {
  static async start<T extends StandInServer>(this: new () => T): Promise<T> {
    const server = new this();
    await new Promise<void>(listening => server._http.listen(0, '127.0.0.1', listening));
    return server;
  }

  /** Every request, in words of the subclass. */
  readonly log: string[] = [];

  /** The server's base URL, as a page on the hub has it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this._http.address() as AddressInfo).port}${BASE}`;
  }

  stop(): Promise<void> {
    this._http.closeAllConnections();
    return new Promise(closed => this._http.close(() => closed()));
  }

  /** @param route - Such as `list` or `uploads/1`. */
  protected abstract answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    query: URLSearchParams
  ): Promise<void>;

  private readonly _http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://host');
    const route = pathname.replace(`${BASE}leap-buckets/`, '');
    this.answer(request, response, route, searchParams).catch(error => response.destroy(error));
  });
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function reply(
  response: ServerResponse,
  status: number,
  body?: object,
  headers: Record<string, string> = {}
): void {
  response.writeHead(status, headers).end(body && JSON.stringify(body));
}

/** A refusal as our server words it. */
export function refusal(reason: string): object {
  return { message: `Refused: ${reason}.`, reason, hint: 'Do this now.' };
}
