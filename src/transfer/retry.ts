import type { StoreError } from '../store/errors';

/** Failures in a row, without a byte gained, after which an upload gives up: about a minute. */
export const TRIES = 8;

/** The session is no more, as after a restart of the server: begin again in a new one. */
export const GONE = ['unknown-upload', 'upload-gone'];

/** Ask for the offset, then go on. */
const AGAIN = ['offline', 'upload-busy', 'wrong-offset', ...GONE];

/** The store's verdict on what it has: asking again changes nothing. */
const FINAL = ['checksum-mismatch', 'size-mismatch'];

/** Whether the same may succeed after a while. */
export function isTransient({ status, reason }: StoreError): boolean {
  return (
    AGAIN.includes(reason) ||
    ([408, 429, 500, 502, 503, 504].includes(status) && !FINAL.includes(reason))
  );
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
