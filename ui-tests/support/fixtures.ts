import { test as base, galata } from '@jupyterlab/galata';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Gcs } from './gcs';
import { Panel } from './panel';
import { Stack } from './stack';

export { expect } from '@playwright/test';
export { PERSISTENT, SCRATCH } from './gcs';
export { HOME, USER } from './stack';
export { galata };

/** Files of a folder by path; a name that ends in `/` is an empty folder. */
export type Tree = Record<string, string | Uint8Array>;

interface ITestFixtures {
  /** The emulated cloud, with both buckets empty at the start of a test. */
  gcs: Gcs;
  panel: Panel;
  /** Makes a real file of this name and content, and tells its path. */
  localFile: (name: string, content: string | Uint8Array) => Promise<string>;
  /** Makes a real folder of these files, and tells its path. */
  localFolder: (name: string, tree: Tree) => Promise<string>;
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
    // Galata looks into what JupyterLab asks every few seconds, and fails when the page is gone within an answer.
    // A test may have closed the page.
    await page.unrouteAll({ behavior: 'ignoreErrors' }).catch(() => undefined);
  },
  localFile: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'leap-file-'));
    await use(async (name, content) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    });
    await rm(folder, { recursive: true });
  },
  localFolder: async ({}, use) => {
    const above = await mkdtemp(join(tmpdir(), 'leap-folder-'));
    await use(async (name, tree) => {
      for (const [path, content] of Object.entries(tree)) {
        const full = join(above, name, path);
        await mkdir(path.endsWith('/') ? full : dirname(full), { recursive: true });
        if (!path.endsWith('/')) {
          await writeFile(full, content);
        }
      }
      return join(above, name);
    });
    await rm(above, { recursive: true });
  }
});
