import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Panel } from '../support/panel';
import { Pieces } from '../support/pieces';
import { expect, HOME, SCRATCH, test as base, type StandIn } from '../support/standIn';
import { slowDown } from '../support/throttle';
import { button, expectArrived, progress } from '../support/tray';

const MiB = 1024 ** 2;
const KEY = `${HOME}model.nc`;

/** So slow that a test can step in. */
const SLOW = 8 * MiB;

interface IFixtures {
  /** JupyterLab in a page whose requests nobody intercepts: where they are, a refusing store is never asked. */
  lab: Page;
  pieces: Pieces;
}

const test = base.extend<IFixtures>({
  lab: async ({ browser, stack }, use) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const lab = await context.newPage();
    await lab.goto(`${stack.url}/lab?reset`);
    await use(lab);
    await context.close();
  },
  panel: async ({ lab }, use) => {
    const panel = new Panel(lab);
    await open(panel);
    await use(panel);
  },
  pieces: async ({ lab }, use) => use(new Pieces(lab))
});

test.use({ isDirect: true });

async function open(panel: Panel): Promise<void> {
  await panel.started();
  await panel.openListed();
}

/** What pages have asked of the store; the server alone starts sessions, in their name. */
async function straight(standIn: StandIn): Promise<string[]> {
  const seen = await standIn.requests();
  return seen.flatMap(({ method, origin }) => (origin && method !== 'POST' ? method : []));
}

/** Pieces with bytes, by where they went. */
function sent(pieces: Pieces, url: string) {
  return pieces.all.filter(piece => piece.start !== null && piece.url.startsWith(url));
}

test('no byte goes through the server', async ({
  lab,
  panel,
  pieces,
  stack,
  standIn,
  localFile
}) => {
  const bytes = randomBytes(40 * MiB + 3);
  await slowDown(lab, SLOW);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await button(panel, 'Show Files').click();
  await expect(panel.transfers.getByTitle('straight to the cloud')).toBeVisible();
  await expectArrived(panel, standIn, KEY, bytes);
  expect(sent(pieces, stack.url)).toEqual([]);
  // One long request, and the last piece.
  expect(sent(pieces, standIn.url)).toHaveLength(2);
  await expect(panel.row(KEY)).toBeVisible();
});

test('a store that does not tell the page how far it is, is asked by the server', async ({
  panel,
  pieces,
  stack,
  standIn,
  localFile
}) => {
  await standIn.cors({ allows: true, exposes_range: false });
  const bytes = randomBytes(20 * MiB + 3);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await expectArrived(panel, standIn, KEY, bytes);
  expect(sent(pieces, stack.url)).toEqual([]);
});

test('a store that refuses pages is sent to by the server, and not tried again', async ({
  lab,
  panel,
  standIn,
  localFile
}) => {
  await standIn.cors({ allows: false, exposes_range: false });
  const bytes = randomBytes(20 * MiB + 3);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await expectArrived(panel, standIn, KEY, bytes);
  expect(await straight(standIn)).toEqual(['OPTIONS']);

  await panel.drop(panel.grid, [await localFile('next.nc', bytes)]);
  await expect(panel.transfers).toContainText('2 files uploaded');
  await lab.reload();
  await open(panel);
  await panel.drop(panel.grid, [await localFile('last.nc', bytes)]);
  await expect(panel.transfers).toContainText('1 file uploaded');
  expect((await standIn.get(SCRATCH, `${HOME}last.nc`)).equals(bytes)).toBe(true);
  expect(await straight(standIn)).toEqual(['OPTIONS']);
});

test('a store that pages cannot reach is sent to by the server', async ({
  lab,
  panel,
  stack,
  pieces,
  standIn,
  localFile
}) => {
  await lab.route(`${standIn.url}/**`, route => route.abort('connectionrefused'));
  const bytes = randomBytes(20 * MiB + 3);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await expectArrived(panel, standIn, KEY, bytes);
  expect(sent(pieces, standIn.url)).toHaveLength(1);
  expect(sent(pieces, stack.url).at(-1)?.end).toBe(bytes.length);
});

test('a connection that breaks within the long request is outlived', async ({
  panel,
  pieces,
  stack,
  standIn,
  localFile
}) => {
  const after = 9 * MiB;
  // Chromium itself repeats what breaks on a connection that it had in use before.
  await standIn.fault({ kind: 'cut', method: 'PUT', path: 'upload_id', after, times: 2 });
  const bytes = randomBytes(40 * MiB + 3);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await expectArrived(panel, standIn, KEY, bytes);
  expect(sent(pieces, stack.url)).toEqual([]);
  expect(sent(pieces, standIn.url)[1].start).toBe(after);
});

test('cancelled mid-way it leaves nothing', async ({ lab, panel, standIn, localFile }) => {
  await slowDown(lab, SLOW);
  await panel.drop(panel.grid, [await localFile('model.nc', randomBytes(60 * MiB))]);
  await button(panel, 'Show Files').click();
  await expect.poll(() => progress(panel, 'Upload of model.nc')).toBeGreaterThan(10);
  await button(panel, 'Cancel upload of model.nc').click();
  await expect(panel.transfers).toBeHidden();
  expect(await standIn.keys(SCRATCH)).toEqual([]);
  const session = (await standIn.requests()).find(({ path }) => path.includes('upload_id='));
  const asked = await fetch(standIn.url + session!.path, {
    method: 'PUT',
    headers: { 'Content-Range': 'bytes */*' }
  });
  expect(asked.status).toBe(410);
});

/** Everything that a page keeps or shows. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const request = <T>(asked: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    const kept: unknown[] = [{ ...localStorage }, { ...sessionStorage }, location.href];
    for (const { name } of await indexedDB.databases()) {
      const database = await request(indexedDB.open(name!));
      for (const store of database.objectStoreNames) {
        kept.push(await request(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
    }
    return JSON.stringify(kept) + document.documentElement.outerHTML;
  });
}

test('the address of the session is kept and shown nowhere', async ({
  lab,
  panel,
  stack,
  standIn,
  localFile
}) => {
  const said: string[] = [];
  lab.on('console', message => said.push(message.text()));
  lab.on('pageerror', error => said.push(String(error)));
  const after = 9 * MiB;
  await standIn.fault({ kind: 'cut', method: 'PUT', path: 'upload_id', after, times: 2 });
  await slowDown(lab, SLOW);
  const bytes = randomBytes(40 * MiB);
  await panel.drop(panel.grid, [await localFile('model.nc', bytes)]);
  await button(panel, 'Show Files').click();
  await expect
    .poll(() => progress(panel, 'Upload of model.nc'), { timeout: 30_000 })
    .toBeGreaterThan(40);
  const midway = await everythingKept(lab);
  // The way back is kept: else this test would look into nothing.
  expect(midway).toContain(KEY);
  await expectArrived(panel, standIn, KEY, bytes);
  const session = (await standIn.requests()).find(({ path }) => path.includes('upload_id='));
  const [, canary] = /upload_id=([^&]+)/.exec(session!.path)!;
  expect(canary.length).toBeGreaterThan(8);
  const everything = [midway, await everythingKept(lab), stack.log, ...said].join('\n');
  expect(everything).not.toContain(canary);
});
