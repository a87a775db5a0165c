import type { Page } from '@playwright/test';
import { Documents, notebook } from '../support/documents';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

/** The list requests of a page from now on, as their queries. */
function listRequests(page: Page): URLSearchParams[] {
  const seen: URLSearchParams[] = [];
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/leap-buckets/list')) {
      seen.push(url.searchParams);
    }
  });
  return seen;
}

test.describe('the panel', () => {
  test('shows the own folder first, with one request, and asks nothing while it idles', async ({
    page,
    panel,
    gcs
  }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello');
    await gcs.put(SCRATCH, `${HOME}data/a.csv`, 'a,b');
    const lists = listRequests(page);
    await panel.open();
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await expect(panel.row(`${HOME}data/`)).toBeVisible();
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '2');
    expect(lists.map(query => query.get('prefix'))).toEqual([HOME]);

    await panel.row(`${HOME}data/`).dblclick();
    await expect(panel.row(`${HOME}data/a.csv`)).toBeVisible();
    expect(lists).toHaveLength(2);
    await page.waitForTimeout(3000);
    expect(lists).toHaveLength(2);
  });

  test('asks nothing before it is shown', async ({ page, panel }) => {
    const seen: string[] = [];
    page.on('request', request => {
      if (request.url().includes('/leap-buckets/')) {
        seen.push(request.url());
      }
    });
    await page.mainFrame().page().reload();
    await page.getByRole('tab', { name: 'Cloud buckets' }).waitFor();
    await page.waitForTimeout(1000);
    expect(seen).toEqual([]);
    await panel.open();
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '0');
  });

  test('leads to every place, and back by the breadcrumbs', async ({ panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}deep/er/file.txt`, 'x');
    await gcs.put(PERSISTENT, `${HOME}kept.txt`, 'x');
    await gcs.put(PERSISTENT, 'ada/theirs.txt', 'x');
    await panel.open();
    await panel.row(`${HOME}deep/`).dblclick();
    await panel.row(`${HOME}deep/er/`).dblclick();
    await expect(panel.row(`${HOME}deep/er/file.txt`)).toBeVisible();

    const crumbs = panel.root.getByRole('navigation', { name: 'Folders' });
    await crumbs.getByRole('button', { name: 'deep' }).click();
    await expect(panel.row(`${HOME}deep/er/`)).toBeVisible();

    const places = panel.root.getByLabel('Place');
    await expect(places.locator('option')).toHaveText([
      'My scratch - deleted after 7 days',
      'My persistent'
    ]);
    await places.selectOption('My persistent');
    await expect(panel.row(`${HOME}kept.txt`)).toBeVisible();
    await crumbs.getByRole('button', { name: 'The whole bucket' }).click();
    await expect(panel.row('ada/')).toBeVisible();
  });

  test('shows the last folder again after a reload', async ({ page, panel, gcs }) => {
    await gcs.put(PERSISTENT, `${HOME}runs/one.txt`, 'x');
    await panel.open();
    await panel.root.getByLabel('Place').selectOption(PERSISTENT);
    await panel.row(`${HOME}runs/`).dblclick();
    await expect(panel.row(`${HOME}runs/one.txt`)).toBeVisible();
    await page.waitForTimeout(1500);
    await page.reload();
    await panel.open();
    await expect(panel.row(`${HOME}runs/one.txt`)).toBeVisible();
  });

  test('shows sizes and ages, sizes where there is room', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}data.bin`, new Uint8Array(1536));
    await panel.open();
    const row = panel.row(`${HOME}data.bin`);
    await expect(row).toContainText('now');
    await page.sidebar.setWidth(400);
    await expect(row.getByText('1.5 KB')).toBeVisible();
  });

  test('says what to do in an empty folder', async ({ page, panel, gcs, localFile }) => {
    await panel.open();
    await expect(panel.root).toContainText('This folder is empty');
    await expect(panel.root).toContainText('ds.to_zarr("gs://leap-scratch/jovyan/data.zarr")');
    const chooser = page.waitForEvent('filechooser');
    await panel.root.getByRole('button', { name: 'Choose files...' }).click();
    await (await chooser).setFiles([await localFile('first.txt', 'first')]);
    await expect(panel.row(`${HOME}first.txt`)).toBeVisible();
    expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}first.txt`]);
  });

  test('names what was refused and can be asked again', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello');
    const answers = [
      { status: 403, reason: 'no-permission', message: 'Google refused: not yours.' },
      { status: 503, reason: 'store-unavailable', message: 'The store is busy.' }
    ];
    await page.route('**/leap-buckets/list?**', async route => {
      const answer = answers.shift();
      if (answer) {
        await route.fulfill({ status: answer.status, json: { ...answer, hint: 'Ask for help.' } });
      } else {
        await route.continue();
      }
    });
    await panel.open();
    await expect(panel.root.getByRole('alert')).toContainText('You may not look into this folder');
    await expect(panel.root.getByRole('alert')).toContainText('not yours. Ask for help.');
    await panel.root.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.root.getByRole('alert')).toContainText('The store is busy.');
    await panel.root.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await expect(panel.root.getByRole('alert')).toHaveCount(0);
  });

  test('keeps its rows when a refresh fails offline', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello');
    await panel.open();
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await page.route('**/leap-buckets/list?**', route => route.abort());
    await panel.root.getByRole('button', { name: /^Refresh/ }).click();
    await expect(panel.root.getByRole('alert')).toContainText('No connection');
    await expect(panel.row(`${HOME}notes.txt`)).toBeVisible();
    await page.unroute('**/leap-buckets/list?**');
    await gcs.put(SCRATCH, `${HOME}other.txt`, 'hello');
    await panel.root.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.row(`${HOME}other.txt`)).toBeVisible();
  });

  test('shows and opens odd names, none shadowed', async ({ page, panel, gcs }) => {
    const names = ['a//b', 'x/./y', 'x/../z', '%2F', '#?&+', `"'`, '🌊', 'é', 'e\u0301', 'twin'];
    for (const name of [...names, 'twin/inside']) {
      await gcs.put(SCRATCH, HOME + name, name);
    }
    await panel.open();
    for (const key of ['%2F', '#?&+', `"'`, '🌊', 'é', 'e\u0301', 'twin', 'twin/', 'a/', 'x/']) {
      await expect(panel.row(HOME + key)).toBeVisible();
    }
    await panel.row(`${HOME}a/`).dblclick();
    await panel.row(`${HOME}a//`).dblclick();
    await panel.row(`${HOME}a//b`).dblclick();
    await expect(new Documents(page).editor).toHaveText('a//b');
    await panel.filter.fill(`gs://${SCRATCH}/${HOME}x/../`);
    await panel.filter.press('Enter');
    await panel.row(`${HOME}x/../z`).dblclick();
    await expect(new Documents(page).editor).toHaveText('x/../z');
  });
});

test.describe('a long folder', () => {
  const name = (index: number) => `item-${String(index).padStart(4, '0')}.txt`;
  const key = (index: number) => HOME + name(index);

  test.beforeEach(async ({ gcs, panel }) => {
    test.setTimeout(180_000);
    for (let first = 0; first < 2300; first += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => gcs.put(SCRATCH, key(first + i), 'x'))
      );
    }
    await panel.open();
    await expect(panel.row(key(0))).toBeVisible();
  });

  test('draws what is in sight and fetches pages as it scrolls', async ({ page, panel }) => {
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '-1');
    await expect(panel.root).toContainText('1,000+ items');
    expect(await panel.grid.getByRole('row').count()).toBeLessThan(80);
    const lists = listRequests(page);
    const box = await panel.grid.boundingBox();
    await page.mouse.move(box!.x + 50, box!.y + 100);
    const seen = new Set<string>();
    for (let wheel = 0; wheel < 400; wheel++) {
      const drawn = await panel.grid.evaluate(grid =>
        Array.from(grid.querySelectorAll<HTMLElement>('[data-key]'), row => row.dataset.key!)
      );
      drawn.forEach(shown => seen.add(shown));
      if (seen.has(key(2299))) {
        break;
      }
      await page.mouse.wheel(0, 450);
      await page.waitForTimeout(50);
    }
    expect([...seen].sort()).toEqual(Array.from({ length: 2300 }, (_, i) => key(i)));
    expect(lists).toHaveLength(2);
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '2300');
    await expect(panel.root).toContainText('2,300 items');
  });

  test('is filtered by the store until it is known whole, then anywhere in a name', async ({
    page,
    panel
  }) => {
    const lists = listRequests(page);
    await panel.filter.fill('item-22');
    await expect(panel.row(key(2200))).toBeVisible();
    await expect(panel.root).toContainText('Names that start so');
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '100');
    expect(lists.map(query => query.get('startsWith'))).toEqual(['item-22']);

    await panel.filter.fill('');
    await expect(panel.row(key(0))).toBeVisible();
    await expect(async () => {
      await panel.grid.evaluate(grid => grid.scrollTo(0, grid.scrollHeight));
      await expect(panel.row(key(2299))).toBeVisible({ timeout: 500 });
    }).toPass();
    await panel.filter.fill('EM-229');
    await expect(panel.grid).toHaveAttribute('aria-rowcount', '10');
    // At the top, however far down the list was before.
    expect(await panel.grid.evaluate(grid => [grid.scrollTop, grid.scrollHeight])).toEqual([
      0,
      await panel.grid.evaluate(grid => grid.clientHeight)
    ]);
    await expect(panel.row(key(2290))).toBeInViewport();
    await panel.filter.fill('nothing like it');
    await expect(panel.root).toContainText('No name contains "nothing like it"');
  });
});

test.describe('an address in the filter', () => {
  test('leads to a folder or points at a file', async ({ panel, gcs }) => {
    await gcs.put(PERSISTENT, `${HOME}runs/one.txt`, 'x');
    await panel.open();
    await panel.filter.fill(`gs://${PERSISTENT}/${HOME}runs`);
    await panel.filter.press('Enter');
    await expect(panel.row(`${HOME}runs/one.txt`)).toBeVisible();
    await panel.root.getByLabel('Place').selectOption(SCRATCH);
    await panel.filter.fill(`gs://${PERSISTENT}/${HOME}runs/one.txt`);
    await panel.filter.press('Enter');
    await expect(panel.row(`${HOME}runs/one.txt`)).toHaveAttribute('aria-selected', 'true');
  });

  test('that leads nowhere says so, and hides no file while it is typed', async ({
    panel,
    gcs
  }) => {
    await gcs.put(SCRATCH, `${HOME}here.txt`, 'x');
    await panel.open();
    await panel.filter.pressSequentially('gs://elsewhere/x');
    await expect(panel.row(`${HOME}here.txt`)).toBeVisible();
    await panel.filter.press('Enter');
    await expect(panel.root.getByRole('alert')).toContainText('None of your buckets has');
    await expect(panel.row(`${HOME}here.txt`)).toBeVisible();
    await panel.filter.fill(`gs://${SCRATCH}/${HOME}gone.txt`);
    await panel.filter.press('Enter');
    await expect(panel.root.getByRole('alert')).toContainText('There is nothing at');
  });
});

test.describe('a row', () => {
  test('opens as a document, and what is saved is listed', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello');
    await panel.open();
    await panel.row(`${HOME}notes.txt`).dblclick();
    const documents = new Documents(page);
    await expect(documents.editor).toHaveText('hello');
    const lists = listRequests(page);
    await documents.type('well, ');
    await documents.save();
    await expect.poll(() => lists.length).toBe(1);
    expect(String(await gcs.get(SCRATCH, `${HOME}notes.txt`))).toBe('well, hello');
  });

  test('puts the code that reads it into a new notebook, then into that one', async ({
    page,
    panel,
    gcs
  }) => {
    test.setTimeout(120_000);
    await gcs.put(SCRATCH, `${HOME}table.csv`, 'a,b\n1,2\n');
    await gcs.put(SCRATCH, `${HOME}ocean.zarr/zarr.json`, '{}');
    await panel.open();
    const insert = async (key: string) => {
      await panel.row(key).hover();
      await panel.row(key).getByRole('button', { name: 'Insert in notebook' }).click();
    };
    await insert(`${HOME}table.csv`);
    const cells = page.locator('.jp-Notebook .jp-CodeCell .cm-content');
    await expect(cells).toHaveCount(1);
    await expect(cells.first()).toContainText('pd.read_csv("gs://leap-scratch/jovyan/table.csv")');
    await insert(`${HOME}ocean.zarr/`);
    await expect(cells).toHaveCount(2);
    await expect(cells.last()).toContainText('xr.open_zarr("gs://leap-scratch/jovyan/ocean.zarr")');
    // Ready to run: the notebook has the keyboard.
    await expect(page.locator('.jp-Notebook:focus-within')).toHaveCount(1);
  });

  test('puts that code there by keys, too', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}table.csv`, 'a,b\n1,2\n');
    await panel.open();
    await panel.row(`${HOME}table.csv`).focus();
    await page.keyboard.press('Control+Enter');
    const cells = page.locator('.jp-Notebook .jp-CodeCell .cm-content');
    await expect(cells).toHaveCount(1);
    await expect(cells.first()).toContainText('pd.read_csv("gs://leap-scratch/jovyan/table.csv")');
    await expect(page.locator('.jp-Notebook:focus-within')).toHaveCount(1);
  });

  test('gives its URI by the context menu', async ({ page, panel, gcs }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'hello');
    await gcs.put(SCRATCH, `${HOME}data/a.csv`, 'hello');
    await panel.open();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await panel.choose(panel.row(`${HOME}notes.txt`), 'Copy URI', 'More');
    await expect.poll(copied).toBe('gs://leap-scratch/jovyan/notes.txt');
    await panel.row(`${HOME}data/`).click({ modifiers: ['ControlOrMeta'] });
    await panel.choose(panel.row(`${HOME}data/`), 'Copy URI', 'More');
    await expect
      .poll(copied)
      .toBe('gs://leap-scratch/jovyan/notes.txt\ngs://leap-scratch/jovyan/data/');
  });

  test('that is a notebook opens as one', async ({ page, panel, gcs }) => {
    await gcs.put(
      SCRATCH,
      `${HOME}run.ipynb`,
      notebook({ cell_type: 'code', source: 'print(1)', outputs: [], execution_count: null })
    );
    await panel.open();
    await panel.row(`${HOME}run.ipynb`).dblclick();
    await expect(page.locator('.jp-Notebook .jp-CodeCell')).toContainText('print(1)');
    // Its kernel too, so that nothing is under way when the page closes.
    await expect(page.locator('.jp-Notebook-ExecutionIndicator').first()).toHaveAttribute(
      'data-status',
      'idle'
    );
  });
});
