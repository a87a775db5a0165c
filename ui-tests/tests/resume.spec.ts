import { randomBytes } from 'node:crypto';
import { stat, utimes, writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { Tree } from '../support/fixtures';
import type { Gcs } from '../support/gcs';
import { Panel } from '../support/panel';
import { type IPiece, Pieces } from '../support/pieces';
import { expect, HOME, SCRATCH, test as base } from '../support/standIn';
import { disconnect, slowDown } from '../support/throttle';
import { button, expectArrived, expectAsked } from '../support/tray';

const MiB = 1024 ** 2;
const SIZE = 40 * MiB;
const KEY = `${HOME}model.nc`;

/** So slow that a test can step in, and as fast as the machine. */
const SLOW = 8 * MiB;
const FAST = -1;

/** Bytes that the store is to have when something happens: what a page sends first. */
const PART = 8 * MiB;

interface IFixtures {
  pieces: Pieces;
  /** What is uploaded. */
  model: { readonly path: string; readonly bytes: Buffer };
}

const test = base.extend<IFixtures>({
  pieces: async ({ page }, use) => use(new Pieces(page)),
  model: async ({ localFile }, use) => {
    const bytes = randomBytes(SIZE);
    await use({ path: await localFile('model.nc', bytes), bytes });
  }
});

/** How many bytes the store said to have of the only upload. */
const known = (pieces: Pieces) => Math.max(0, ...pieces.all.map(({ has }) => has ?? 0));

/** Lets the user choose this file by a button. */
async function choose(page: Page, name: Locator, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await name.click();
  await (await chooser).setFiles(path);
}

/** Uploads by a button: the browser keeps no way to such a file. */
const chooseFirst = (page: Page, panel: Panel, path: string) =>
  choose(page, panel.root.getByRole('button', { name: /^Upload/ }), path);

/** Begins to upload slowly, until the store has a part of it. */
async function begin(page: Page, pieces: Pieces, act: () => Promise<void>): Promise<void> {
  await slowDown(page, SLOW);
  await act();
  await expect.poll(() => known(pieces), { timeout: 60_000 }).toBeGreaterThanOrEqual(PART);
}

/** Begins to upload, and reloads the page on the way. Returns how many pieces had left by then. */
async function interrupt(
  page: Page,
  panel: Panel,
  pieces: Pieces,
  act: () => Promise<void>
): Promise<number> {
  await begin(page, pieces, act);
  let before = 0;
  page.once('framenavigated', () => (before = pieces.all.length));
  await page.reload();
  await slowDown(page, FAST);
  await panel.openListed();
  return before;
}

/** That the store was asked, and from then on got every byte that it had not, once. */
function expectNothingTwice(sent: readonly IPiece[]): void {
  const first = sent.findIndex(({ start, has }) => start === null && has !== null);
  let next = sent[first]?.has ?? 0;
  expect(next).toBeGreaterThanOrEqual(PART);
  for (const { start, end } of sent.slice(first)) {
    if (start !== null) {
      expect(start).toBe(next);
      next = end!;
    }
  }
  expect(next).toBe(SIZE);
}

async function expectIt(panel: Panel, gcs: Gcs, bytes: Uint8Array): Promise<void> {
  await expectArrived(panel, gcs, KEY, bytes);
  expect(await gcs.keys(SCRATCH)).toEqual([KEY]);
}

test.describe('after a reload', () => {
  test.beforeEach(({ panel }) => panel.openListed());

  test('a dropped file goes on by itself', async ({ page, panel, gcs, pieces, model }) => {
    const before = await interrupt(page, panel, pieces, () => panel.drop(panel.grid, [model.path]));
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(before));

    await page.reload();
    await panel.openListed();
    await page.waitForTimeout(1000);
    await expect(panel.transfers).toBeHidden();
  });

  test('a chosen file goes on once it is chosen again', async ({
    page,
    panel,
    gcs,
    pieces,
    model,
    localFile
  }) => {
    const before = await interrupt(page, panel, pieces, () => chooseFirst(page, panel, model.path));
    await expect(panel.transfers).toContainText('model.nc had not arrived');
    expect(pieces.since(before)).toEqual([]);

    const another = await localFile('another.nc', 'another');
    await choose(page, button(panel, 'Go on with model.nc'), another);
    const dialog = panel.dialog('Nothing was uploaded');
    await expect(dialog).toContainText(
      '"another.nc" was chosen, but "model.nc" was being uploaded'
    );
    await dialog.getByRole('button').press('Enter');
    await expect(dialog).toBeHidden();

    await choose(page, button(panel, 'Go on with model.nc'), model.path);
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(before));
    await expect(button(panel, 'Go on with model.nc')).toBeHidden();
  });

  test('a file that has become another arrives as that', async ({
    page,
    panel,
    gcs,
    pieces,
    model
  }) => {
    await interrupt(page, panel, pieces, () => chooseFirst(page, panel, model.path));
    const longer = randomBytes(SIZE + 5);
    await writeFile(model.path, longer);
    await choose(page, button(panel, 'Go on with model.nc'), model.path);
    await expectIt(panel, gcs, longer);
  });

  test('a file that differs where nobody looks arrives as it is now, or not at all', async ({
    page,
    panel,
    gcs,
    pieces,
    model
  }) => {
    const { atime, mtime } = await stat(model.path);
    await utimes(model.path, atime, mtime);
    const before = await interrupt(page, panel, pieces, () => chooseFirst(page, panel, model.path));
    // Between two parts that are looked at first, and in what the store has already.
    model.bytes[MiB] ^= 1;
    await writeFile(model.path, model.bytes);
    await utimes(model.path, atime, mtime);
    await choose(page, button(panel, 'Go on with model.nc'), model.path);
    await expectIt(panel, gcs, model.bytes);
    // It was not seen at once: else this test would try nothing.
    expect(pieces.since(before).find(({ start }) => start !== null)?.start).toBeGreaterThan(0);
  });

  test('the same file dropped at the same place goes on', async ({
    page,
    panel,
    gcs,
    pieces,
    model
  }) => {
    const before = await interrupt(page, panel, pieces, () => chooseFirst(page, panel, model.path));
    await expect(button(panel, 'Go on with model.nc')).toBeVisible();
    await panel.drop(panel.grid, [model.path]);
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(before));
    await expect(button(panel, 'Go on with model.nc')).toBeHidden();
  });

  test('what is forgotten is so everywhere', async ({
    page,
    panel,
    stack,
    standIn,
    pieces,
    model
  }) => {
    await interrupt(page, panel, pieces, () => chooseFirst(page, panel, model.path));
    const atServer = pieces.all[0].url;
    const seen = await standIn.requests();
    const atStore = standIn.url + seen.find(({ content_range }) => content_range)!.path;
    const ask = async () => [
      (await page.request.get(atServer)).status(),
      (
        await fetch(atStore, {
          method: 'PUT',
          headers: { 'Content-Range': `bytes */${SIZE}` }
        })
      ).status
    ];
    expect(atServer).toContain(`${stack.url}/leap-buckets/uploads/`);
    expect(await ask()).toEqual([200, 308]);

    await button(panel, 'Forget model.nc').click();
    await expect(panel.transfers).toBeHidden();
    await expect.poll(ask).toEqual([404, 410]);
    await page.reload();
    await panel.openListed();
    await page.waitForTimeout(1000);
    await expect(panel.transfers).toBeHidden();
    expect(await standIn.keys(SCRATCH)).toEqual([]);
  });

  test('a folder goes on, and what has arrived is skipped and counted', async ({
    page,
    panel,
    gcs,
    localFolder,
    pieces
  }) => {
    const large = randomBytes(SIZE);
    const tree: Tree = { 'z/large.nc': large };
    for (let index = 0; index < 300; index++) {
      tree[`chunks/${index}`] = `chunk ${index}`;
    }
    const path = await localFolder('ocean.zarr', tree);
    await interrupt(page, panel, pieces, () => panel.drop(panel.grid, [path]));
    await expect(panel.transfers).toContainText(/\d+ files? uploaded/, { timeout: 60_000 });
    const text = (await panel.transfers.textContent())!;
    const [, uploaded, there] = /(\d+) files? uploaded, (\d+) there already/.exec(text)!;
    expect(Number(there)).toBeGreaterThan(0);
    expect(Number(uploaded) + Number(there)).toBe(301);
    expect((await gcs.keys(SCRATCH)).sort()).toEqual(
      Object.keys(tree)
        .map(name => `${HOME}ocean.zarr/${name}`)
        .sort()
    );
    expect((await gcs.get(SCRATCH, `${HOME}ocean.zarr/z/large.nc`)).equals(large)).toBe(true);
    // What the store had of the large one was not sent again.
    expect(pieces.all.filter(({ start, end }) => start === 0 && end! >= MiB)).toHaveLength(1);
  });
});

test.describe('without a reload', () => {
  test.beforeEach(({ panel }) => panel.openListed());

  test('a server that is killed and comes back goes on', async ({
    page,
    panel,
    stack,
    gcs,
    pieces,
    model
  }) => {
    // Galata asks for kernels itself, and fails the test when there is no server.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await begin(page, pieces, () => panel.drop(panel.grid, [model.path]));
    await stack.kill();
    const before = pieces.all.length;
    await stack.startAgain();
    await slowDown(page, FAST);
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(before));
  });

  test('a connection that is gone for a while does', async ({
    page,
    panel,
    gcs,
    pieces,
    model
  }) => {
    await begin(page, pieces, () => panel.drop(panel.grid, [model.path]));
    await disconnect(page);
    await expect(panel.transfers).toContainText('trying again');
    const before = pieces.all.length;
    await page.waitForTimeout(3000);
    await slowDown(page, FAST);
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(before));
  });

  test('another tab leaves it alone, and leaving asks', async ({
    page,
    panel,
    stack,
    gcs,
    pieces,
    model
  }) => {
    await begin(page, pieces, () => panel.drop(panel.grid, [model.path]));
    await button(panel, 'Pause all transfers').click();
    await expect(panel.transfers).toContainText('paused');
    const { length } = pieces.all;

    const other = await page.context().newPage();
    await other.goto(`${stack.url}/lab?reset`);
    const second = new Panel(other);
    await second.started();
    await second.openListed();
    await other.waitForTimeout(2000);
    await expect(second.transfers).toBeHidden();
    await other.close();

    await expectAsked(page, false);

    await slowDown(page, FAST);
    await button(panel, 'Resume all transfers').click();
    await expectIt(panel, gcs, model.bytes);
    expectNothingTwice(pieces.since(length));
  });
});
