import type { CDPSession, Page } from '@playwright/test';

/** One for each page: of what two say at once, either may hold. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** A connection that takes so many bytes a second upwards; -1 for as many as there are. */
export async function slowDown(page: Page, speed: number): Promise<void> {
  await emulate(page, false, speed);
}

/** No connection at all, until it is slowed down again; what is under way breaks. */
export async function disconnect(page: Page): Promise<void> {
  await emulate(page, true, -1);
}

async function emulate(page: Page, offline: boolean, speed: number): Promise<void> {
  // Galata hands out a wrapper; the protocol wants the page itself.
  const raw = page.mainFrame().page();
  const known = sessions.get(raw) ?? raw.context().newCDPSession(raw);
  sessions.set(raw, known);
  const session = await known;
  await session.send('Network.emulateNetworkConditions', {
    offline,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: speed
  });
}
