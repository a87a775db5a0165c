import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';

/** What axe finds in a part of the page, in words. */
async function faults(page: Page, part: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: page.mainFrame().page() })
    .include(part)
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
  test(`axe finds no fault in any state of the panel, ${theme}`, async ({ page, panel, gcs }) => {
    for (const name of ['alpha.txt', 'beta.txt', 'data/inside.txt']) {
      await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
    }
    await page.theme.setTheme(theme);
    await panel.open();
    await panel.row(`${HOME}alpha.txt`).click();
    await panel.root.getByRole('button', { name: 'Name' }).click();
    await expect(panel.root.getByRole('columnheader', { name: 'Name' })).toHaveAttribute(
      'aria-sort',
      'descending'
    );
    expect(await faults(page, '#leap-buckets'), 'sorted').toEqual([]);

    await panel.row(`${HOME}beta.txt`).click();
    await page.keyboard.press('F2');
    await expect(panel.root.getByLabel('New name of beta.txt')).toBeFocused();
    expect(await faults(page, '#leap-buckets'), 'renaming').toEqual([]);
    await page.keyboard.press('Escape');

    await panel.filter.fill('no such name');
    await expect(panel.root).toContainText('No name contains');
    expect(await faults(page, '#leap-buckets'), 'nothing found').toEqual([]);
    await panel.filter.fill('');

    await panel.row(`${HOME}data/`).click();
    await panel.run('leap-buckets:folder-size');
    await expect(panel.jobs).toBeVisible();
    expect(await faults(page, '#leap-buckets'), 'with jobs').toEqual([]);

    await panel.root.getByRole('button', { name: 'More' }).click();
    await expect(page.locator('.lm-Menu')).toBeVisible();
    expect(await faults(page, '#leap-buckets'), 'beside the menu').toEqual([]);
  });
}
