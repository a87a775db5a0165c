import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/gate';

// Ways to folders that lead nowhere: what was asked for stays on the screen, and so does what was there.

const FOLDER = `${HOME}runs/`;
const URI = `gs://${SCRATCH}/${FOLDER}`;

test.beforeEach(async ({ panel, gate }) => {
  await gate.put(SCRATCH, `${HOME}notes.txt`, 'some notes');
  await gate.put(SCRATCH, `${FOLDER}first.txt`, 'x');
  await panel.open();
});

test.describe('back and forward', () => {
  test.beforeEach(async ({ panel }) => {
    await panel.row(FOLDER).dblclick();
    await panel.row(`${FOLDER}first.txt`).click();
  });

  test('are in the menu, too', async ({ panel }) => {
    await panel.more('Back');
    await expect(panel.row(FOLDER)).toBeVisible();
    await panel.more('Forward');
    await expect(panel.row(`${FOLDER}first.txt`)).toBeVisible();
  });

  test('to a folder that is gone show that nothing is there, and lead on', async ({
    page,
    panel,
    gate
  }) => {
    await page.keyboard.press('Alt+ArrowLeft');
    await panel.row(`${HOME}notes.txt`).click();
    await gate.delete(SCRATCH, `${FOLDER}first.txt`);
    await page.keyboard.press('Alt+ArrowRight');
    await expect(panel.root).toContainText('This folder is empty');
    await expect(panel.root.getByRole('navigation', { name: 'Folders' })).toContainText('runs');
    await panel.more('Back');
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
  });

  test('to a folder that may not be read say so, and lead home', async ({ page, panel, gate }) => {
    gate.refuse(/prefix=jovyan(%2F|\/)(&|$)/);
    await page.keyboard.press('Alt+ArrowLeft');
    const alert = panel.root.getByRole('alert');
    await expect(alert).toContainText('You may not look into this folder');
    await expect(alert).toContainText('Ask for access');
    gate.allow();
    await alert.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await expect(alert).toHaveCount(0);
  });

  test('without a connection say so, and go on when it is back', async ({ page, panel }) => {
    await page.context().setOffline(true);
    await page.keyboard.press('Alt+ArrowLeft');
    const alert = panel.root.getByRole('alert');
    await expect(alert).toContainText('No connection');
    await expect(alert).toContainText('Check your network');
    await page.context().setOffline(false);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
  });
});

test.describe('a favourite', () => {
  const option = { label: URI };

  test.beforeEach(async ({ panel }) => {
    await panel.row(FOLDER).dblclick();
    await panel.row(`${FOLDER}first.txt`).click();
    await panel.chooseByKeys('Favourite');
    await expect(panel.place.locator('optgroup option')).toHaveText(URI);
    await panel.place.selectOption({ label: 'My persistent' });
    await expect(panel.root).toContainText('This folder is empty');
  });

  test('that is gone shows that nothing is there, and is taken away', async ({ panel, gate }) => {
    await gate.delete(SCRATCH, `${FOLDER}first.txt`);
    await panel.place.selectOption(option);
    await expect(panel.root.getByRole('navigation', { name: 'Folders' })).toContainText('runs');
    await expect(panel.root).toContainText('This folder is empty');
    await panel.more('Favourite');
    await expect(panel.place.locator('optgroup')).toHaveCount(0);
    expect(await gate.keys(SCRATCH)).toEqual([`${HOME}notes.txt`]);
  });

  test('that may not be read says so', async ({ panel, gate }) => {
    gate.refuse(/runs/);
    await panel.place.selectOption(option);
    const alert = panel.root.getByRole('alert');
    await expect(alert).toContainText('You may not look into this folder');
    await alert.getByRole('button', { name: 'Go to my folder' }).press('Enter');
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
  });
});

test.describe('a favourite', () => {
  // Galata's stand-in for the settings would save them without a connection.
  test.use({ mockSettings: false });

  test('that cannot be saved says so', async ({ page, panel }) => {
    await panel.row(`${HOME}notes.txt`).click();
    await page.context().setOffline(true);
    await panel.chooseByKeys('Favourite');
    await panel.dialog('The favourites were not saved').getByRole('button').press('Enter');
    await expect(panel.row(`${HOME}notes.txt`)).toBeFocused();
  });
});

test.describe('a path to go to', () => {
  const go = 'Go to Path...';

  test('that leads nowhere keeps the folder that is shown', async ({ page, panel }) => {
    await panel.row(`${HOME}notes.txt`).click();
    for (const [address, says] of [
      [`gs://${PERSISTENT}/${HOME}gone`, 'There is nothing at'],
      ['gs://elsewhere/x/', 'None of your buckets has'],
      ['not an address', 'not an address']
    ]) {
      await panel.more(go);
      const box = page.getByRole('dialog').getByRole('textbox');
      await box.fill(address);
      await box.press('Enter');
      await expect(panel.root.getByRole('alert')).toContainText(says);
      await expect(panel.root.getByRole('alert')).toContainText(address);
      await expect(panel.row(`${HOME}notes.txt`)).toBeFocused();
    }
  });

  test('that may not be read says so, and goes there when it may', async ({
    page,
    panel,
    gate
  }) => {
    await panel.row(`${HOME}notes.txt`).click();
    gate.refuse(/runs/);
    await panel.chooseByKeys(go);
    const box = page.getByRole('dialog').getByRole('textbox');
    await box.fill(URI);
    await box.press('Enter');
    const alert = panel.root.getByRole('alert');
    await expect(alert).toContainText('You may not look into this folder');
    await expect(alert).toContainText('Ask for access');
    gate.allow();
    await alert.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(panel.row(`${FOLDER}first.txt`)).toBeVisible();
  });

  test('that may be a file is gone to when it is tried again', async ({ page, panel }) => {
    await panel.row(`${HOME}notes.txt`).click();
    await page.context().setOffline(true);
    await panel.more(go);
    const box = page.getByRole('dialog').getByRole('textbox');
    await box.fill(URI.slice(0, -1));
    await box.press('Enter');
    const alert = panel.root.getByRole('alert');
    await expect(alert).toContainText('The server did not answer.');
    await page.context().setOffline(false);
    await alert.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(panel.row(`${FOLDER}first.txt`)).toBeVisible();
    await expect(alert).toHaveCount(0);
  });

  test('without a connection says so, and keeps the folder', async ({ page, panel }) => {
    await panel.row(`${HOME}notes.txt`).click();
    await page.context().setOffline(true);
    await panel.more(go);
    const box = page.getByRole('dialog').getByRole('textbox');
    await box.fill(`${URI}first.txt`);
    await box.press('Enter');
    await expect(panel.root.getByRole('alert')).toContainText('The server did not answer.');
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await page.context().setOffline(false);
    await panel.more(go);
    await box.fill(`${URI}first.txt`);
    await page.getByRole('dialog').getByRole('button', { name: 'Go' }).click();
    await expect(panel.row(`${FOLDER}first.txt`)).toHaveAttribute('aria-selected', 'true');
    await expect(panel.root.getByRole('alert')).toHaveCount(0);
  });
});

test.describe('a public bucket', () => {
  const PUBLIC = 'open-data';

  test.beforeEach(async ({ gate }) => {
    await gate.makeBucket(PUBLIC).catch(() => undefined);
    await gate.put(PUBLIC, 'monthly/t2m.txt', 'warm');
  });

  for (const [fault, says] of [
    ['that is not public', 'gs://open-data is not public'],
    ['that is none', 'open-data'],
    ['without a connection', 'The server did not answer.']
  ]) {
    test(`${fault} is not added, and says why`, async ({ page, panel, gate }) => {
      if (fault === 'without a connection') {
        await page.context().setOffline(true);
      } else {
        gate.refuse(/open-data/, fault === 'that is none' ? 404 : 403);
      }
      await panel.more('Add Public Bucket...');
      const box = page.getByRole('dialog').getByRole('textbox');
      await box.fill(`gs://${PUBLIC}`);
      await box.press('Enter');
      const dialog = panel.dialog('The bucket was not added');
      await expect(dialog).toContainText(says);
      await dialog.getByRole('button').press('Enter');
      await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
      await expect(panel.place.locator(`option[value="${PUBLIC}"]`)).toHaveCount(0);
    });
  }

  test('is added by the mouse, and is not removed without a connection', async ({
    page,
    panel
  }) => {
    await panel.more('Add Public Bucket...');
    const asked = page.getByRole('dialog');
    await asked.getByRole('textbox').fill(`gs://${PUBLIC}`);
    await asked.getByRole('button', { name: 'Add' }).click();
    await panel.row('monthly/').click();
    await page.context().setOffline(true);
    await panel.chooseByKeys('Remove Public Bucket');
    const dialog = panel.dialog('gs://open-data was not removed');
    await expect(dialog).toContainText('Check your network');
    await dialog.getByRole('button').press('Enter');
    await expect(panel.row('monthly/')).toBeVisible();
    await page.context().setOffline(false);
    await panel.chooseByKeys('Remove Public Bucket');
    await expect(panel.place.locator(`option[value="${PUBLIC}"]`)).toHaveCount(0);
  });
});
