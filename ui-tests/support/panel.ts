import { expect, type Locator, type Page } from '@playwright/test';

/** The side panel as a person finds it: by roles and names only. */
export class Panel {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.locator('#leap-buckets');
  }

  get grid(): Locator {
    return this.root.getByRole('grid', { name: 'Bucket contents' });
  }

  get filter(): Locator {
    return this.root.getByLabel('Filter');
  }

  get transfers(): Locator {
    return this.page.getByRole('region', { name: 'Transfers' });
  }

  get jobs(): Locator {
    return this.page.getByRole('region', { name: 'Jobs' });
  }

  /** The row of a key; a folder's key ends in `/`. */
  row(key: string): Locator {
    const escaped = key.replace(/["\\\p{Cc}]/gu, char => `\\${char.charCodeAt(0).toString(16)} `);
    return this.grid.locator(`[data-key="${escaped}"]`);
  }

  /** The box that names the place shown. */
  get place(): Locator {
    return this.root.getByLabel('Place');
  }

  /** Chooses a line of the context menu of an element, in the submenu "More" if it is said. */
  async choose(target: Locator, line: string, submenu?: string): Promise<void> {
    await target.click({ button: 'right' });
    // By text: a line that can be ticked has another role.
    const labels = this.page.locator('.lm-Menu-itemLabel');
    if (submenu) {
      await labels.getByText(submenu, { exact: true }).hover();
    }
    await labels.getByText(line, { exact: true }).click();
  }

  /** Chooses a line of the focused row's context menu by keys alone. */
  async chooseByKeys(line: string, submenu?: string): Promise<void> {
    await this.page.keyboard.press('Shift+F10');
    await this._chooseByKeys(submenu ? [submenu, line] : [line]);
  }

  /** Chooses a line of the menu "More" beside the filter. */
  async more(line: string): Promise<void> {
    await this.root.getByRole('button', { name: 'More' }).click();
    // By text: a line that can be ticked has another role.
    await this.page.locator('.lm-Menu-itemLabel').getByText(line, { exact: true }).click();
  }

  /** Chooses a line of the menu "More" by keys alone. */
  async moreByKeys(line: string): Promise<void> {
    await this.root.getByRole('button', { name: 'More' }).press('Enter');
    await this._chooseByKeys([line]);
  }

  /** The dialog with this title: JupyterLab may show others when a connection is gone. */
  dialog(title: string | RegExp): Locator {
    return this.page.getByRole('dialog').filter({ hasText: title });
  }

  /** Runs a command as the palette does, without waiting for what it asks. */
  async run(command: string): Promise<void> {
    await this.page.evaluate(id => void window.jupyterapp.commands.execute(id), command);
  }

  /** Waits until JupyterLab is there, in a page that is not Galata's, and has put back what was open. */
  async started(): Promise<void> {
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
    await this.page.waitForFunction(() => window.jupyterapp !== undefined);
    await this.page.evaluate(async () => {
      await window.jupyterapp.restored;
    });
  }

  async open(): Promise<void> {
    if (!(await this.root.isVisible())) {
      await this.page.getByRole('tab', { name: 'Cloud buckets' }).click();
    }
    await this.root.waitFor();
  }

  /** The same, once its folder is listed. */
  async openListed(): Promise<void> {
    await this.open();
    await expect(this.grid).toHaveAttribute('aria-busy', 'false');
  }

  /** Drops real files of this machine, as the desktop would. */
  async drop(target: Locator, files: string[]): Promise<void> {
    await this.drag(target, files, ['dragEnter', 'dragOver', 'drop']);
  }

  /** The same gesture up to any of its stages. */
  async drag(
    target: Locator,
    files: string[],
    stages: ('dragEnter' | 'dragOver' | 'drop')[]
  ): Promise<void> {
    const box = await target.boundingBox();
    if (!box) {
      throw new Error('The drop target is not visible.');
    }
    // Galata hands out a wrapper; the protocol wants the page itself.
    const session = await this.page.context().newCDPSession(this.page.mainFrame().page());
    for (const type of stages) {
      await session.send('Input.dispatchDragEvent', {
        type,
        x: box.x + box.width / 2,
        y: box.y + box.height / 2,
        data: { items: [], files, dragOperationsMask: 1 }
      });
    }
    await session.detach();
  }

  /** Walks through the menu that is open, and through the submenus named. */
  private async _chooseByKeys(labels: readonly string[]): Promise<void> {
    const { keyboard } = this.page;
    // Keys that come before it has the keyboard would go to the row.
    const menu = this.page.locator('.lm-Menu:focus-within');
    const active = menu.locator('.lm-mod-active > .lm-Menu-itemLabel');
    for (const [depth, label] of labels.entries()) {
      await this.page.locator('.lm-Menu').nth(depth).waitFor();
      await menu.waitFor();
      for (let step = 0; (await active.allTextContents())[0] !== label; step++) {
        if (step === 40) {
          throw new Error(`"${label}" is not in the menu.`);
        }
        await keyboard.press('ArrowDown');
        await this._drawn();
      }
      if (depth < labels.length - 1) {
        await keyboard.press('ArrowRight');
        await this._drawn();
      }
    }
    await keyboard.press('Enter');
  }

  /** Resolves when what a key has changed is on the screen: a menu draws in the next frame. */
  private async _drawn(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>(drawn =>
          requestAnimationFrame(() => requestAnimationFrame(() => drawn()))
        )
    );
  }
}
