/** Alone in this file: the bundler needs exactly this expression, and jest cannot parse it. */
export function startZarrWorker(): Worker {
  return new Worker(
    /* webpackChunkName: "zarr-worker" */ new URL('../worker/zarr.js', import.meta.url)
  );
}
