import type { Page } from '@playwright/test';
import { Documents } from '../support/documents';
import { expect, type GatedGcs, HOME, PERSISTENT, SCRATCH, test } from '../support/gate';
import type { Panel } from '../support/panel';

// Changes that do not come about: nothing is half there, and a person reads why.

const KEY = `${HOME}notes.txt`;

/** Asks to carry the row to this folder, up to the last key. */
async function carryTo(panel: Panel, line: string, submenu?: string): Promise<void> {
  await panel.chooseByKeys(line, submenu);
  const box = panel.dialog('Address of the folder').getByRole('textbox');
  await box.fill(`gs://${SCRATCH}/${HOME}runs/`);
  await expect(panel.page.getByRole('dialog')).toBeVisible();
}

const CARRIED = {
  Duplicate: { ask: (panel: Panel) => panel.row(KEY).focus(), go: 'Control+d' },
  'Copy to...': { ask: (panel: Panel) => carryTo(panel, 'Copy to...'), go: 'Enter' },
  'Move to...': { ask: (panel: Panel) => carryTo(panel, 'Move to...', 'More'), go: 'Enter' }
};

const everything = async (gate: GatedGcs) => [
  ...(await gate.keys(SCRATCH)),
  ...(await gate.keys(PERSISTENT))
];

/** What fails, and what is said of it; the last leaves nothing to try again. */
const FAULTS = [
  {
    cause: async (_: Page, gate: GatedGcs) => gate.refuse(/rewriteTo|copyTo/),
    says: 'does not let this server'
  },
  {
    cause: (page: Page) => page.context().setOffline(true),
    says: 'The server did not answer.'
  },
  { cause: (_: Page, gate: GatedGcs) => gate.delete(SCRATCH, KEY), says: 'There is no' }
];

test.beforeEach(async ({ panel, gate }) => {
  await gate.put(SCRATCH, KEY, 'some notes', 'text/plain');
  await gate.put(SCRATCH, `${HOME}runs/first.txt`, 'x');
  await panel.open();
  await panel.row(KEY).click();
});

/** Tries under each fault: its words, and that nothing came about. */
async function failsEachWay(
  { page, panel, gate }: { page: Page; panel: Panel; gate: GatedGcs },
  ask: () => Promise<void>,
  go: () => Promise<void>
): Promise<void> {
  for (const { cause, says } of FAULTS) {
    await ask();
    await cause(page, gate);
    const before = await everything(gate);
    await go();
    await expect(panel.jobs).toContainText('notes.txt');
    await expect(panel.jobs).toContainText(says);
    expect(await everything(gate)).toEqual(before);
    gate.allow();
    await page.context().setOffline(false);
    await panel.jobs.getByRole('button', { name: /^Dismiss/ }).press('Enter');
    await expect(panel.jobs).toBeHidden();
  }
}

for (const [line, { ask, go }] of Object.entries(CARRIED)) {
  test(`${line} that is refused, offline or gone`, async ({ page, panel, gate }) => {
    await failsEachWay(
      { page, panel, gate },
      () => ask(panel),
      () => page.keyboard.press(go)
    );
  });
}

test('Keep that is refused, offline or gone', async ({ page, panel, gate }) => {
  await failsEachWay(
    { page, panel, gate },
    () => panel.row(KEY).focus(),
    () => panel.chooseByKeys('Keep')
  );
});

test('Rename and Delete that are refused leave the row, and do it when they may', async ({
  page,
  panel,
  gate
}) => {
  const before = await everything(gate);
  gate.refuse(/rewriteTo|copyTo/);
  await page.keyboard.press('F2');
  await page.keyboard.type('first');
  await page.keyboard.press('Enter');
  await expect(panel.jobs).toContainText('Renaming "notes.txt" to "first.txt"');
  await expect(panel.jobs).toContainText('does not let this server');
  expect(await everything(gate)).toEqual(before);
  const again = panel.jobs.getByRole('button', { name: /^Try again/ });
  gate.allow();
  await again.press('Enter');
  await expect(panel.row(`${HOME}first.txt`)).toBeVisible();
  await expect(panel.row(KEY)).toHaveCount(0);

  gate.refuse(/^DELETE/);
  await panel.choose(panel.row(`${HOME}first.txt`), 'Delete');
  await panel.dialog('first.txt').getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(panel.jobs).toContainText('does not let this server');
  expect(await gate.keys(SCRATCH)).toContain(`${HOME}first.txt`);
  gate.allow();
  await again.press('Enter');
  await expect(panel.row(`${HOME}first.txt`)).toHaveCount(0);
});

test.describe('what cannot be created', () => {
  for (const [line, name] of [
    ['New Text File...', 'untitled.txt'],
    ['New Folder...', 'Untitled Folder']
  ]) {
    test(`says why: ${line}`, async ({ page, panel, gate }) => {
      const before = await everything(gate);
      for (const [cause, says] of [
        [() => gate.refuse(/upload/), 'does not let this server'],
        [() => gate.refuse(/upload/, 404), '(404)'],
        [() => page.context().setOffline(true), 'The server did not answer.']
      ] as const) {
        await panel.chooseByKeys(line);
        await panel.dialog(line.replace('...', '')).getByRole('textbox').waitFor();
        await cause();
        await page.keyboard.press('Enter');
        const dialog = panel.dialog(`"${name}" was not created`);
        await expect(dialog).toContainText(says);
        await dialog.getByRole('button').press('Enter');
        gate.allow();
        await page.context().setOffline(false);
        await expect(panel.row(KEY)).toBeFocused();
      }
      expect(await everything(gate)).toEqual(before);
      await expect(new Documents(page).tab(name)).toHaveCount(0);
    });
  }
});
