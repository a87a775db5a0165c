import type { Page } from '@playwright/test';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Documents, notebook, PNG } from '../support/documents';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';

const at = (key: string, bucket = SCRATCH) => `buckets:${bucket}/${key}`;

const link = (key: string, workspace = '') => `/lab${workspace}/tree/buckets%3A${SCRATCH}/${key}`;

/** Every request to our server extension, as `GET object`. */
function requests(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', request => {
    const { pathname } = new URL(request.url());
    const [, route] = pathname.split('/leap-buckets/');
    if (route) {
      seen.push(`${request.method()} ${route}`);
    }
  });
  return seen;
}

test.describe('a document', () => {
  test('of text opens, and saving writes it back', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'first\r\nsecond é🌊\r\n', 'text/plain');
    const documents = new Documents(page);
    const seen = requests(page);
    await documents.open(at(`${HOME}notes.txt`));
    await expect(documents.editor).toContainText('second é🌊');
    await documents.type('new ');
    await documents.save();
    await expect
      .poll(async () => (await gcs.get(SCRATCH, `${HOME}notes.txt`)).toString())
      .toBe('new first\r\nsecond é🌊\r\n');
    await expect(documents.dialog).toHaveCount(0);
    // Open: is it there, then its bytes. Save: is it still the same, then the write.
    expect(seen.filter(request => request.endsWith(' object'))).toEqual([
      'HEAD object',
      'GET object',
      'HEAD object',
      'PUT object'
    ]);

    await documents.type('again ');
    await documents.save();
    await expect
      .poll(async () => (await gcs.get(SCRATCH, `${HOME}notes.txt`)).toString())
      .toBe('again new first\r\nsecond é🌊\r\n');
    await expect(documents.dialog).toHaveCount(0);
  });

  test('that is a notebook opens, runs and is saved as nbformat writes it', async ({
    page,
    gcs
  }) => {
    const key = `${HOME}n.ipynb`;
    await gcs.put(
      SCRATCH,
      key,
      notebook({ cell_type: 'code', outputs: [], source: ['1 + ', '1'] })
    );
    const documents = new Documents(page);
    await documents.open(at(key));
    await expect(documents.shown.locator('.jp-CodeCell .cm-content')).toHaveText('1 + 1');
    await expect(page.getByText('Python 3 (ipykernel) | Idle')).toBeVisible();
    await documents.shown.locator('.jp-CodeCell .cm-content').click();
    await page.keyboard.press('Control+Enter');
    await expect(documents.shown.locator('.jp-OutputArea-output')).toHaveText('2');
    await documents.save();
    await expect
      .poll(async () => (await gcs.get(SCRATCH, key)).toString())
      .toContain('"execution_count": 1');
    const text = (await gcs.get(SCRATCH, key)).toString();
    expect(text).toMatch(/^{\n "cells": \[\n {2}{\n/);
    expect(text).toMatch(/\n}\n$/);
    expect(text).not.toContain('trusted');
    await expect(documents.dialog).toHaveCount(0);
  });

  test('that is a picture, a table or JSON opens in its viewer', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}dot.png`, PNG, 'application/octet-stream');
    await gcs.put(SCRATCH, `${HOME}t.csv`, 'a,b\n1,2\n', 'text/csv');
    await gcs.put(SCRATCH, `${HOME}j.json`, '{"answer": 42}', 'application/json');
    const documents = new Documents(page);

    await documents.open(at(`${HOME}dot.png`));
    const image = documents.shown.locator('.jp-ImageViewer img');
    await expect.poll(() => image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(1);

    await documents.open(at(`${HOME}t.csv`));
    await expect(documents.shown.locator('.jp-CSVViewer canvas').first()).toBeVisible();

    await documents.open(at(`${HOME}j.json`));
    await expect(documents.shown.locator('.jp-RenderedJSON')).toContainText('42');
  });

  for (const [key, name] of [
    [`${HOME}a//b.txt`, 'b.txt'],
    [`${HOME}x/./y.txt`, 'y.txt'],
    [`${HOME}x/../z.txt`, 'z.txt'],
    [`${HOME}%2F #?&+"'🌊.txt`, `%2F #?&+"'🌊.txt`]
  ]) {
    test(`of the name ${key} opens and saves`, async ({ page, gcs }) => {
      await gcs.put(SCRATCH, key, 'odd');
      const documents = new Documents(page);
      const path = [
        SCRATCH,
        ...key.split('/').map(part => (/^\.*$/.test(part) ? `%${part}` : part))
      ];
      await documents.open(`buckets:${path.join('/')}`);
      await expect(documents.tab(name)).toBeVisible();
      await expect(documents.editor).toHaveText('odd');
      await documents.type('very ');
      await documents.save();
      await expect.poll(async () => (await gcs.get(SCRATCH, key)).toString()).toBe('very odd');
      expect(await gcs.keys(SCRATCH)).toEqual([key]);
    });
  }

  test('in another person’s folder is read-only', async ({ page, gcs }) => {
    await gcs.put(PERSISTENT, 'ada/theirs.txt', 'theirs');
    const documents = new Documents(page);
    await documents.open(at('ada/theirs.txt', PERSISTENT));
    await expect(documents.editor).toHaveText('theirs');
    await expect(documents.shown.getByText('file is read-only')).toBeVisible();
    const seen = requests(page);
    await documents.type('mine ');
    await documents.save();
    await expect(page.getByRole('alert')).toContainText('read-only');
    expect(seen.filter(request => request.startsWith('PUT'))).toEqual([]);
    expect((await gcs.get(PERSISTENT, 'ada/theirs.txt')).toString()).toBe('theirs');
  });

  test('that is too large is refused with what to do instead', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}big.txt`, new Uint8Array(64 * 2 ** 20 + 1));
    const documents = new Documents(page);
    await documents.open(at(`${HOME}big.txt`));
    await expect(documents.dialog).toContainText('Insert in Notebook');
  });

  test('that is no notebook says so', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}broken.ipynb`, '{"cells": [');
    const documents = new Documents(page);
    await documents.open(at(`${HOME}broken.ipynb`));
    await expect(documents.dialog).toContainText('not valid JSON');
  });

  test('can be saved under another name', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}one.txt`, 'text');
    const documents = new Documents(page);
    await documents.open(at(`${HOME}one.txt`));
    await expect(documents.editor).toHaveText('text');
    await page.evaluate(() => {
      void window.jupyterapp.commands.execute('docmanager:save-as');
    });
    await documents.dialog.getByRole('textbox').fill(`${SCRATCH}/${HOME}two.txt`);
    await documents.dialog.getByRole('button', { name: 'Save' }).click();
    await expect(documents.tab('two.txt')).toBeVisible();
    expect((await gcs.get(SCRATCH, `${HOME}two.txt`)).toString()).toBe('text');
  });
});

test.describe('a document that somebody else changed', () => {
  const KEY = `${HOME}shared.txt`;
  let documents: Documents;

  test.beforeEach(async ({ page, gcs }) => {
    await gcs.put(SCRATCH, KEY, 'old');
    documents = new Documents(page);
    await documents.open(at(KEY));
    await expect(documents.editor).toHaveText('old');
    await documents.type('mine ');
  });

  test('is overwritten when the person says so', async ({ gcs }) => {
    await gcs.put(SCRATCH, KEY, 'theirs');
    await documents.save();
    await documents.dialog.getByRole('button', { name: 'Overwrite' }).click();
    await expect.poll(async () => (await gcs.get(SCRATCH, KEY)).toString()).toBe('mine old');
    await expect(documents.dialog).toHaveCount(0);

    await documents.type('more ');
    await documents.save();
    await expect.poll(async () => (await gcs.get(SCRATCH, KEY)).toString()).toBe('more mine old');
    await expect(documents.dialog).toHaveCount(0);
  });

  test('is read again when the person says so', async ({ gcs }) => {
    await gcs.put(SCRATCH, KEY, 'theirs');
    await documents.save();
    await documents.dialog.getByRole('button', { name: 'Revert' }).click();
    await expect(documents.editor).toHaveText('theirs');
    expect((await gcs.get(SCRATCH, KEY)).toString()).toBe('theirs');

    await documents.type('my ');
    await documents.save();
    await expect.poll(async () => (await gcs.get(SCRATCH, KEY)).toString()).toBe('my theirs');
    await expect(documents.dialog).toHaveCount(0);
  });

  test('in the moment of saving is not overwritten', async ({ page, gcs }) => {
    await page.route(
      '**/leap-buckets/object?**',
      async route => {
        if (route.request().method() === 'PUT') {
          await gcs.put(SCRATCH, KEY, 'theirs');
        }
        await route.continue();
      },
      { times: 2 }
    );
    await documents.save();
    await expect(documents.dialog).toContainText('Nothing was overwritten');
    expect((await gcs.get(SCRATCH, KEY)).toString()).toBe('theirs');
    await documents.dialog.getByRole('button').press('Enter');

    await documents.save();
    await expect(documents.dialog).toContainText('File Changed');
  });

  test('right after a save is not taken for the document’s own', async ({ page, gcs }) => {
    await page.route('**/leap-buckets/object?**', async route => {
      const answer = await route.fetch();
      if (route.request().method() === 'PUT') {
        await gcs.put(SCRATCH, KEY, 'theirs');
      }
      await route.fulfill({ response: answer });
    });
    await documents.save();
    await documents.saved();
    await page.unroute('**/leap-buckets/object?**');
    await documents.type('more ');
    await documents.save();
    await expect(documents.dialog).toContainText('File Changed');
    expect((await gcs.get(SCRATCH, KEY)).toString()).toBe('theirs');
  });
});

test.describe('a document renamed by JupyterLab', () => {
  test('has the new name in the bucket, and is saved under it', async ({ page, panel, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}notes.txt`, 'text', 'text/plain');
    const documents = new Documents(page);
    await documents.open(at(`${HOME}notes.txt`));
    await panel.run('docmanager:rename');
    await documents.dialog.getByRole('textbox').fill('first.txt');
    await documents.dialog.getByRole('button', { name: /^Rename/ }).click();
    await expect(documents.tab('first.txt')).toBeVisible();
    await documents.type('new ');
    await documents.save();
    await expect
      .poll(async () => (await gcs.get(SCRATCH, `${HOME}first.txt`)).toString())
      .toBe('new text');
    expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}first.txt`]);
    await expect(documents.dialog).toHaveCount(0);
  });

  test('in the folder of somebody else keeps its name, and says why', async ({
    page,
    panel,
    gcs
  }) => {
    await gcs.put(SCRATCH, 'ada/notes.txt', 'text', 'text/plain');
    const documents = new Documents(page);
    await documents.open(at('ada/notes.txt'));
    await panel.run('docmanager:rename');
    await documents.dialog.getByRole('textbox').fill('first.txt');
    await documents.dialog.getByRole('button', { name: /^Rename/ }).click();
    // The tests' JupyterLab keeps its notifications behind the bell.
    await page.locator('.jp-Notification-Status').click();
    await expect(page.locator('.jp-Notification-List')).toContainText('outside your own folder');
    expect(await gcs.keys(SCRATCH)).toEqual(['ada/notes.txt']);
  });
});

test.describe('a link', () => {
  // As a colleague follows it: into a page that is not open yet.
  test.use({ autoGoto: false });

  test('opens a file, in a workspace too', async ({ page, gcs, stack }) => {
    await gcs.put(SCRATCH, `${HOME}a b/notes #1.txt`, 'linked');
    const documents = new Documents(page);
    for (const workspace of ['', '/workspaces/mine']) {
      const path = link(`${HOME}a%20b/notes%20%231.txt`, workspace);
      await page.goto(stack.url + path);
      await expect(documents.editor).toHaveText('linked');
      await expect(documents.dialog).toHaveCount(0);
    }
    await expect(page).toHaveURL(/\/tree\/buckets(:|%3A)leap-scratch\/jovyan\/a%20b\/notes%20%231/);
    // The file browser beside it is as ever.
    await expect(page.locator('.jp-FileBrowser .jp-BreadCrumbs')).toBeVisible();
  });

  test('to nothing says so', async ({ page, stack }) => {
    await page.goto(stack.url + link(`${HOME}gone.txt`));
    const { dialog } = new Documents(page);
    await expect(dialog).toContainText('Cannot open this link');
    await expect(dialog).toContainText('jovyan/gone.txt');
  });

  test('to an unknown bucket says so', async ({ page, stack }) => {
    await page.goto(`${stack.url}/lab/tree/buckets%3Aelsewhere/x.txt`);
    await expect(new Documents(page).dialog).toContainText('no bucket "elsewhere"');
  });

  test('to a file of the home folder opens that', async ({ page, stack, tmpPath }) => {
    await page.goto(`${stack.url}/lab/tree/${tmpPath}`);
    await expect(page.locator('.jp-FileBrowser .jp-BreadCrumbs')).toBeVisible();
    await expect(new Documents(page).dialog).toHaveCount(0);
  });
});

test.describe('the notice above a notebook', () => {
  const SOURCE = {
    cell_type: 'code',
    outputs: [],
    source: 'print(1)',
    metadata: { trusted: true }
  };

  test('tells whose it is, and copies it home', async ({ page, gcs, stack }) => {
    await gcs.put(PERSISTENT, 'ada/theirs.ipynb', notebook(SOURCE));
    const documents = new Documents(page);
    await documents.open(at('ada/theirs.ipynb', PERSISTENT));
    const notice = page.getByRole('note', { name: 'Notebook from a bucket' });
    await expect(notice).toContainText("Somebody else's code, from gs://leap-persistent/ada/");
    await expect(notice).toContainText('cannot be saved in the bucket');
    await notice.getByRole('button', { name: 'Copy to home' }).click();
    await expect(documents.tab('theirs.ipynb')).toHaveCount(2);
    const copy = join(stack.root, 'theirs.ipynb');
    expect(await readFile(copy, 'utf8')).toContain('print(1)');
    expect(await readFile(copy, 'utf8')).not.toContain('trusted');

    // A second copy does not replace the first.
    await documents.tab('theirs.ipynb').first().click();
    await notice.getByRole('button', { name: 'Copy to home' }).click();
    await expect(documents.tab('theirs-Copy1.ipynb')).toBeVisible();
    await rm(copy);
    await rm(join(stack.root, 'theirs-Copy1.ipynb'));
  });

  test('of one’s own is shown until it was dismissed', async ({ page, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}own.ipynb`, notebook(SOURCE));
    const documents = new Documents(page);
    const notice = page.getByRole('note', { name: 'Notebook from a bucket' });
    await documents.open(at(`${HOME}own.ipynb`));
    await expect(notice).toContainText('Saves go to gs://leap-scratch/jovyan/');
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await expect(notice).toHaveCount(0);

    await page.evaluate(() => window.jupyterapp.commands.execute('application:close-all'));
    await documents.open(at(`${HOME}own.ipynb`));
    await expect(documents.shown.locator('.jp-CodeCell')).toBeVisible();
    await expect(notice).toHaveCount(0);
  });
});
