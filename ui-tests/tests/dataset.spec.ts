import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Documents } from '../support/documents';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';
import { putZarr } from '../support/zarr';

const FACTORY = 'Data Set Summary';
const PREFIX = `${HOME}ocean.zarr/`;
const at = (name: string) => `buckets:${SCRATCH}/${HOME}${name}`;

/** An ocean of four days, as xarray writes it. */
const ocean = (format: 2 | 3, consolidated: boolean) => `
import pandas as pd
ds = xr.Dataset(
    {
        "sst": (("time", "lat", "lon"), np.zeros((4, 3, 6), "f4"), {"units": "degC", "long_name": "sea surface temperature", "valid_max": float("nan")}),
        "area": (("lat", "lon"), np.ones((3, 6))),
    },
    coords={
        "time": pd.date_range("2000-01-01", periods=4),
        "lat": [10.0, 20.0, 30.5],
        "lon": np.arange(6) * 60,
        "station": ("lat", ["a", "b", "c"]),
    },
    attrs={"title": "Ocean", "quality": float("nan"), "range": [float("-inf"), 2**60]},
)
ds.to_zarr(store, zarr_format=${format}, consolidated=${consolidated ? 'True' : 'False'}, encoding={"sst": {"chunks": (2, 3, 4)}})
`;

const PLAIN = ocean(3, true);

/** What is asked of our server from now on, as `object <key>` and `list <prefix>`. */
function requests(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', request => {
    const { pathname, searchParams } = new URL(request.url());
    const [, route] = pathname.split('/leap-buckets/');
    if (route === 'object' || route === 'list') {
      seen.push(`${route} ${searchParams.get('key') ?? searchParams.get('prefix')}`);
    }
  });
  return seen;
}

/** The visible data set, by what a person sees of it. */
class View {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.locator('.jp-BucketDataset:visible');
  }

  get problem(): Locator {
    return this.root.getByRole('alert');
  }

  row(name: string): Locator {
    return this.root.getByRole('row').filter({
      has: this.page.getByRole('rowheader', { name, exact: true })
    });
  }

  tool(name: string): Locator {
    return this.page.locator('.jp-BucketDataset-document:visible').getByRole('button', { name });
  }

  async open(name = 'ocean.zarr'): Promise<void> {
    await new Documents(this.page).open(at(name), FACTORY);
  }
}

test.describe('a data set', () => {
  for (const format of [2, 3] as const) {
    for (const consolidated of [true, false]) {
      const kind = `Zarr ${format}, ${consolidated ? '' : 'not '}consolidated,`;
      test(`of ${kind} shows what it holds`, async ({ page, gcs }) => {
        await putZarr(gcs, SCRATCH, PREFIX, ocean(format, consolidated));
        const seen = requests(page);
        const view = new View(page);
        await view.open();
        await expect(view.root).toContainText(`Zarr format ${format}`);
        await expect(view.root).toContainText(
          consolidated ? 'consolidated metadata' : 'metadata not consolidated'
        );
        await expect(view.root).toContainText('gs://leap-scratch/jovyan/ocean.zarr');
        await expect(view.root.getByRole('list', { name: 'Dimensions' })).toHaveText(
          /time: 4.*lat: 3.*lon: 6/
        );
        for (const [name, values] of [
          ['time', '0 1 2 3'],
          ['lat', '10 20 30.5'],
          ['lon', '0 60 120 180 240 300'],
          ['station', 'a b c']
        ]) {
          await expect(view.row(name).getByRole('cell').last()).toHaveText(values);
        }
        await expect(view.row('sst').getByRole('cell')).toHaveText([
          'time, lat, lon',
          'float32',
          '4 × 3 × 6',
          '2 × 3 × 4',
          '4',
          '288 B',
          'sea surface temperature [degC]'
        ]);
        await expect(view.root).toContainText('NaN');
        await expect(view.root).toContainText('[-Infinity,1152921504606846976]');
        if (consolidated) {
          await expect(view.root).toContainText('Metadata read in 2 requests');
          // And a chunk of each coordinate.
          expect(seen.filter(request => request.startsWith('object'))).toHaveLength(6);
          expect(seen.filter(request => request.startsWith('list'))).toHaveLength(0);
        }
      });
    }
  }

  test('opens by a double click, and its folder is one click away', async ({
    page,
    panel,
    gcs
  }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    await panel.open();
    await panel.row(PREFIX).dblclick();
    const view = new View(page);
    await expect(view.row('sst')).toBeVisible();
    await view.tool('Open Folder').click();
    await expect(panel.row(`${PREFIX}zarr.json`)).toBeVisible();
  });

  test('is read by a worker that comes with the first one', async ({ page, gcs }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    const scripts = async () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter(name => /labextensions\/jupyterlab-leap-buckets.*zarr-worker/.test(name))
      );
    expect(await scripts()).toEqual([]);
    const workers: string[] = [];
    const plain = page.mainFrame().page();
    plain.on('worker', worker => workers.push(worker.url()));
    const view = new View(page);
    await view.open();
    await expect(view.row('lat')).toContainText('30.5');
    expect(workers).toEqual([expect.stringContaining('zarr-worker')]);
    // Ended with the last data set.
    const worker = plain.workers().find(found => found.url().includes('zarr'))!;
    const ended = new Promise(close => worker.on('close', close));
    await page.evaluate(() => window.jupyterapp.commands.execute('application:close-all'));
    await ended;
  });

  test('is there again after a reload', async ({ page, gcs }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    const view = new View(page);
    await view.open();
    await expect(view.row('sst')).toBeVisible();
    // The layout is kept a second after it changed.
    await page.waitForTimeout(1500);
    // Past galata, which waits for a launcher.
    await page.mainFrame().page().reload();
    await expect(view.row('sst')).toBeVisible();
    await expect(new Documents(page).tab('ocean.zarr')).toHaveCount(1);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('gives its Python', async ({ page, gcs, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    const view = new View(page);
    await view.open();
    await view.tool('Copy Python').click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toContain('xr.open_zarr("gs://leap-scratch/jovyan/ocean.zarr")');
    await view.tool('Insert in Notebook').click();
    await expect(page.locator('.jp-Notebook .jp-CodeCell .cm-content')).toContainText(
      'xr.open_zarr("gs://leap-scratch/jovyan/ocean.zarr")'
    );
    await expect(page.locator('.jp-Notebook-ExecutionIndicator').first()).toHaveAttribute(
      'data-status',
      'idle'
    );
  });

  test('with groups shows them, and opens those that were not read', async ({ page, gcs }) => {
    const tree = (consolidated: string) => `
tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"title": "Tree"}), "/coarse": xr.Dataset({"depth": ("x", np.arange(3.0))}), "/coarse/er": xr.Dataset({"deep": ("y", np.arange(2))})})
tree.to_zarr(store, zarr_format=3, consolidated=${consolidated})`;
    await putZarr(gcs, SCRATCH, `${HOME}tree.zarr/`, tree('True'));
    const view = new View(page);
    await view.open('tree.zarr');
    const group = view.root.getByText('Group coarse', { exact: true });
    await group.focus();
    await page.keyboard.press('Enter');
    await expect(view.row('depth')).toContainText('float64');
    await expect(view.row('deep')).toHaveCount(0);

    await putZarr(gcs, SCRATCH, `${HOME}plain.zarr/`, tree('False'));
    await view.open('plain.zarr');
    await view.root.getByRole('button', { name: 'coarse' }).click();
    await expect(view.row('depth')).toContainText('float64');
    await view.root.getByRole('button', { name: 'er' }).click();
    await expect(view.row('deep')).toContainText('int64');
  });

  test('can be used by keys alone, in every theme', async ({ page, gcs }) => {
    test.setTimeout(150_000);
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    const view = new View(page);
    await view.open();
    await expect(view.row('lat')).toContainText('30.5');
    const name = view.row('sst').getByRole('button');
    await expect(name).toHaveAttribute('aria-expanded', 'false');
    await view.root.focus();
    await expect
      .poll(async () => {
        await page.keyboard.press('Tab');
        return name.evaluate(node => node === document.activeElement);
      })
      .toBe(true);
    await page.keyboard.press('Enter');
    await expect(name).toHaveAttribute('aria-expanded', 'true');
    await expect(view.root).toContainText('valid_max');
    for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
      await page.theme.setTheme(theme);
      const { violations } = await new AxeBuilder({ page: page.mainFrame().page() })
        .include('.jp-BucketDataset')
        .analyze();
      expect(violations.map(({ id, nodes }) => [theme, id, nodes[0].html])).toEqual([]);
    }
  });
});

test.describe('a link', () => {
  test.use({ autoGoto: false });

  test('opens a data set', async ({ page, gcs, stack }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    await page
      .mainFrame()
      .page()
      .goto(`${stack.url}/lab/tree/buckets%3A${SCRATCH}/${HOME}ocean.zarr`);
    await expect(new View(page).row('sst')).toBeVisible();
  });
});

test.describe('a data set of somebody else', () => {
  test('runs nothing of what it says', async ({ page, gcs }) => {
    const evil = `<img src=x onerror="window.hacked=1">`;
    await putZarr(
      gcs,
      SCRATCH,
      `${HOME}evil.zarr/`,
      `
evil = ${JSON.stringify(evil)}
attrs = {evil: evil, "units": evil, "link": "javascript:window.hacked=1", "nested": {evil: [evil]}, "__proto__": "p"}
coords = {"x": ("x", [evil, "b"], attrs)}
xr.Dataset({"v": ("x", [1, 2], attrs), "<script>window.hacked=1<|script>": ("y", [1], attrs)}, coords, attrs).to_zarr(store, zarr_format=2)
`
    );
    const view = new View(page);
    await view.open('evil.zarr');
    await expect(view.row('x').getByRole('cell').last()).toContainText('<img');
    for (const button of await view.root.getByRole('rowheader').getByRole('button').all()) {
      await button.click();
    }
    await expect(view.root.locator('dd').filter({ hasText: '<img src=x' })).not.toHaveCount(0);
    await expect(view.root.locator('img, script, a')).toHaveCount(0);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });
});

test.describe('a data set that cannot be read', () => {
  const refuse = { message: 'The store does not let you.', reason: 'no-permission', hint: '' };

  test('for lack of permission says so, and is read when that is given', async ({ page, gcs }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    await page.route('**/leap-buckets/object?**', route =>
      route.fulfill({ status: 403, json: refuse })
    );
    const view = new View(page);
    await view.open();
    await expect(view.problem).toContainText('You may not read this data set');
    await expect(view.problem).toContainText('The store does not let you.');
    await expect(view.problem).toContainText('jovyan/ocean.zarr/');
    await page.unroute('**/leap-buckets/object?**');
    await view.problem.getByRole('button', { name: 'Try Again' }).click();
    await expect(view.row('sst')).toBeVisible();
  });

  test('in one coordinate shows the rest', async ({ page, gcs }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    await page.route('**/leap-buckets/object?**ocean.zarr%2Flat%2Fc**', route =>
      route.fulfill({ status: 403, json: refuse })
    );
    const view = new View(page);
    await view.open();
    await expect(view.row('lat')).toContainText('The store does not let you.');
    await expect(view.row('lon')).toContainText('0 60 120');
  });

  test('as the sign-in is an old one is read with the new one', async ({ page, gcs, stack }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    const context = page.context();
    const cookies = await context.cookies(stack.url);
    const current = cookies.find(({ name }) => name === '_xsrf')!;
    await context.addCookies([{ ...current, value: 'old' }]);
    const tokens = new Set<string>();
    await page.route('**/leap-buckets/object?**', async route => {
      const token = route.request().headers()['x-xsrftoken'];
      tokens.add(token);
      if (token === 'old') {
        await context.addCookies([current]);
        await route.fulfill({ status: 403, body: '_xsrf does not match' });
      } else {
        await route.continue();
      }
    });
    const view = new View(page);
    await view.open();
    await expect(view.row('sst')).toBeVisible();
    expect([...tokens]).toEqual(['old', current.value]);
  });

  test('as it is none says so, and opens the folder', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}not.zarr/readme.txt`, 'hello');
    const view = new View(page);
    await view.open('not.zarr');
    await expect(view.problem).toContainText('not a Zarr store');
    await view.problem.getByRole('button', { name: 'Open Folder' }).click();
    await expect(panel.row(`${HOME}not.zarr/readme.txt`)).toBeVisible();
  });

  test('as it holds too much shows the first of it, and more when asked', async ({ page, gcs }) => {
    const array = { zarr_format: 2, dtype: '<f8', compressor: null, fill_value: 0, order: 'C' };
    const many = (name: (n: number) => string, value: unknown) =>
      Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [name(n), value]));
    const long = 'n'.repeat(100_000);
    const metadata = {
      '.zgroup': { zarr_format: 2 },
      '.zattrs': { ...many(n => `a${n}`, 1), [long]: long },
      ...many(n => `g${n}/.zgroup`, { zarr_format: 2 }),
      ...many(n => `broken${n}/.zarray`, { shape: 'NaN' }),
      [`${long}/.zarray`]: { ...array, shape: Array(5000).fill(1), chunks: Array(5000).fill(1) }
    };
    await gcs.put(SCRATCH, `${PREFIX}.zmetadata`, JSON.stringify({ metadata }));
    const view = new View(page);
    await view.open();
    await expect(view.root).toContainText('Zarr format 2');
    expect(await view.root.locator('*').count()).toBeLessThan(3000);
    expect((await view.root.textContent())!.length).toBeLessThan(60_000);
    const groups = view.root.locator('.jp-BucketDataset-group');
    await expect(groups).toHaveCount(200);
    // Dimensions, broken arrays, attributes and groups, in this order.
    await expect(view.root.getByRole('button', { name: /Show more/ })).toHaveText([
      'Show more (4800)',
      'Show more (4800)',
      'Show more (4801)',
      'Show more (4800)'
    ]);
    await view.root
      .getByRole('button', { name: /Show more/ })
      .last()
      .click();
    await expect(groups).toHaveCount(400);
  });

  test('as it is gone says so', async ({ page }) => {
    const view = new View(page);
    await view.open('gone.zarr');
    await expect(view.problem).toContainText('empty or does not exist');
  });

  test('as its metadata is broken names the file', async ({ page, gcs }) => {
    await putZarr(gcs, SCRATCH, PREFIX, PLAIN);
    await gcs.put(SCRATCH, `${PREFIX}zarr.json`, '{"zarr_format": 3,');
    const view = new View(page);
    await view.open();
    await expect(view.problem).toContainText('jovyan/ocean.zarr/zarr.json');
  });
});

test.describe('on the disk, beside', () => {
  test('a folder x.zarr opens as a folder, and a file y.zarr as a file', async ({
    page,
    stack,
    tmpPath
  }) => {
    const folder = join(stack.root, tmpPath);
    await mkdir(join(folder, 'x.zarr', 'inside'), { recursive: true });
    await mkdir(join(folder, 'plain'));
    await writeFile(join(folder, 'y.zarr'), 'some text');
    await page.filebrowser.refresh();
    const item = (name: string) =>
      page.locator('.jp-DirListing-item').filter({ has: page.getByText(name, { exact: true }) });

    await item('y.zarr').dblclick();
    await expect(new Documents(page).editor).toHaveText('some text');
    await expect(item('plain').locator('[data-icon="ui-components:folder"]')).toHaveCount(1);
    await item('x.zarr').dblclick();
    await expect(item('inside')).toBeVisible();
    await expect(page.locator('.jp-BucketDataset')).toHaveCount(0);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
});
