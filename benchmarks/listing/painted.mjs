/** What the scripts of this folder measure with. */
import { chromium } from 'playwright';

export const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];
export const say = text => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
export const pause = ms => new Promise(later => setTimeout(later, ms));

export const launch = () =>
  chromium.launch({
    executablePath: process.env.LEAP_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync']
  });

/** A page with JupyterLab at an address, ready to be used. */
export async function openLab(browser, lab) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(300_000);
  await page.goto(lab);
  await page.waitForFunction(() => window.jupyterapp?.shell.widgets('left'));
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  return page;
}

/** In the page: milliseconds from a command until the first element that fits is painted. */
export async function untilPainted({ command, args, wanted }) {
  const start = performance.now();
  const painted = new Promise(resolve => {
    const look = () => {
      if (document.querySelector(wanted)) {
        observer.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - start);
          port2.postMessage(null);
        });
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  void window.jupyterapp.commands.execute(command, args);
  return painted;
}
