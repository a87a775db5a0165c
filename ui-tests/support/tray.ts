import { expect, type Locator, type Page } from '@playwright/test';
import type { Gcs } from './gcs';
import { SCRATCH } from './gcs';
import type { Panel } from './panel';

/** A button of the region "Transfers". */
export function button(panel: Panel, name: string): Locator {
  return panel.transfers.getByRole('button', { name, exact: true });
}

/** Per cent, of a bar of that region. */
export async function progress(panel: Panel, name: string): Promise<number> {
  const bar = panel.transfers.getByRole('progressbar', { name });
  return Number(await bar.getAttribute('aria-valuenow'));
}

/** That the only file has arrived, and what it holds. */
export async function expectArrived(
  panel: Panel,
  gcs: Gcs,
  key: string,
  bytes: Uint8Array
): Promise<void> {
  await expect(panel.transfers).toContainText('1 file uploaded', { timeout: 60_000 });
  expect((await gcs.get(SCRATCH, key)).equals(bytes)).toBe(true);
}

/** That the browser asks before the page is left; it stays unless that is accepted. */
export async function expectAsked(page: Page, leave: boolean): Promise<void> {
  const asked = new Promise<string>(told =>
    page.once('dialog', async dialog => {
      told(dialog.type());
      await (leave ? dialog.accept() : dialog.dismiss());
    })
  );
  // Galata's wrapper closes without asking.
  await page.mainFrame().page().close({ runBeforeUnload: true });
  expect(await asked).toBe('beforeunload');
}
