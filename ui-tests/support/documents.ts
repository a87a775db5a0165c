import type { Locator, Page } from '@playwright/test';

/** The smallest picture: one red pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64'
);

/** A notebook as somebody's JupyterLab left it in the bucket. */
export function notebook(...cells: object[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: cells.map((cell, index) => ({ id: `cell-${index}`, metadata: {}, ...cell }))
  });
}

/** The documents of the main area, opened as the panel does: by their drive path. */
export class Documents {
  constructor(readonly page: Page) {}

  async open(path: string, factory?: string): Promise<void> {
    await this.page.evaluate(
      async args => {
        await window.jupyterapp.commands.execute('docmanager:open', args);
      },
      { path, factory }
    );
  }

  tab(name: string): Locator {
    return this.page.locator('#jp-main-dock-panel').getByRole('tab', { name });
  }

  /** The visible document. */
  get shown(): Locator {
    return this.page.locator('.jp-MainAreaWidget:visible').last();
  }

  get editor(): Locator {
    return this.shown.locator('.jp-FileEditor .cm-content');
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Writes at the start of the text in the editor. */
  async type(text: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.type(text);
  }

  /** Presses Ctrl+S; resolves when the keys are handled, not when the file is saved. */
  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
  }

  /** Resolves when what is shown is saved: JupyterLab does not begin a second save before. */
  async saved(): Promise<void> {
    await this.page.locator('.jp-mod-current.jp-mod-dirty').waitFor({ state: 'detached' });
  }
}
