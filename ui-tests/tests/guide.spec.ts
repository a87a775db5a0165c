import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, HOME, PERSISTENT, test } from '../support/fixtures';

const run = promisify(execFile);

/** Opens the page as the palette does; the steps. */
async function open(page: Page) {
  await page.evaluate(() => window.jupyterapp.commands.execute('leap-buckets:bring-data'));
  return page.getByRole('region', { name: 'What to do' });
}

test('the guide leads data of this computer to the panel, by mouse', async ({ page, panel }) => {
  const steps = await open(page);
  await steps.getByRole('button', { name: 'Show Cloud Buckets' }).click();
  await expect(panel.root).toBeVisible();
});

test('the guide leads data of an HPC to a token, by keys alone', async ({ page }) => {
  const steps = await open(page);
  await expect(page.getByLabel('On this computer')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByLabel('On an HPC or another computer')).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await expect(steps).toContainText('for days if need be');
  await steps.getByRole('button', { name: 'Generate Upload Token' }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'Upload token' })).toBeVisible();
});

test('the guide is one page, and is not asked about twice', async ({ page }) => {
  await open(page);
  await open(page);
  await expect(page.locator('.jp-LeapGuide')).toHaveCount(1);
});

test('published data goes to Pangeo Forge, and the request has its name', async ({ page }) => {
  const steps = await open(page);
  await page.getByLabel('Published: others can get it elsewhere').check();
  await expect(steps.getByRole('link', { name: 'Open Pangeo Forge' })).toBeVisible();
  await steps.getByLabel('Name of the data set').fill('ERA5 & waves');
  const link = steps.getByRole('link', { name: 'Request a New Data Set' });
  const url = new URL((await link.getAttribute('href'))!);
  expect(url.origin + url.pathname).toBe('https://github.com/leap-stc/data-management/issues/new');
  expect(url.searchParams.get('template')).toBe('new_dataset.yaml');
  expect(url.searchParams.get('title')).toBe('New Dataset [ERA5 & waves]');
  expect(await link.getAttribute('rel')).toContain('noopener');
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test(`axe finds no fault in the guide, ${theme}`, async ({ page }) => {
    await page.theme.setTheme(theme);
    await open(page);
    for (const source of ['On this computer', 'In a public archive on the web']) {
      await page.getByLabel(source).check();
      const { violations } = await new AxeBuilder({ page }).include('.jp-LeapGuide').analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
  });
}

test.describe('the script for an archive', () => {
  let archive: Server;
  let address: string;

  test.beforeAll(async () => {
    archive = createServer((request, response) => {
      const body = `content of ${request.url}`;
      response.writeHead(request.url!.includes('missing') ? 404 : 200, {
        'Content-Length': body.length
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
    await new Promise<void>(done => archive.listen(0, '127.0.0.1', done));
    address = `http://127.0.0.1:${(archive.address() as AddressInfo).port}`;
  });
  test.afterAll(() => void archive.close());

  test('runs as it is copied, skips what is there, and fails at what is not', async ({
    page,
    gcs
  }) => {
    await open(page);
    await page.getByLabel('In a public archive on the web').check();
    await page.getByLabel('Addresses, one a line').fill(`${address}/a.nc\n${address}/b.nc?x=1`);
    await page.getByRole('textbox', { name: 'New folder' }).fill(`"my" era5`);
    const code = page.getByLabel('Python script');
    await expect(code).toContainText(`gs://${PERSISTENT}/`);
    const python = async () => {
      const env = { ...process.env, STORAGE_EMULATOR_HOST: gcs.url, NO_GCE_CHECK: 'true' };
      const script = (await code.textContent())!;
      return (await run(process.env.LEAP_PYTHON ?? 'python3', ['-c', script], { env })).stdout;
    };
    expect(await python()).toBe('copied: a.nc\ncopied: b.nc\n');
    const copied = await gcs.get(PERSISTENT, `${HOME}"my" era5/b.nc`);
    expect(copied.toString()).toBe('content of /b.nc?x=1');
    expect(await python()).toBe('there already: a.nc\nthere already: b.nc\n');
    await page.getByLabel('Addresses, one a line').fill(`${address}/missing.nc`);
    await expect(python()).rejects.toThrow('FileNotFoundError');
  });
});
