import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, HOME, SCRATCH, test, type Tree } from '../support/fixtures';
import { button } from '../support/tray';

const MiB = 1024 ** 2;

/** A store as Zarr makes it: many small files, some of them hidden. */
function zarr(chunks: number): Tree {
  const tree: Tree = { '.zgroup': '{}', 'sst/.zarray': '{"zarr_format": 2}' };
  for (let index = 0; index < chunks; index++) {
    tree[`sst/${index}.0`] = `chunk ${index}`;
  }
  return tree;
}

test.beforeEach(({ panel }) => panel.openListed());

test('a folder arrives with its structure, in few requests', async ({
  page,
  panel,
  gcs,
  localFolder
}) => {
  const routes: string[] = [];
  page.on('request', request => {
    const route = /leap-buckets\/(batch|compare|uploads)/.exec(request.url());
    if (route) {
      routes.push(route[1]);
    }
  });
  const large = randomBytes(9 * MiB + 1);
  const tree = { ...zarr(350), 'notes/empty.txt': '', 'raw/large.nc': large, 'nothing/': '' };
  await panel.drop(panel.grid, [await localFolder('ocean.zarr', tree)]);
  await expect(panel.transfers).toContainText('354 files uploaded');
  const wanted = Object.keys(tree).filter(name => !name.endsWith('/'));
  expect((await gcs.keys(SCRATCH)).sort()).toEqual(
    wanted.map(name => `${HOME}ocean.zarr/${name}`).sort()
  );
  expect(String(await gcs.get(SCRATCH, `${HOME}ocean.zarr/sst/349.0`))).toBe('chunk 349');
  expect((await gcs.get(SCRATCH, `${HOME}ocean.zarr/raw/large.nc`)).equals(large)).toBe(true);
  await expect(panel.row(`${HOME}ocean.zarr/`)).toBeVisible();
  expect(routes.filter(route => route !== 'uploads').length).toBeLessThan(12);
});

test('a folder that is there already is not sent again, and what differs is asked about once', async ({
  page,
  panel,
  gcs,
  localFolder
}) => {
  const tree = zarr(40);
  const folder = await localFolder('ocean.zarr', tree);
  await panel.drop(panel.grid, [folder]);
  await expect(panel.transfers).toContainText('42 files uploaded');
  await button(panel, 'Clear').click();

  let bodies = 0;
  page.on('request', request => {
    bodies += /leap-buckets\/(batch|uploads)/.test(request.url()) ? 1 : 0;
  });
  await panel.drop(panel.grid, [folder]);
  await expect(panel.transfers).toContainText('42 there already');
  expect(bodies).toBe(0);
  await button(panel, 'Clear').click();

  await writeFile(join(folder, 'sst/3.0'), 'another');
  await writeFile(join(folder, 'sst/4.0'), 'one more');
  await panel.drop(panel.grid, [folder]);
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('exists already');
  await expect(dialog.getByRole('checkbox')).toBeChecked();
  await dialog.getByRole('button', { name: 'Replace' }).click();
  await expect(panel.transfers).toContainText('2 files uploaded');
  await expect(panel.transfers).toContainText('40 there already');
  expect(String(await gcs.get(SCRATCH, `${HOME}ocean.zarr/sst/3.0`))).toBe('another');
  expect(String(await gcs.get(SCRATCH, `${HOME}ocean.zarr/sst/4.0`))).toBe('one more');
});

test('a folder is chosen by the command, too', async ({ page, panel, gcs, localFolder }) => {
  const folder = await localFolder('runs', { 'a/1.csv': '1', '2.csv': '2' });
  const chooser = page.waitForEvent('filechooser');
  await panel.run('leap-buckets:upload-folder');
  await (await chooser).setFiles(folder);
  await expect(panel.transfers).toContainText('2 files uploaded');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}runs/2.csv`, `${HOME}runs/a/1.csv`]);
});

test('a file that cannot be read is told, and the others arrive', async ({
  panel,
  gcs,
  localFolder
}) => {
  const name = 'x'.repeat(250);
  const tree = { 'a.txt': 'a', [`${name}/${name}/${name}/${name}/too-long-for-a-bucket`]: 'b' };
  await panel.drop(panel.grid, [await localFolder('mixed', tree)]);
  await expect(panel.transfers).toContainText('1 file uploaded, 1 failed');
  await expect(panel.transfers).toContainText('a bucket allows 1024');
  expect(await gcs.keys(SCRATCH)).toEqual([`${HOME}mixed/a.txt`]);
});
