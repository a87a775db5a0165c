import { randomBytes } from 'node:crypto';
import { test as gated } from '../support/gate';
import type { Tree } from '../support/fixtures';
import { Panel } from '../support/panel';
import { Pieces } from '../support/pieces';
import { expect, HOME, SCRATCH, test } from '../support/standIn';
import { slowDown } from '../support/throttle';
import { button } from '../support/tray';

const MiB = 1024 ** 2;
const MANY = 2000;

/** Rows that fit on a screen, and some above and below. */
const MOST_ROWS = 100;

/** So many small files. */
function many(): Tree {
  return Object.fromEntries(
    Array.from({ length: MANY }, (_, index) => [`sst/${index}.0`, `chunk ${index}`])
  );
}

test.describe('two people', () => {
  for (const [what, size] of [
    ['small', 100],
    ['large', 9 * MiB]
  ] as const) {
    test(`lose no ${what} file that both give the same name`, async ({
      page,
      panel,
      browser,
      stack,
      gcs,
      localFile
    }) => {
      await panel.openListed();
      const context = await browser.newContext();
      const other = new Panel(await context.newPage());
      // The other's bytes wait until the first's have arrived; both found the name free.
      let release = () => undefined as void;
      const released = new Promise<void>(resolve => (release = resolve));
      let waits = () => undefined as void;
      const waiting = new Promise<void>(resolve => (waits = resolve));
      await other.page.route(/leap-buckets\/(batch|uploads\/)/, async route => {
        waits();
        await released;
        await route.continue();
      });
      await other.page.goto(`${stack.url}/lab?reset`);
      await other.started();
      await other.openListed();

      const [ours, theirs] = [randomBytes(size), randomBytes(size)];
      const path = await localFile('model.nc', theirs);
      await other.drop(other.grid, [path]);
      await waiting;
      const input = page.waitForEvent('filechooser');
      await panel.root.getByRole('button', { name: /^Upload/ }).click();
      const file = { name: 'model.nc', mimeType: 'application/octet-stream', buffer: ours };
      await (await input).setFiles([file]);
      await expect(panel.transfers).toContainText('1 file uploaded');
      release();

      await other.dialog('exists already').getByRole('button', { name: 'Keep Both' }).click();
      await expect(other.transfers).toContainText('1 file uploaded');
      expect((await gcs.get(SCRATCH, `${HOME}model.nc`)).equals(ours)).toBe(true);
      expect((await gcs.get(SCRATCH, `${HOME}model (1).nc`)).equals(theirs)).toBe(true);
      await context.close();
    });
  }
});

test('a folder that is deleted while a file goes into it is there again', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  await gcs.put(SCRATCH, `${HOME}runs/first`, '1');
  await panel.openListed();
  await expect(panel.row(`${HOME}runs/`)).toBeVisible();
  await slowDown(page, 8 * MiB);
  const bytes = randomBytes(40 * MiB);
  const pieces = new Pieces(page);
  await panel.drop(panel.row(`${HOME}runs/`), [await localFile('model.nc', bytes)]);
  await expect.poll(() => pieces.all.length).toBeGreaterThan(0);
  await gcs.delete(SCRATCH, `${HOME}runs/first`);
  expect(await gcs.keys(SCRATCH)).toEqual([]);
  await expect(panel.transfers).toContainText('1 file uploaded', { timeout: 60_000 });
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}runs/model.nc`]);
  expect((await gcs.get(SCRATCH, `${HOME}runs/model.nc`)).equals(bytes)).toBe(true);
});

test('two thousand files arrive, and few of them are drawn', async ({
  page,
  panel,
  gcs,
  localFolder
}) => {
  test.setTimeout(180_000);
  await panel.openListed();
  let requests = 0;
  page.on('request', request => {
    requests += /leap-buckets\/(batch|compare|uploads)/.test(request.url()) ? 1 : 0;
  });
  await panel.drop(panel.grid, [await localFolder('ocean.zarr', many())]);
  await button(panel, 'Show Files').click();
  await expect(panel.transfers.getByRole('listitem').first()).toBeVisible();
  expect(await panel.transfers.getByRole('listitem').count()).toBeLessThan(MOST_ROWS);
  await expect(panel.transfers).toContainText('2,000 files uploaded', { timeout: 120_000 });
  expect(await panel.transfers.getByRole('listitem').count()).toBeLessThan(MOST_ROWS);
  const keys = Object.keys(many()).map(name => `${HOME}ocean.zarr/${name}`);
  expect((await gcs.keys(SCRATCH)).sort()).toEqual(keys.sort());
  expect(String(await gcs.get(SCRATCH, `${HOME}ocean.zarr/sst/1999.0`))).toBe('chunk 1999');
  expect(requests).toBeLessThan(50);
});

gated(
  'a refusal stops a drop at once; when it is allowed, all is tried again',
  async ({ panel, gate, localFolder }) => {
    gated.setTimeout(180_000);
    await panel.openListed();
    const writes = /^POST \/upload\//;
    gate.refuse(writes);
    await panel.drop(panel.grid, [await localFolder('ocean.zarr', many())]);
    await expect(panel.transfers).toContainText('2,000 failed', { timeout: 60_000 });
    expect(gate.count(writes)).toBeLessThan(MANY / 4);
    expect(await gate.keys(SCRATCH)).toEqual([]);

    gate.allow();
    await button(panel, 'Retry failed').click();
    await expect(panel.transfers).toContainText('2,000 files uploaded', { timeout: 120_000 });
    expect(await gate.keys(SCRATCH)).toHaveLength(MANY);
  }
);
