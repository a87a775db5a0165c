import type { Locator, Page } from '@playwright/test';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/boundedGcs';
import { putZarr } from '../support/zarr';

const STORE = `${HOME}test_offsite_upload.zarr/`;

/** What the guide writes, in a format of Zarr. */
const write = (format: number) =>
  `xr.DataArray([1, 4, 6]).to_dataset(name="test").to_zarr(store, zarr_format=${format})`;

const dialog = (page: Page, title: string): Locator => page.getByRole('dialog', { name: title });

const row = (page: Page): Locator => page.getByRole('region', { name: 'Verify upload' });

test('the first write turns the row green by itself, and can be opened', async ({
  page,
  gcs,
  panel
}) => {
  await panel.run('leap-buckets:generate-token');
  await expect(row(page)).toContainText(`Waiting for your first write to gs://${PERSISTENT}/`);
  // Metadata comes first: it has not arrived yet.
  await gcs.put(PERSISTENT, `${STORE}.zgroup`, '{"zarr_format": 2}');
  await expect(row(page)).toContainText('is arriving...');
  await putZarr(gcs, PERSISTENT, STORE, write(2));
  await expect(row(page)).toContainText('can be read from the hub');
  await expect(row(page)).toContainText('Zarr format 2, 24 B: test (dim_0: 3) int64 = 1, 4, 6');
  await row(page).getByText('Open it in Python').click();
  await expect(row(page).getByRole('region', { name: 'Code that opens it' })).toContainText(
    `xr.open_zarr("gs://${PERSISTENT}/${STORE.slice(0, -1)}")`
  );
});

test('one from an earlier day is not taken for a new one', async ({ page, gcs, panel }) => {
  await putZarr(gcs, PERSISTENT, STORE, write(3));
  await panel.run('leap-buckets:generate-token');
  await expect(row(page)).toContainText('is here already');
  await expect(row(page)).toContainText('Waiting for a new write');
  await putZarr(gcs, PERSISTENT, STORE, write(3));
  await expect(row(page)).toContainText('can be read from the hub');
});

test('Verify Upload looks into the folder that is chosen, by keys alone', async ({ page, gcs }) => {
  await putZarr(gcs, SCRATCH, `${HOME}run 7/test_offsite_upload.zarr/`, write(3));
  await page.keyboard.press('Control+Shift+C');
  await page.getByPlaceholder('SEARCH', { exact: true }).waitFor();
  await page.keyboard.type('verify upload');
  await page.keyboard.press('Enter');
  const verify = dialog(page, 'Verify upload');
  await expect(row(page)).toContainText('Waiting for your first write');
  await verify.getByLabel('Bucket').focus();
  await page.keyboard.press('ArrowDown');
  await expect(verify.getByLabel('Folder')).toHaveValue(HOME);
  await page.keyboard.press('Tab');
  await page.keyboard.type(`${HOME}run 7`);
  await page.keyboard.press('Enter');
  await expect(row(page)).toContainText(`Arrived: gs://${SCRATCH}/${HOME}run 7/`);
  await expect(row(page)).toContainText('= 1, 4, 6');
  await page.keyboard.press('Escape');
  await expect(verify).toHaveCount(0);
});

test('a closed dialog asks nothing more', async ({ page, panel }) => {
  const asked: string[] = [];
  page.on('request', request => {
    if (request.url().includes('test_offsite_upload')) {
      asked.push(request.url());
    }
  });
  await page.clock.install();
  await panel.run('leap-buckets:verify-upload');
  await expect(row(page)).toContainText('Waiting for your first write');
  await page.clock.runFor(5000);
  await expect.poll(() => asked.length).toBe(2);
  await page.keyboard.press('Escape');
  await expect(row(page)).toHaveCount(0);
  await page.clock.runFor(60_000);
  expect(asked).toHaveLength(2);
});
