import { Documents } from '../support/documents';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';
import type { Panel } from '../support/panel';
import { pull } from '../support/pull';

// What the hands know from JupyterLab's own file browser: `docs/gestures.md` has the whole list.

test.beforeEach(async ({ gcs, panel }) => {
  for (const name of ['alpha.txt', 'beta.txt', 'data/deep/inside.txt', 'delta.txt', 'zeta.txt']) {
    await gcs.put(SCRATCH, HOME + name, `this is ${name}`);
  }
  await panel.open();
  await panel.row(`${HOME}alpha.txt`).click();
});

test.describe('a selection', () => {
  test('grows by a range with Ctrl and Shift, and by one with Ctrl', async ({ panel }) => {
    const selected = panel.grid.locator('[aria-selected="true"]');
    await panel.row(`${HOME}data/`).click({ modifiers: ['Control'] });
    await panel.row(`${HOME}zeta.txt`).click({ modifiers: ['Control', 'Shift'] });
    await expect(selected).toHaveCount(4);
    await expect(panel.row(`${HOME}beta.txt`)).toHaveAttribute('aria-selected', 'false');
    await panel.row(`${HOME}beta.txt`).click({ modifiers: ['Control'] });
    await expect(selected).toHaveCount(5);
  });

  test('is given up below the rows, and the keys go on', async ({ page, panel }) => {
    const selected = panel.grid.locator('[aria-selected="true"]');
    await page.keyboard.press('Control+a');
    const box = (await panel.grid.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height - 20);
    await expect(selected).toHaveCount(0);
    await page.keyboard.press('ArrowDown');
    await expect(panel.row(`${HOME}beta.txt`)).toHaveAttribute('aria-selected', 'true');
    await expect(panel.row(`${HOME}beta.txt`)).toBeFocused();
  });

  test('is given up by Escape, then the filter', async ({ page, panel }) => {
    await panel.filter.fill('ta');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Control+a');
    const selected = panel.grid.locator('[aria-selected="true"]');
    await expect(selected).toHaveCount(4);
    await page.keyboard.press('Escape');
    await expect(selected).toHaveCount(0);
    await expect(panel.filter).toHaveValue('ta');
    await page.keyboard.press('Escape');
    await expect(panel.filter).toHaveValue('');
    await expect(panel.row(`${HOME}alpha.txt`)).toBeVisible();
  });

  test('follows the middle button, which opens nothing', async ({ page, panel }) => {
    await panel.row(`${HOME}delta.txt`).click({ button: 'middle' });
    await expect(panel.row(`${HOME}delta.txt`)).toHaveAttribute('aria-selected', 'true');
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveAttribute('aria-selected', 'false');
    await expect(new Documents(page).tab('delta.txt')).toHaveCount(0);
  });
});

test('Enter opens all files that are selected, and a folder if it has the keyboard', async ({
  page,
  panel
}) => {
  const documents = new Documents(page);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Enter');
  await expect(documents.editor).toHaveText('this is beta.txt');
  await expect(documents.tab('alpha.txt')).toBeVisible();
  await panel.row(`${HOME}alpha.txt`).click();
  await panel.row(`${HOME}data/`).click({ modifiers: ['Control'] });
  await page.keyboard.press('Enter');
  await expect(panel.row(`${HOME}data/deep/`)).toBeFocused();
});

test('the keyboard comes back from a path that is gone to', async ({ page, panel }) => {
  for (const key of ['Enter', 'Escape']) {
    await page.keyboard.press('Shift+F10');
    await page.locator('.lm-Menu-itemLabel').getByText('Go to Path...').click();
    await page.getByRole('dialog').getByRole('textbox').fill(`gs://${SCRATCH}/${HOME}data`);
    await page.keyboard.press(key);
    await expect(panel.row(`${HOME}data/deep/`)).toBeFocused();
  }
});

test('a click elsewhere takes the new name and is where it stays', async ({ page, panel }) => {
  await page.keyboard.press('F2');
  await page.keyboard.type('first');
  await panel.row(`${HOME}delta.txt`).click();
  await expect(panel.row(`${HOME}first.txt`)).toBeVisible();
  await expect(panel.row(`${HOME}delta.txt`)).toHaveAttribute('aria-selected', 'true');
  await expect(panel.row(`${HOME}delta.txt`)).toBeFocused();
});

test('Ctrl+D duplicates', async ({ page, panel, gcs }) => {
  await page.keyboard.type('dat');
  await page.keyboard.press('Control+d');
  await expect(panel.row(`${HOME}data-Copy1/`)).toBeFocused();
  expect(await gcs.keys(SCRATCH, `${HOME}data-`)).toEqual([`${HOME}data-Copy1/deep/inside.txt`]);
});

test.describe('a breadcrumb', () => {
  test.beforeEach(async ({ page, panel }) => {
    await page.keyboard.press('d');
    await page.keyboard.press('Enter');
    await panel.row(`${HOME}data/deep/`).dblclick();
    await expect(panel.row(`${HOME}data/deep/inside.txt`)).toBeVisible();
  });

  test('takes rows, after a question', async ({ page, panel, gcs }) => {
    const crumb = panel.root.getByRole('navigation').getByRole('button', { name: 'data' });
    await pull(page, panel.row(`${HOME}data/deep/inside.txt`), crumb);
    await expect(panel.root).toContainText('Move to "data"');
    await expect(crumb).toHaveClass('jp-mod-dropTarget');
    await page.mouse.up();
    await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
    await expect.poll(() => gcs.keys(SCRATCH, `${HOME}data/`)).toContain(`${HOME}data/inside.txt`);
    await expect(crumb).not.toHaveClass('jp-mod-dropTarget');
  });

  test('that is shown takes none of its own rows', async ({ page, panel, gcs }) => {
    const crumb = panel.root.getByRole('navigation').getByRole('button', { name: 'deep' });
    await pull(page, panel.row(`${HOME}data/deep/inside.txt`), crumb);
    await expect(panel.root).not.toContainText('Move to');
    await page.mouse.up();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await gcs.keys(SCRATCH, `${HOME}data/`)).toEqual([`${HOME}data/deep/inside.txt`]);
  });

  test('takes files of the desktop', async ({ panel, gcs, localFile }) => {
    const crumb = panel.root.getByRole('navigation').getByRole('button', { name: 'data' });
    const file = await localFile('new.txt', 'new');
    await panel.drag(crumb, [file], ['dragEnter', 'dragOver']);
    await expect(panel.root).toContainText('Upload to "data"');
    await panel.drop(crumb, [file]);
    await expect.poll(() => gcs.keys(SCRATCH, `${HOME}data/n`)).toEqual([`${HOME}data/new.txt`]);
  });
});

test.describe('a row dragged to the main area', () => {
  test('opens there', async ({ page, panel }) => {
    const documents = new Documents(page);
    await pull(page, panel.row(`${HOME}delta.txt`), page.locator('#jp-main-dock-panel'));
    await page.mouse.up();
    await expect(documents.editor).toHaveText('this is delta.txt');
  });

  test('opens with the others that are selected, but for folders', async ({ page, panel }) => {
    const documents = new Documents(page);
    await panel.row(`${HOME}delta.txt`).click({ modifiers: ['Shift'] });
    await pull(page, panel.row(`${HOME}delta.txt`), page.locator('#jp-main-dock-panel'));
    await page.mouse.up();
    await expect(documents.editor).toHaveText('this is delta.txt');
    await expect(documents.tab('alpha.txt')).toBeVisible();
    await expect(documents.tab('beta.txt')).toBeVisible();
    await expect(documents.tab('data')).toHaveCount(0);
  });

  test('opens nothing where it is a folder', async ({ page, panel }) => {
    const tabs = page.locator('#jp-main-dock-panel').getByRole('tab');
    const before = await tabs.count();
    await pull(page, panel.row(`${HOME}data/`), page.locator('#jp-main-dock-panel'));
    await page.mouse.up();
    await page.waitForTimeout(500);
    await expect(tabs).toHaveCount(before);
  });
});

test('what a filter hides is not deleted with what it shows', async ({ page, panel, gcs }) => {
  for (const name of ['a1.txt', 'a2.txt', 'b1.txt']) {
    await gcs.put(SCRATCH, `${HOME}filtered/${name}`, name);
  }
  await panel.open();
  await panel.root.getByRole('button', { name: 'Refresh' }).click();
  await panel.row(`${HOME}filtered/`).dblclick();
  await panel.row(`${HOME}filtered/a1.txt`).click();
  await page.keyboard.press('Control+a');
  await panel.filter.fill('a');
  await expect(panel.row(`${HOME}filtered/b1.txt`)).toHaveCount(0);
  await expect(panel.root).toContainText('2 selected');
  await panel.row(`${HOME}filtered/a1.txt`).focus();
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Delete 2 files');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect
    .poll(() => gcs.keys(SCRATCH, `${HOME}filtered/`))
    .toEqual([`${HOME}filtered/b1.txt`]);
});

test.describe('rows that were cut', () => {
  const cut = (panel: Panel, name: string) =>
    panel.row(HOME + name).getByText('cut', { exact: true });

  test('look so until they are pasted', async ({ page, panel, gcs }) => {
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+x');
    for (const name of ['alpha.txt', 'beta.txt']) {
      await expect(cut(panel, name)).toBeAttached();
      await expect(panel.row(HOME + name).locator('.jp-BucketRow-icon')).toHaveCSS(
        'opacity',
        '0.4'
      );
    }
    await expect(cut(panel, 'delta.txt')).toHaveCount(0);
    await panel.row(`${HOME}data/`).click();
    await page.keyboard.press('Enter');
    await expect(panel.row(`${HOME}data/deep/`)).toBeVisible();
    await page.keyboard.press('Control+v');
    await expect.poll(() => gcs.keys(SCRATCH, `${HOME}data/a`)).toHaveLength(1);
    await expect(cut(panel, 'data/alpha.txt')).toHaveCount(0);
  });

  test('do not after Escape, nor after others were copied', async ({ page, panel, gcs }) => {
    await page.keyboard.press('Control+x');
    await expect(cut(panel, 'alpha.txt')).toBeAttached();
    await page.keyboard.press('Escape');
    await expect(cut(panel, 'alpha.txt')).toHaveCount(0);
    await expect(panel.row(`${HOME}alpha.txt`)).toHaveAttribute('aria-selected', 'true');
    await panel.row(`${HOME}data/`).dblclick();
    await expect(panel.row(`${HOME}data/deep/`)).toBeVisible();
    await page.keyboard.press('Control+v');
    await page.keyboard.press('Backspace');
    await panel.row(`${HOME}beta.txt`).click();
    await page.keyboard.press('Control+x');
    await expect(cut(panel, 'beta.txt')).toBeAttached();
    await panel.row(`${HOME}zeta.txt`).click();
    await page.keyboard.press('Control+c');
    await expect(cut(panel, 'beta.txt')).toHaveCount(0);
    expect(await gcs.keys(SCRATCH)).toHaveLength(5);
  });
});
