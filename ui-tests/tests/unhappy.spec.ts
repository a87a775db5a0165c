import type { Page } from '@playwright/test';
import { Documents } from '../support/documents';
import { expect, type GatedGcs, HOME, SCRATCH, test } from '../support/gate';

// What is asked of rows, and cannot be had: a person reads what happened to what, and what to do.

const KEY = `${HOME}notes.txt`;
const FOLDER = `${HOME}runs/`;

/** Every way in which an object cannot be had, and what is said then. */
const FAULTS = {
  gone: {
    cause: (_: Page, gate: GatedGcs) => gate.delete(SCRATCH, KEY),
    says: ['There is no', 'jovyan/notes.txt', 'deleted']
  },
  refused: {
    cause: async (_: Page, gate: GatedGcs) => gate.refuse(/notes\.txt/),
    says: ['does not let this server', 'jovyan/notes.txt', 'access']
  },
  offline: {
    cause: (page: Page) => page.context().setOffline(true),
    says: ['The server did not answer.', 'Check your network']
  }
} as const;

const each = Object.entries(FAULTS);

test.beforeEach(async ({ page, panel, gate }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await gate.put(SCRATCH, KEY, 'some notes', 'text/plain');
  await gate.put(SCRATCH, `${FOLDER}first.txt`, 'x');
  await gate.put(SCRATCH, `${FOLDER}second.txt`, 'y');
  await panel.open();
  await panel.row(KEY).click();
});

test.describe('a file that cannot be had', () => {
  for (const [fault, { cause, says }] of each) {
    test(`is not opened: ${fault}`, async ({ page, panel, gate }) => {
      await cause(page, gate);
      await page.keyboard.press('Enter');
      const dialog = panel.dialog('"notes.txt" was not opened');
      for (const words of says) {
        await expect(dialog).toContainText(words);
      }
      await dialog.getByRole('button').first().press('Enter');
      await expect(new Documents(page).tab('notes.txt')).toHaveCount(0);
    });

    test(`is not opened with a viewer: ${fault}`, async ({ page, panel, gate }) => {
      await cause(page, gate);
      await panel.chooseByKeys('Editor', 'Open With');
      const dialog = panel.dialog('"notes.txt" was not opened');
      for (const words of says) {
        await expect(dialog).toContainText(words);
      }
    });

    test(`has no details: ${fault}`, async ({ page, panel, gate }) => {
      await cause(page, gate);
      await panel.choose(panel.row(KEY), 'Details');
      const dialog = panel.dialog('There are no details of "notes.txt"');
      for (const words of says) {
        await expect(dialog).toContainText(words);
      }
      await dialog.getByRole('button').press('Enter');
      await expect(panel.row(KEY)).toBeFocused();
    });

    test(`is not downloaded: ${fault}`, async ({ page, panel, gate }) => {
      await cause(page, gate);
      await panel.choose(panel.row(KEY), 'Download');
      const dialog = panel.dialog('Nothing was downloaded');
      for (const words of says) {
        await expect(dialog).toContainText(words);
      }
      await dialog.getByRole('button').press('Enter');
      await expect(panel.row(KEY)).toBeFocused();
    });
  }

  test('says so in a new browser tab', async ({ page, panel, gate }) => {
    await gate.delete(SCRATCH, KEY);
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.chooseByKeys('Open in New Browser Tab', 'More')
    ]);
    const dialog = tab.getByRole('dialog');
    await expect(dialog).toContainText('Cannot open this link', { timeout: 60_000 });
    await expect(dialog).toContainText('jovyan/notes.txt');
  });

  test('opens in a new browser tab when the connection is back', async ({ page, panel }) => {
    await page.context().setOffline(true);
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.chooseByKeys('Open in New Browser Tab', 'More')
    ]);
    // The browser itself says that there is no connection.
    await tab.waitForURL(/chrome-error/);
    await expect(panel.row(KEY)).toHaveAttribute('aria-selected', 'true');
    await page.context().setOffline(false);
    await tab.reload();
    await expect(tab.getByRole('tab', { name: 'notes.txt' })).toBeVisible({ timeout: 60_000 });
  });

  test('may be refused in a new browser tab', async ({ page, panel, gate }) => {
    gate.refuse(/notes\.txt/);
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.chooseByKeys('Open in New Browser Tab', 'More')
    ]);
    const dialog = tab.getByRole('dialog');
    await expect(dialog).toContainText('does not let this server', { timeout: 60_000 });
    await expect(dialog).toContainText('jovyan/notes.txt');
  });
});

test.describe('a folder that cannot be had as a zip', () => {
  const FOLDER_FAULTS = {
    refused: {
      cause: async (_: Page, gate: GatedGcs) => gate.refuse(/runs/),
      says: ['"runs"', 'does not let this server', 'Ask for access']
    },
    offline: FAULTS.offline
  };
  for (const [fault, { cause, says }] of Object.entries(FOLDER_FAULTS)) {
    test(`is not downloaded: ${fault}`, async ({ page, panel, gate }) => {
      await cause(page, gate);
      await panel.choose(panel.row(FOLDER), 'Download');
      await panel
        .dialog('Download folders?')
        .getByRole('button', { name: 'Download' })
        .press('Enter');
      const dialog = panel.dialog('Nothing was downloaded');
      for (const words of says) {
        await expect(dialog).toContainText(words);
      }
      await dialog.getByRole('button').press('Enter');
      await expect(panel.row(FOLDER)).toBeFocused();
    });
  }

  test('is not downloaded: gone', async ({ panel, gate }) => {
    await gate.delete(SCRATCH, `${FOLDER}first.txt`);
    await gate.delete(SCRATCH, `${FOLDER}second.txt`);
    await panel.choose(panel.row(FOLDER), 'Download');
    await panel
      .dialog('Download folders?')
      .getByRole('button', { name: 'Download' })
      .press('Enter');
    const dialog = panel.dialog('Nothing was downloaded');
    await expect(dialog).toContainText('runs');
    await dialog.getByRole('button').press('Enter');
    await expect(panel.row(FOLDER)).toBeFocused();
  });
});

test.describe('code and addresses', () => {
  test('are copied without a connection, too', async ({ page, panel }) => {
    await page.context().setOffline(true);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await panel.choose(panel.row(KEY), 'Copy Path');
    await expect.poll(copied).toBe(`${SCRATCH}/${KEY}`);
    await panel.choose(panel.row(KEY), 'Copy URI', 'More');
    await expect.poll(copied).toBe(`gs://${SCRATCH}/${KEY}`);
    await panel.choose(panel.row(KEY), 'Copy Python', 'More');
    await expect.poll(copied).toContain('fsspec');
  });

  test('are not in a new notebook that cannot be made', async ({ page, panel }) => {
    await page.context().setOffline(true);
    await page.keyboard.press('Control+Enter');
    // JupyterLab's own words come first.
    await page.getByRole('dialog').getByRole('button').press('Enter');
    const dialog = panel.dialog('The Python for "notes.txt" was not inserted');
    await expect(dialog).toContainText('Open one and try again');
    await dialog.getByRole('button').press('Enter');
    await expect(panel.row(KEY)).toBeFocused();
    await expect(page.locator('.jp-Notebook')).toHaveCount(0);
  });
});
