import type { Page } from '@playwright/test';
import type { GatedGcs } from '../support/gate';
import { expect, HOME, SCRATCH, test } from '../support/gate';

// What goes over everything below a folder, and does not come to its end.

const FOLDER = `${HOME}runs/`;

const FAULTS = {
  refused: {
    cause: async (_: Page, gate: GatedGcs) => gate.refuse(/prefix=jovyan(%2F|\/)runs/),
    says: 'does not let this server'
  },
  offline: {
    cause: (page: Page) => page.context().setOffline(true),
    says: 'Check your network'
  }
};

test.beforeEach(async ({ panel, gate }) => {
  await gate.put(SCRATCH, `${FOLDER}first.txt`, 'x');
  await panel.open();
  await panel.row(FOLDER).click();
});

for (const [fault, { cause, says }] of Object.entries(FAULTS)) {
  test(`the size of a folder is not told: ${fault}`, async ({ page, panel, gate }) => {
    await cause(page, gate);
    await panel.choose(panel.row(FOLDER), 'Folder Size', 'More');
    await expect(panel.jobs).toContainText('Size of "runs"');
    await expect(panel.jobs).toContainText(says);
    gate.allow();
    await page.context().setOffline(false);
    await panel.jobs.getByRole('button', { name: /^Try again/ }).press('Enter');
    await expect(panel.jobs).toContainText('1 file, 1 B');
  });

  test(`a search says why it found nothing: ${fault}`, async ({ page, panel, gate }) => {
    await cause(page, gate);
    await panel.chooseByKeys('Search Below Folder...', 'More');
    const box = page.getByRole('dialog').getByRole('textbox');
    await box.fill('first');
    await box.press('Enter');
    const results = page.getByRole('region', { name: 'Search results: first' });
    await expect(results.getByRole('alert')).toContainText(says);
    // It did not look: that is not the same as nothing found.
    await expect(results).not.toContainText('0 names');
  });
}

test('the size of a folder is not told after a cancel', async ({ panel, gate }) => {
  const release = gate.hold(/prefix=jovyan(%2F|\/)runs/);
  await panel.choose(panel.row(FOLDER), 'Folder Size', 'More');
  await panel.jobs.getByRole('button', { name: 'Cancel: Size of "runs"' }).press('Enter');
  await expect(panel.jobs).toContainText('Cancelled');
  await expect(panel.jobs).not.toContainText('1 file');
  release();
});

test('a search that is cancelled ends', async ({ page, panel, gate }) => {
  const release = gate.hold(/prefix=jovyan(%2F|\/)runs/);
  await panel.choose(panel.row(FOLDER), 'Search Below Folder...', 'More');
  const box = page.getByRole('dialog').getByRole('textbox');
  await box.fill('first');
  await box.press('Enter');
  const results = page.getByRole('region', { name: 'Search results: first' });
  await results.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(results).toContainText('(cancelled)');
  release();
});

test('the size of a folder is told though the connection was gone for a while', async ({
  page,
  panel,
  gate
}) => {
  const release = gate.hold(/prefix=jovyan(%2F|\/)runs/);
  await panel.chooseByKeys('Folder Size', 'More');
  await expect(panel.jobs).toContainText('Size of "runs"');
  await page.context().setOffline(true);
  await expect(panel.jobs).toContainText('no connection, trying again');
  release();
  await page.context().setOffline(false);
  await expect(panel.jobs).toContainText('1 file, 1 B');
});

test('a search goes on after the connection was gone', async ({ page, panel, gate }) => {
  const release = gate.hold(/prefix=jovyan(%2F|\/)runs/);
  await panel.chooseByKeys('Search Below Folder...', 'More');
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  const results = page.getByRole('region', { name: 'Search results: first' });
  await results.getByRole('button', { name: 'Cancel' }).waitFor();
  await page.context().setOffline(true);
  await expect(results).toContainText('no connection, trying again');
  release();
  await page.context().setOffline(false);
  await expect(results.getByRole('option')).toHaveCount(1);
});
