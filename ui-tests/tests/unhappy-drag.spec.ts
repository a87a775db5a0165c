import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, type GatedGcs, HOME, SCRATCH, test } from '../support/gate';
import type { Panel } from '../support/panel';
import { fileBrowser, pull } from '../support/pull';

// Drags that come to nothing: what was dragged stays where it was, and a person reads why.

const KEY = `${HOME}a.txt`;
const FOLDER = `${HOME}runs/`;

const item = (page: Page, name: string) => page.locator('.jp-DirListing-item', { hasText: name });

/** Drags the row onto the folder, and says that it is meant. */
async function move(page: Page, panel: Panel): Promise<void> {
  await pull(page, panel.row(KEY), panel.row(FOLDER));
  await page.mouse.up();
  await panel
    .dialog('Move "a.txt" to "runs"?')
    .getByRole('button', { name: 'Move' })
    .press('Enter');
}

test.beforeEach(async ({ panel, gate }) => {
  await gate.put(SCRATCH, KEY, 'from the bucket');
  await gate.put(SCRATCH, `${FOLDER}first`, 'x');
  await panel.open();
});

test.describe('a row dragged onto a folder', () => {
  test('that is gone is told by name', async ({ page, panel, gate }) => {
    await panel.row(KEY).waitFor();
    await gate.delete(SCRATCH, KEY);
    await move(page, panel);
    await expect(panel.jobs).toContainText('Moving "a.txt" to "runs"');
    await expect(panel.jobs).toContainText('1 failed');
    await expect(panel.jobs).toContainText('a.txt');
    await expect(panel.row(KEY)).toHaveCount(0);
    expect(await gate.keys(SCRATCH)).toEqual([`${FOLDER}first`]);
  });

  test('that may not be written to stays, and goes when it may', async ({ page, panel, gate }) => {
    gate.refuse(/rewriteTo|copyTo/);
    await move(page, panel);
    await expect(panel.jobs).toContainText('does not let this server');
    await expect(panel.jobs).toContainText('a.txt');
    expect(await gate.keys(SCRATCH)).toEqual([KEY, `${FOLDER}first`]);
    gate.allow();
    await panel.jobs.getByRole('button', { name: /^Try again/ }).press('Enter');
    await expect(panel.row(KEY)).toHaveCount(0);
    expect(await gate.keys(SCRATCH)).toEqual([`${FOLDER}a.txt`, `${FOLDER}first`]);
  });

  test('that has the name already is asked about, and replaces nothing unasked', async ({
    page,
    panel,
    gate
  }) => {
    await gate.put(SCRATCH, `${FOLDER}a.txt`, 'theirs');
    gate.refuse(/rewriteTo|copyTo/, 412);
    await move(page, panel);
    const dialog = panel.dialog('"a.txt" exists already');
    await expect(dialog).toContainText(`gs://${SCRATCH}/${FOLDER}`);
    await dialog.getByRole('button', { name: 'Skip' }).press('Enter');
    await expect(dialog).toBeHidden();
    expect(String(await gate.get(SCRATCH, KEY))).toBe('from the bucket');
    expect(String(await gate.get(SCRATCH, `${FOLDER}a.txt`))).toBe('theirs');
  });

  test('without a connection stays, and goes when it is back', async ({ page, panel, gate }) => {
    await panel.row(KEY).waitFor();
    await page.context().setOffline(true);
    await move(page, panel);
    await expect(panel.jobs).toContainText('Moving "a.txt" to "runs"');
    await expect(panel.jobs).toContainText('The server did not answer.');
    expect(await gate.keys(SCRATCH)).toEqual([KEY, `${FOLDER}first`]);
    await page.context().setOffline(false);
    await panel.jobs.getByRole('button', { name: /^Try again/ }).press('Enter');
    await expect(panel.row(KEY)).toHaveCount(0);
    expect(await gate.keys(SCRATCH)).toEqual([`${FOLDER}a.txt`, `${FOLDER}first`]);
  });
});

test.describe('a file of the disk dragged onto a folder', () => {
  test.beforeEach(async ({ page, panel, stack, tmpPath }) => {
    await writeFile(join(stack.root, tmpPath, 'table.csv'), 'a,b');
    await fileBrowser(page);
    await panel.open();
    await item(page, 'table.csv').waitFor();
  });

  const bring = async (page: Page, panel: Panel) => {
    await pull(page, item(page, 'table.csv'), panel.row(FOLDER));
    await page.mouse.up();
  };
  const nothingCame = async (gate: GatedGcs) =>
    expect(await gate.keys(SCRATCH)).toEqual([KEY, `${FOLDER}first`]);

  test('that is gone is told by name', async ({ page, panel, gate, stack, tmpPath }) => {
    await rm(join(stack.root, tmpPath, 'table.csv'));
    await bring(page, panel);
    const dialog = panel.dialog('Nothing was uploaded');
    await expect(dialog).toContainText('"table.csv" is not on the disk');
    await dialog.getByRole('button').press('Enter');
    await nothingCame(gate);
  });

  test('that may not be written to says so', async ({ page, panel, gate }) => {
    gate.refuse(/upload/);
    await bring(page, panel);
    await expect(panel.jobs).toContainText('Copying "table.csv" to "runs"');
    await expect(panel.jobs).toContainText('does not let this server');
    await nothingCame(gate);
  });

  test('without a connection stays, and is told', async ({ page, panel, gate, stack, tmpPath }) => {
    await page.context().setOffline(true);
    await bring(page, panel);
    const dialog = panel.dialog('Nothing was uploaded');
    await expect(dialog).toContainText('table.csv');
    await expect(dialog).toContainText('Check your network');
    await dialog.getByRole('button').press('Enter');
    await nothingCame(gate);
    expect(await readFile(join(stack.root, tmpPath, 'table.csv'), 'utf8')).toBe('a,b');
  });
});

test.describe('a row dragged onto the file browser', () => {
  let folder: string;

  test.beforeEach(async ({ page, panel, stack, tmpPath }) => {
    folder = join(stack.root, tmpPath, 'saved');
    await mkdir(folder, { recursive: true });
    await fileBrowser(page);
    await panel.open();
    await item(page, 'saved').waitFor();
  });

  const save = async (page: Page, panel: Panel) => {
    await pull(page, panel.row(KEY), item(page, 'saved'));
    await page.mouse.up();
  };
  const saved = () => readFile(join(folder, 'a.txt'), 'utf8').catch(() => null);

  test('that is gone is told by name', async ({ page, panel, gate }) => {
    await gate.delete(SCRATCH, KEY);
    await save(page, panel);
    await expect(panel.jobs).toContainText('Copying "a.txt" to "saved"');
    await expect(panel.jobs).toContainText('1 failed');
    expect(await saved()).toBeNull();
  });

  test('that may not be read says so', async ({ page, panel, gate }) => {
    gate.refuse(/a\.txt/);
    await save(page, panel);
    await expect(panel.jobs).toContainText('Copying "a.txt" to "saved"');
    await expect(panel.jobs).toContainText('does not let this server');
    expect(await saved()).toBeNull();
  });

  test('without a connection is not saved', async ({ page, panel, gate }) => {
    await page.context().setOffline(true);
    await save(page, panel);
    await expect(panel.jobs).toContainText('The server did not answer.');
    expect(await saved()).toBeNull();
    await page.context().setOffline(false);
    await panel.jobs.getByRole('button', { name: /^Try again/ }).press('Enter');
    await expect.poll(saved).toBe('from the bucket');
    expect(String(await gate.get(SCRATCH, KEY))).toBe('from the bucket');
  });

  test('where the name is taken is asked about', async ({ page, panel }) => {
    await writeFile(join(folder, 'a.txt'), 'mine');
    await save(page, panel);
    const dialog = panel.dialog('"a.txt" exists already');
    await dialog.getByRole('button', { name: 'Skip' }).press('Enter');
    await expect(dialog).toBeHidden();
    expect(await saved()).toBe('mine');
  });
});

test('a row dragged to the main area that is gone says so', async ({ page, panel, gate }) => {
  await panel.row(KEY).waitFor();
  await gate.delete(SCRATCH, KEY);
  await pull(page, panel.row(KEY), page.locator('#jp-main-dock-panel'));
  await page.mouse.up();
  await expect(panel.dialog('There is no file "jovyan/a.txt"')).toContainText('deleted');
});
