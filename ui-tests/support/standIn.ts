import { resolve } from 'node:path';
import { test as base } from './fixtures';
import { Gcs, PERSISTENT, SCRATCH } from './gcs';
import { answers, freePort, start } from './processes';
import { Stack } from './stack';

export { expect, HOME, SCRATCH } from './fixtures';

/** A fault of the next requests that match: see `tests/standin_faults.py`. */
export interface IFault {
  readonly kind: 'status' | 'reset' | 'lost' | 'slow' | 'late' | 'cut' | 'corrupt';
  readonly method?: string;
  /** A regular expression, searched in path and query. */
  readonly path?: string;
  readonly times?: number;
  readonly status?: number;
  readonly seconds?: number;
  readonly after?: number;
}

/** A request that it has seen; `origin` is empty for one of a server. */
export interface ISeen {
  readonly method: string;
  readonly path: string;
  readonly content_range: string;
  readonly origin: string;
}

/** The stand-in of the server's own tests: unlike fake-gcs-server it minds conditions of copies and deletions. */
export class StandIn extends Gcs {
  static override async start(): Promise<StandIn> {
    const port = String(await freePort());
    const server = start(
      process.env.LEAP_PYTHON ?? 'python3',
      [
        ...['-m', 'jupyterlab_leap_buckets.tests.standin', '--port', port],
        ...['--bucket', SCRATCH, '--bucket', PERSISTENT]
      ],
      { cwd: resolve(__dirname, '../..') }
    );
    const url = `http://127.0.0.1:${port}`;
    await answers(server, `${url}/standin/requests`);
    return new this(url, server);
  }

  /** Whether pages may send to its upload sessions, and read how far these got. */
  async cors(rules: { allows: boolean; exposes_range: boolean }): Promise<void> {
    await this._control('cors', rules);
  }

  async fault(fault: IFault): Promise<void> {
    await this._control('faults', fault);
  }

  /** What it has seen since the test began. */
  async requests(): Promise<ISeen[]> {
    return (await fetch(`${this.url}/standin/requests`)).json();
  }

  override async clear(): Promise<void> {
    await fetch(`${this.url}/standin/faults`, { method: 'DELETE' });
    await this.cors({ allows: true, exposes_range: true });
    await super.clear();
    await fetch(`${this.url}/standin/requests`, { method: 'DELETE' });
  }

  private async _control(what: string, asked: object): Promise<void> {
    await fetch(`${this.url}/standin/${what}`, { method: 'POST', body: JSON.stringify(asked) });
  }
}

export async function standIn(): Promise<StandIn> {
  return StandIn.start();
}

/** Tests with that stand-in in place of the emulated cloud. */
export const test = base.extend<{ standIn: StandIn }, { stack: Stack; isDirect: boolean }>({
  /** Whether pages may send straight to it. */
  isDirect: [false, { option: true, scope: 'worker' }],
  stack: [
    async ({ isDirect }, use) => {
      const stack = await Stack.start(standIn, undefined, isDirect);
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  standIn: async ({ gcs }, use) => use(gcs as StandIn)
});
