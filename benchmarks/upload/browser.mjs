/**
 * A person's browser that does as it is told: reads one JSON command a line and answers each with one line.
 *
 * {"open": address}: JupyterLab with the panel open. {"drop": path, "until": text}: drops a file or folder on the panel, and
 * tells the milliseconds until the tray says so. {"core": path, "files": n}: drops a folder on JupyterLab's own file browser, until
 * its requests have ended. Both tell the longest task of the page, in milliseconds.
 */
import { createInterface } from 'node:readline';
import { launch, openLab } from '../listing/painted.mjs';

const browser = await launch();
let page;

async function dropOn(target, path) {
  const { x, y, width, height } = await target.boundingBox();
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', {
      type,
      x: x + width / 2,
      y: y + height / 2,
      data: { items: [], files: [path], dragOperationsMask: 1 }
    });
  }
  await session.detach();
}

async function timed(act) {
  await page.evaluate(() => {
    window.longest = 0;
    window.watcher?.disconnect();
    window.watcher = new PerformanceObserver(list => {
      window.longest = Math.max(window.longest, ...list.getEntries().map(one => one.duration));
    });
    window.watcher.observe({ entryTypes: ['longtask'] });
  });
  const began = performance.now();
  await act();
  const milliseconds = performance.now() - began;
  return { milliseconds, longest: await page.evaluate(() => window.longest) };
}

const commands = {
  async open({ open }) {
    await page?.context().close();
    // With the layout of no earlier page: a click on the tab of an open panel closes it.
    page = await openLab(browser, `${open}&reset`);
    await page.getByRole('tab', { name: 'Cloud buckets' }).click();
    await page.locator('#leap-buckets').getByText('Listed just now').waitFor();
    return {};
  },

  async drop({ drop, until }) {
    const tray = page.getByRole('region', { name: 'Transfers' });
    const seen = await timed(async () => {
      await dropOn(page.locator('#leap-buckets'), drop);
      await tray.filter({ hasText: until }).waitFor({ timeout: 600_000 });
    });
    const text = await tray.textContent();
    await tray.getByRole('button', { name: 'Clear' }).click();
    return { ...seen, text };
  },

  async core({ core, files }) {
    await page.getByRole('tab', { name: /^File Browser/ }).click();
    const list = page.locator('.jp-DirListing-content:visible');
    let ended = 0;
    let finish;
    const all = new Promise(resolve => (finish = resolve));
    const count = request => {
      if (
        request.method() === 'PUT' &&
        request.url().includes('/api/contents/') &&
        ++ended >= files
      ) {
        finish();
      }
    };
    page.on('requestfinished', count);
    const seen = await timed(async () => {
      await dropOn(list, core);
      await Promise.race([all, new Promise(later => setTimeout(later, 600_000))]);
    });
    page.off('requestfinished', count);
    await page.getByRole('tab', { name: 'Cloud buckets' }).click();
    return { ...seen, ended };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const [name] = Object.keys(command);
  console.log(JSON.stringify(await commands[name](command)));
}
await browser.close();
