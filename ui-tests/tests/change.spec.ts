import type { Page } from '@playwright/test';
import { Documents } from '../support/documents';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';
import { Line } from '../support/line';

const OPERATIONS = /leap-buckets\/operations/;

/** Every list that is asked for, but those of single names. */
function lists(page: Page): string[] {
  const found: string[] = [];
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/leap-buckets/list') && !url.searchParams.has('startsWith')) {
      found.push(url.search);
    }
  });
  return found;
}

test.beforeEach(async ({ gcs, panel }) => {
  for (const name of ['alpha.txt', 'beta.txt', 'data/deep/inside.txt', 'zeta.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
});

test.describe('a new folder', () => {
  test('is made by the button, is pointed at, and needs a name that can be', async ({
    page,
    panel,
    gcs
  }) => {
    await panel.root.getByRole('button', { name: 'New folder' }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.getByLabel('Name');
    await expect(name).toHaveValue('Untitled Folder');
    await page.keyboard.type('a/b');
    await expect(dialog).toContainText('it stands between folders');
    await expect(dialog.getByRole('button', { name: 'Create' })).toBeDisabled();
    await name.fill('results');
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}results/`)).toHaveAttribute('aria-selected', 'true');
    expect(await gcs.keys(SCRATCH, `${HOME}results`)).toEqual([`${HOME}results/`]);
  });

  test('is not gone into by a second press of Enter, nor by holding it', async ({
    page,
    panel
  }) => {
    await panel.run('leap-buckets:new-folder');
    await page.getByRole('dialog').getByLabel('Name').fill('results');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.down('Enter');
    await expect(panel.row(`${HOME}results/`)).toBeFocused();
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await page.waitForTimeout(600);
    await expect(panel.row(`${HOME}results/`)).toBeFocused();
    await expect(page.locator('#jp-main-dock-panel').getByRole('tab')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(panel.root).toContainText('This folder is empty');
  });

  test('of a name that is taken is told and pointed at', async ({ page, panel, gcs }) => {
    await panel.run('leap-buckets:new-folder');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('data');
    await page.keyboard.press('Enter');
    await expect(dialog).toContainText('"data" exists already');
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}data/`)).toHaveAttribute('aria-selected', 'true');
    expect(await gcs.keys(SCRATCH, `${HOME}data`)).toEqual([`${HOME}data/deep/inside.txt`]);
  });

  test('in a folder of somebody else asks for a second yes', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, 'bob/theirs.csv', '');
    await panel.filter.fill(`gs://${SCRATCH}/bob/`);
    await panel.filter.press('Enter');
    await panel.row('bob/theirs.csv').click();
    const dialog = page.getByRole('dialog');
    for (const answer of ['Cancel', 'Create Anyway']) {
      await panel.run('leap-buckets:new-folder');
      await dialog.getByLabel('Name').fill('mine');
      await page.keyboard.press('Enter');
      await expect(dialog).toContainText('in the folder of "bob"');
      await dialog.getByRole('button', { name: answer }).click();
      await expect(dialog).toBeHidden();
      if (answer === 'Cancel') {
        expect(await gcs.keys(SCRATCH, 'bob/')).toEqual(['bob/theirs.csv']);
      }
    }
    await expect(panel.row('bob/mine/')).toBeVisible();
  });
});

test('a new text file is empty and opens', async ({ page, panel, gcs }) => {
  await panel.root.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'New Text File...' }).click();
  await expect(page.getByRole('dialog').getByLabel('Name')).toHaveValue('untitled.txt');
  // What is typed is the whole name, whatever its extension.
  await page.keyboard.type('notes.txt');
  await page.keyboard.press('Enter');
  await expect(new Documents(page).editor).toHaveText('');
  await expect(page.getByRole('tab', { name: 'notes.txt' })).toBeVisible();
  await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
  expect(await gcs.get(SCRATCH, `${HOME}notes.txt`)).toHaveLength(0);
});

test.describe('rename', () => {
  test('by F2 takes a new stem, and the row keeps the keyboard', async ({ page, panel, gcs }) => {
    const asked = lists(page);
    await page.keyboard.press('F2');
    await expect(panel.grid.getByRole('textbox')).toBeFocused();
    await page.keyboard.type('first day');
    await page.keyboard.press('Enter');
    const row = panel.row(`${HOME}first day.txt`);
    await expect(row).toBeFocused();
    await expect(row).toHaveAttribute('aria-selected', 'true');
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
    expect(String(await gcs.get(SCRATCH, `${HOME}first day.txt`))).toBe('this is alpha.txt');
    await page.waitForTimeout(1000);
    expect(asked).toHaveLength(1);
    await expect(panel.jobs).toBeHidden();
  });

  test('by the mouse takes the whole name that is typed', async ({ page, panel, gcs }) => {
    await panel.choose(panel.row(`${HOME}alpha.txt`), 'Rename');
    const box = panel.grid.getByRole('textbox');
    await box.click({ clickCount: 3 });
    await page.keyboard.type('day.csv');
    await panel.row(`${HOME}zeta.txt`).click();
    await expect(panel.row(`${HOME}day.csv`)).toBeVisible();
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
    expect(String(await gcs.get(SCRATCH, `${HOME}day.csv`))).toBe('this is alpha.txt');
  });

  test('typing in it is typing, and Escape leaves all as it was', async ({ page, panel, gcs }) => {
    const before = await gcs.keys(SCRATCH);
    await panel.choose(panel.row(`${HOME}beta.txt`), 'Rename');
    const box = panel.grid.getByRole('textbox');
    await expect(box).toBeFocused();
    for (const key of ['End', 'Backspace', ' ', 'Delete', 'Control+a', 'z']) {
      await page.keyboard.press(key);
    }
    await expect(box).toHaveValue('z');
    await page.keyboard.press('Escape');
    await expect(panel.row(`${HOME}beta.txt`)).toBeFocused();
    expect(await gcs.keys(SCRATCH)).toEqual(before);
  });

  test('takes a file as it is now, though it was changed since it was listed', async ({
    page,
    panel,
    gcs
  }) => {
    await gcs.put(SCRATCH, `${HOME}alpha.txt`, 'newer');
    await page.keyboard.press('F2');
    await page.keyboard.type('first');
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}first.txt`)).toBeFocused();
    expect(String(await gcs.get(SCRATCH, `${HOME}first.txt`))).toBe('newer');
  });

  test('of a folder takes all below it along, and an open document follows', async ({
    page,
    panel,
    gcs
  }) => {
    const documents = new Documents(page);
    await panel.row(`${HOME}data/`).dblclick();
    await panel.row(`${HOME}data/deep/`).dblclick();
    await panel.row(`${HOME}data/deep/inside.txt`).dblclick();
    await expect(documents.editor).toHaveText('this is data/deep/inside.txt');
    await panel.filter.fill(`gs://${SCRATCH}/${HOME}`);
    await panel.filter.press('Enter');
    await panel.row(`${HOME}data/`).click();
    await page.keyboard.press('F2');
    await page.keyboard.type('moved');
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}moved/`)).toBeFocused();
    expect(await gcs.keys(SCRATCH, `${HOME}data`)).toEqual([]);
    await documents.type(' and more');
    await page.keyboard.press('Control+s');
    await expect
      .poll(async () => String(await gcs.get(SCRATCH, `${HOME}moved/deep/inside.txt`)))
      .toContain('and more');
    expect(await gcs.keys(SCRATCH, `${HOME}data`)).toEqual([]);
  });

  test('of what is gone says so', async ({ page, panel, gcs }) => {
    await gcs.delete(SCRATCH, `${HOME}alpha.txt`);
    await page.keyboard.press('F2');
    await page.keyboard.type('new');
    await page.keyboard.press('Enter');
    await expect(panel.jobs).toContainText('alpha.txt');
    await expect(panel.jobs).toContainText('1 failed');
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
  });
});

test.describe('delete', () => {
  test('asks, and Enter at once means no', async ({ page, panel, gcs }) => {
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Delete "alpha.txt" for good? There is no way back.');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(panel.row(`${HOME}alpha.txt`)).toBeFocused();
    expect(await gcs.keys(SCRATCH)).toHaveLength(4);

    await page.keyboard.press('Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
    await expect(panel.row(`${HOME}beta.txt`)).toBeFocused();
    expect(await gcs.keys(SCRATCH)).toHaveLength(3);
  });

  test('of many names how many, folders with all that is in them', async ({ page, panel, gcs }) => {
    await page.keyboard.press('Control+a');
    await panel.choose(panel.row(`${HOME}data/`), 'Delete');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Delete 3 files and 1 folder and everything in it');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(panel.root).toContainText('This folder is empty');
    expect(await gcs.keys(SCRATCH)).toEqual([]);
  });

  test('in the folder of somebody else needs a second yes', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, 'bob/theirs.csv', '');
    await panel.filter.fill(`gs://${SCRATCH}/bob/`);
    await panel.filter.press('Enter');
    await panel.row('bob/theirs.csv').click();
    const dialog = page.getByRole('dialog');
    await page.keyboard.press('Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(dialog).toContainText('Delete "theirs.csv" in the folder of "bob"?');
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    expect(await gcs.keys(SCRATCH, 'bob/')).toHaveLength(1);
    await page.keyboard.press('Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete Anyway' }).click();
    await expect(panel.row('bob/theirs.csv')).toHaveCount(0);
    expect(await gcs.keys(SCRATCH, 'bob/')).toEqual([]);
  });

  test('that may not be tells what the server said', async ({ page, panel, gcs }) => {
    await page.route(OPERATIONS, route =>
      route.fulfill({
        status: 403,
        json: { message: 'You may not delete here.', reason: 'no-permission', hint: 'Ask Bob.' }
      })
    );
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(panel.jobs).toContainText('You may not delete here. Ask Bob.');
    await page.unroute(OPERATIONS);
    await panel.jobs.getByRole('button', { name: /^Try again/ }).click();
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
    await expect(panel.jobs).toBeHidden();
    expect(await gcs.keys(SCRATCH)).toHaveLength(3);
  });
});

test.describe('copy and move', () => {
  test('Copy to... takes an address, and Keep the own lasting folder', async ({
    page,
    panel,
    gcs
  }) => {
    await panel.choose(panel.row(`${HOME}alpha.txt`), 'Copy to...');
    const dialog = page.getByRole('dialog');
    const address = dialog.getByLabel('Address of the folder');
    await expect(address).toHaveValue(`gs://${SCRATCH}/${HOME}`);
    await address.fill('gs://nowhere/');
    await expect(dialog).toContainText('None of your buckets begins so');
    await address.fill(`gs://${PERSISTENT}/${HOME}new place`);
    await page.keyboard.press('Enter');
    await expect.poll(() => gcs.keys(PERSISTENT)).toEqual([`${HOME}new place/alpha.txt`]);
    await expect(dialog).toBeHidden();

    await panel.row(`${HOME}data/`).click();
    await panel.choose(panel.row(`${HOME}data/`), 'Keep');
    await expect
      .poll(() => gcs.keys(PERSISTENT, `${HOME}data/`))
      .toEqual([`${HOME}data/deep/inside.txt`]);
    expect(await gcs.keys(SCRATCH)).toHaveLength(4);
  });

  test('a folder cannot go into itself', async ({ page, panel }) => {
    await panel.row(`${HOME}data/`).click();
    await page.keyboard.press('Control+x');
    await page.keyboard.press('Enter');
    await panel.row(`${HOME}data/deep/`).click();
    await page.keyboard.press('Control+v');
    await expect(page.getByRole('dialog')).toContainText('"data" cannot go into itself');
  });
});

test('the size of a folder is told in its line', async ({ panel, gcs }) => {
  await gcs.put(SCRATCH, `${HOME}data/more.bin`, 'x'.repeat(2048));
  await panel.choose(panel.row(`${HOME}data/`), 'Folder Size', 'More');
  await expect(panel.jobs).toContainText('Size of "data"');
  await expect(panel.jobs).toContainText('2 files, 2.03 KB');
  await panel.jobs.getByRole('button', { name: /^Dismiss/ }).click();
  await expect(panel.jobs).toBeHidden();
});

test('a search finds names at any depth, and leads to the row', async ({ page, panel }) => {
  await panel.root.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Search Below Folder...' }).click();
  await page.keyboard.type('INSIDE');
  await page.keyboard.press('Enter');
  const results = page.getByRole('region', { name: 'Search results: INSIDE' });
  await expect(results).toContainText('1 name below jovyan/ contains "INSIDE"');
  await expect(results.getByRole('option')).toHaveText(/data\/deep\/inside\.txt/);
  await results.getByRole('option').focus();
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}data/deep/inside.txt`)).toHaveAttribute('aria-selected', 'true');
});

test('a connection that is gone is waited for', async ({ page, panel, stack, gcs }) => {
  const line = await Line.to(stack.url);
  await page.goto(`${line.url}/lab`);
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
  // The operation is started; every look at it fails until the line is mended.
  let looks = 0;
  await page.route(/operations\/[\w-]+/, route => (looks++ < 4 ? route.abort() : route.continue()));
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('no connection, trying again');
  await expect(panel.row(`${HOME}alpha.txt`)).toHaveCount(0);
  expect(await gcs.keys(SCRATCH)).toHaveLength(3);
  await line.stop();
});

test('an operation that the server forgot ends with clear words', async ({ page, panel }) => {
  await page.route(/operations\/[\w-]+/, route =>
    route.fulfill({ status: 404, json: { message: 'Unknown.', reason: 'unknown-operation' } })
  );
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('The server was restarted');
});

test.describe('where nothing may be written', () => {
  test.beforeEach(async ({ page, panel }) => {
    await page.route(/leap-buckets\/buckets/, async route => {
      const answer = await (await route.fetch()).json();
      for (const bucket of answer.buckets) {
        bucket.access = 'read-only';
      }
      await route.fulfill({ json: answer });
    });
    await page.reload();
    await panel.open();
    await panel.row(`${HOME}alpha.txt`).click();
  });

  test('the actions are there and off, by keyboard too', async ({ page, panel, gcs }) => {
    await page.keyboard.press('F2');
    await expect(panel.grid.getByRole('textbox')).toHaveCount(0);
    await page.keyboard.press('Delete');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await panel.row(`${HOME}alpha.txt`).click({ button: 'right' });
    for (const line of ['Rename', 'Delete', 'Cut', 'New Folder...']) {
      await expect(page.locator('.lm-Menu-item').filter({ hasText: line })).toHaveClass(
        /lm-mod-disabled/
      );
    }
    await expect(
      page.locator('.lm-Menu-item').filter({ hasText: /^Copy$|^CopyCtrl/ })
    ).not.toHaveClass(/lm-mod-disabled/);
    expect(await gcs.keys(SCRATCH)).toHaveLength(4);
  });
});

test('a long operation shows how far it is and can be cancelled by the keyboard', async ({
  page,
  panel
}) => {
  let told = { state: 'running', objects: 3, objectsTotal: 12 };
  await page.route(/operations\/[\w-]+/, async route => {
    if (route.request().method() === 'DELETE') {
      told = { ...told, state: 'cancelled' };
    }
    await route.fulfill({
      json: {
        ...{ id: 'x', kind: 'delete', bytes: 0, bytesTotal: 0, failures: [], failuresTotal: 0 },
        ...told
      }
    });
  });
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('3 of 12 files');
  await expect(panel.jobs.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
  await panel.row(`${HOME}alpha.txt`).focus();
  await page.keyboard.press('Tab');
  await expect(page.locator(':focus')).toHaveAccessibleName('Cancel: Deleting "alpha.txt"');
  await page.keyboard.press('Enter');
  await expect(panel.jobs).toContainText('Cancelled after 3 files');
});

test('what is under way when the page is reloaded is shown again', async ({ page, panel, gcs }) => {
  // Long as it takes: the end is told when the test lets it.
  let isHeld = true;
  await page.route(/operations\/[\w-]+/, async route => {
    const response = await route.fetch();
    const told = await response.json();
    await route.fulfill({ json: isHeld ? { ...told, state: 'running' } : told });
  });
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel.jobs).toContainText('Deleting "alpha.txt"');
  await page.reload();
  await panel.open();
  await expect(panel.jobs).toContainText('Deleting "alpha.txt"');
  isHeld = false;
  await expect(panel.jobs).toContainText('Done: 1 file');
  await expect(panel.row(`${HOME}beta.txt`)).toBeVisible();
  expect(await gcs.keys(SCRATCH)).toHaveLength(3);
});
