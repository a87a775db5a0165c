import { AxeBuilder } from '@axe-core/playwright';
import { Documents } from '../support/documents';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';

const focusedKey = () => document.activeElement?.getAttribute('data-key') ?? null;

test.beforeEach(async ({ gcs }) => {
  for (const name of ['alpha.txt', 'beta.txt', 'data/inside.txt', 'delta.txt', 'zeta.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
});

test('a person without a mouse finds, opens and comes back', async ({ page, panel }) => {
  await page.keyboard.press('Control+Shift+c');
  await page.keyboard.type('show cloud buckets');
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(focusedKey);
  await expect(panel.row(`${HOME}alpha.txt`)).toBeVisible();
  await expect.poll(focused).toBe(`${HOME}alpha.txt`);

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe(`${HOME}data/`);
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}data/inside.txt`)).toBeVisible();
  await expect.poll(focused).toBe(`${HOME}data/inside.txt`);

  await page.keyboard.press('Backspace');
  await expect.poll(focused).toBe(`${HOME}data/`);
  await expect(panel.row(`${HOME}data/`)).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('End');
  await expect.poll(focused).toBe(`${HOME}zeta.txt`);
  await page.keyboard.press('Home');
  await page.keyboard.type('de');
  await expect.poll(focused).toBe(`${HOME}delta.txt`);
  await page.keyboard.press('Enter');
  await expect(new Documents(page).editor).toHaveText('this is delta.txt');
});

test('ranges, single rows and all rows are selected', async ({ page, panel }) => {
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
  const selected = panel.grid.locator('[aria-selected="true"]');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(selected).toHaveCount(3);
  await expect(panel.root).toContainText('3 selected');
  await page.keyboard.press('ArrowDown');
  await expect(selected).toHaveCount(1);
  await page.keyboard.press('Control+a');
  await expect(selected).toHaveCount(5);
  await page.keyboard.press(' ');
  await expect(selected).toHaveCount(4);
  await panel.row(`${HOME}beta.txt`).click({ modifiers: ['Shift'] });
  await expect(selected).toHaveCount(3);
});

test('single rows are selected by Ctrl with arrows and Space', async ({ page, panel }) => {
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
  const selected = panel.grid.locator('[aria-selected="true"]');
  await page.keyboard.press('Control+ArrowDown');
  await page.keyboard.press('Control+ArrowDown');
  await expect(selected).toHaveCount(1);
  await page.keyboard.press(' ');
  await expect(selected).toHaveCount(2);
  await expect(panel.row(`${HOME}beta.txt`)).toHaveAttribute('aria-selected', 'false');
});

test('the keyboard comes from a document and stays while an address is copied', async ({
  page,
  panel
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const documents = new Documents(page);
  await panel.open();
  await panel.row(`${HOME}delta.txt`).dblclick();
  await documents.type('');
  await page.keyboard.press('Control+Shift+c');
  await page.keyboard.type('show cloud buckets');
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(focusedKey);
  await expect.poll(focused).toBe(`${HOME}delta.txt`);

  await page.keyboard.press('Control+c');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe(`gs://${SCRATCH}/${HOME}delta.txt`);
  expect(await focused()).toBe(`${HOME}delta.txt`);
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Copy Path' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe(`${HOME}delta.txt`);

  await page.keyboard.press('Backspace');
  await expect(panel.row(HOME)).toBeVisible();
  await expect(documents.editor).toHaveText('this is delta.txt');
});

test('the keyboard stays through a refresh, a filter and a scroll', async ({
  page,
  panel,
  gcs
}) => {
  const focused = () => page.evaluate(focusedKey);
  for (let index = 0; index < 100; index++) {
    await gcs.put(SCRATCH, `${HOME}m-${String(index).padStart(2, '0')}`, '');
  }
  await panel.open();
  await panel.row(`${HOME}beta.txt`).click();
  await gcs.delete(SCRATCH, `${HOME}beta.txt`);
  await panel.root.getByRole('button', { name: /^Refresh/ }).dispatchEvent('click');
  await expect(panel.row(`${HOME}beta.txt`)).toHaveCount(0);
  await expect.poll(focused).toBe(`${HOME}data/`);

  // The focused row stays alive out of sight, so that the next key goes on from it.
  await panel.grid.evaluate(grid => grid.scrollTo(0, grid.scrollHeight));
  await expect(panel.row(`${HOME}zeta.txt`)).toBeVisible();
  expect(await focused()).toBe(`${HOME}data/`);
  await page.keyboard.press('ArrowDown');
  await expect(panel.row(`${HOME}delta.txt`)).toBeInViewport();

  await panel.filter.fill('zeta');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe(`${HOME}zeta.txt`);
  await panel.filter.press('Escape');
  await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(1);
});

test('typing in the filter is typing', async ({ page, panel }) => {
  await panel.open();
  await expect(panel.row(`${HOME}data/`)).toBeVisible();
  await panel.filter.fill('dat');
  await page.keyboard.press('Backspace');
  await expect(panel.filter).toHaveValue('da');
  await expect(panel.row(`${HOME}data/`)).toBeVisible();
  await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
});

for (const theme of ['light', 'dark'] as const) {
  test(`the panel has no fault that axe finds, ${theme}`, async ({ page, panel }) => {
    await page.theme[theme === 'light' ? 'setLightTheme' : 'setDarkTheme']();
    await panel.open();
    await panel.row(`${HOME}alpha.txt`).click();
    const raw = page.mainFrame().page();
    const { violations } = await new AxeBuilder({ page: raw }).include('#leap-buckets').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
  });
}
