import type { Page } from '@playwright/test';
import { expect, HOME, type LongFolders, test } from '../support/longFolders';
import type { Panel } from '../support/panel';

/** The keys of a folder, as benchmarks/listing/store.py makes them. */
const truth = (folder: string, count: number) =>
  Array.from(
    { length: count },
    (_, n) => `${folder}run-${String(n).padStart(7, '0')}${n % 20 === 7 ? '/' : '.nc'}`
  );

async function open(page: Page, panel: Panel, folder: string): Promise<void> {
  await panel.open();
  // Whatever folder it begins with.
  await expect(panel.grid.locator('[data-key]').first()).toBeVisible();
  await panel.filter.fill(`gs://leap-scratch/${folder}`);
  await panel.filter.press('Enter');
  await expect(panel.row(`${folder}run-0000000.nc`)).toBeVisible();
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
}

const head = (panel: Panel, name: string) => panel.grid.getByRole('columnheader', { name });

test('a list of 20,000, slow and failing, is scrolled through without a gap or a double', async ({
  page,
  panel
}) => {
  test.setTimeout(300_000);
  const folder = `${HOME}20000/`;
  await open(page, panel, folder);
  await expect(panel.root).toContainText('1,000+ items');
  await expect(panel.grid).toHaveAttribute('aria-rowcount', '-1');
  const seen = await panel.grid.evaluate(async grid => {
    const keys = new Map<number, string>();
    let doubles = 0;
    let most = 0;
    for (;;) {
      await new Promise(requestAnimationFrame);
      const rows = grid.querySelectorAll<HTMLElement>('[data-key]');
      most = Math.max(most, rows.length);
      for (const { dataset } of rows) {
        const known = keys.get(Number(dataset.index));
        doubles += known !== undefined && known !== dataset.key ? 1 : 0;
        keys.set(Number(dataset.index), dataset.key!);
      }
      if (keys.has(Number(grid.getAttribute('aria-rowcount')) - 1)) {
        return { keys: [...keys].sort(([a], [b]) => a - b), doubles, most };
      }
      grid.scrollTop += 300;
    }
  });
  expect(seen.doubles).toBe(0);
  expect(seen.most).toBeLessThanOrEqual(80);
  expect(seen.keys.map(([, key]) => key)).toEqual(truth(folder, 20_000));
  await expect(panel.root).toContainText('20,000 items');
  await expect(panel.root.getByRole('alert')).toHaveCount(0);
});

test('sorting loads all with progress; cancelled, the order stays', async ({ page, panel }) => {
  test.setTimeout(180_000);
  await page.sidebar.setWidth(400);
  const folder = `${HOME}12000/`;
  await open(page, panel, folder);
  await expect(head(panel, 'Name')).toHaveAttribute('aria-sort', 'ascending');
  await head(panel, 'Size').getByRole('button').click();
  await expect(panel.root).toContainText(/Loading all: [\d,]+ so far\.\.\./);
  await panel.root.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.root).toContainText(/\d,000\+ items/);
  await expect(head(panel, 'Name')).toHaveAttribute('aria-sort', 'ascending');
  await expect(panel.row(`${folder}run-0000000.nc`)).toBeVisible();

  // By the keyboard: from the filter box down to the heads.
  await panel.filter.focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(head(panel, 'Size').getByRole('button')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(head(panel, 'Size')).toHaveAttribute('aria-sort', 'descending', {
    timeout: 60_000
  });
  await expect(panel.root).toContainText('12,000 items');
  // Folders first, in the order of names; then the largest file.
  const keys = await panel.grid.evaluate(grid =>
    Array.from(grid.querySelectorAll<HTMLElement>('[data-key]'), row => row.dataset.key)
  );
  expect(keys.slice(0, 2)).toEqual([`${folder}run-0000007/`, `${folder}run-0000027/`]);
  await expect(head(panel, 'Size').getByRole('button')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(head(panel, 'Size')).toHaveAttribute('aria-sort', 'ascending');
});

test('a folder sorts and filters together, and a row keeps the keyboard', async ({
  page,
  panel
}) => {
  const folder = `${HOME}100/`;
  await open(page, panel, folder);
  await panel.row(`${folder}run-0000003.nc`).click();
  await head(panel, 'Name').getByRole('button').click();
  await expect(head(panel, 'Name')).toHaveAttribute('aria-sort', 'descending');
  await expect(panel.row(`${folder}run-0000099.nc`)).toBeInViewport();
  await panel.filter.fill('0000003');
  await page.keyboard.press('ArrowDown');
  await expect(panel.row(`${folder}run-0000003.nc`)).toBeFocused();
  await expect(panel.row(`${folder}run-0000003.nc`)).toHaveAttribute('aria-selected', 'true');
});

test('a refresh deep in a long list asks for what is in sight', async ({ page, panel, gcs }) => {
  test.setTimeout(180_000);
  const folder = `${HOME}12000/`;
  await open(page, panel, folder);
  await panel.root.getByRole('button', { name: 'Load all' }).click();
  await expect(panel.root).toContainText('12,000 items', { timeout: 60_000 });
  await panel.row(`${folder}run-0000000.nc`).click();
  await page.keyboard.press('End');
  const last = panel.row(`${folder}run-0011999.nc`);
  await expect(last).toBeFocused();
  const requests: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/leap-buckets/list')) {
      requests.push(request.url());
    }
  });
  const store = gcs as LongFolders;
  const before = await store.asked();
  await panel.root.getByRole('button', { name: /^Refresh/ }).click();
  await expect(panel.root).toContainText('Listed just now');
  await expect(panel.grid).toHaveAttribute('aria-busy', 'false');
  expect(requests).toHaveLength(1);
  // The server repeats what failed.
  expect((await store.asked()) - before).toBeLessThanOrEqual(2);
  await expect(last).toBeInViewport();
  await expect(last).toHaveAttribute('aria-selected', 'true');
});

test('a page that fails for good says so, and can be asked again', async ({ page, panel }) => {
  const folder = `${HOME}12000/`;
  await open(page, panel, folder);
  let refusals = 1;
  await page.route('**/leap-buckets/list?**', async route => {
    if (refusals-- > 0) {
      const json = { message: 'The store is busy.', reason: 'store-unavailable', hint: '' };
      await route.fulfill({ status: 503, json });
    } else {
      await route.continue();
    }
  });
  await panel.row(`${folder}run-0000000.nc`).click();
  await page.keyboard.press('End');
  await expect(panel.root.getByRole('alert')).toContainText('The store is busy.');
  await expect(panel.row(`${folder}run-0000999.nc`)).toBeFocused();
  await panel.root.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.root).toContainText('2,000+ items');
  await expect(panel.root.getByRole('alert')).toHaveCount(0);
});
