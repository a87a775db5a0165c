import { readFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';

async function downloaded(page: Page, act: () => Promise<void>): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  expect(await download.failure()).toBeNull();
  return download;
}

test.describe('a download', () => {
  test('of one file is the file itself', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}ünï "x".txt`, 'hello', 'text/plain');
    await panel.open();
    const row = panel.row(`${HOME}ünï "x".txt`);
    const file = await downloaded(page, () => panel.choose(row, 'Download'));
    expect(await readFile(await file.path(), 'utf8')).toBe('hello');
    expect(file.suggestedFilename()).toContain('ünï');
  });

  test('of several things is one zip', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}a.txt`, 'first');
    await gcs.put(SCRATCH, `${HOME}deep/er/b.txt`, 'second');
    await panel.open();
    await panel.row(`${HOME}a.txt`).click();
    await page.keyboard.press('Control+a');
    const file = await downloaded(page, async () => {
      await panel.choose(panel.row(`${HOME}a.txt`), 'Download');
      await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
    });
    expect(file.suggestedFilename()).toMatch(/\.zip$/);
    const bytes = await readFile(await file.path(), 'latin1');
    expect(bytes.startsWith('PK')).toBe(true);
    for (const part of ['a.txt', 'deep/er/b.txt', 'first', 'second']) {
      expect(bytes).toContain(part);
    }
  });

  test('of what is gone says so', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}gone.txt`, 'x');
    await panel.open();
    await panel.row(`${HOME}gone.txt`).waitFor();
    await gcs.delete(SCRATCH, `${HOME}gone.txt`);
    await panel.choose(panel.row(`${HOME}gone.txt`), 'Download');
    await expect(page.getByRole('dialog')).toContainText('Nothing was downloaded');
    await expect(page.getByRole('dialog')).toContainText('gone.txt');
  });
});

test('addresses and code are copied for all selected rows', async ({ page, panel, gcs }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await gcs.put(SCRATCH, `${HOME}a b.csv`, 'x');
  await gcs.put(SCRATCH, `${HOME}c.txt`, 'x');
  await panel.open();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const row = panel.row(`${HOME}a b.csv`);
  await panel.choose(row, 'Copy Path');
  await expect.poll(copied).toBe(`${SCRATCH}/${HOME}a b.csv`);
  await panel.choose(row, 'Copy HTTPS URL', 'More');
  await expect.poll(copied).toBe(`https://storage.googleapis.com/${SCRATCH}/${HOME}a%20b.csv`);
  await panel.choose(row, 'Copy Python', 'More');
  await expect.poll(copied).toContain(`pd.read_csv("gs://${SCRATCH}/${HOME}a b.csv")`);
  await page.keyboard.press('Control+a');
  await panel.choose(row, 'Copy URI', 'More');
  await expect
    .poll(copied)
    .toBe([`gs://${SCRATCH}/${HOME}a b.csv`, `gs://${SCRATCH}/${HOME}c.txt`].join('\n'));
});

test('another viewer opens a file', async ({ page, panel, gcs }) => {
  await gcs.put(SCRATCH, `${HOME}table.csv`, 'a,b\n1,2\n', 'text/csv');
  await panel.open();
  await panel.choose(panel.row(`${HOME}table.csv`), 'Editor', 'Open With');
  await expect(page.locator('.jp-FileEditor').getByText('a,b')).toBeVisible();
});

test('a new browser tab shows the same file', async ({ page, panel, gcs }) => {
  await gcs.put(SCRATCH, `${HOME}notes.txt`, 'in a tab of its own');
  await panel.open();
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    panel.choose(panel.row(`${HOME}notes.txt`), 'Open in New Browser Tab', 'More')
  ]);
  await expect(tab.getByText('in a tab of its own')).toBeVisible({ timeout: 30_000 });
});

test('details tell all there is to know', async ({ page, panel, gcs }) => {
  await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello', 'text/plain');
  await gcs.put(SCRATCH, `${HOME}deep/x.txt`, 'x');
  await panel.open();
  await panel.choose(panel.row(`${HOME}notes.txt`), 'Details');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`gs://${SCRATCH}/${HOME}notes.txt`);
  await expect(dialog).toContainText('5 B (5 bytes)');
  await expect(dialog).toContainText('text/plain');
  await expect(dialog).toContainText('mnG7TA==');
  await expect(dialog.getByText('Will be deleted')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).press('Escape');
  await panel.choose(panel.row(`${HOME}deep/`), 'Details');
  await expect(dialog).toContainText('all objects whose names begin with this prefix');
  await dialog.getByRole('button', { name: 'Close' }).press('Escape');

  await gcs.delete(SCRATCH, `${HOME}notes.txt`);
  await panel.choose(panel.row(`${HOME}notes.txt`), 'Details');
  await expect(dialog).toContainText('There are no details of "notes.txt"');
});
