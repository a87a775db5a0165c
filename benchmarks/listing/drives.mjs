/**
 * What a person's browser sees of jupyter-drives, one size after the other until one takes longer than LIMIT. Prints one
 * JSON object: for each size its milliseconds (null after LIMIT) and rows in the page.
 *
 * node drives.mjs <JupyterLab's address with the token> <sizes>
 */
import { launch, median, openLab, say, untilPainted } from './painted.mjs';

const [lab, sizes] = process.argv.slice(2);
const LIMIT = 120_000;
const RUNS = 3;
/** Longest list that is opened more than once. */
const REPEATED = 1000;
const BROWSER = '#drive-file-browser';

/** Does not keep the process when it is not waited for any more. */
const late = () => new Promise(later => setTimeout(later, LIMIT, null).unref());

const browser = await launch();
const seen = {};
let shown;
try {
  const page = await openLab(browser, lab);
  shown = page;
  await page.locator(BROWSER).waitFor({ state: 'attached' });
  await page.evaluate(() => {
    const { commands, shell } = window.jupyterapp;
    shell.activateById('drive-file-browser');
    const { model } = [...shell.widgets('left')].find(one => one.id === 'drive-file-browser');
    commands.addCommand('benchmark:open-drive', { execute: ({ path }) => model.cd(path) });
  });
  await page.locator(`${BROWSER} .jp-DirListing-item`, { hasText: 'bench-100' }).first().waitFor();
  for (const size of sizes.split(',')) {
    say(`jupyter-drives, ${size}`);
    const wanted = `${BROWSER} .jp-DirListing-item[title*="run-"]`;
    const go = path =>
      page.evaluate(
        path => window.jupyterapp.commands.execute('benchmark:open-drive', { path }),
        path
      );
    const times = [];
    for (let run = 0; run < (Number(size) > REPEATED ? 1 : RUNS); run++) {
      // In the bucket already, as the folder alone is to be measured.
      await go(`/bench-${size}`);
      await page.locator(`${BROWSER} .jp-DirListing-item[title^="Name: runs"]`).waitFor();
      const painted = page.evaluate(untilPainted, {
        command: 'benchmark:open-drive',
        args: { path: `/bench-${size}/runs` },
        wanted
      });
      times.push(await Promise.race([painted, late()]));
      if (times[0] === null) {
        painted.catch(() => {}); // the page closes
        break;
      }
    }
    if (times[0] === null) {
      seen[size] = { milliseconds: null, rows: 0 };
      break;
    }
    const rows = await page.locator(`${BROWSER} .jp-DirListing-item`).count();
    seen[size] = { milliseconds: median(times), rows };
  }
  console.log(JSON.stringify(seen));
} catch (error) {
  await shown?.screenshot({ path: 'drives-benchmark-failed.png' });
  throw error;
} finally {
  await browser.close();
}
