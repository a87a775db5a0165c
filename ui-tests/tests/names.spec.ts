import { readFile } from 'node:fs/promises';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';

const LONG = `${'ü'.repeat(507)}.nc`;

/** Names that meet in one folder, or are hard to write; a folder's row stands for all below it. */
const ROWS: Record<string, string[]> = {
  same: ['same'],
  'same/': ['same/inside.txt'],
  'placeholder/': ['placeholder/'],
  'nameless/': ['nameless//b.txt'],
  'twin.txt': ['twin.txt'],
  'TWIN.TXT': ['TWIN.TXT'],
  'caf\u00e9.txt': ['caf\u00e9.txt'],
  'cafe\u0301.txt': ['cafe\u0301.txt'],
  'x/': ['x/../y.txt', 'x/./z.txt'],
  '%2F': ['%2F'],
  '#?&+ "quoted"': ['#?&+ "quoted"'],
  ' led by a blank': [' led by a blank'],
  'tab\tand \u{1f30a}': ['tab\tand \u{1f30a}'],
  [LONG]: [LONG]
};

test.describe('every legal name', () => {
  test.beforeEach(async ({ gcs, panel }) => {
    expect(new TextEncoder().encode(HOME + LONG)).toHaveLength(1024);
    for (const key of Object.values(ROWS).flat()) {
      await gcs.put(SCRATCH, HOME + key, key);
    }
    await panel.open();
    await expect(panel.grid).toHaveAttribute('aria-rowcount', String(Object.keys(ROWS).length));
  });

  test('is listed, and downloads as what it is', async ({ page, panel }) => {
    test.setTimeout(180_000);
    for (const [row, keys] of Object.entries(ROWS)) {
      await expect(panel.row(HOME + row)).toHaveCount(1);
      if (!row.endsWith('/')) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          panel.choose(panel.row(HOME + row), 'Download')
        ]);
        expect(await readFile(await download.path(), 'utf8')).toBe(keys[0]);
      }
    }
  });

  test('is renamed and deleted, and no other with it', async ({ page, panel, gcs }) => {
    test.setTimeout(240_000);
    const truth = new Set(Object.values(ROWS).flatMap(keys => keys.map(key => HOME + key)));
    const isTrue = () =>
      expect.poll(async () => (await gcs.keys(SCRATCH)).sort()).toEqual([...truth].sort());
    let number = 0;
    for (const [row, keys] of Object.entries(ROWS)) {
      const isFolder = row.endsWith('/');
      const name = `renamed ${number++}`;
      const renamed = `${HOME}${name}${isFolder ? '/' : ''}`;
      await panel.row(HOME + row).click();
      await page.keyboard.press('F2');
      await panel.grid.getByRole('textbox').fill(name);
      await page.keyboard.press('Enter');
      await expect(panel.row(renamed)).toHaveCount(1);
      for (const key of keys) {
        truth.delete(HOME + key);
        truth.add(renamed + (isFolder ? key.slice(row.length) : ''));
      }
      await isTrue();

      await panel.row(renamed).click();
      await page.keyboard.press('Delete');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await expect(panel.row(renamed)).toHaveCount(0);
      for (const key of keys) {
        truth.delete(renamed + (isFolder ? key.slice(row.length) : ''));
      }
      await isTrue();
    }
  });
});
