import type { Locator, Page } from '@playwright/test';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Documents, notebook } from '../support/documents';
import { expect, HOME, PERSISTENT, SCRATCH, test } from '../support/fixtures';
import { script, Traces } from '../support/script';

const at = (key: string) => `buckets:${SCRATCH}/${key}`;

const tag = (name: string) => `<script>${script(name)}</script>`;

const image = (name: string) => `<img src=x onerror="${script(name)}">`;

const svg = (name: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${script(`${name}-load`)}">` +
  `<script>${script(name)}</script><rect width="9" height="9"/></svg>`;

const page = (name: string) =>
  `<!DOCTYPE html><body onload="${script(`${name}-load`)}"><p>A page</p>${tag(name)}${image(name)}`;

/** Every output that JupyterLab can draw, with script in it, in a cell that says it is trusted. */
function outputs(): object {
  const data = {
    'text/html': `<b>HTML</b>${tag('html')}${image('html')}`,
    'text/markdown': `# Markdown\n${tag('markdown')}${image('markdown')}[link](javascript:alert(1))`,
    'image/svg+xml': svg('svg'),
    'text/latex': `$\\href{javascript:alert(1)}{x}$${image('latex')}`,
    'application/javascript': script('javascript')
  };
  return {
    cell_type: 'code',
    metadata: { trusted: true },
    source: '',
    execution_count: 1,
    outputs: [
      ...Object.entries(data).map(([mime, value]) => ({
        output_type: 'display_data',
        metadata: {},
        data: { [mime]: value, 'text/plain': 'plain' }
      })),
      { output_type: 'stream', name: 'stdout', text: image('stream') },
      { output_type: 'error', ename: image('error'), evalue: '', traceback: [image('trace')] }
    ]
  };
}

const hostileNotebook = () =>
  notebook(outputs(), {
    cell_type: 'markdown',
    metadata: { trusted: true },
    source: `# Title\n${tag('cell')}${image('cell')}`
  });

test('what runs is noticed, in the page and in its frames', async ({ page: lab }) => {
  const traces = new Traces(lab);
  await lab.evaluate(html => {
    document.body.insertAdjacentHTML('beforeend', html);
  }, image('page'));
  expect((await traces.all()).sort()).toEqual([
    expect.stringMatching(/^PWNED page http:/),
    expect.stringMatching(/pwned\?page$/),
    'page'
  ]);
  await lab.evaluate(html => {
    const frame = document.createElement('iframe');
    frame.sandbox.add('allow-scripts');
    frame.srcdoc = html;
    document.body.append(frame);
  }, tag('frame'));
  expect(await traces.all()).toContain('PWNED frame null');
});

test.describe('a hostile document runs nothing:', () => {
  let documents: Documents;
  let traces: Traces;

  test.beforeEach(({ page: lab }) => {
    documents = new Documents(lab);
    traces = new Traces(lab);
  });

  test('a page', async ({ gcs }) => {
    await gcs.put(SCRATCH, `${HOME}x.html`, page('html'), 'text/html');
    await documents.open(at(`${HOME}x.html`));
    const frame = documents.shown.locator('iframe');
    await expect(frame.contentFrame().getByText('A page')).toBeVisible();
    expect(await traces.all()).toEqual([]);

    await documents.open(at(`${HOME}x.html`), 'Editor');
    await expect(documents.editor).toContainText('A page');
    expect(await traces.all()).toEqual([]);
  });

  test('a page that a person trusts runs outside the server’s origin', async ({
    page: lab,
    gcs
  }) => {
    await gcs.put(SCRATCH, `${HOME}x.html`, page('html'), 'text/html');
    await documents.open(at(`${HOME}x.html`));
    await documents.shown.getByRole('button', { name: 'Trust HTML' }).click();
    await expect.poll(() => traces.all()).toContain('PWNED html null');
    expect((await traces.all()).filter(trace => /PWNED \S+ http/.test(trace))).toEqual([]);
    expect(await lab.evaluate(() => (window as { pwned?: string }).pwned)).toBeUndefined();
  });

  test('a drawing', async ({ gcs }) => {
    await gcs.put(SCRATCH, `${HOME}x.svg`, svg('svg'), 'image/svg+xml');
    await documents.open(at(`${HOME}x.svg`));
    const image = documents.shown.locator('.jp-ImageViewer img');
    await expect.poll(() => image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(9);
    expect(await traces.all()).toEqual([]);
  });

  test('Markdown, as text and rendered', async ({ gcs }) => {
    const text = `# Title\n${tag('md')}\n${image('md')}\n${svg('md')}\n[a](javascript:alert(1))\n`;
    await gcs.put(SCRATCH, `${HOME}x.md`, text, 'text/markdown');
    await documents.open(at(`${HOME}x.md`), 'Editor');
    await expect(documents.editor).toContainText('Title');
    await documents.open(at(`${HOME}x.md`), 'Markdown Preview');
    await expect(documents.shown.getByRole('heading', { name: 'Title' })).toBeVisible();
    await clickLinks(documents.shown);
    expect(await traces.all()).toEqual([]);
  });

  test('JSON, a table and a document that says it is a PDF', async ({ gcs }) => {
    await gcs.put(SCRATCH, `${HOME}x.json`, JSON.stringify({ [image('k')]: image('v') }));
    await documents.open(at(`${HOME}x.json`));
    await expect(documents.shown.locator('.jp-RenderedJSON')).toContainText('onerror');
    await gcs.put(SCRATCH, `${HOME}x.csv`, `${image('a')},b\n${image('c')},d\n`);
    await documents.open(at(`${HOME}x.csv`));
    await expect(documents.shown.locator('.jp-CSVViewer canvas').first()).toBeVisible();
    await gcs.put(SCRATCH, `${HOME}x.pdf`, page('pdf'), 'text/html');
    await documents.open(at(`${HOME}x.pdf`));
    await expect(documents.shown.locator('.jp-PDFViewer, .jp-PDFContainer').first()).toBeAttached();
    expect(await traces.all()).toEqual([]);
  });

  test('a notebook that says it is trusted', async ({ page: lab, gcs }) => {
    await gcs.put(SCRATCH, `${HOME}x.ipynb`, hostileNotebook(), 'application/json');
    await documents.open(at(`${HOME}x.ipynb`));
    await expect(documents.shown.locator('.jp-RenderedMarkdown h1').first()).toBeVisible();
    await expect(documents.shown.locator('.jp-OutputArea-child')).toHaveCount(7);
    expect(await traces.all()).toEqual([]);

    // Not when it was saved and opened again either.
    await documents.shown.locator('.jp-Notebook').click();
    await documents.save();
    await documents.saved();
    expect((await gcs.get(SCRATCH, `${HOME}x.ipynb`)).toString()).not.toContain('trusted');
    await lab.evaluate(() => window.jupyterapp.commands.execute('application:close-all'));
    await documents.open(at(`${HOME}x.ipynb`));
    await expect(documents.shown.locator('.jp-RenderedMarkdown h1').first()).toBeVisible();
    expect(await traces.all()).toEqual([]);
  });

  test('somebody else’s notebook, copied home', async ({ page: lab, gcs, stack }) => {
    await gcs.put(PERSISTENT, 'ada/x.ipynb', hostileNotebook(), 'application/json');
    await documents.open(`buckets:${PERSISTENT}/ada/x.ipynb`);
    await lab.getByRole('button', { name: 'Copy to home' }).click();
    await expect(documents.tab('x.ipynb')).toHaveCount(2);
    await expect(documents.shown.locator('.jp-RenderedMarkdown h1').first()).toBeVisible();
    expect(await traces.all()).toEqual([]);
    await rm(join(stack.root, 'x.ipynb'));
  });

  test('names that are HTML', async ({ page: lab, gcs }) => {
    const folder = `${HOME}${image('folder')}`;
    const name = image('name');
    await gcs.put(SCRATCH, `${folder}/${name}.txt`, 'text');
    await gcs.put(SCRATCH, `${folder}/${name}.ipynb`, notebook());
    await gcs.put(SCRATCH, `${folder}/broken${name}.ipynb`, '{');
    await documents.open(at(`${folder}/${name}.txt`));
    await expect(documents.editor).toHaveText('text');
    await documents.tab(`${name}.txt`).hover();
    await documents.open(at(`${folder}/${name}.ipynb`));
    await expect(lab.getByRole('note', { name: 'Notebook from a bucket' })).toContainText(folder);
    await documents.open(at(`${folder}/broken${name}.ipynb`));
    await expect(documents.dialog).toContainText('onerror');
    expect(await traces.all()).toEqual([]);
  });
});

test.describe('the address of a hostile object runs nothing:', () => {
  for (const [name, contentType, body] of [
    ['x.html', 'text/html', page('html')],
    ['x.xhtml', 'application/xhtml+xml', svg('xhtml')],
    ['x.svg', 'image/svg+xml', svg('svg')],
    ['x.xml', 'text/xml', svg('xml')],
    ['x.txt', 'text/html; charset=utf-8', page('txt')]
  ]) {
    test(`${name} as ${contentType} is a download, in a frame too`, async ({
      page: lab,
      gcs,
      stack
    }) => {
      const key = `${HOME}${name}`;
      await gcs.put(SCRATCH, key, body, contentType);
      const url = `${stack.url}/leap-buckets/object?bucket=${SCRATCH}&key=${encodeURIComponent(key)}`;

      const visitor = await lab.context().newPage();
      const traces = new Traces(visitor);
      const downloading = visitor.waitForEvent('download');
      await visitor
        .goto(url)
        .catch(error => expect(String(error)).toContain('Download is starting'));
      expect((await downloading).suggestedFilename()).toBe(name);
      expect(await traces.all()).toEqual([]);

      const inLab = new Traces(lab);
      const framed = lab.waitForEvent('download');
      await frame(lab, url);
      await framed;
      expect(await inLab.all()).toEqual([]);
      await visitor.close();
    });
  }

  test('plain text with a page in it is shown as text', async ({ page: lab, gcs, stack }) => {
    await gcs.put(SCRATCH, `${HOME}x.txt`, page('plain'), 'text/plain');
    const visitor = await lab.context().newPage();
    const traces = new Traces(visitor);
    await visitor.goto(`${stack.url}/leap-buckets/object?bucket=${SCRATCH}&key=${HOME}x.txt`);
    await expect(visitor.locator('pre')).toContainText('<!DOCTYPE html>');
    expect(await traces.all()).toEqual([]);
    await visitor.close();
  });
});

async function frame(lab: Page, url: string): Promise<void> {
  await lab.evaluate(src => {
    const frame = document.createElement('iframe');
    frame.src = src;
    document.body.append(frame);
  }, url);
}

async function clickLinks(shown: Locator): Promise<void> {
  for (const link of await shown.getByRole('link', { name: 'a', exact: true }).all()) {
    await link.click();
  }
}

test('a plot that names addresses is text, from the panel and by a link', async ({
  page: lab,
  panel,
  gcs,
  stack
}) => {
  const plot = JSON.stringify({
    $schema: 'https://vega.github.io/schema/vega/v5.json',
    data: [{ name: 'stolen', url: '/lab' }],
    marks: []
  });
  for (const name of ['plot.vg.json', 'plot.vl.json', 'plot.vega']) {
    await gcs.put(SCRATCH, HOME + name, plot);
  }
  const documents = new Documents(lab);
  await panel.open();
  for (const name of ['plot.vg.json', 'plot.vl.json', 'plot.vega']) {
    await panel.row(HOME + name).dblclick();
    await expect(documents.tab(name)).toBeVisible();
    await expect(documents.editor).toContainText('stolen');
  }
  await lab.goto(`${stack.url}/lab/tree/${encodeURIComponent(at(`${HOME}plot.vg.json`))}`);
  await expect(documents.editor).toContainText('stolen');
});
