import { AxeBuilder } from '@axe-core/playwright';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

test.beforeEach(async ({ gcs, panel }) => {
  for (const name of ['alpha.txt', 'data/deep/inside.txt', 'more/x.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
  await gcs.put(PERSISTENT, `${HOME}kept/old.txt`, 'old');
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
});

test('a folder is chosen by the mouse, in another bucket too', async ({ page, panel, gcs }) => {
  await panel.choose(panel.row(`${HOME}alpha.txt`), 'Copy to...');
  const dialog = page.getByRole('dialog');
  const address = dialog.getByLabel('Address of the folder');
  await expect(address).toHaveValue(`gs://${SCRATCH}/${HOME}`);
  await dialog.getByRole('option', { name: 'data' }).dblclick();
  await expect(dialog.getByRole('option')).toHaveText(['deep']);
  await expect(address).toHaveValue(`gs://${SCRATCH}/${HOME}data/`);
  await dialog.getByRole('button', { name: 'jovyan' }).click();
  await expect(dialog.getByRole('option')).toHaveText(['data', 'more']);
  await dialog.getByRole('button', { name: 'Places' }).click();
  await dialog.getByRole('option', { name: 'My persistent' }).dblclick();
  await dialog.getByRole('option', { name: 'kept' }).click();
  await expect(address).toHaveValue(`gs://${PERSISTENT}/${HOME}kept/`);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect
    .poll(() => gcs.keys(PERSISTENT))
    .toEqual([`${HOME}kept/alpha.txt`, `${HOME}kept/old.txt`]);
});

test('a folder is chosen by keys alone', async ({ page, panel, gcs }) => {
  await panel.run('leap-buckets:move-to');
  const dialog = page.getByRole('dialog');
  const list = dialog.getByRole('listbox');
  await expect(list).toBeFocused();
  await expect(dialog.getByRole('option')).toHaveText(['data', 'more']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('option')).toHaveText(['deep']);
  await page.keyboard.press('Backspace');
  await expect(dialog.getByRole('option', { name: 'data' })).toHaveAttribute(
    'aria-selected',
    'true'
  );
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await expect(dialog.getByRole('option')).toHaveText([
    'My scratch - deleted after 7 days',
    'My persistent'
  ]);
  await expect(list).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('option')).toHaveText(['data', 'more']);
  await page.keyboard.press('End');
  const address = dialog.getByLabel('Address of the folder');
  await expect(address).toHaveValue(`gs://${SCRATCH}/${HOME}more/`);
  await page.keyboard.press('Tab');
  await expect(address).toBeFocused();
  await page.keyboard.press('Enter');
  await expect
    .poll(() => gcs.keys(SCRATCH, `${HOME}more/`))
    .toEqual([`${HOME}more/alpha.txt`, `${HOME}more/x.txt`]);
  await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
});

test('what a person may not look into says why, and the way back stays', async ({
  page,
  panel
}) => {
  await page.route(/leap-buckets\/list.*data/, route =>
    route.fulfill({
      status: 403,
      json: { message: 'You may not look.', reason: 'no-permission', hint: 'Ask Ben.' }
    })
  );
  await panel.run('leap-buckets:copy-to');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('option', { name: 'data' }).dblclick();
  await expect(dialog.getByRole('alert')).toContainText('You may not look. Ask Ben.');
  await page.unroute(/leap-buckets\/list.*data/);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('option')).toHaveText(['deep']);
  await dialog.getByRole('listbox').focus();
  await page.keyboard.press('Backspace');
  await expect(dialog.getByRole('option')).toHaveText(['data', 'more']);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(panel.row(`${HOME}alpha.txt`)).toBeFocused();
});

for (const theme of ['light', 'dark'] as const) {
  test(`the chooser has no fault that axe finds, ${theme}`, async ({ page, panel }) => {
    await page.theme[theme === 'light' ? 'setLightTheme' : 'setDarkTheme']();
    await panel.run('leap-buckets:copy-to');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('option')).toHaveCount(2);
    await page.keyboard.press('ArrowDown');
    await expect(dialog.getByRole('option', { name: 'data' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
    const raw = page.mainFrame().page();
    const { violations } = await new AxeBuilder({ page: raw })
      .include('.jp-BucketChooser')
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
  });
}
