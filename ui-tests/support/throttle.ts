import type { Page } from '@playwright/test';

/** A connection that takes so many bytes a second upwards. */
export async function slowDown(page: Page, speed: number): Promise<void> {
  // Galata hands out a wrapper; the protocol wants the page itself.
  const raw = page.mainFrame().page();
  const session = await raw.context().newCDPSession(raw);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: speed
  });
}
