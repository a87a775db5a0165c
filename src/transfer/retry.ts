import type { StoreError } from '../store/errors';

/** Failures in a row, without a byte gained, after which an upload gives up: about a minute. */
export const TRIES = 8;

/** The session is no more, as after a restart of the server: begin again in a new one. */
export const GONE = ['unknown-upload', 'upload-gone'];

/** Ask for the offset, then go on. */
const AGAIN = ['offline', 'upload-busy', 'wrong-offset', ...GONE];

/** What arrived was not what was sent, and was removed: asking again changes nothing, sending it again may. */
export const DAMAGED = 'checksum-mismatch';
/** The same, but it could not be removed: a person has to. */
export const LEFT = 'damaged-and-left';

/** Whether the same may succeed after a while. */
export function isTransient({ status, reason }: StoreError): boolean {
  return (
    AGAIN.includes(reason) ||
    ([408, 429, 500, 502, 503, 504].includes(status) && ![DAMAGED, LEFT].includes(reason))
  );
}

/** Whether a person can try again with what there is: a file that changed has to be chosen anew. */
export function isRetriable({ reason }: StoreError): boolean {
  return reason !== 'file-changed';
}

/** Full jitter: half a second at first, doubled each time, at most half a minute. */
export function backoff(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(30_000, 500 * 2 ** failures);
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, Math.random() * longest);
    signal.addEventListener('abort', abort);
  });
}
