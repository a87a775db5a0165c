import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

const PUBLIC = 'era5-public';

test.describe('ways to a folder', () => {
  test('lead back and forward, by keys', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}a/b/c.txt`, 'x');
    await panel.open();
    await panel.row(`${HOME}a/`).dblclick();
    await panel.row(`${HOME}a/b/`).dblclick();
    await panel.row(`${HOME}a/b/c.txt`).click();
    await page.keyboard.press('Alt+ArrowLeft');
    await panel.row(`${HOME}a/b/`).click();
    await page.keyboard.press('Alt+ArrowLeft');
    await panel.row(`${HOME}a/`).click();
    await page.keyboard.press('Alt+ArrowRight');
    await expect(panel.row(`${HOME}a/b/`)).toBeVisible();
  });

  test('are kept as favourites, after a reload too', async ({ page, panel, gcs }) => {
    await gcs.put(PERSISTENT, `${HOME}runs/2026/x.txt`, 'x');
    await panel.open();
    await panel.place.selectOption({ label: 'My persistent' });
    await panel.row(`${HOME}runs/`).dblclick();
    await panel.row(`${HOME}runs/2026/`).dblclick();
    await panel.choose(panel.row(`${HOME}runs/2026/x.txt`), 'Favourite');
    const favourite = { label: `gs://${PERSISTENT}/${HOME}runs/2026/` };
    await panel.place.selectOption({ label: 'My persistent' });
    await expect(panel.row(`${HOME}runs/`)).toBeVisible();
    await panel.place.selectOption(favourite);
    await expect(panel.row(`${HOME}runs/2026/x.txt`)).toBeVisible();

    await page.reload();
    await panel.open();
    await panel.place.selectOption({ label: 'My persistent' });
    await panel.place.selectOption(favourite);
    await panel.choose(panel.row(`${HOME}runs/2026/x.txt`), 'Favourite');
    await expect(panel.place.locator('optgroup')).toHaveCount(0);
  });

  for (const [what, address] of [
    ['a URI', `gs://${PERSISTENT}/${HOME}runs/x.txt`],
    [
      'a console address',
      `https://console.cloud.google.com/storage/browser/${PERSISTENT}/${HOME}runs`
    ]
  ]) {
    test(`are pasted: ${what}`, async ({ page, panel, gcs }) => {
      await gcs.put(PERSISTENT, `${HOME}runs/x.txt`, 'x');
      await panel.open();
      await panel.run('leap-buckets:go-to-path');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill(address);
      await page.keyboard.press('Enter');
      await expect(panel.row(`${HOME}runs/x.txt`)).toBeVisible();
    });
  }
});

test.describe('a public bucket', () => {
  test('is added, read and removed', async ({ page, panel, gcs }) => {
    await gcs.makeBucket(PUBLIC).catch(() => undefined);
    await gcs.put(PUBLIC, 'monthly/t2m.txt', 'warm');
    await panel.open();
    await panel.run('leap-buckets:add-bucket');
    await page.getByRole('dialog').getByRole('textbox').fill(`gs://${PUBLIC}`);
    await page.keyboard.press('Enter');
    await panel.row('monthly/').dblclick();
    await panel.row('monthly/t2m.txt').dblclick();
    await expect(page.getByText('warm')).toBeVisible();
    await expect(panel.place).toHaveValue(PUBLIC);

    await page.reload();
    await panel.open();
    await expect(panel.place.locator(`option[value="${PUBLIC}"]`)).toHaveCount(1);
    await panel.place.selectOption(PUBLIC);
    await panel.choose(panel.row('monthly/'), 'Remove Public Bucket');
    await expect(panel.place.locator(`option[value="${PUBLIC}"]`)).toHaveCount(0);
  });

  test('is added and removed by keys alone', async ({ page, panel, gcs }) => {
    await gcs.makeBucket(PUBLIC).catch(() => undefined);
    await gcs.put(PUBLIC, 'monthly/t2m.txt', 'warm');
    await panel.open();
    const option = panel.place.locator(`option[value="${PUBLIC}"]`);
    await panel.moreByKeys('Add Public Bucket...');
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
    await page.keyboard.type(`gs://${PUBLIC}`);
    await page.keyboard.press('Enter');
    await expect(panel.row('monthly/')).toBeVisible();
    await expect(option).toHaveCount(1);
    await panel.moreByKeys('Remove Public Bucket');
    await expect(option).toHaveCount(0);
  });

  test('is found by a pasted address', async ({ panel, gcs }) => {
    await gcs.makeBucket('cmip6-public').catch(() => undefined);
    await gcs.put('cmip6-public', 'deep/er/t.txt', 'x');
    await panel.open();
    await panel.filter.fill('gs://cmip6-public/deep/er/t.txt');
    await panel.filter.press('Enter');
    await panel.root.getByRole('button', { name: 'Look for a public bucket' }).click();
    await expect(panel.row('deep/er/t.txt')).toHaveAttribute('aria-selected', 'true');
    await expect(panel.root.getByRole('alert')).toHaveCount(0);
  });

  test('that is none is not added, and says why', async ({ page, panel }) => {
    await panel.open();
    await panel.run('leap-buckets:add-bucket');
    await page.getByRole('dialog').getByRole('textbox').fill('gs://no-such-bucket-here');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toContainText('The bucket was not added');
    await expect(page.getByRole('dialog')).toContainText('no-such-bucket-here');
  });
});
