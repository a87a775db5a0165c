import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from './fixtures';
import { Stack } from './stack';
import { standIn } from './standIn';

export { expect, HOME, SCRATCH } from './fixtures';

export const GIB = 1024 ** 3;
export const LARGE = 'large.bin';

/** Tests with a bucket more: a folder of the server, which holds a file of one GiB that takes no room. */
export const test = base.extend<object, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'leap-local-'));
      const file = await open(join(folder, LARGE), 'w');
      await file.truncate(GIB);
      await file.close();
      const stack = await Stack.start(standIn, folder);
      await use(stack);
      await stack.stop();
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 120_000 }
  ]
});
