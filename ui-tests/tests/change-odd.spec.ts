import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

/** What is not told by its name alone, and what goes wrong on the way. */

test.beforeEach(async ({ gcs, panel }) => {
  for (const name of ['alpha.txt', 'data/inside.txt', 'same', 'same/below.txt', '/odd.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
});

test('a file and a folder of one name are two, also for who deletes and renames', async ({
  page,
  panel,
  gcs
}) => {
  await panel.row(`${HOME}same/`).click();
  await page.keyboard.press('F2');
  await page.keyboard.type('other');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}other/`)).toBeFocused();
  expect(await gcs.keys(SCRATCH, `${HOME}same`)).toEqual([`${HOME}same`]);

  await panel.choose(panel.row(`${HOME}same`), 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.row(`${HOME}same`)).toHaveCount(0);
  expect(await gcs.keys(SCRATCH, `${HOME}other/`)).toEqual([`${HOME}other/below.txt`]);
});

test('a folder without a name gets one', async ({ page, panel, gcs }) => {
  await panel.row(`${HOME}/`).click();
  await page.keyboard.press('F2');
  await page.keyboard.type('named');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}named/`)).toBeFocused();
  expect(await gcs.keys(SCRATCH, `${HOME}named/`)).toEqual([`${HOME}named/odd.txt`]);
});

test('a name that cannot be is asked for again, with the reason', async ({ page, panel, gcs }) => {
  await page.keyboard.press('F2');
  await panel.grid.getByRole('textbox').fill('a/b.txt');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('it stands between folders');
  await dialog.getByLabel('New name').fill('ä #?%2F "x" 🌊.txt');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}ä #?%2F "x" 🌊.txt`)).toBeVisible();
  expect(await gcs.keys(SCRATCH)).toContain(`${HOME}ä #?%2F "x" 🌊.txt`);
  expect(await gcs.keys(SCRATCH)).not.toContain(`${HOME}alpha.txt`);
});

test('the mouse alone cuts and pastes, and moves by an address', async ({ page, panel, gcs }) => {
  await panel.choose(panel.row(`${HOME}alpha.txt`), 'Cut');
  await panel.row(`${HOME}data/`).dblclick();
  await expect(panel.row(`${HOME}data/inside.txt`)).toBeVisible();
  await panel.root.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Paste' }).click();
  await expect(panel.row(`${HOME}data/alpha.txt`)).toBeVisible();
  expect(await gcs.keys(SCRATCH, `${HOME}alpha`)).toEqual([]);

  await panel.choose(panel.row(`${HOME}data/alpha.txt`), 'Move to...', 'More');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address of the folder').fill(`gs://${PERSISTENT}/${HOME}`);
  await dialog.getByRole('button', { name: 'Move' }).click();
  await expect(panel.row(`${HOME}data/alpha.txt`)).toHaveCount(0);
  expect(await gcs.keys(PERSISTENT)).toEqual([`${HOME}alpha.txt`]);
});

test('a new file whose name was taken meanwhile replaces nothing', async ({ page, panel, gcs }) => {
  await page.route(/leap-buckets\/object/, async route => {
    if (route.request().method() === 'PUT') {
      await gcs.put(SCRATCH, `${HOME}untitled.txt`, 'theirs');
    }
    await route.continue();
  });
  await panel.run('leap-buckets:new-file');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('dialog')).toContainText('"untitled.txt" exists already');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}untitled.txt`)).toHaveAttribute('aria-selected', 'true');
  expect(String(await gcs.get(SCRATCH, `${HOME}untitled.txt`))).toBe('theirs');
});

test('a new folder that may not be tells why', async ({ page, panel, gcs }) => {
  await page.route(/leap-buckets\/object/, route =>
    route.fulfill({
      status: 403,
      json: { message: 'You may not write here.', reason: 'no-permission', hint: 'Ask Bob.' }
    })
  );
  await panel.run('leap-buckets:new-folder');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('dialog')).toContainText('You may not write here. Ask Bob.');
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}alpha.txt`)).toBeFocused();
  expect(await gcs.keys(SCRATCH)).toHaveLength(5);
});

test('what could not be started without a connection is started again', async ({
  page,
  panel,
  gcs
}) => {
  await page.context().setOffline(true);
  await page.keyboard.press('F2');
  await page.keyboard.type('new');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('The server did not answer.');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('The server did not answer.');
  await page.context().setOffline(false);
  await panel.jobs.getByRole('button', { name: /^Try again/ }).click();
  await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
  await expect(panel.jobs).toBeHidden();
  expect(await gcs.keys(SCRATCH)).toHaveLength(4);
});

test('a search that finds nothing says so, and one that runs can be stopped', async ({
  page,
  panel
}) => {
  await panel.choose(panel.row(`${HOME}data/`), 'Search Below Folder...', 'More');
  await page.keyboard.type('nowhere');
  await page.keyboard.press('Enter');
  const results = (query: string) => page.getByRole('region', { name: `Search results: ${query}` });
  await expect(results('nowhere')).toContainText(`0 names below ${HOME}data/ contain "nowhere"`);

  await page.route(/operations\/[\w-]+/, async route => {
    const response = await route.fetch();
    const told = await response.json();
    const isAsked = route.request().method() === 'GET' && told.state !== 'cancelled';
    await route.fulfill({ json: isAsked && !isCancelled ? { ...told, state: 'running' } : told });
  });
  let isCancelled = false;
  await panel.choose(panel.row(`${HOME}data/`), 'Search Below Folder...', 'More');
  await page.keyboard.type('inside');
  await page.keyboard.press('Enter');
  await expect(results('inside').getByRole('option')).toHaveCount(1);
  isCancelled = true;
  await results('inside').getByRole('button', { name: 'Cancel' }).click();
  await expect(results('inside').getByRole('button', { name: 'Cancel' })).toHaveCount(0);
});
