import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect, HOME, SCRATCH, test } from '../support/standIn';
import { Line } from '../support/line';
import { slowDown } from '../support/throttle';
import { button, expectAsked, progress } from '../support/tray';

const MiB = 1024 ** 2;

/** Pieces to the relay, and nothing else. */
const PIECES = /leap-buckets\/uploads\/[\w-]+/;

test.beforeEach(({ panel }) => panel.openListed());

test('what is dropped before any folder is shown goes into the first', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  let answer = () => undefined as void;
  const released = new Promise<void>(resolve => (answer = resolve));
  await page.route(/leap-buckets\/buckets/, async route => {
    await released;
    await route.continue();
  });
  await page.reload();
  await panel.open();
  await panel.drop(panel.grid, [await localFile('a.csv', 'a')]);
  await expect(panel.grid).toHaveAttribute('aria-busy', 'true');
  answer();
  await expect(panel.transfers).toContainText('1 file uploaded');
  await expect(panel.row(`${HOME}a.csv`)).toBeVisible();
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}a.csv`]);
});

test('one dropped file arrives whole and is listed, by one request', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  const lists: string[] = [];
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/leap-buckets/list') && !url.searchParams.has('startsWith')) {
      lists.push(request.url());
    }
  });
  const bytes = randomBytes(20 * MiB + 3);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect((await gcs.get(SCRATCH, `${HOME}model.nc`)).equals(bytes)).toBe(true);
  await expect(panel.row(`${HOME}model.nc`)).toBeVisible();
  // As long as several collected writes would take.
  await page.waitForTimeout(1500);
  expect(lists).toHaveLength(1);
});

test('what was uploaded is offered as Python', async ({ page, panel, localFile }) => {
  const cells = page.locator('.jp-Notebook .jp-CodeCell .cm-content');
  await panel.drop(panel.grid, [await localFile('a.csv', 'a')]);
  await button(panel, 'Insert a.csv in notebook').click();
  await expect(cells).toContainText(`df = pd.read_csv("gs://${SCRATCH}/${HOME}a.csv")`);
  await panel.drop(panel.grid, [await localFile('b.txt', 'b')]);
  await expect(panel.transfers).toContainText('2 files uploaded');
  await button(panel, 'Show Files').click();
  await button(panel, 'Insert b.txt in notebook').click();
  await expect(cells).toHaveCount(2);
  await expect(cells.last()).toContainText(`fsspec.open("gs://${SCRATCH}/${HOME}b.txt", "r")`);
});

test.describe('a name', () => {
  test('of anything that is legal arrives as it is', async ({ panel, gcs, localFile }) => {
    const names = [`#?&+%2F"'.txt`, '100%.txt', 'back\\slash', 'emoji 🌊.nc', 'two  spaces', '…'];
    await panel.drop(panel.grid, await Promise.all(names.map(name => localFile(name, name))));
    await expect(panel.transfers).toContainText(`${names.length} files uploaded`);
    for (const name of names) {
      expect(String(await gcs.get(SCRATCH, HOME + name))).toBe(name);
    }
    const keys = names.map(name => HOME + name);
    expect((await gcs.keys(SCRATCH)).sort()).toEqual(keys.sort());
  });

  test('with its folders may have 1,024 bytes and no more', async ({ panel, gcs, localFile }) => {
    // No disk takes a name of 1,024 bytes; the folders make up for it.
    const prefix = `${HOME}${'é'.repeat(374)}/${'x'.repeat(13)}/`;
    const fits = 'f'.repeat(1024 - Buffer.byteLength(prefix));
    await gcs.put(SCRATCH, `${prefix}first`, '');
    await panel.filter.fill(`gs://${SCRATCH}/${prefix}`);
    await panel.filter.press('Enter');
    await expect(panel.row(`${prefix}first`)).toBeVisible();
    const files = [await localFile(fits, 'fits'), await localFile(`${fits}f`, 'too long')];
    await panel.drop(panel.grid, files);
    await expect(panel.transfers).toContainText('1 file uploaded, 1 failed');
    await expect(panel.transfers).toContainText('1025 bytes long; a bucket allows 1024');
    expect((await gcs.keys(SCRATCH)).sort()).toEqual([prefix + fits, `${prefix}first`].sort());
  });
});

test('several dropped files arrive, an empty one too', async ({ panel, gcs, localFile }) => {
  const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt', 'empty'];
  const files = await Promise.all(
    names.map(name => localFile(name, name === 'empty' ? '' : `content of ${name}`))
  );
  await panel.drop(panel.grid, files);
  await expect(panel.transfers).toContainText('6 files uploaded');
  expect(await gcs.keys(SCRATCH)).toEqual(names.map(name => HOME + name));
  expect(String(await gcs.get(SCRATCH, `${HOME}e.txt`))).toBe('content of e.txt');
  expect(await gcs.get(SCRATCH, `${HOME}empty`)).toHaveLength(0);
});

test('the button uploads what is chosen', async ({ page, panel, gcs, localFile }) => {
  const chooser = page.waitForEvent('filechooser');
  await panel.root.getByRole('button', { name: /^Upload/ }).click();
  await (await chooser).setFiles([await localFile('a.csv', 'a'), await localFile('b.csv', 'b')]);
  await expect(panel.transfers).toContainText('2 files uploaded');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}a.csv`, `${HOME}b.csv`]);
});

test('a file dropped on a data set goes beside it, not into it', async ({
  panel,
  gcs,
  localFile
}) => {
  await gcs.put(SCRATCH, `${HOME}ocean.zarr/zarr.json`, '{}');
  await panel.root.getByRole('button', { name: /^Refresh/ }).click();
  await panel.drop(panel.row(`${HOME}ocean.zarr/`), [await localFile('a.csv', 'a')]);
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}a.csv`, `${HOME}ocean.zarr/zarr.json`]);
});

test('files dragged over a folder say so, and go into it', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  await gcs.put(SCRATCH, `${HOME}runs/first`, '1');
  await panel.root.getByRole('button', { name: /^Refresh/ }).click();
  const row = panel.row(`${HOME}runs/`);
  const file = await localFile('a.csv', 'a');
  const target = /(^| )jp-mod-dropTarget( |$)/;

  await panel.drag(row, [file], ['dragEnter', 'dragOver']);
  await expect(panel.root).toContainText('Upload to "runs"');
  await expect(row).toHaveClass(target);

  await panel.drag(panel.grid, [file], ['dragOver']);
  await expect(panel.root).toContainText('Upload to "jovyan"');
  await expect(row).not.toHaveClass(target);

  await panel.drag(page.locator('#jp-main-dock-panel'), [file], ['dragOver']);
  await expect(panel.root).not.toContainText('Upload to');
  await expect(panel.root.locator('.jp-mod-dropTarget')).toHaveCount(0);

  await panel.drop(row, [file]);
  await expect(panel.transfers).toContainText('1 file uploaded');
  await expect(panel.root).not.toContainText('Upload to');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}runs/a.csv`, `${HOME}runs/first`]);
});

test('a name that is taken is skipped, by Escape too, or kept, or replaced', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  const key = `${HOME}data.csv`;
  await gcs.put(SCRATCH, key, 'old');
  const file = await localFile('data.csv', 'new');
  const dialog = page.getByRole('dialog');

  await panel.drop(panel.grid, [file]);
  await dialog.getByText('exists already').waitFor();
  await dialog.getByRole('button', { name: 'Skip' }).press('Escape');
  await expect(dialog).toBeHidden();
  expect(await gcs.keys(SCRATCH)).toEqual([key]);
  expect(String(await gcs.get(SCRATCH, key))).toBe('old');
  await expect(panel.transfers).toBeHidden();

  await panel.drop(panel.grid, [file]);
  await dialog.getByRole('button', { name: 'Keep Both' }).click();
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect(String(await gcs.get(SCRATCH, key))).toBe('old');
  expect(String(await gcs.get(SCRATCH, `${HOME}data (1).csv`))).toBe('new');

  await panel.drop(panel.grid, [file]);
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(panel.transfers).toContainText('2 files uploaded');
  expect(String(await gcs.get(SCRATCH, key))).toBe('new');
  expect(await gcs.keys(SCRATCH)).toHaveLength(2);
});

test('one answer can do for all names that are taken', async ({ page, panel, gcs, localFile }) => {
  const names = ['a.csv', 'b.csv', 'c.csv'];
  await Promise.all(names.map(name => gcs.put(SCRATCH, HOME + name, 'old')));
  const files = await Promise.all(names.map(name => localFile(name, 'new')));
  const dialog = page.getByRole('dialog');

  await panel.drop(panel.grid, files);
  await dialog.getByText('exists already').waitFor();
  await dialog.getByRole('button', { name: 'Skip' }).press('Escape');
  await expect(dialog).toHaveCount(0);
  expect(String(await gcs.get(SCRATCH, `${HOME}c.csv`))).toBe('old');

  await panel.drop(panel.grid, files);
  await dialog.getByText('Do the same for the other 2 files').click();
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(panel.transfers).toContainText('3 files uploaded');
  for (const name of names) {
    expect(String(await gcs.get(SCRATCH, HOME + name))).toBe('new');
  }
});

test('a name taken on the way is asked about, not overwritten', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  let pieces = 0;
  await page.route(PIECES, async route => {
    if (pieces++ === 0) {
      await gcs.put(SCRATCH, `${HOME}race.csv`, 'theirs');
    }
    await route.continue();
  });
  await panel.drop(panel.grid, [await localFile('race.csv', 'ours')]);
  await page.getByRole('dialog').getByRole('button', { name: 'Keep Both' }).click();
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect(String(await gcs.get(SCRATCH, `${HOME}race.csv`))).toBe('theirs');
  expect(String(await gcs.get(SCRATCH, `${HOME}race (1).csv`))).toBe('ours');
});

test('what moves tells how far and how fast; cancelled mid-way it leaves nothing', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  await slowDown(page, 4 * MiB);
  await panel.drop(panel.grid, [await localFile('model.nc', randomBytes(40 * MiB))]);
  await expect(panel.transfers).toContainText(/1 file, \d+%, [\d.]+ [KM]B\/s/);
  await button(panel, 'Show Files').click();
  const line = panel.transfers.getByRole('listitem');
  await expect(line).toContainText(/model\.nc\d+%, [\d.]+ [KM]B\/s/);
  await expect.poll(() => progress(panel, 'Upload of model.nc')).toBeGreaterThan(10);
  await button(panel, 'Cancel upload of model.nc').click();
  await expect(panel.transfers).toBeHidden();
  expect(await gcs.keys(SCRATCH)).toEqual([]);
});

test('the keyboard alone cancels one upload and then the rest', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  const press = (key: string) => page.keyboard.press(key);
  const focused = page.locator(':focus');
  await gcs.put(SCRATCH, `${HOME}there.txt`, '');
  await panel.root.getByRole('button', { name: /^Refresh/ }).click();
  await panel.row(`${HOME}there.txt`).click();
  await slowDown(page, MiB);
  const files = await Promise.all(['a.nc', 'b.nc'].map(n => localFile(n, randomBytes(9 * MiB))));
  await panel.drop(panel.grid, files);
  await expect(panel.transfers).toBeVisible();
  await panel.row(`${HOME}there.txt`).focus();

  await press('Tab');
  await expect(focused).toHaveAccessibleName('Pause all transfers');
  await press('Tab');
  await expect(focused).toHaveAccessibleName('Cancel all transfers');
  await press('Tab');
  await expect(focused).toHaveAccessibleName('Show Files');
  await press('Enter');
  await press('Tab');
  await expect(focused).toHaveAccessibleName('Pause upload of a.nc');
  await press('Tab');
  await expect(focused).toHaveAccessibleName('Cancel upload of a.nc');
  await press('Enter');
  await expect(panel.transfers).not.toContainText('a.nc');
  await expect(focused).toHaveAccessibleName('Hide Files');
  await press('Shift+Tab');
  await press('Enter');
  await expect(panel.transfers).toBeHidden();
  await expect(panel.row(`${HOME}there.txt`)).toBeFocused();
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}there.txt`]);
});

test('a connection that breaks in the middle of a piece is outlived', async ({
  page,
  panel,
  stack,
  gcs,
  localFile
}) => {
  const line = await Line.to(stack.url);
  await page.goto(`${line.url}/lab`);
  // Galata asks for kernels itself, through the line, and fails the test when it is cut.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await panel.openListed();
  const bytes = randomBytes(20 * MiB);
  const cut = line.cutAfter(12 * MiB);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await cut;
  await expect(panel.transfers).toContainText('trying again');
  line.mend();
  await expect(panel.transfers).toContainText('1 file uploaded', { timeout: 45_000 });
  expect((await gcs.get(SCRATCH, `${HOME}model.nc`)).equals(bytes)).toBe(true);
  await line.stop();
});

test('a failed upload says why and can be retried', async ({ page, panel, gcs, localFile }) => {
  // A proxy's login page in place of the server's answer: not a success.
  await page.route(PIECES, route =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<html>Sign in</html>' })
  );
  await panel.drop(panel.grid, [await localFile('a.csv', 'a')]);
  await expect(panel.transfers).toContainText('Something other than your Jupyter server answered');
  expect(await gcs.keys(SCRATCH)).toEqual([]);
  await page.unroute(PIECES);
  await button(panel, 'Retry upload of a.csv').click();
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect(String(await gcs.get(SCRATCH, `${HOME}a.csv`))).toBe('a');
});

test('a file that changes on disk never becomes an object', async ({
  page,
  panel,
  gcs,
  localFile
}) => {
  await slowDown(page, 4 * MiB);
  const path = await localFile('model.nc', randomBytes(20 * MiB));
  await panel.drop(panel.grid, [path]);
  await expect(panel.transfers.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow', '0');
  await writeFile(path, 'another run');
  await expect(panel.transfers).toContainText('The file was changed, moved or deleted');
  expect(await gcs.keys(SCRATCH)).toEqual([]);
});

test("somebody else's folder asks for a second yes", async ({ page, panel, gcs, localFile }) => {
  await gcs.put(SCRATCH, 'bob/theirs.csv', '');
  await panel.filter.fill(`gs://${SCRATCH}/bob/`);
  await panel.filter.press('Enter');
  await expect(panel.row('bob/theirs.csv')).toBeVisible();
  const file = await localFile('a.csv', 'a');
  const dialog = page.getByRole('dialog').filter({ hasText: 'folder of "bob"' });

  await panel.drop(panel.grid, [file]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  expect(await gcs.keys(SCRATCH)).toEqual(['bob/theirs.csv']);

  await panel.drop(panel.grid, [file]);
  await dialog.getByRole('button', { name: 'Upload to "bob"' }).click();
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect(await gcs.keys(SCRATCH)).toEqual(['bob/a.csv', 'bob/theirs.csv']);
});

test('an illegal name is refused, an empty folder is nothing; what is beside them arrives', async ({
  panel,
  gcs,
  localFile
}) => {
  const good = await localFile('good.csv', 'good');
  const folder = `${good}-folder`;
  await mkdir(folder);
  await panel.drop(panel.grid, [await localFile('line\nbreak.csv', 'bad'), folder, good]);
  await expect(panel.transfers).toContainText('1 file uploaded, 1 failed');
  await expect(panel.transfers).toContainText('The name contains a line break');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}good.csv`]);
  await button(panel, 'Clear').click();
  await expect(panel.transfers).toBeHidden();
  await panel.drop(panel.grid, [folder]);
  await expect(panel.transfers).toContainText('There is no file in this folder');
});

test('leaving the page while something moves is asked about', async ({
  page,
  panel,
  localFile
}) => {
  await slowDown(page, MiB);
  await panel.drop(panel.grid, [await localFile('model.nc', randomBytes(20 * MiB))]);
  await button(panel, 'Show Files').click();
  await expectAsked(page, true);
});
