import { AxeBuilder } from '@axe-core/playwright';
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, HOME, SCRATCH, test } from '../support/standIn';
import { Line } from '../support/line';
import { slowDown } from '../support/throttle';
import { button, expectAsked, progress } from '../support/tray';

const MiB = 1024 ** 2;

/** Bytes that a store keeps of what is broken off: multiples of this. */
const GRANULE = 256 * 1024;

/** Pieces to the relay, and nothing else. */
const PIECES = /leap-buckets\/uploads\/[\w-]+/;

/** Bytes of any kind to the relay. */
const BODIES = /leap-buckets\/(uploads\/[\w-]+|batch)/;

const statusItem = (page: Page) =>
  page.locator('#jp-main-statusbar').getByRole('button', { name: /^Upload/ });

test('what was paused mid-way goes on from there', async ({
  page,
  panel,
  stack,
  gcs,
  localFile
}) => {
  const line = await Line.to(stack.url);
  await page.goto(`${line.url}/lab`);
  await panel.openListed();
  await slowDown(page, 4 * MiB);
  const bytes = randomBytes(20 * MiB + 3);
  const before = line.passed;
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await button(panel, 'Show Files').click();
  await expect.poll(() => progress(panel, 'Upload of model.nc')).toBeGreaterThan(20);
  await button(panel, 'Pause upload of model.nc').click();
  await expect(panel.transfers.getByRole('listitem')).toContainText(/Paused, \d+%/);
  await expect(button(panel, 'Resume upload of model.nc')).toBeFocused();

  await page.waitForTimeout(500);
  const atRest = line.passed;
  await page.waitForTimeout(1500);
  expect(line.passed - atRest).toBeLessThan(GRANULE);
  expect(await gcs.keys(SCRATCH)).toEqual([]);

  await button(panel, 'Resume upload of model.nc').click();
  await expect(panel.transfers).toContainText('1 file uploaded', { timeout: 30_000 });
  expect((await gcs.get(SCRATCH, `${HOME}model.nc`)).equals(bytes)).toBe(true);
  // Beside what broke off, buffers on the way and JupyterLab's own requests count: far less than a fifth of the file.
  expect(line.passed - before - bytes.length).toBeLessThan(8 * GRANULE);
  // Galata still asks for kernels through the line.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await line.stop();
});

test.describe('on the server itself', () => {
  test.beforeEach(({ panel }) => panel.openListed());

  test('everything is paused, resumed and cancelled at once', async ({
    page,
    panel,
    gcs,
    localFile
  }) => {
    await slowDown(page, 4 * MiB);
    const names = ['a.nc', 'b.nc', 'c.nc', 'd.nc', 'e.nc', 'f.nc'];
    const bytes = names.map(() => randomBytes(6 * MiB));
    const files = await Promise.all(names.map((name, i) => localFile(name, bytes[i])));
    await panel.drop(panel.grid, files.slice(0, 5));
    const all = () => progress(panel, 'All transfers');
    await expect.poll(all).toBeGreaterThan(5);
    await button(panel, 'Pause all transfers').click();
    await expect(panel.transfers).toContainText(/5 files, \d+%, paused/);
    await page.waitForTimeout(500);
    const atRest = await all();
    await page.waitForTimeout(1500);
    expect(await all()).toBe(atRest);
    expect(await gcs.keys(SCRATCH)).toEqual([]);

    // What is dropped now waits as well.
    await panel.drop(panel.grid, files.slice(5));
    await expect(panel.transfers).toContainText(/6 files, \d+%, paused/);
    await button(panel, 'Resume all transfers').click();
    await expect(panel.transfers).toContainText('6 files uploaded', { timeout: 30_000 });
    for (const [i, name] of names.entries()) {
      expect((await gcs.get(SCRATCH, HOME + name)).equals(bytes[i])).toBe(true);
    }

    await panel.drop(panel.grid, [await localFile('g.nc', bytes[0])]);
    await expect(panel.transfers).toContainText(/6 of 7 files, \d+%/);
    await button(panel, 'Cancel all transfers').click();
    await expect(panel.transfers).toContainText('6 files uploaded');
    expect((await gcs.keys(SCRATCH)).sort()).toEqual(names.map(name => HOME + name));
  });

  test('all that failed is copied as a table and tried again', async ({
    page,
    panel,
    gcs,
    localFile
  }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.route(BODIES, route =>
      route.fulfill({ status: 200, contentType: 'text/html', body: '<html>Sign in</html>' })
    );
    const names = ['a.csv', 'b.csv', 'c.csv'];
    const files = await Promise.all(names.map(name => localFile(name, name)));
    await panel.drop(panel.grid, [...files, await localFile('line\nbreak.csv', 'bad')]);
    await expect(panel.transfers).toContainText('4 failed');
    await button(panel, 'Copy failures').click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const rows = text.split('\n').map(row => row.split('\t'));
    expect(rows[0]).toEqual(['Name', 'Where to', 'Reason', 'What to do']);
    expect(
      rows
        .slice(1)
        .map(([name]) => name)
        .sort()
    ).toEqual([...names, 'line break.csv'].sort());
    expect(rows.every(fields => fields.length === 4)).toBe(true);
    expect(text).toContain(`\tgs://${SCRATCH}/${HOME}a.csv\t`);
    expect(text).toContain('Something other than your Jupyter server answered.');

    await page.unroute(BODIES);
    await button(panel, 'Retry failed').click();
    await expect(panel.transfers).toContainText('3 files uploaded, 1 failed');
    expect((await gcs.keys(SCRATCH)).sort()).toEqual(names.map(name => HOME + name));
    await expect(button(panel, 'Retry failed')).toBeHidden();
  });

  test('two thousand lines draw the few in sight, and keys reach every one', async ({
    page,
    panel,
    localFile
  }) => {
    const count = 2000;
    const files = [];
    for (let i = 0; i < count; i++) {
      files.push(await localFile(`line\nbreak ${i}`, ''));
    }
    await panel.drop(panel.grid, files);
    await expect(panel.transfers).toContainText('2,000 failed');
    const lines = panel.transfers.getByRole('listitem');
    await expect(lines.first()).toHaveAttribute('aria-setsize', '2000');
    expect(await lines.count()).toBeLessThan(40);

    await button(panel, 'Copy failures').focus();
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    await expect(focused).toHaveAccessibleName(/^Dismiss line break 0/);
    for (const [key, name] of [
      ['ArrowDown', 'Dismiss line break 1'],
      ['End', 'Dismiss line break 1999'],
      ['ArrowUp', 'Dismiss line break 1998'],
      ['Home', 'Dismiss line break 0']
    ]) {
      await page.keyboard.press(key);
      await expect(focused).toHaveAccessibleName(name);
      await expect(focused).toBeInViewport();
      expect(await lines.count()).toBeLessThan(40);
    }
    // One stop of Tab, however many there are.
    await page.keyboard.press('Shift+Tab');
    await expect(focused).toHaveAccessibleName('Copy failures');
    await button(panel, 'Clear').click();
    await expect(panel.transfers).toBeHidden();
  });

  test('the status bar tells how far, and leads to the panel', async ({
    page,
    panel,
    localFile
  }) => {
    await expect(statusItem(page)).toBeHidden();
    await slowDown(page, 4 * MiB);
    await panel.drop(panel.grid, [await localFile('model.nc', randomBytes(24 * MiB))]);
    await expect(statusItem(page)).toHaveText(/^Uploading [1-9]\d*%$/);
    await page.getByRole('tab', { name: 'Cloud buckets' }).click();
    await expect(panel.root).toBeHidden();
    await statusItem(page).press('Enter');
    await expect(panel.root).toBeVisible();
    await button(panel, 'Pause all transfers').click();
    await expect(statusItem(page)).toHaveText(/^Upload paused, \d+%$/);
    await button(panel, 'Cancel all transfers').click();
    await expect(statusItem(page)).toBeHidden();
  });

  test('the end of long work is told, of quick work not', async ({ page, panel, localFile }) => {
    const toasts = page.locator('.Toastify__toast').filter({ hasText: 'uploaded' });
    await panel.drop(panel.grid, [await localFile('quick.csv', 'a')]);
    await expect(panel.transfers).toContainText('1 file uploaded');
    await slowDown(page, MiB);
    await panel.drop(panel.grid, [await localFile('long.nc', randomBytes(12 * MiB))]);
    await expect(panel.transfers).toContainText('1 of 2 files');
    await expect(toasts).toHaveCount(0);
    await page.getByRole('tab', { name: 'Cloud buckets' }).click();
    await expect(toasts).toContainText('2 files uploaded', { timeout: 45_000 });
    await toasts.getByRole('button', { name: 'Show' }).click();
    await expect(panel.root).toBeVisible();
  });

  test('what failed without a network is tried again when it is back', async ({
    page,
    panel,
    gcs,
    localFile
  }) => {
    // No pauses between tries: what is looked at comes after the last.
    await page.evaluate(() => (Math.random = () => 0));
    const file = await localFile('a.csv', 'a');
    let pieces = 0;
    await page.route(PIECES, route => {
      pieces++;
      return route.abort('internetdisconnected');
    });
    await panel.drop(panel.grid, [file]);
    await expect(panel.transfers).toContainText('1 failed');
    await expect(panel.transfers).toContainText('The server did not answer.');
    expect(pieces).toBeGreaterThan(2);
    await page.unroute(PIECES);
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await expect(panel.transfers).toContainText('1 file uploaded');
    expect(String(await gcs.get(SCRATCH, `${HOME}a.csv`))).toBe('a');
  });

  test('leaving the page while all is paused is asked about', async ({
    page,
    panel,
    localFile
  }) => {
    await slowDown(page, MiB);
    await panel.drop(panel.grid, [await localFile('model.nc', randomBytes(20 * MiB))]);
    await button(panel, 'Pause all transfers').click();
    await expect(panel.transfers).toContainText('paused');
    await expectAsked(page, true);
  });

  for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
    test(`axe finds no fault in the tray, ${theme}`, async ({ page, panel, localFile }) => {
      await page.theme.setTheme(theme);
      await panel.drop(panel.grid, [
        await localFile('done.csv', 'a'),
        await localFile('line\nbreak.csv', 'bad')
      ]);
      await expect(panel.transfers).toContainText('1 file uploaded, 1 failed');
      await slowDown(page, MiB);
      const names = ['a.nc', 'b.nc', 'c.nc', 'd.nc', 'e.nc', 'f.nc'];
      const files = await Promise.all(names.map(name => localFile(name, randomBytes(9 * MiB))));
      await panel.drop(panel.grid, files);
      await button(panel, 'Pause upload of b.nc').click();
      await expect(panel.transfers).toContainText('Paused');
      const { violations } = await new AxeBuilder({ page: page.mainFrame().page() })
        .include('.jp-LeapTray')
        .include('#jp-main-statusbar .jp-LeapStatus')
        .analyze();
      const faults = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`)
      );
      expect(faults).toEqual([]);
      await button(panel, 'Cancel all transfers').click();
      await expect(panel.transfers).not.toContainText('b.nc');
    });
  }
});
