import { expect, HOME, SCRATCH, test } from '../support/standIn';

test.beforeEach(async ({ gcs, panel }) => {
  for (const name of ['alpha.txt', 'beta.txt', 'data/deep/inside.txt', 'zeta.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
});

test('a rename to a name that exists asks first', async ({ page, panel, gcs }) => {
  const dialog = page.getByRole('dialog');
  const to = async (name: string) => {
    await page.keyboard.press('F2');
    await panel.grid.getByRole('textbox').fill(name);
    await page.keyboard.press('Enter');
  };
  await to('beta.txt');
  await expect(dialog).toContainText('"beta.txt" exists already');
  await page.keyboard.press('Escape');
  await expect(panel.row(`${HOME}alpha.txt`)).toBeFocused();
  expect(String(await gcs.get(SCRATCH, `${HOME}beta.txt`))).toBe('this is beta.txt');

  await to('beta.txt');
  await dialog.getByRole('button', { name: 'Choose Another Name' }).click();
  await dialog.getByLabel('New name').fill('gamma.txt');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}gamma.txt`)).toBeFocused();

  await to('beta.txt');
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(panel.row(`${HOME}gamma.txt`)).toHaveCount(0);
  expect(String(await gcs.get(SCRATCH, `${HOME}beta.txt`))).toBe('this is alpha.txt');
});

test('a rename spares a file that somebody changed while it was asked about', async ({
  page,
  panel,
  gcs
}) => {
  await page.keyboard.press('F2');
  await panel.grid.getByRole('textbox').fill('beta.txt');
  await page.keyboard.press('Enter');
  const replace = page.getByRole('dialog').getByRole('button', { name: 'Replace' });
  await replace.waitFor();
  await gcs.put(SCRATCH, `${HOME}beta.txt`, 'theirs');
  await replace.click();
  await expect(panel.jobs).toContainText('was changed or deleted');
  await expect(panel.row(`${HOME}alpha.txt`)).toBeVisible();
  expect(String(await gcs.get(SCRATCH, `${HOME}alpha.txt`))).toBe('this is alpha.txt');
  expect(String(await gcs.get(SCRATCH, `${HOME}beta.txt`))).toBe('theirs');
});

test('a deletion spares a file that somebody changed meanwhile, and names it', async ({
  page,
  panel,
  gcs
}) => {
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  await gcs.put(SCRATCH, `${HOME}alpha.txt`, 'theirs');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('1 failed, 1 done');
  await expect(panel.jobs).toContainText('alpha.txt');
  await expect(panel.row(`${HOME}beta.txt`)).toHaveCount(0);
  expect(String(await gcs.get(SCRATCH, `${HOME}alpha.txt`))).toBe('theirs');
  await panel.jobs.getByRole('button', { name: /^Dismiss/ }).click();
  await expect(panel.jobs).toBeHidden();
});

test('Duplicate puts a copy beside, numbered', async ({ panel, gcs }) => {
  await panel.choose(panel.row(`${HOME}alpha.txt`), 'Duplicate', 'More');
  await expect(panel.row(`${HOME}alpha-Copy1.txt`)).toBeFocused();
  await panel.choose(panel.row(`${HOME}data/`), 'Duplicate', 'More');
  await expect(panel.row(`${HOME}data-Copy1/`)).toBeFocused();
  expect(await gcs.keys(SCRATCH, `${HOME}data-Copy1/`)).toEqual([
    `${HOME}data-Copy1/deep/inside.txt`
  ]);
  expect(String(await gcs.get(SCRATCH, `${HOME}alpha-Copy1.txt`))).toBe('this is alpha.txt');
});

test('a copy of the own folder beside it would be outside of it', async ({ page, panel, gcs }) => {
  const crumbs = panel.root.getByRole('navigation', { name: 'Folders' });
  await crumbs.getByRole('button', { name: 'The whole bucket' }).click();
  await panel.row(HOME).click();
  await panel.run('leap-buckets:duplicate');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('into the folder of');
  await dialog.getByRole('button', { name: 'Copy Anyway' }).click();
  await expect(panel.row(HOME.replace('/', '-Copy1/'))).toBeFocused();
  expect(await gcs.keys(SCRATCH, HOME.replace('/', '-Copy1/'))).not.toEqual([]);
});

test('Ctrl+C and Ctrl+V copy, Ctrl+X moves', async ({ page, panel, gcs }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+c');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe(`gs://${SCRATCH}/${HOME}alpha.txt\ngs://${SCRATCH}/${HOME}beta.txt`);
  await panel.row(`${HOME}data/`).dblclick();
  await panel.row(`${HOME}data/deep/`).click();
  await page.keyboard.press('Control+v');
  await expect(panel.row(`${HOME}data/alpha.txt`)).toBeFocused();
  await expect(panel.row(`${HOME}data/beta.txt`)).toBeVisible();

  await page.keyboard.press('Control+x');
  await page.keyboard.press('Backspace');
  await panel.row(`${HOME}data/`).click();
  await page.keyboard.press('Control+v');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('"alpha.txt" exists already');
  await dialog.getByRole('button', { name: 'Keep Both' }).click();
  await expect(panel.row(`${HOME}alpha-Copy1.txt`)).toBeVisible();
  expect((await gcs.keys(SCRATCH, `${HOME}data/`)).sort()).toEqual([
    `${HOME}data/beta.txt`,
    `${HOME}data/deep/inside.txt`
  ]);
});

test('names that are taken are skipped or replaced, as is answered', async ({
  page,
  panel,
  gcs
}) => {
  await gcs.put(SCRATCH, `${HOME}data/alpha.txt`, 'old');
  await panel.row(`${HOME}alpha.txt`).click();
  await page.keyboard.press('Control+c');
  await panel.row(`${HOME}data/`).dblclick();
  await panel.row(`${HOME}data/deep/`).click();
  await page.keyboard.press('Control+v');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Skip' }).click();
  await expect(dialog).toBeHidden();
  expect(String(await gcs.get(SCRATCH, `${HOME}data/alpha.txt`))).toBe('old');
  await expect(panel.jobs).toBeHidden();
  await page.keyboard.press('Control+v');
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect
    .poll(async () => String(await gcs.get(SCRATCH, `${HOME}data/alpha.txt`)))
    .toBe('this is alpha.txt');
});

test('a paste spares a file that somebody changed while it was asked about', async ({
  page,
  panel,
  gcs
}) => {
  await gcs.put(SCRATCH, `${HOME}data/alpha.txt`, 'old');
  await page.keyboard.press('Control+c');
  await panel.row(`${HOME}data/`).dblclick();
  await panel.row(`${HOME}data/deep/`).click();
  await page.keyboard.press('Control+v');
  const replace = page.getByRole('dialog').getByRole('button', { name: 'Replace' });
  await replace.waitFor();
  await gcs.put(SCRATCH, `${HOME}data/alpha.txt`, 'theirs');
  await replace.click();
  await expect(panel.jobs).toContainText('was changed or deleted');
  expect(String(await gcs.get(SCRATCH, `${HOME}data/alpha.txt`))).toBe('theirs');
});
