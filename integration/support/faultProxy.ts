import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer as a fault makes it up, or changes it. */
export interface IAnswered {
  readonly status: number;
  readonly headers: Readonly<OutgoingHttpHeaders>;
  readonly body: Buffer;
}

/** What a fault is chosen by; `range` is the Content-Range, `at` counts the requests that fit. */
export interface IHead {
  readonly method: string;
  readonly url: string;
  readonly range: string;
}

/** Something that goes wrong with a request. Bytes are counted in its body, or in that of the answer. */
export type Fault =
  /** The connections at both ends are reset once so many bytes of the body have been passed on; before any for 0. */
  | { readonly kind: 'reset'; readonly after: number }
  /** So many bytes pass, then nothing more does, and nobody hears why. */
  | { readonly kind: 'stall'; readonly after: number }
  /** This byte of the body arrives changed. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** What was asked is done, and the connection reset in place of the answer. */
  | { readonly kind: 'lost' }
  /** The connection ends after so many bytes of the answer's body. */
  | { readonly kind: 'truncate'; readonly after: number }
  /** Answered here; nobody else hears of it. */
  | { readonly kind: 'answer'; readonly answer: Partial<IAnswered> }
  /** Another answer in place of the true one. */
  | { readonly kind: 'rewrite'; readonly rewrite: (answer: IAnswered) => Partial<IAnswered> };

interface IPlan {
  readonly fits: (head: IHead) => boolean;
  readonly fault: Fault;
  /** Fitting requests that pass before it. */
  skip: number;
  times: number;
}

/** Passes HTTP on to one address, byte for byte, but for the faults that a test plans. */
export class FaultProxy {
  /** target: where it leads, without a slash at its end. */
  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target));
    await new Promise<void>(listening => proxy._server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  private constructor(private readonly _target: URL) {
    this._server = createServer((request, response) => void this._pass(request, response));
    this._server.keepAliveTimeout = 60_000;
    this._server.requestTimeout = 0;
  }

  /** Milliseconds for which every request is held up. */
  delay = 0;
  /** What has come by since the last `calm`. */
  seen: IHead[] = [];
  /** Faults that were committed since then. */
  committed = 0;

  get url(): string {
    return `http://127.0.0.1:${(this._server.address() as AddressInfo).port}`;
  }

  plan(
    fault: Fault,
    fits: (head: IHead) => boolean,
    { times = 1, skip = 0 }: { times?: number; skip?: number } = {}
  ): void {
    this._plans.push({ fault, fits, times, skip });
  }

  /** Plans nothing more, and forgets what it has seen. */
  calm(): void {
    this._plans = [];
    this.seen = [];
    this.committed = 0;
    this.delay = 0;
  }

  async stop(): Promise<void> {
    this._agent.destroy();
    this._server.closeAllConnections();
    await new Promise(closed => this._server.close(closed));
  }

  private _next(head: IHead): Fault | null {
    for (const plan of this._plans) {
      if (plan.times > 0 && plan.fits(head)) {
        if (plan.skip > 0) {
          plan.skip--;
          continue;
        }
        plan.times--;
        this.committed++;
        return plan.fault;
      }
    }
    return null;
  }

  private async _pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const head = { method, url, range: headers['content-range'] ?? '' };
    this.seen.push(head);
    const fault = this._next(head);
    if (this.delay > 0) {
      await new Promise(later => setTimeout(later, this.delay));
    }
    if (fault?.kind === 'reset' && fault.after === 0) {
      request.socket.resetAndDestroy();
    } else if (fault?.kind === 'answer') {
      await allOf(request);
      end(response, fault.answer);
    } else {
      this._forward(request, response, fault);
    }
  }

  private _forward(request: IncomingMessage, response: ServerResponse, fault: Fault | null): void {
    const upstream = ask({
      host: this._target.hostname,
      port: this._target.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent: fault ? false : this._agent
    });
    const giveUp = () => request.socket.destroy();
    upstream.on('error', giveUp);
    upstream.on('close', () => response.writableEnded || giveUp());
    response.once('close', () => upstream.destroy());
    upstream.on('response', answer => void this._answer(answer, response, fault).catch(giveUp));
    let passed = 0;
    request.on('data', (chunk: Buffer) => {
      const start = passed;
      passed += chunk.length;
      if ((fault?.kind === 'reset' || fault?.kind === 'stall') && passed >= fault.after) {
        request.pause().removeAllListeners('data');
        upstream.write(chunk.subarray(0, fault.after - start), () => {
          if (fault.kind === 'reset') {
            upstream.socket?.resetAndDestroy();
            request.socket.resetAndDestroy();
          }
        });
        return;
      }
      if (fault?.kind === 'corrupt' && start <= fault.at && fault.at < passed) {
        chunk[fault.at - start] ^= 1;
      }
      if (!upstream.write(chunk)) {
        request.pause();
        upstream.once('drain', () => request.resume());
      }
    });
    request.on('end', () => upstream.end());
  }

  private async _answer(
    answer: IncomingMessage,
    response: ServerResponse,
    fault: Fault | null
  ): Promise<void> {
    const headers = { ...answer.headers };
    const { location } = headers;
    if (location?.startsWith(this._target.origin)) {
      // An upload session of the store: its pieces come by here too.
      headers.location = this.url + location.slice(this._target.origin.length);
    }
    if (fault?.kind === 'lost') {
      await allOf(answer);
      response.socket?.resetAndDestroy();
    } else if (fault?.kind === 'truncate') {
      const body = await allOf(answer);
      delete headers['transfer-encoding'];
      response.writeHead(answer.statusCode!, { ...headers, 'content-length': body.length });
      response.flushHeaders();
      response.write(body.subarray(0, fault.after), () => response.socket?.destroy());
    } else if (fault?.kind === 'rewrite') {
      const whole = { status: answer.statusCode!, headers, body: await allOf(answer) };
      end(response, { ...whole, ...fault.rewrite(whole) });
    } else {
      response.writeHead(answer.statusCode!, headers);
      answer.on('aborted', () => response.socket?.destroy());
      answer.pipe(response);
    }
  }

  /** What passes without a fault does not open a connection each. */
  private readonly _agent = new Agent({ keepAlive: true });
  private readonly _server: Server;
  private _plans: IPlan[] = [];
}

function end(response: ServerResponse, { status, headers, body }: Partial<IAnswered>): void {
  const kept = { ...headers };
  delete kept['transfer-encoding'];
  response.writeHead(status ?? 200, { ...kept, 'content-length': body?.length ?? 0 }).end(body);
}

async function allOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
