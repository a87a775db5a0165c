import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { Documents } from '../support/documents';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';
import { fileBrowser, pull } from '../support/pull';

async function drop(page: Page, key?: string): Promise<void> {
  await page.mouse.up();
  if (key) {
    await page.keyboard.up(key);
  }
}

test.describe('rows dragged', () => {
  test('onto a folder are moved, after a question', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}a.txt`, 'a');
    await gcs.put(SCRATCH, `${HOME}b.txt`, 'b');
    await gcs.put(SCRATCH, `${HOME}runs/first`, 'x');
    await panel.open();
    await panel.row(`${HOME}a.txt`).click();
    await panel.row(`${HOME}b.txt`).click({ modifiers: ['Shift'] });
    await pull(page, panel.row(`${HOME}b.txt`), panel.row(`${HOME}runs/`));
    await expect(panel.root).toContainText('Move to "runs"');
    await expect(panel.row(`${HOME}runs/`)).toHaveClass(/jp-mod-dropTarget/);
    await drop(page);
    await expect(page.getByRole('dialog')).toContainText('Move 2 files to "runs"?');
    await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
    await expect(panel.row(`${HOME}a.txt`)).toHaveCount(0);
    expect(await gcs.keys(SCRATCH)).toEqual([
      `${HOME}runs/a.txt`,
      `${HOME}runs/b.txt`,
      `${HOME}runs/first`
    ]);
  });

  test('with Ctrl are copied', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}a.txt`, 'a');
    await gcs.put(SCRATCH, `${HOME}runs/first`, 'x');
    await panel.open();
    await pull(page, panel.row(`${HOME}a.txt`), panel.row(`${HOME}runs/`), 'Control');
    await expect(panel.root).toContainText('Copy to "runs"');
    await drop(page, 'Control');
    await expect
      .poll(() => gcs.keys(SCRATCH))
      .toEqual([`${HOME}a.txt`, `${HOME}runs/a.txt`, `${HOME}runs/first`]);
  });

  test('where they are, or nowhere, change nothing', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}a.txt`, 'a');
    await gcs.put(SCRATCH, `${HOME}runs/first`, 'x');
    await panel.open();
    await pull(page, panel.row(`${HOME}a.txt`), panel.grid);
    await expect(panel.root).not.toContainText('Move to');
    await drop(page);
    await pull(page, panel.row(`${HOME}runs/`), panel.row(`${HOME}a.txt`));
    await drop(page);
    await page.waitForTimeout(500);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}a.txt`, `${HOME}runs/first`]);
  });

  test('into a notebook leave the Python that reads them', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}table.csv`, 'a,b\n1,2\n');
    await page.notebook.createNew();
    await panel.open();
    const cell = page.locator('.jp-Notebook .jp-Cell .cm-content').first();
    await pull(page, panel.row(`${HOME}table.csv`), cell);
    await drop(page);
    await expect(cell).toContainText(`pd.read_csv("gs://${SCRATCH}/${HOME}table.csv")`);
  });

  test('onto the file browser are saved to the disk', async ({
    page,
    panel,
    gcs,
    stack,
    tmpPath
  }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'from the bucket');
    const folder = join(stack.root, tmpPath, 'saved');
    await mkdir(folder, { recursive: true });
    await panel.open();
    await fileBrowser(page);
    await panel.open();
    const item = page.locator('.jp-DirListing-item', { hasText: 'saved' });
    await pull(page, panel.row(`${HOME}notes.txt`), item);
    await drop(page);
    await expect
      .poll(() => readFile(join(folder, 'notes.txt'), 'utf8').catch(() => ''))
      .toBe('from the bucket');
    expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}notes.txt`]);
  });
});

test.describe('files of the server’s disk', () => {
  test('go into a folder by a drag, and folders whole', async ({
    page,
    panel,
    gcs,
    stack,
    tmpPath
  }) => {
    const folder = join(stack.root, tmpPath, 'model');
    await mkdir(join(folder, 'deep'), { recursive: true });
    await writeFile(join(folder, 'deep/x.txt'), 'deep');
    await gcs.put(SCRATCH, `${HOME}runs/first`, 'x');
    await fileBrowser(page);
    await panel.open();
    const item = page.locator('.jp-DirListing-item', { hasText: 'model' });
    await pull(page, item, panel.row(`${HOME}runs/`));
    await expect(panel.root).toContainText('Upload to "runs"');
    await drop(page);
    await expect
      .poll(() => gcs.keys(SCRATCH))
      .toEqual([`${HOME}runs/first`, `${HOME}runs/model/deep/x.txt`]);
    expect(await readFile(join(folder, 'deep/x.txt'), 'utf8')).toBe('deep');
  });

  test('are uploaded from the menu of the file browser', async ({
    page,
    panel,
    gcs,
    stack,
    tmpPath
  }) => {
    await writeFile(join(stack.root, tmpPath, 'table.csv'), 'a,b');
    await fileBrowser(page);
    const item = page.locator('.jp-DirListing-item', { hasText: 'table.csv' });
    await panel.choose(item, 'Upload to Bucket...');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill(`gs://${SCRATCH}/${HOME}from-disk`);
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await expect.poll(() => gcs.keys(SCRATCH)).toEqual([`${HOME}from-disk/table.csv`]);
  });
});

test('a row is saved to a folder that is chosen', async ({ page, panel, gcs, stack }) => {
  await gcs.put(SCRATCH, `${HOME}notes.txt`, 'kept');
  await panel.open();
  await panel.choose(panel.row(`${HOME}notes.txt`), 'Save to Disk...', 'More');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Select/ })
    .click();
  await expect
    .poll(() => readFile(join(stack.root, 'notes.txt'), 'utf8').catch(() => ''))
    .toBe('kept');
  await rm(join(stack.root, 'notes.txt'));
  await expect(new Documents(page).dialog).toHaveCount(0);
});
