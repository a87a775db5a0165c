import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { expect, SCRATCH, PERSISTENT, test } from '../support/boundedGcs';
import type { Gcs } from '../support/gcs';

const IMAGES = resolve(__dirname, '../../docs/images');
const DEMO_DATA = resolve(__dirname, '../../scripts/demo_data.py');
const picture = (name: string) => ({ path: join(IMAGES, `${name}.png`) });

/** The demo's files, but for the folder of thousands, in the emulated cloud. */
async function putDemo(gcs: Gcs): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leap-demo-'));
  execFileSync(process.env.LEAP_PYTHON ?? 'python3', [
    '-W',
    'ignore',
    DEMO_DATA,
    join(folder, 'demo')
  ]);
  for (const bucket of [SCRATCH, PERSISTENT]) {
    const root = join(folder, 'demo', bucket);
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !entry.name.startsWith('tile-')) {
        const path = join(entry.parentPath, entry.name);
        await gcs.put(bucket, relative(root, path), await readFile(path));
      }
    }
  }
  await rm(folder, { recursive: true });
}

test.use({ viewport: { width: 1200, height: 720 } });

for (const theme of ['light', 'dark'] as const) {
  test(`the panel, ${theme}`, async ({ gcs, page, panel }) => {
    await putDemo(gcs);
    await page.theme[theme === 'light' ? 'setLightTheme' : 'setDarkTheme']();
    await panel.open();
    await page.sidebar.setWidth(320);
    await panel.row('jovyan/ocean.zarr/').dblclick();
    await expect(page.getByText('sea surface temperature').first()).toBeVisible();
    await panel.row('jovyan/notes.txt').hover();
    await page.screenshot(picture(`panel-${theme}`));
  });
}

test('an upload in progress', async ({ gcs, page, panel, localFile }) => {
  await putDemo(gcs);
  await panel.open();
  await page.sidebar.setWidth(320);
  const model = await localFile('model-run.nc', new Uint8Array(96 * 1024 * 1024));
  const readme = await localFile('README.md', '# About this run\n');
  // Loopback is too fast to be looked at.
  const session = await page.context().newCDPSession(page.mainFrame().page());
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput: -1,
    uploadThroughput: 12 * 1024 * 1024
  });
  await panel.drop(panel.grid, [model, readme]);
  await expect(panel.row('jovyan/README.md')).toBeVisible();
  await panel.transfers.getByRole('button', { name: 'Show Files' }).click();
  await page.screenshot(picture('upload'));
});

test('the token dialog', async ({ gcs, page }) => {
  await putDemo(gcs);
  await page.keyboard.press('Control+Shift+C');
  await page.keyboard.type('upload token');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('Account');
  await page.screenshot(picture('token'));
});
