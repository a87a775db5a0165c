import type { Locator, Page } from '@playwright/test';
import { Documents } from '../support/documents';
import { expect, HOME, SCRATCH, test } from '../support/fixtures';
import { putZarr } from '../support/zarr';

const FACTORY = 'Data Set Summary';
const at = (name: string) => `buckets:${SCRATCH}/${HOME}${name}`;

/** An ocean of four days, as xarray writes it. */
const ocean = (format: 2 | 3, consolidated: boolean) => `
import pandas as pd
ds = xr.Dataset(
    {
        "sst": (("time", "lat", "lon"), np.zeros((4, 3, 6), "f4"), {"units": "degC", "valid_max": float("nan")}),
        "area": (("lat", "lon"), np.ones((3, 6))),
    },
    coords={"time": pd.date_range("2000-01-01", periods=4), "lat": [10.0, 20.0, 30.5], "lon": np.arange(6) * 60, "station": ("lat", ["a", "b", "c"])},
    attrs={"title": "Ocean", "quality": float("nan"), "range": [float("-inf"), 2**60]},
)
ds.to_zarr(store, zarr_format=${format}, consolidated=${consolidated ? 'True' : 'False'}, encoding={"sst": {"chunks": (2, 3, 4)}})
`;

function view(page: Page): Locator {
  return page.locator('.jp-BucketDataset:visible');
}

for (const format of [2, 3] as const) {
  for (const consolidated of [true, false]) {
    const kind = `Zarr ${format}, ${consolidated ? '' : 'not '}consolidated,`;
    test(`a data set of ${kind} shows what it holds`, async ({ page, gcs }) => {
      await putZarr(gcs, SCRATCH, `${HOME}ocean.zarr/`, ocean(format, consolidated));
      await new Documents(page).open(at('ocean.zarr'), FACTORY);
      const shown = view(page);
      await expect(shown).toContainText(`Zarr format ${format}`);
      const row = (name: string) => shown.getByRole('row', { name: new RegExp(`^${name} `) });
      await expect(row('sst')).toContainText('time, lat, lon');
      await expect(row('sst')).toContainText('float32');
      await expect(row('lat')).toContainText('10 20 30.5');
      await page.screenshot({ path: `/tmp/lb/dataset-${format}-${consolidated}.png` });
    });
  }
}
