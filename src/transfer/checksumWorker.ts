/** Alone in this file: the bundler needs exactly this expression, and jest cannot parse it. */
export function startChecksumWorker(): Worker {
  return new Worker(
    /* webpackChunkName: "checksum-worker" */ new URL('../worker/checksum.js', import.meta.url)
  );
}
