import { expect, GIB, HOME, LARGE, SCRATCH, test } from '../support/localBucket';

// What leaves the cloud is paid for: asked about where it is much, and where it is paid.

test.beforeEach(async ({ gcs, panel }) => {
  for (const [name, size] of [
    [LARGE, GIB],
    ['smaller.bin', GIB - 1]
  ] as const) {
    await fetch(
      `${gcs.url}/upload/storage/v1/b/${SCRATCH}/o?uploadType=media&name=${HOME}${name}`,
      { method: 'POST', headers: { 'X-Standin-Size': String(size) } }
    );
  }
  await panel.open();
  await panel.row(HOME + LARGE).click();
});

test('one GiB is asked about, and No downloads nothing', async ({ page, panel }) => {
  const asked: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/leap-buckets/object')) {
      asked.push(request.method());
    }
  });
  const dialog = panel.dialog('Download 1 GB?');
  for (const ask of [
    () => panel.chooseByKeys('Download'),
    () => panel.choose(panel.row(HOME + LARGE), 'Download')
  ]) {
    await ask();
    await expect(dialog).toContainText('The hub pays for what leaves the cloud.');
    await expect(dialog).toContainText('Working with it in a notebook costs nothing.');
    await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect(dialog).toBeHidden();
    await expect(panel.row(HOME + LARGE)).toBeFocused();
  }
  expect(asked).toEqual([]);
});

test('one GiB is downloaded after a yes', async ({ page, panel }) => {
  await panel.chooseByKeys('Download');
  const [request] = await Promise.all([
    page.waitForRequest(/leap-buckets\/object/),
    panel.dialog('Download 1 GB?').getByRole('button', { name: 'Download' }).press('Enter')
  ]);
  expect(request.url()).toContain(LARGE);
});

test('less is not asked about, but more that is less each', async ({ page, panel }) => {
  const smaller = panel.row(`${HOME}smaller.bin`);
  await Promise.all([
    page.waitForRequest(/leap-buckets\/object/),
    panel.choose(smaller, 'Download')
  ]);
  await expect(panel.dialog('The hub pays')).toHaveCount(0);
  await smaller.focus();
  await page.keyboard.press('Control+a');
  await panel.choose(smaller, 'Download');
  const dialog = panel.dialog('The hub pays');
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(dialog).toBeHidden();
});

test('one GiB of a local bucket is not asked about', async ({ page, panel }) => {
  await panel.place.selectOption('local');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    panel.choose(panel.row(LARGE), 'Download')
  ]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(download.suggestedFilename()).toBe(LARGE);
  await download.cancel();
});
