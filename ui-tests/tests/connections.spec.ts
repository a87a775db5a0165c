import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '../support/fixtures';
import { answers, freePort, start, stop } from '../support/processes';
import type { Stack } from '../support/stack';

const ID = 'AKIACANARY000001';
const SECRET = 'canary/secret+canary';
const SESSION = 'canary-session-token';

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Connections' });
const field = (page: Page, name: string): Locator => dialog(page).getByLabel(name, { exact: true });
const button = (page: Page, name: string): Locator =>
  dialog(page).getByRole('button', { name, exact: true });

const home = (stack: Stack): string => join(dirname(stack.root), 'home');
const credentials = (stack: Stack): string => join(home(stack), '.aws', 'credentials');

async function open(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+C');
  await page.getByPlaceholder('SEARCH', { exact: true }).waitFor();
  await page.keyboard.type('connections...');
  await page.keyboard.press('Enter');
  await expect(field(page, 'Storage')).toBeFocused();
}

/** Types into the form, for a storage at an address where nothing answers. */
async function fill(page: Page, name: string): Promise<void> {
  await field(page, 'Storage').selectOption('Any S3 storage');
  await field(page, 'Name').fill(name);
  await field(page, 'Endpoint').fill('http://127.0.0.1:1');
  await field(page, 'Access key ID').fill(ID);
  await field(page, 'Secret access key').fill(SECRET);
}

/** The texts of all files below a folder. */
async function texts(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.set(path, await readFile(path, 'latin1'));
    }
  }
  return found;
}

test.beforeEach(async ({ stack }) => {
  await rm(join(home(stack), '.aws'), { recursive: true, force: true });
  await rm(join(home(stack), '.config'), { recursive: true, force: true });
});

// At debug level, whatever the test did.
test.afterEach(({ stack }) => {
  for (const key of [ID, SECRET, SESSION]) {
    expect(stack.log).not.toContain(key);
  }
});

test('by keys alone a connection is added, tested and removed, and its keys are nowhere but in one file', async ({
  page,
  stack
}) => {
  const answers: Promise<string>[] = [];
  page.on('response', answer => answers.push(answer.text().catch(() => '')));
  await mkdir(join(home(stack), '.aws'));
  await writeFile(
    credentials(stack),
    '# mine\n[mine]\naws_access_key_id=a\naws_secret_access_key=b'
  );
  await open(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.type('pod');
  await page.keyboard.press('Tab');
  await page.keyboard.type('http://127.0.0.1:1');
  await page.keyboard.press('Tab');
  await page.keyboard.type(ID);
  await page.keyboard.press('Tab');
  await page.keyboard.type(SECRET);
  await page.keyboard.press('Tab');
  await page.keyboard.type('one, two');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(field(page, 'Session token')).toBeFocused();
  await page.keyboard.type(SESSION);
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('pod was added.')).toBeVisible();
  await expect(dialog(page).getByText('http://127.0.0.1:1 cannot be reached')).toBeVisible();
  await expect(dialog(page).getByRole('listitem')).toHaveCount(2);
  await expect(dialog(page)).toContainText('Buckets: one, two');

  const everything = await page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      ...Array.from(
        document.querySelectorAll('input, textarea'),
        one => (one as HTMLInputElement).value
      ),
      location.href,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage })
    ].join('\n')
  );
  const told = everything + (await Promise.all(answers)).join('\n');
  // Settings, workspaces, rclone's file and what was there before, too.
  const holders = [...(await texts(dirname(stack.root)))].filter(([, text]) =>
    [ID, SECRET, SESSION].some(key => text.includes(key))
  );
  for (const key of [ID, SECRET, SESSION]) {
    expect(told).not.toContain(key);
  }
  expect(holders.map(([path]) => path)).toEqual([credentials(stack)]);

  await button(page, 'Remove pod').focus();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Keep')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('pod was removed.')).toBeVisible();
  await expect(dialog(page).getByRole('listitem')).toHaveCount(1);
  expect(await readFile(credentials(stack), 'utf8')).toBe(
    '# mine\n[mine]\naws_access_key_id=a\naws_secret_access_key=b'
  );
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
});

test('what is wrong is said beside the field, before and after sending', async ({ page }) => {
  await open(page);
  await expect(field(page, 'Endpoint')).toHaveValue('https://nyu1.osn.mghpcc.org');
  await expect(field(page, 'Endpoint')).not.toBeEditable();
  await field(page, 'Access key ID').fill(ID);
  await button(page, 'Add').click();
  await expect(field(page, 'Secret access key')).toBeFocused();
  await expect(field(page, 'Secret access key')).toHaveAccessibleDescription('This is needed.');
  await expect(field(page, 'Access key ID')).toHaveValue(ID);

  await fill(page, 'pod');
  await field(page, 'Endpoint').fill('http://pod.example');
  await button(page, 'Add').click();
  await expect(field(page, 'Endpoint')).toBeFocused();
  await expect(field(page, 'Endpoint')).toHaveAccessibleDescription(/begins with https/);
  await expect(field(page, 'Secret access key')).toHaveValue('');
  await expect(field(page, 'Access key ID')).toHaveValue('');
});

test('closing the dialog forgets what was typed', async ({ page, panel }) => {
  await panel.open();
  await panel.more('Connections...');
  await fill(page, 'pod');
  const typed = await field(page, 'Secret access key').elementHandle();
  await button(page, 'Close').click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await typed!.evaluate(input => (input as HTMLInputElement).value)).toBe('');
  await panel.more('Connections...');
  await expect(field(page, 'Secret access key')).toHaveValue('');
});

test('the buckets of a connection are places while it is there', async ({ page, panel }) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const python = process.env.LEAP_PYTHON ?? 'python3';
  const storage = start(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]);
  try {
    await answers(storage, `${url}/moto-api/`);
    await fetch(`${url}/leap-pangeo-inbox`, { method: 'PUT' });
    await fetch(`${url}/leap-pangeo-inbox/inside.txt`, { method: 'PUT', body: 'inside' });
    await panel.open();
    const place = panel.place.getByRole('option', { name: 'leap-pangeo-inbox (pod)' });
    await panel.more('Connections...');
    await fill(page, 'pod');
    await field(page, 'Endpoint').fill(url);
    await button(page, 'Add').click();
    await expect(dialog(page)).toContainText('It works. Buckets: leap-pangeo-inbox.');
    await button(page, 'Browse pod').click();
    await expect(panel.row('inside.txt')).toBeVisible();
    await expect(place).toBeAttached();

    await panel.more('Connections...');
    await button(page, 'Remove pod').click();
    await button(page, 'Delete the keys of pod').click();
    await expect(dialog(page).getByText('pod was removed.')).toBeVisible();
    await button(page, 'Close').click();
    await expect(place).not.toBeAttached();
    await expect(panel.root.getByText('inside.txt')).toHaveCount(0);
  } finally {
    await stop(storage);
  }
});

test('what cannot be written is told, and nothing is', async ({ page, stack }) => {
  await mkdir(join(home(stack), '.config', 'rclone'), { recursive: true });
  await writeFile(join(home(stack), '.config', 'rclone', 'rclone.conf'), 'RCLONE_ENCRYPT_V0:\nabc');
  await open(page);
  await expect(dialog(page).getByRole('listitem')).toContainText('is encrypted with a password');
  await fill(page, 'pod');
  await button(page, 'Add').click();
  await expect(dialog(page).getByRole('alert')).toContainText('Nothing was written');
  await expect(readFile(credentials(stack))).rejects.toThrow('ENOENT');
});

test('axe finds no fault in the dialog, light or dark', async ({ page }, info) => {
  await open(page);
  await fill(page, 'pod');
  await button(page, 'Add').click();
  await expect(dialog(page).getByText('cannot be reached')).toBeVisible();
  await button(page, 'Remove pod').click();
  await dialog(page).getByText('More', { exact: true }).click();
  await field(page, 'Name').fill('');
  await button(page, 'Add').click();
  await expect(field(page, 'Name')).toHaveAccessibleDescription('This is needed.');
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
    await page.theme.setTheme(theme);
    const { violations } = await new AxeBuilder({ page: page.mainFrame().page() })
      .include('.jp-BucketConnections')
      .analyze();
    const faults = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(faults, theme).toEqual([]);
    await page.screenshot({ path: info.outputPath(`${theme}.png`) });
  }
});
