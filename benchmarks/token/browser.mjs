/** `node browser.mjs LAB RUNS` prints `{"milliseconds"}`: from the command until the token's time runs in the dialog. */
import { launch, median, openLab, untilPainted } from '../listing/painted.mjs';

const [lab, runs] = process.argv.slice(2);
const browser = await launch();
const page = await openLab(browser, lab);
await page.evaluate(() => window.jupyterapp.restored);
const times = [];
const dialog = page.locator('.jp-Dialog');
for (let run = 0; run <= Number(runs); run++) {
  const asked = {
    command: 'leap-buckets:generate-token',
    args: {},
    wanted: '.jp-Dialog [role=timer]'
  };
  times.push(await page.evaluate(untilPainted, asked));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}
console.log(JSON.stringify({ milliseconds: median(times.slice(1)) }));
await browser.close();
