import { test as base, galata } from '@jupyterlab/galata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gcs } from './gcs';
import { Panel } from './panel';
import { Stack } from './stack';

export { expect } from '@playwright/test';
export { PERSISTENT, SCRATCH } from './gcs';
export { HOME, USER } from './stack';
export { galata };

interface ITestFixtures {
  /** The emulated cloud, with both buckets empty at the start of a test. */
  gcs: Gcs;
  panel: Panel;
  /** Makes a real file of this name and content, and tells its path. */
  localFile: (name: string, content: string | Uint8Array) => Promise<string>;
}

interface IWorkerFixtures {
  stack: Stack;
}

export const test = base.extend<ITestFixtures, IWorkerFixtures>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  baseURL: async ({ stack }, use) => {
    await use(stack.url);
  },
  // Galata looks for a switch in the status bar that newer JupyterLab no longer has there.
  waitForApplication: async ({}, use) => {
    await use(async page => {
      await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
      // The launcher, or what a link opened.
      await page.locator('#jp-main-dock-panel').getByRole('tab').first().waitFor();
    });
  },
  gcs: [
    async ({ stack }, use) => {
      await stack.gcs.clear();
      await use(stack.gcs);
    },
    { auto: true }
  ],
  panel: async ({ page }, use) => {
    await use(new Panel(page));
  },
  localFile: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'leap-file-'));
    await use(async (name, content) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    });
    await rm(folder, { recursive: true });
  }
});
