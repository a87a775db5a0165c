import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Documents } from '../support/documents';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

test.beforeEach(async ({ page, panel, gcs }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await gcs.put(SCRATCH, `${HOME}notes.txt`, 'some notes', 'text/plain');
  await gcs.put(SCRATCH, `${HOME}runs/first.txt`, 'x');
  await panel.open();
  await panel.row(`${HOME}notes.txt`).focus();
});

test.describe('the menu, by keys alone,', () => {
  test('copies, tells and downloads, and the row keeps the keyboard', async ({ page, panel }) => {
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const row = panel.row(`${HOME}notes.txt`);
    await panel.chooseByKeys('Copy Path');
    await expect.poll(copied).toBe(`${SCRATCH}/${HOME}notes.txt`);
    await expect(row).toBeFocused();
    await panel.chooseByKeys('Copy URI', 'More');
    await expect.poll(copied).toBe(`gs://${SCRATCH}/${HOME}notes.txt`);
    await panel.chooseByKeys('Copy HTTPS URL', 'More');
    await expect.poll(copied).toContain('https://storage.googleapis.com/');
    await panel.chooseByKeys('Copy Python', 'More');
    await expect.poll(copied).toContain('import fsspec');
    await expect(row).toBeFocused();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.chooseByKeys('Download')
    ]);
    expect(await readFile(await download.path(), 'utf8')).toBe('some notes');
    await expect(row).toBeFocused();

    await panel.chooseByKeys('Details');
    const close = page.getByRole('dialog').getByRole('button', { name: 'Close' });
    await expect(close).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(row).toBeFocused();

    await panel.chooseByKeys('Favourite');
    await expect(panel.place.locator('optgroup option')).toHaveText(`gs://${SCRATCH}/${HOME}`);
    await expect(row).toBeFocused();
  });

  test('copies elsewhere, keeps and saves', async ({ page, panel, gcs, stack }) => {
    const row = panel.row(`${HOME}notes.txt`);
    const box = page.getByRole('dialog').getByRole('textbox');
    await panel.chooseByKeys('Copy to...');
    await expect(page.getByRole('dialog').getByRole('listbox')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(box).toBeFocused();
    await page.keyboard.press('End');
    await page.keyboard.type('runs/');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => gcs.keys(SCRATCH))
      .toEqual([`${HOME}notes.txt`, `${HOME}runs/first.txt`, `${HOME}runs/notes.txt`]);
    await expect(row).toBeFocused();

    await panel.chooseByKeys('Keep');
    await expect.poll(() => gcs.keys(PERSISTENT)).toEqual([`${HOME}notes.txt`]);
    await expect(row).toBeFocused();

    await panel.chooseByKeys('Save to Disk...', 'More');
    const select = page.getByRole('dialog').getByRole('button', { name: /Select/ });
    await select.press('Enter');
    await expect
      .poll(() => readFile(join(stack.root, 'notes.txt'), 'utf8').catch(() => ''))
      .toBe('some notes');
    await expect(row).toBeFocused();
  });

  test('measures and searches', async ({ page, panel }) => {
    await panel.row(`${HOME}runs/`).focus();
    await panel.chooseByKeys('Folder Size', 'More');
    await expect(panel.jobs).toContainText('1 file');
    await panel.chooseByKeys('Search Below Folder...', 'More');
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
    await page.keyboard.type('FIRST');
    await page.keyboard.press('Enter');
    await expect(page.locator('#jp-main-dock-panel').getByText('first.txt')).toBeVisible();
  });

  test('makes a folder and a text file, and lists again', async ({ page, panel, gcs }) => {
    await panel.chooseByKeys('New Folder...');
    await page.keyboard.type('more runs');
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}more runs/`)).toBeFocused();
    await panel.chooseByKeys('New Text File...');
    await page.keyboard.type('today.txt');
    await page.keyboard.press('Enter');
    await expect(new Documents(page).tab('today.txt')).toBeVisible();
    expect(await gcs.keys(SCRATCH)).toEqual(
      ['more runs/', 'notes.txt', 'runs/first.txt', 'today.txt'].map(name => HOME + name)
    );

    await gcs.put(SCRATCH, `${HOME}theirs.txt`, 'x');
    await panel.row(`${HOME}notes.txt`).focus();
    await panel.chooseByKeys('Refresh Folder');
    await expect(panel.row(`${HOME}theirs.txt`)).toBeVisible();
    await expect(panel.row(`${HOME}notes.txt`)).toBeFocused();
  });

  test('downloads a folder as a zip', async ({ page, panel }) => {
    await panel.row(`${HOME}runs/`).focus();
    await panel.chooseByKeys('Download');
    const yes = page.getByRole('dialog').getByRole('button', { name: 'Download' });
    await expect(yes).toBeFocused();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.keyboard.press('Enter')
    ]);
    expect(download.suggestedFilename()).toBe('runs.zip');
    expect(await readFile(await download.path(), 'latin1')).toContain('runs/first.txt');
    await expect(panel.row(`${HOME}runs/`)).toBeFocused();
  });

  test('opens with another viewer', async ({ page, panel }) => {
    await panel.chooseByKeys('Editor', 'Open With');
    await expect(page.locator('.jp-FileEditor').getByText('some notes')).toBeVisible();
  });
});

const REFUSAL = { message: 'Not for you.', reason: 'no-permission', hint: 'Ask Bob.' };

test.describe('what is refused says why', () => {
  for (const [line, submenu] of [
    ['Keep', undefined],
    ['Folder Size', 'More'],
    ['Duplicate', 'More']
  ]) {
    test(`after "${line}"`, async ({ page, panel, gcs }) => {
      const before = await gcs.keys(SCRATCH);
      await page.route('**/leap-buckets/operations*', route =>
        route.fulfill({ status: 403, json: REFUSAL })
      );
      await panel.chooseByKeys(line!, submenu);
      await expect(panel.jobs).toContainText('Not for you. Ask Bob.');
      expect(await gcs.keys(SCRATCH)).toEqual(before);
    });
  }

  for (const [line, route] of [
    ['Details', '**/leap-buckets/details?**'],
    ['Download', '**/leap-buckets/object?**']
  ]) {
    test(`after "${line}", also without a connection`, async ({ page, panel }) => {
      const dialog = page.getByRole('dialog');
      let isOffline = false;
      await page.route(route, answer =>
        isOffline ? answer.abort() : answer.fulfill({ status: 403, json: REFUSAL })
      );
      await panel.chooseByKeys(line);
      await expect(dialog).toContainText('Not for you.');
      await dialog.getByRole('button').click();
      await expect(dialog).toBeHidden();
      isOffline = true;
      await expect(panel.row(`${HOME}notes.txt`)).toBeFocused();
      await panel.chooseByKeys(line);
      await expect(dialog).toContainText('The server did not answer.');
      await dialog.getByRole('button').click();
      await expect(panel.row(`${HOME}notes.txt`)).toBeFocused();
    });
  }

  test('after "Download" of a folder', async ({ page, panel }) => {
    await page.route('**/leap-buckets/archive*', route =>
      route.fulfill({ status: 403, json: REFUSAL })
    );
    await panel.row(`${HOME}runs/`).focus();
    await panel.chooseByKeys('Download');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Download' }).click();
    await expect(dialog).toContainText('Nothing was downloaded');
    await expect(dialog).toContainText('Not for you.');
  });
});
