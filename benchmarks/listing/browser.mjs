/**
 * What a person's browser sees of folders of different sizes. Prints one JSON object.
 *
 * node browser.mjs <JupyterLab's address with the token> <store's address> <the server's pid>
 */
import { readFileSync } from 'node:fs';
import { launch, median, openLab, pause, say, untilPainted } from './painted.mjs';

const [lab, store, pid] = process.argv.slice(2);
const SIZES = [100, 1_000_000, 10_000, 100_000];
const CORE = [100, 1000, 10_000];
/** Of each size in each order of the four sizes. */
const RUNS = 2;
/** Its longest list takes so long that once has to do. */
const CORE_RUNS = { 100: 3, 1000: 3, 10_000: 1 };
const SCROLLS = 5;
const IDLE = 5000;

const asked = async () => (await fetch(`${store}/count`)).json();

function orders(sizes) {
  return sizes.length < 2
    ? [sizes]
    : sizes.flatMap(first =>
        orders(sizes.filter(size => size !== first)).map(rest => [first, ...rest])
      );
}

/** MiB of the server, as the kernel counts them. */
function memory(field) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024;
}

/** In the page: scrolls an element as a wheel does for some seconds, and watches the frames. */
async function scrolled({ selector, step, seconds }) {
  const element = document.querySelector(selector);
  const frames = [];
  let longTasks = 0;
  const observer = new PerformanceObserver(list => (longTasks += list.getEntries().length));
  observer.observe({ entryTypes: ['longtask'] });
  let rows = 0;
  await new Promise(resolve => {
    const start = performance.now();
    let last = start;
    const frame = now => {
      frames.push(now - last);
      last = now;
      element.scrollTop += step;
      rows = Math.max(rows, document.querySelectorAll('.jp-BucketRow').length);
      if (now - start < seconds * 1000) {
        requestAnimationFrame(frame);
      } else {
        resolve();
      }
    };
    requestAnimationFrame(frame);
  });
  await new Promise(later => setTimeout(later, 200));
  observer.disconnect();
  const sorted = frames.slice(1).sort((a, b) => a - b);
  return {
    mean: sorted.reduce((sum, frame) => sum + frame, 0) / sorted.length,
    p95: sorted[Math.floor(sorted.length * 0.95)],
    longTasks,
    rows
  };
}

const browser = await launch();
let shown;
try {
  const page = await openLab(browser, lab);
  shown = page;
  await page.getByRole('tab', { name: 'Cloud buckets' }).click();
  const panel = page.locator('#leap-buckets');
  await panel.locator('[data-key="ada/100/"]').waitFor();

  const show = prefix =>
    page.evaluate(untilPainted, {
      command: 'leap-buckets:open',
      args: {},
      wanted: `.jp-BucketRow[data-key^="${prefix}run-"]`
    });
  const point = async size => {
    await page.evaluate(() => window.jupyterapp.commands.execute('leap-buckets:go-up'));
    await panel.locator(`[data-key="ada/${size}/"]`).click();
    await pause(150);
  };
  const open = async size => {
    if (!(await panel.locator('[data-key="ada/100/"]').isVisible())) {
      await point(size);
    } else {
      await panel.locator(`[data-key="ada/${size}/"]`).click();
      await pause(150);
    }
    return show(`ada/${size}/`);
  };

  say('first rows');
  // The first of each loads code and libraries.
  for (const size of SIZES) {
    await open(size);
  }
  const first = Object.fromEntries(SIZES.map(size => [size, []]));
  let rows = 0;
  let requestsToOpen = 0;
  // In every order: what one leaves behind for the next, garbage above all, comes to each size alike.
  for (const order of Array(RUNS).fill(orders(SIZES)).flat()) {
    for (const size of order) {
      await point(size);
      const before = await asked();
      first[size].push(await show(`ada/${size}/`));
      await pause(100);
      requestsToOpen = Math.max(requestsToOpen, (await asked()) - before);
      rows = Math.max(rows, await panel.locator('.jp-BucketRow').count());
    }
  }
  say(`idle; first rows ${JSON.stringify(first)}`);
  const idleFrom = await asked();
  await pause(IDLE);
  const requestsWhileIdle = (await asked()) - idleFrom;

  const loadAll = async () => {
    const start = Date.now();
    await panel.getByRole('button', { name: 'Load all' }).click();
    await page.waitForFunction(
      () =>
        document.querySelector('#leap-buckets [role=grid]').getAttribute('aria-rowcount') !== '-1'
    );
    return (Date.now() - start) / 1000;
  };

  say('scrolling');
  // Scrolling, beside an empty page of the same height in the same app.
  await open(100_000);
  await loadAll();
  await page.evaluate(() => {
    const box = document.createElement('div');
    box.id = 'control';
    box.style.cssText =
      'position:fixed;z-index:9;right:0;top:0;width:250px;height:600px;overflow:auto';
    box.innerHTML = '<div style="height:2400000px"></div>';
    document.body.append(box);
  });
  const list = { selector: '#leap-buckets [role=grid]', step: 60, seconds: 5 };
  const control = { ...list, selector: '#control' };
  const scrolling = { list: [], control: [] };
  // The first of each is for the compiler.
  await page.evaluate(scrolled, { ...control, seconds: 1 });
  await page.evaluate(scrolled, { ...list, seconds: 1 });
  for (let run = 0; run < SCROLLS; run++) {
    scrolling.control.push(await page.evaluate(scrolled, control));
    scrolling.list.push(await page.evaluate(scrolled, list));
  }
  await page.evaluate(() => document.querySelector('#control').remove());
  const combined = runs => ({
    mean: median(runs.map(run => run.mean)),
    p95: median(runs.map(run => run.p95)),
    longTasks: median(runs.map(run => run.longTasks))
  });
  rows = Math.max(rows, ...scrolling.list.map(run => run.rows));

  say(`memory; scrolling ${JSON.stringify(scrolling)}`);
  // Memory of a million rows, in the browser and on the server.
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const use = await session.send('Runtime.getHeapUsage');
    return (
      (use.usedSize + (use.embedderHeapUsedSize ?? 0) + (use.backingStorageSize ?? 0)) / 2 ** 20
    );
  };
  await open(100);
  await pause(500);
  const heapBefore = await heap();
  const serverBefore = memory('VmRSS');
  await open(1_000_000);
  const secondsToLoadAll = await loadAll();
  const heapGrowth = (await heap()) - heapBefore;
  const serverGrowth = Math.max(memory('VmRSS'), memory('VmHWM')) - serverBefore;

  say(`sorting and filtering; memory ${heapGrowth} ${serverGrowth}`);
  // Work on a million rows, with the longest task meanwhile.
  await page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver(list => {
      window.longest = Math.max(window.longest, ...list.getEntries().map(entry => entry.duration));
    }).observe({ entryTypes: ['longtask'] });
  });
  const longest = async act => {
    await page.evaluate(() => (window.longest = 0));
    const start = Date.now();
    await act();
    const seconds = (Date.now() - start) / 1000;
    await pause(300);
    return { seconds, longestTask: await page.evaluate(() => window.longest) };
  };
  const grid = panel.getByRole('grid');
  const head = name => panel.getByRole('columnheader', { name }).getByRole('button');
  const sorted = await longest(async () => {
    await head('Age').click();
    await panel.locator('[role=columnheader][aria-sort]', { hasText: 'Age' }).waitFor();
    // Folders come first then.
    await panel.locator('.jp-BucketRow[data-index="0"][data-key$="/"]').waitFor();
  });
  const filtered = await longest(async () => {
    await panel.getByLabel('Filter').fill('099999');
    await page.waitForFunction(
      () =>
        Number(document.querySelector('#leap-buckets [role=grid]').getAttribute('aria-rowcount')) <
        100
    );
  });
  await grid.waitFor();
  await panel.getByLabel('Filter').fill('');

  say('the core list');
  // JupyterLab's own list of files on the disk.
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('filebrowser:activate', { path: '/' })
  );
  const core = Object.fromEntries(CORE.map(size => [size, []]));
  const wanted = size =>
    `.jp-DirListing-item[title*="core-${size}-"], .jp-DirListing-item [title*="core-${size}-"]`;
  for (const size of CORE) {
    for (let run = 0; run < CORE_RUNS[size]; run++) {
      core[size].push(
        await page.evaluate(untilPainted, {
          command: 'filebrowser:go-to-path',
          args: { path: `/core-${size}` },
          wanted: wanted(size)
        })
      );
      await page.evaluate(() =>
        window.jupyterapp.commands.execute('filebrowser:go-to-path', { path: '/' })
      );
      await page.waitForFunction(selector => !document.querySelector(selector), wanted(size));
    }
  }

  const medians = of =>
    Object.fromEntries(Object.entries(of).map(([size, all]) => [size, median(all)]));
  console.log(
    JSON.stringify({
      firstRows: medians(first),
      firstRowsAll: first,
      rows,
      requestsToOpen,
      requestsWhileIdle,
      scrolling: { list: combined(scrolling.list), control: combined(scrolling.control) },
      heapGrowth,
      serverGrowth,
      secondsToLoadAll,
      sorted,
      filtered,
      core: medians(core)
    })
  );
} catch (error) {
  await shown?.screenshot({ path: 'listing-benchmark-failed.png' });
  throw error;
} finally {
  await browser.close();
}
