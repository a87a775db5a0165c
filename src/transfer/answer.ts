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
