import { createInterface } from 'node:readline';
import { test as base } from './fixtures';
import { Gcs } from './gcs';
import { start, stop, type IServer } from './processes';
import { Stack } from './stack';

export { expect, HOME, PERSISTENT, SCRATCH, USER } from './fixtures';

/** What the boundary before the storage has seen. */
export interface ISeen {
  readonly exchanges: readonly object[];
  readonly calls: readonly {
    readonly method: string;
    readonly path: string;
    readonly allowed: boolean;
  }[];
}

/**
 * The emulated cloud behind Google's token exchange and what holds a limited token to its boundary: the
 * Python tests' own. The test itself goes around it.
 */
export class BoundedGcs extends Gcs {
  static override async start(): Promise<BoundedGcs> {
    const gcs = (await super.start()) as BoundedGcs;
    const python = process.env.LEAP_PYTHON ?? 'python3';
    const boundary = start(python, [
      ...['-m', 'jupyterlab_leap_buckets.tests.boundary', '--storage', gcs.url]
    ]);
    gcs._boundary = boundary;
    const lines = createInterface({ input: boundary.process.stdout! });
    gcs._told = await new Promise((ready, failed) => {
      lines.once('line', line => ready(JSON.parse(line)));
      boundary.process.once('exit', () => failed(new Error(`No boundary\n${boundary.output()}`)));
    });
    return gcs;
  }

  override get endpoint(): string {
    return this._told.url;
  }

  override get tokenExchange(): string {
    return this._told.exchange;
  }

  async seen(): Promise<ISeen> {
    return (await fetch(`${this.endpoint}/boundary/seen`)).json();
  }

  /** Changes how it answers, such as `{ refuse: 400 }`: see boundary.py. */
  async set(settings: object): Promise<void> {
    const body = JSON.stringify(settings);
    await fetch(`${this.endpoint}/boundary/settings`, { method: 'PUT', body });
  }

  override async clear(): Promise<void> {
    await this.set({ refuse: 0, shut: false, wide: false, lifetime: null });
    await super.clear();
  }

  override async stop(): Promise<void> {
    await stop(this._boundary);
    await super.stop();
  }

  private _boundary!: IServer;
  private _told!: { readonly url: string; readonly exchange: string };
}

/** Tests in which tokens can be limited, and are. */
export const test = base.extend<{ bounded: BoundedGcs }, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start(() => BoundedGcs.start());
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  bounded: async ({ gcs }, use) => use(gcs as BoundedGcs)
});
