import { ServerConnection } from '@jupyterlab/services';
import { StoreError } from '../store/errors';

/** The only error that JupyterLab's documents understand: they read `error.response.status`. */
export function refusal(status: number, message: string): ServerConnection.ResponseError {
  return new ServerConnection.ResponseError(new Response(null, { status }), message);
}

/** A store's error in JupyterLab's form; any other error as it is. */
export function toRefusal(error: unknown): unknown {
  if (!(error instanceof StoreError)) {
    return error;
  }
  // No answer at all, or a proxy's page with status 200, has no status of an error.
  return refusal(error.status >= 400 ? error.status : 503, error.advice);
}

/** Whether the object, or the bucket, is not there. */
export function isMissing(error: unknown): boolean {
  return (
    (error instanceof StoreError && error.status === 404) ||
    (error instanceof ServerConnection.ResponseError && error.response.status === 404)
  );
}
