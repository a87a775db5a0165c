import { resolve } from 'node:path';
import { test as base } from './fixtures';
import { Gcs, PERSISTENT, SCRATCH } from './gcs';
import { answers, freePort, start } from './processes';
import { Stack } from './stack';

export { expect, HOME, SCRATCH } from './fixtures';

/** The stand-in of the server's own tests: unlike fake-gcs-server it minds conditions of copies and deletions. */
export async function standIn(): Promise<Gcs> {
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
  return new Gcs(url, server);
}

/** Tests with that stand-in in place of the emulated cloud. */
export const test = base.extend<object, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start(standIn);
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ]
});
