import type { Locator, Page } from '@playwright/test';

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

  /** The row of a key; a folder's key ends in `/`. */
  row(key: string): Locator {
    return this.grid.locator(`[data-key=${JSON.stringify(key)}]`);
  }

  async open(): Promise<void> {
    if (!(await this.root.isVisible())) {
      await this.page.getByRole('tab', { name: 'Cloud buckets' }).click();
    }
    await this.root.waitFor();
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
}
