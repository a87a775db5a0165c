import { expect, test, type Browser } from '@playwright/test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PERSISTENT, SCRATCH } from '../support/gcs';
import { Hub } from '../support/hub';
import { Panel } from '../support/panel';
import { putZarr } from '../support/zarr';

const OCEAN =
  'xr.Dataset({"sst": (("time", "lat"), np.zeros((4, 3), "f4"), {"units": "degC"})}).to_zarr(store)';

// The main path once more where it has to work: behind a real JupyterHub and its proxy, at a path
// prefix, with cookies and XSRF checks. Workers fail there first.
test.describe.serial('under JupyterHub', () => {
  let hub: Hub;
  let browserOf: Browser;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(180_000);
    browserOf = browser;
    hub = await Hub.start();
    await putZarr(hub.gcs, SCRATCH, 'ada/ocean.zarr/', OCEAN);
    await hub.gcs.put(SCRATCH, 'ada/notes.txt', 'hello from the bucket', 'text/plain');
  });

  test.afterAll(() => hub.stop());

  test('browse, open, upload, look into a data set and copy a token', async () => {
    test.setTimeout(240_000);
    const { context, page } = await hub.logIn(browserOf, 'ada');
    const panel = new Panel(page);

    await test.step('the panel shows the own scratch folder without configuration', async () => {
      await panel.open();
      await expect(panel.row('ada/notes.txt')).toBeVisible();
      await expect(panel.row('ada/ocean.zarr/')).toBeVisible();
    });

    await test.step('a file opens, and saving writes it back', async () => {
      await panel.row('ada/notes.txt').dblclick();
      const editor = page.locator('.jp-FileEditor .cm-content');
      await expect(editor).toContainText('hello from the bucket');
      await editor.click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type(' and back');
      await page.keyboard.press('Control+s');
      await expect
        .poll(async () => (await hub.gcs.get(SCRATCH, 'ada/notes.txt')).toString())
        .toBe('hello from the bucket and back');
    });

    await test.step('the data set is read in the worker, through the hub', async () => {
      await panel.row('ada/ocean.zarr/').dblclick();
      const view = page.locator('.jp-BucketDataset:visible');
      await view.getByRole('button', { name: 'sst' }).click();
      await expect(view).toContainText('degC');
    });

    await test.step('a dropped file of several pieces arrives through the relay', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'leap-drop-'));
      const bytes = Buffer.alloc(20 * 1024 * 1024 + 3, 'leap');
      await writeFile(join(folder, 'big.bin'), bytes);
      await panel.drop(panel.grid, [join(folder, 'big.bin')]);
      await expect(panel.row('ada/big.bin')).toBeVisible({ timeout: 60_000 });
      expect((await hub.gcs.get(SCRATCH, 'ada/big.bin')).equals(bytes)).toBe(true);
      await rm(folder, { recursive: true });
    });

    await test.step('four keystrokes to a token', async () => {
      await page.keyboard.press('Control+Shift+C');
      await page.keyboard.type('upload token');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await expect(dialog).toContainText('researcher@leap-stub.iam.gserviceaccount.com');
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.evaluate(() => navigator.clipboard.readText()))
        .toMatch(/^ya29\.limited/);
    });
    await context.close();
  });

  test("another user's browser gets nothing", async () => {
    test.setTimeout(180_000);
    await hub.gcs.put(PERSISTENT, 'ada/private.txt', 'SECRET of ada');
    const { context, page } = await hub.logIn(browserOf, 'ben');
    const answers = await page.evaluate(async base => {
      const calls: [string, string][] = [
        ['GET', 'buckets'],
        ['GET', 'list?bucket=leap-persistent&prefix=ada/'],
        ['GET', 'object?bucket=leap-persistent&key=ada/private.txt'],
        ['POST', 'token'],
        ['POST', 'uploads']
      ];
      return Promise.all(
        calls.map(async ([method, route]) => {
          const url = `${base}leap-buckets/${route}`;
          const response = await fetch(url, { method, redirect: 'manual' });
          return { route, ok: response.ok, body: await response.text() };
        })
      );
    }, hub.serverUrl('ada'));
    for (const answer of answers) {
      expect(answer.ok, answer.route).toBe(false);
      expect(answer.body).not.toContain('SECRET');
      expect(answer.body).not.toContain('leap-persistent');
    }
    await context.close();
  });
});
