import type { Browser, BrowserContext, Page } from '@playwright/test';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { Gcs } from './gcs';
import { start, stop, type IServer } from './processes';

const RUN = resolve(__dirname, '../hub/run.py');

interface IFacts {
  url: string;
  users: string[];
  storageUrl: string;
  gcloudModeFile: string;
}

/** A real JupyterHub behind its proxy at a path prefix, with XSRF checks on (see hub/run.py). */
export class Hub {
  static async start(): Promise<Hub> {
    const server = start(process.env.LEAP_PYTHON ?? 'python3', [RUN]);
    const lines = createInterface({ input: server.process.stdout! });
    const facts = await new Promise<IFacts>((ready, failed) => {
      lines.once('line', line => ready(JSON.parse(line)));
      server.process.once('exit', () => failed(new Error(`No hub\n${server.output()}`)));
    });
    return new Hub(facts, new Gcs(facts.storageUrl), server);
  }

  private constructor(
    private readonly _facts: IFacts,
    readonly gcs: Gcs,
    private readonly _server: IServer
  ) {}

  get url(): string {
    return this._facts.url;
  }

  /** The address of a user's server. */
  serverUrl(user: string): string {
    return `${this.url}user/${user}/`;
  }

  /** A browser of its own in which the user has logged in, and whose server runs. */
  async logIn(browser: Browser, user: string): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({
      permissions: ['clipboard-read', 'clipboard-write']
    });
    const page = await context.newPage();
    await page.goto(`${this.url}hub/login`);
    await page.getByLabel('Username').fill(user);
    await page.getByLabel('Password').fill('any');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`**/user/${user}/lab**`, { timeout: 120_000 });
    await page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 60_000 });
    return { context, page };
  }

  async gcloud(mode: string): Promise<void> {
    await writeFile(this._facts.gcloudModeFile, mode);
  }

  stop(): Promise<void> {
    return stop(this._server);
  }
}
