import type { Page } from '@playwright/test';

/** Script that leaves a trace in every way there is: see `Traces`. Has no slash in it. */
export function script(name: string): string {
  return [
    `window.pwned='${name}'`,
    `try{top.pwned='${name}'}catch{}`,
    `console.log('PWNED ${name} '+self.origin)`,
    `fetch('pwned?${name}')`
  ].join(';');
}

/** What ran in a page and all its frames, from now on. */
export class Traces {
  constructor(private readonly _page: Page) {
    _page.on('console', message => {
      if (message.text().startsWith('PWNED')) {
        this._seen.push(message.text());
      }
    });
    _page.on('request', request => {
      if (request.url().includes('pwned?')) {
        this._seen.push(request.url());
      }
    });
    _page.on('dialog', async dialog => {
      this._seen.push(dialog.message());
      await dialog.dismiss();
    });
  }

  /** One line for each trace, after what is shown had the time to run. */
  async all(): Promise<string[]> {
    await this._page.waitForTimeout(1000);
    const marks = await Promise.all(
      this._page
        .frames()
        .map(frame =>
          frame.evaluate(() => (window as { pwned?: string }).pwned).catch(() => undefined)
        )
    );
    return [...this._seen, ...marks.filter(mark => mark !== undefined)];
  }

  private readonly _seen: string[] = [];
}
