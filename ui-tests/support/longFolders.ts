import { resolve } from 'node:path';
import { test as base } from './fixtures';
import { Gcs } from './gcs';
import { answers, freePort, start } from './processes';
import { Stack } from './stack';

export { expect, HOME } from './fixtures';

/** A store that waits before each answer and fails now and then: its folders are as long as named. */
export class LongFolders extends Gcs {
  static async start(): Promise<LongFolders> {
    const port = String(await freePort());
    const server = start(
      process.env.LEAP_PYTHON ?? 'python3',
      // More often than one in a hundred, so that it happens within these few pages.
      ['-m', 'benchmarks.listing.store', '--port', port, '--delay', '0.1', '--failing', '7'],
      { cwd: resolve(__dirname, '../..') }
    );
    const url = `http://127.0.0.1:${port}`;
    await answers(server, `${url}/count`);
    return new LongFolders(url, server);
  }

  /** There is nothing to clear: what it lists exists in lists only. */
  override clear(): Promise<void> {
    return Promise.resolve();
  }

  async asked(): Promise<number> {
    return (await fetch(`${this.url}/count`)).json();
  }
}

/** Tests with that store in place of the emulated cloud. */
export const test = base.extend<object, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start(() => LongFolders.start());
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ]
});
