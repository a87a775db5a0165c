import type { IObject } from '../store/entry';
import { StoreError } from '../store/errors';
import type { IAnswer } from './send';

/** What has arrived, by the answer's `Range`: without one, nothing has. */
export function offsetOf(answer: IAnswer): number {
  const range = /^bytes=0-(\d+)$/.exec(answer.range ?? '');
  return range ? Number(range[1]) + 1 : 0;
}

/** The object that a last answer tells of; throws for anything else, such as a proxy's login page. */
export function objectOf(answer: IAnswer): IObject {
  try {
    const object = JSON.parse(answer.body);
    if (typeof object.size === 'number' && typeof object.generation === 'string') {
      return object;
    }
  } catch {
    // No JSON: a page.
  }
  throw notOurs(answer);
}

export function notOurs({ status }: IAnswer): StoreError {
  return new StoreError(
    'Something other than your Jupyter server answered.',
    status,
    'unexpected-answer',
    'If you were logged out, log in again in another tab, then retry.'
  );
}

/** One line of the answer of `POST batch`. */
export interface ILine {
  readonly key: string | null;
  readonly object?: IObject;
  readonly error?: { status: number; message: string; reason: string; hint: string };
}

/** What could be read of the answer of `POST batch`: a connection may break within it. */
export function linesOf(text: string): ILine[] {
  return text.split('\n').flatMap(line => {
    try {
      const parsed = JSON.parse(line);
      return typeof parsed === 'object' && parsed !== null ? [parsed as ILine] : [];
    } catch {
      return [];
    }
  });
}

export function noAnswer(): StoreError {
  return new StoreError(
    'The server did not tell what became of it.',
    502,
    'no-result',
    'Try it again: what arrived is not sent twice.'
  );
}
