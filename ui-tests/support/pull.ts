import type { Locator, Page } from '@playwright/test';

/** Pulls something by the mouse, as a person does: in steps. It is still held afterwards. */
export async function pull(page: Page, from: Locator, to: Locator, key?: string): Promise<void> {
  await from.hover();
  await page.mouse.down();
  const box = (await to.boundingBox())!;
  const [x, y] = [box.x + Math.min(40, box.width / 2), box.y + box.height / 2];
  await page.mouse.move(x - 10, y - 10, { steps: 5 });
  if (key) {
    await page.keyboard.down(key);
  }
  await page.mouse.move(x, y, { steps: 5 });
}

/** Shows the file browser at the right, beside the panel, as somebody would who drags between them. */
export async function fileBrowser(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    const browser = Array.from(shell.widgets('left')).find(({ id }) => id === 'filebrowser')!;
    shell.add(browser, 'right');
    shell.activateById('filebrowser');
    await commands.execute('filebrowser:refresh');
  });
}
