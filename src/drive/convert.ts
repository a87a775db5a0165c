/** Bytes and notebooks as documents hold them: what jupyter_server does for files on its disk. */

/** UTF-8 as text, a byte order mark kept; null when the bytes are not UTF-8. */
export function decodeText(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

// A call takes so many arguments at least, in every browser.
const CHUNK = 0x8000;

export function toBase64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes);
  let binary = '';
  for (let at = 0; at < all.length; at += CHUNK) {
    binary += String.fromCharCode(...all.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** @throws when the text is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), char => char.charCodeAt(0));
}

/**
 * A notebook as JupyterLab works on it: lines joined, and nothing in it trusted. JupyterLab believes
 * `metadata.trusted` of a cell as it comes, and would run the scripts in its outputs at once.
 *
 * @returns The notebook, or why it cannot be one in a word that the caller puts into a sentence.
 */
export function readNotebook(text: string): object | 'not-json' | 'not-a-notebook' {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return 'not-json';
  }
  if (!isNotebook(content)) {
    return 'not-a-notebook';
  }
  for (const cell of content.cells) {
    withoutTrust(cell);
    eachText(cell, value => (isLines(value) ? value.join('') : value));
  }
  return content;
}

/**
 * The text of a notebook's file, as nbformat writes it: text in lists of lines, keys sorted, one
 * blank of indentation, a newline at the end. Nothing in it is trusted. Null if it is no notebook.
 */
export function writeNotebook(content: unknown): string | null {
  const notebook: unknown = JSON.parse(JSON.stringify(content ?? null));
  if (!isNotebook(notebook)) {
    return null;
  }
  delete notebook.metadata?.orig_nbformat;
  for (const cell of notebook.cells) {
    withoutTrust(cell);
    eachText(cell, (value, mime) =>
      typeof value === 'string' && SPLIT.test(mime) ? toLines(value) : value
    );
  }
  return `${JSON.stringify(notebook, sorted, 1)}\n`;
}

type Bundle = Record<string, unknown>;

interface ICell {
  source?: unknown;
  metadata?: Bundle;
  attachments?: Record<string, Bundle>;
  outputs?: { text?: unknown; data?: Bundle }[];
}

interface INotebook {
  nbformat: 4;
  metadata?: Bundle;
  cells: ICell[];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether JupyterLab can show it: it knows the fourth format only, and breaks at a wrong shape. */
function isNotebook(content: unknown): content is INotebook {
  const { nbformat, cells } = (content ?? {}) as Partial<INotebook>;
  return nbformat === 4 && Array.isArray(cells) && cells.every(isCell);
}

function isCell(cell: ICell): boolean {
  const { metadata = {}, attachments = {}, outputs = [] } = cell ?? { metadata: null };
  return (
    [metadata, attachments].every(isObject) &&
    Object.values(attachments).every(isObject) &&
    Array.isArray(outputs) &&
    outputs.every(output => isObject(output) && isObject(output.data ?? {}))
  );
}

function withoutTrust(cell: ICell): void {
  delete cell.metadata?.trusted;
}

const SPLIT = /^(text\/.*|application\/javascript|image\/svg\+xml)$/;
const JSON_MIME = /^application\/(.*\+)?json$/;

const isLines = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(line => typeof line === 'string');

const toLines = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/));

/** Replaces every text of a cell that nbformat keeps as lines; a list in a JSON output is data. */
function eachText(cell: ICell, replace: (value: unknown, mime: string) => unknown): void {
  const inBundle = (bundle: Bundle) => {
    for (const mime of Object.keys(bundle).filter(name => !JSON_MIME.test(name))) {
      bundle[mime] = replace(bundle[mime], mime);
    }
  };
  cell.source = replace(cell.source ?? '', 'text/plain');
  Object.values(cell.attachments ?? {}).forEach(inBundle);
  for (const output of cell.outputs ?? []) {
    if (output.text !== undefined) {
      output.text = replace(output.text, 'text/plain');
    }
    inBundle(output.data ?? {});
  }
}

/** For JSON.stringify: the keys of every object in order, so that a save changes few lines. */
function sorted(_key: string, value: unknown): unknown {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}
