import { ServerConnection } from '@jupyterlab/services';
import { StoreError } from '../store/errors';

/** The only error that JupyterLab's documents understand: they read `error.response.status`. */
export function refusal(status: number, message: string): ServerConnection.ResponseError {
  return new ServerConnection.ResponseError(new Response(null, { status }), message);
}

/** Any error in JupyterLab's form. */
export function toRefusal(error: unknown): ServerConnection.ResponseError {
  if (error instanceof ServerConnection.ResponseError) {
    return error;
  }
  if (error instanceof StoreError) {
    // No answer at all, or a proxy's page with status 200, has no status of an error.
    return refusal(error.status >= 400 ? error.status : 503, error.advice);
  }
  return refusal(500, error instanceof Error ? error.message : String(error));
}

/** Whether the object, or the bucket, is not there. */
export function isMissing(error: unknown): boolean {
  return (
    (error instanceof StoreError && error.status === 404) ||
    (error instanceof ServerConnection.ResponseError && error.response.status === 404)
  );
}
