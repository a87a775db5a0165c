import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expect, HOME, PERSISTENT, SCRATCH, test, USER } from '../support/boundedGcs';

/** What the exchange's tokens have in them, and the stub gcloud's own. */
const LIMITED = 'ya29.limited-SECRET';
const SECRET = 'SECRET-';

const ACCOUNT = 'researcher@leap-stub.iam.gserviceaccount.com';

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Upload token' });

const button = (page: Page, name: string): Locator =>
  dialog(page).getByRole('button', { name, exact: true });

/** By keyboard, from wherever the focus is. */
async function openByKeyboard(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+C');
  await page.getByPlaceholder('SEARCH', { exact: true }).waitFor();
  await page.keyboard.type('token');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
}

/** Everything that a person, a screen reader or a saved page could get at. */
function everythingInThePage(page: Page): Promise<string> {
  return page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll('input, textarea, select')].map(
        field => (field as HTMLInputElement).value
      ),
      location.href,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage })
    ].join('\n')
  );
}

/** Puts text on the clipboard, which outlives a page. */
async function copy(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+C');
  await page.getByPlaceholder('SEARCH', { exact: true }).fill(text);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  await page.keyboard.press('Escape');
}

/** The clipboard by a person's own way: pasted, with the dialog closed. */
async function paste(page: Page): Promise<string> {
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await page.keyboard.press('Control+Shift+C');
  const field = page.getByPlaceholder('SEARCH', { exact: true });
  await field.waitFor();
  await page.keyboard.press('Control+V');
  return field.inputValue();
}

test.beforeEach(({ stack }) => stack.gcloud('fresh'));

// At debug level, whatever gcloud did.
test.afterEach(({ stack }) => {
  expect(stack.log).toContain('/leap-buckets/token');
  expect(stack.log).not.toContain(SECRET);
});

test('Ctrl+Shift+C, "token", Enter, Enter puts a token on the clipboard', async ({ page }) => {
  await openByKeyboard(page);
  await expect(button(page, 'Copy')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await everythingInThePage(page)).not.toContain(SECRET);
  expect(await paste(page)).toContain(LIMITED);
});

test('a second Enter in the same breath copies it too', async ({ page }) => {
  await page.keyboard.press('Control+Shift+C');
  await page.getByPlaceholder('SEARCH', { exact: true }).waitFor();
  await page.keyboard.type('upload token');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain(LIMITED);
});

test('Copy pressed before the token is here copies it when it comes', async ({ page, stack }) => {
  await stack.gcloud('slow');
  let pressed = () => {};
  const held = new Promise<void>(resolve => (pressed = resolve));
  await page.route('**/leap-buckets/token*', async route => {
    await held;
    await route.continue();
  });
  await openByKeyboard(page);
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('as soon as it is here')).toBeVisible();
  pressed();
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain(LIMITED);
});

test('on a page without the asynchronous clipboard Copy works all the same', async ({ page }) => {
  await openByKeyboard(page);
  await expect(button(page, 'Reveal')).toBeEnabled();
  await page.evaluate(() =>
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
  );
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain(LIMITED);
});

test('the dialog tells whose token it is, what it can do and when it ends', async ({ page }) => {
  await openByKeyboard(page);
  await expect(dialog(page)).toContainText('Is your data on this computer?');
  await expect(dialog(page)).toContainText(`${ACCOUNT} (from gcloud)`);
  await expect(dialog(page)).toContainText(
    `can list, read, write and delete in gs://${PERSISTENT}/${HOME}, and nothing else`
  );
  await expect(dialog(page).getByRole('timer')).toHaveText(/^5[89]:\d\d$/);
  await expect(dialog(page).getByText('Only')).toHaveCount(0);
});

test('the token is in the page only between Reveal and Hide', async ({ page }) => {
  await openByKeyboard(page);
  await expect(button(page, 'Copy')).toBeFocused();
  await expect(button(page, 'Reveal')).toBeEnabled();
  expect(await everythingInThePage(page)).not.toContain(SECRET);
  await button(page, 'Reveal').press('Enter');
  await expect(dialog(page).getByLabel('Token')).toContainText(LIMITED);
  await button(page, 'Hide').press('Enter');
  expect(await everythingInThePage(page)).not.toContain(SECRET);
  await button(page, 'Reveal').click();
  await expect(dialog(page).getByLabel('Token')).toContainText(SECRET);
  await button(page, 'Close').click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test('a revealed token is masked again after half a minute', async ({ page }) => {
  await page.clock.install();
  await openByKeyboard(page);
  await button(page, 'Reveal').click();
  await expect(dialog(page).getByLabel('Token')).toContainText(SECRET);
  await page.clock.runFor(31_000);
  await expect(button(page, 'Reveal')).toBeVisible();
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test('a page that is left behind does not keep the token', async ({ page }) => {
  await openByKeyboard(page);
  await button(page, 'Reveal').click();
  await expect(dialog(page).getByLabel('Token')).toContainText(SECRET);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide')));
  await expect(dialog(page)).toHaveCount(0);
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test('the token is saved as token.txt on the own computer', async ({ page }) => {
  await openByKeyboard(page);
  const downloading = page.waitForEvent('download');
  await button(page, 'Save as token.txt').click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('token.txt');
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^ya29\.limited-SECRET\S*$/);
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test("the code has the user's own folder, in a place that keeps data; another place makes another token", async ({
  page,
  bounded
}) => {
  await openByKeyboard(page);
  const code = dialog(page).getByRole('region', { name: 'Code', exact: true });
  const store = (bucket: string) => `"gs://${bucket}/${HOME}test_offsite_upload.zarr"`;
  await expect(code).toContainText(store(PERSISTENT));
  await expect(button(page, 'Reveal')).toBeEnabled();
  await dialog(page).getByLabel('Bucket').selectOption('My scratch');
  await expect(code).toContainText(store(SCRATCH));
  await expect(dialog(page)).toContainText('deleted after 7 days');
  await expect(dialog(page)).toContainText(`delete in gs://${SCRATCH}/${HOME}, and nothing else`);
  await dialog(page).getByLabel('Folder').fill(`gs://${SCRATCH}/${HOME}run 7`);
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText(`delete in gs://${SCRATCH}/${HOME}run 7/, and nothing`);
  const { exchanges } = await bounded.seen();
  expect(JSON.stringify(exchanges.at(-1))).toContain(`buckets/${SCRATCH}/objects/${HOME}run 7/`);
  await button(page, 'Copy code').click();
  await expect(code.getByText('Code copied.')).toBeVisible();
  const copied = await paste(page);
  expect(copied).toContain(`gs://${SCRATCH}/${USER}/run 7/test_offsite_upload.zarr`);
  expect(copied).not.toContain(SECRET);
});

test('each way to upload has its code, by the arrow keys; none has the token in it', async ({
  page
}) => {
  await openByKeyboard(page);
  await expect(button(page, 'Reveal')).toBeEnabled();
  await dialog(page).getByRole('tab', { name: 'Python' }).focus();
  const ways = [
    'rclone copy',
    'gcloud storage cp',
    'curl --config',
    'BucketCredentials',
    'gcloud auth'
  ];
  for (const way of ways) {
    await page.keyboard.press('ArrowRight');
    await expect(dialog(page).getByRole('tabpanel')).toContainText(way);
  }
  await page.keyboard.press('ArrowRight');
  await expect(dialog(page).getByRole('tab', { name: 'Python' })).toBeFocused();
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test('where limiting is refused nothing is handed out before a second yes', async ({
  page,
  bounded
}) => {
  await bounded.set({ refuse: 400 });
  await openByKeyboard(page);
  await page.keyboard.press('Enter');
  const alert = dialog(page).getByRole('alert');
  await expect(alert).toContainText('everything that this server can, in every bucket');
  await expect(button(page, 'Copy')).toHaveCount(0);
  // Enter asks again, and is not the second yes.
  await expect(button(page, 'Try Again')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Give Me a Token Without Limits')).toBeVisible();
  await expect(button(page, 'Copy')).toHaveCount(0);
  await button(page, 'Give Me a Token Without Limits').click();
  await expect(dialog(page)).toContainText(`whatever ${ACCOUNT} can, in every bucket`);
  await button(page, 'Copy').click();
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain('stub-SECRET-token-fresh');
});

test("a person's token is asked about before anything can be copied", async ({ page, stack }) => {
  await stack.gcloud('personal');
  await openByKeyboard(page);
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('alert')).toContainText(
    'ada@gmail.com: a person, not the hub'
  );
  await expect(button(page, 'Copy')).toHaveCount(0);
  await expect(button(page, 'Reveal')).toHaveCount(0);
  await expect(button(page, 'Ask Again')).toBeFocused();
  await dialog(page).getByRole('tab', { name: 'Longer than an hour' }).click();
  await expect(button(page, 'Make an Upload Grant')).toHaveCount(0);
  await button(page, 'Use the Personal Token').click();
  await expect(button(page, 'Make an Upload Grant')).toBeVisible();
  await dialog(page).getByRole('tab', { name: 'Python' }).click();
  await button(page, 'Copy').focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain(LIMITED);
});

test('Forget removes the token from the page', async ({ page }) => {
  await openByKeyboard(page);
  await button(page, 'Reveal').click();
  await expect(dialog(page).getByLabel('Token')).toContainText(LIMITED);
  await button(page, 'Forget').click();
  await expect(dialog(page).getByRole('alert')).toContainText('removed from this page');
  expect(await everythingInThePage(page)).not.toContain(SECRET);
  await expect(button(page, 'Ask Again')).toBeFocused();
});

test('an upload grant is made, copied without being shown, listed and revoked', async ({
  page,
  stack
}) => {
  await openByKeyboard(page);
  await dialog(page).getByRole('button', { name: 'My upload takes longer' }).click();
  await expect(dialog(page).getByRole('tab', { name: 'Longer than an hour' })).toHaveAttribute(
    'aria-selected',
    'true'
  );
  await dialog(page).getByLabel('Good for').fill('3');
  await dialog(page).getByLabel('keeps my server').check();
  await button(page, 'Make an Upload Grant').click();
  const panel = dialog(page).getByRole('tabpanel');
  await expect(panel.getByLabel('Grant', { exact: true })).toHaveText(/^•+$/);
  await expect(panel).toContainText('keep_awake=True');
  await expect(panel).toContainText(`"${stack.url}/leap-buckets/grants/token"`);
  await button(page, 'Reveal').click();
  const grant = (await panel.getByLabel('Grant', { exact: true }).textContent())!;
  await button(page, 'Hide').click();
  expect(await everythingInThePage(page)).not.toContain(grant);
  const ask = () =>
    fetch(`${stack.url}/leap-buckets/grants/token`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${grant}` }
    });
  const given = await ask();
  expect(given.status).toBe(200);
  expect(await given.json()).toMatchObject({
    scope: { kind: 'limited', bucket: PERSISTENT, prefix: HOME }
  });
  await button(page, 'Copy').click();
  await expect(panel.getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toBe(grant);

  await page.keyboard.press('Escape');
  await openByKeyboard(page);
  await dialog(page).getByRole('tab', { name: 'Longer than an hour' }).click();
  const row = panel.getByRole('row').filter({ hasText: `gs://${PERSISTENT}/${HOME}` });
  await expect(row).toContainText('just now');
  expect(await everythingInThePage(page)).not.toContain(grant);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toHaveCount(0);
  expect((await ask()).status).toBe(401);
  expect(stack.log).not.toContain(grant);
});

test('a nearly expired token comes with a warning and its reason', async ({ page, stack }) => {
  await stack.gcloud('nearly-expired');
  await openByKeyboard(page);
  await expect(dialog(page).getByRole('note')).toContainText('Only 4 minutes are left.');
  await expect(dialog(page).getByRole('note')).toContainText('hands out the same token again');
  await stack.gcloud('fresh');
  await button(page, 'Ask Again').click();
  await expect(dialog(page).getByRole('timer')).toHaveText(/^5[89]:\d\d$/);
  await expect(dialog(page).getByRole('note')).toHaveCount(0);
});

test('at its end the token leaves the page', async ({ page, stack }) => {
  await stack.gcloud('nearly-expired');
  await page.clock.install();
  await openByKeyboard(page);
  await button(page, 'Reveal').click();
  await expect(dialog(page).getByLabel('Token')).toContainText(SECRET);
  await page.clock.fastForward(6 * 60_000);
  await expect(dialog(page).getByRole('alert')).toContainText('The token has ended');
  expect(await everythingInThePage(page)).not.toContain(SECRET);
});

test('a failing gcloud is told with what to do; Retry brings the token', async ({
  page,
  stack
}) => {
  await stack.gcloud('failing');
  await openByKeyboard(page);
  await expect(dialog(page).getByRole('alert')).toContainText('gcloud gave no token');
  await expect(dialog(page).getByRole('alert')).toContainText('gcloud auth login');
  expect(await everythingInThePage(page)).not.toContain('stub-SECRET');
  await expect(button(page, 'Copy')).toHaveCount(0);
  await expect(dialog(page).getByLabel('Token')).toHaveCount(0);
  await stack.gcloud('fresh');
  await expect(button(page, 'Retry')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Copy')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Copied.', { exact: true })).toBeVisible();
  expect(await paste(page)).toContain(LIMITED);
});

test('a hanging gcloud is stopped and told', async ({ page, stack }) => {
  await stack.gcloud('hanging');
  await openByKeyboard(page);
  await expect(dialog(page).getByLabel('Token')).toHaveText('Asking for a token...');
  await expect(dialog(page).getByRole('alert')).toContainText('gave no answer within', {
    timeout: 40_000
  });
  await expect(button(page, 'Retry')).toBeVisible();
});

test('without gcloud and without credentials the dialog says so', async ({ page, stack }) => {
  await stack.gcloud('absent');
  await openByKeyboard(page);
  await expect(dialog(page).getByRole('alert')).toContainText(
    'neither the gcloud command nor Application Default Credentials'
  );
  await expect(button(page, 'Copy')).toHaveCount(0);
});

test('arguments of the command change nothing: it shows the dialog and copies nothing', async ({
  page
}) => {
  await copy(page, 'as before');
  await page.evaluate(() => {
    void window.jupyterapp.commands.execute('leap-buckets:generate-token', {
      copy: true,
      reveal: true
    });
    void window.jupyterapp.commands.execute('leap-buckets:generate-token');
  });
  await expect(button(page, 'Reveal')).toBeEnabled();
  await expect(dialog(page)).toHaveCount(1);
  expect(await everythingInThePage(page)).not.toContain(SECRET);
  expect(await paste(page)).toBe('as before');
});

test('Tab stays in the dialog, and Escape closes it', async ({ page }) => {
  await openByKeyboard(page);
  await expect(button(page, 'Reveal')).toBeEnabled();
  for (let press = 0; press < 12; press++) {
    await page.keyboard.press('Tab');
    expect(await dialog(page).evaluate(node => node.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test(`axe finds no fault in the dialog, ${theme}`, async ({ page, bounded }) => {
    const faults = async () => {
      const { violations } = await new AxeBuilder({ page: page.mainFrame().page() })
        .include('.jp-BucketToken')
        .analyze();
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    };
    await page.theme.setTheme(theme);
    await openByKeyboard(page);
    await expect(button(page, 'Reveal')).toBeEnabled();
    expect(await faults(), 'a token').toEqual([]);
    await dialog(page).getByRole('tab', { name: 'Own account' }).click();
    expect(await faults(), 'the own account').toEqual([]);
    await dialog(page).getByRole('tab', { name: 'Longer than an hour' }).click();
    await button(page, 'Make an Upload Grant').click();
    await expect(dialog(page).getByRole('row')).toHaveCount(2);
    expect(await faults(), 'a grant').toEqual([]);
    await dialog(page).getByRole('button', { name: 'Revoke' }).press('Enter');
    // What was focused is gone.
    await expect(dialog(page).getByRole('tab', { name: 'Longer than an hour' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toHaveCount(0);
    await bounded.set({ refuse: 400 });
    await openByKeyboard(page);
    await expect(dialog(page).getByRole('alert')).toBeVisible();
    expect(await faults(), 'a refusal').toEqual([]);
  });
}
