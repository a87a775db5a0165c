import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { decodeText, fromBase64, readNotebook, toBase64, writeNotebook } from './convert';
import { isNotebookName } from './model';
import { refusal } from './refusal';

/**
 * The content of a document as JupyterLab asks for it; where it does not say, as jupyter_server
 * decides: a notebook by its name, text where the bytes are UTF-8, else base64.
 *
 * @throws A refusal with status 400 when the bytes are not what was asked for.
 */
export function readContent(
  bytes: ArrayBuffer,
  name: string,
  { type, format }: Contents.IFetchOptions,
  trans: TranslationBundle
): Pick<Contents.IModel, 'type' | 'format' | 'content'> {
  const asNotebook = type === 'notebook' || (type === undefined && isNotebookName(name));
  if (format === 'base64' && !asNotebook) {
    return { type: 'file', format, content: toBase64(bytes) };
  }
  const text = decodeText(bytes);
  if (text === null) {
    if (asNotebook || format === 'text') {
      throw refusal(
        400,
        trans.__(
          '"%1" is not text that can be shown here. Read it in Python: "Insert in Notebook" in its context menu writes the code.',
          name
        )
      );
    }
    return { type: 'file', format: 'base64', content: toBase64(bytes) };
  }
  if (!asNotebook) {
    return { type: 'file', format: 'text', content: text };
  }
  const notebook = readNotebook(text);
  if (notebook === 'not-json') {
    throw refusal(
      400,
      trans.__('"%1" is no notebook: it is not valid JSON. Open it with the editor to see.', name)
    );
  }
  if (notebook === 'not-a-notebook') {
    throw refusal(
      400,
      trans.__(
        '"%1" is not a notebook of format 4. Open it with the editor, or convert it with jupyter nbconvert --to notebook.',
        name
      )
    );
  }
  return { type: 'notebook', format: 'json', content: notebook };
}

/**
 * The bytes of a document that is saved.
 *
 * @throws A refusal with status 400 when the content does not fit its type and format.
 */
export function writeContent(
  { type, format, content }: Partial<Contents.IModel>,
  trans: TranslationBundle
): Blob {
  if (type === 'notebook') {
    const text = writeNotebook(content);
    if (text === null) {
      throw refusal(400, trans.__('This is not a notebook of format 4, so it cannot be saved.'));
    }
    return new Blob([text]);
  }
  if (type === 'directory' || typeof content !== 'string') {
    throw refusal(400, trans.__('Only files and notebooks can be saved in a bucket.'));
  }
  return new Blob([format === 'base64' ? fromBase64(content) : content]);
}
