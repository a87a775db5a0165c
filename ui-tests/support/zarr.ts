import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Gcs } from './gcs';

/**
 * Puts a store written by real zarr into the emulated cloud, file by file.
 *
 * @param prefix - The store's folder, ending in `/`.
 * @param write - Python that writes an xarray store to the path `store`; `np` and `xr` are there.
 */
export async function putZarr(
  gcs: Gcs,
  bucket: string,
  prefix: string,
  write: string
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leap-zarr-'));
  const store = join(folder, 'store');
  const script = `import sys\nimport numpy as np\nimport xarray as xr\nstore = sys.argv[1]\n${write}`;
  execFileSync(process.env.LEAP_PYTHON ?? 'python3', ['-W', 'ignore', '-c', script, store]);
  for (const entry of await readdir(store, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      await gcs.put(bucket, prefix + relative(store, path), await readFile(path));
    }
  }
  await rm(folder, { recursive: true });
}
