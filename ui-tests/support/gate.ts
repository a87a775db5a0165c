import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base } from './fixtures';
import { Gcs } from './gcs';
import { Stack } from './stack';

export { expect, HOME, PERSISTENT, SCRATCH } from './fixtures';

/** A request to the store: its method and the encoded path with the query, as `GET /storage/v1/b`. */
type Sought = RegExp;

/** The emulated cloud behind a gate, which refuses or holds what a test names; the test itself goes around it. */
export class GatedGcs extends Gcs {
  static override async start(): Promise<GatedGcs> {
    const gcs = (await super.start()) as GatedGcs;
    await new Promise<void>(ready => gcs._gate.listen(0, '127.0.0.1', ready));
    return gcs;
  }

  override get endpoint(): string {
    return `http://127.0.0.1:${(this._gate.address() as AddressInfo).port}`;
  }

  /** Answers such requests with an error from now on, in Google's form. */
  refuse(sought: Sought, status = 403): void {
    this._rules.push({ sought, status });
  }

  /** Lets such requests wait; returns what lets them go on. */
  hold(sought: Sought): () => void {
    let release = () => undefined as void;
    const released = new Promise<void>(resolve => (release = resolve));
    this._rules.push({ sought, released });
    return release;
  }

  /** How many such requests came since the test began. */
  count(sought: Sought): number {
    return this._seen.filter(line => sought.test(line)).length;
  }

  /** Refuses and holds nothing more. */
  allow(): void {
    this._rules = [];
  }

  override async clear(): Promise<void> {
    this.allow();
    await super.clear();
    this._seen = [];
  }

  override async stop(): Promise<void> {
    this._gate.closeAllConnections();
    this._gate.close();
    await super.stop();
  }

  private async _pass(near: IncomingMessage, answer: ServerResponse): Promise<void> {
    const line = `${near.method} ${near.url}`;
    this._seen.push(line);
    const rule = this._rules.find(({ sought }) => sought.test(line));
    if (rule?.status) {
      const error = { code: rule.status, message: 'A refusal that a test asked for.' };
      near.resume();
      answer.writeHead(rule.status, { 'Content-Type': 'application/json' });
      answer.end(JSON.stringify({ error }));
      return;
    }
    await rule?.released;
    const { method, url: path } = near;
    const headers = { ...near.headers, host: new URL(this.url).host };
    const far = request(this.url, { method, path, headers }, response => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    far.on('error', () => answer.destroy());
    near.pipe(far);
  }

  private _rules: { sought: Sought; status?: number; released?: Promise<void> }[] = [];
  private _seen: string[] = [];
  private readonly _gate: Server = createServer((near, answer) => void this._pass(near, answer));
}

/** Tests with the gate before the emulated cloud. */
export const test = base.extend<{ gate: GatedGcs }, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start(() => GatedGcs.start());
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  gate: async ({ gcs }, use) => use(gcs as GatedGcs)
});
