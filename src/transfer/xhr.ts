import type { ServerConnection } from '@jupyterlab/services';
import { StoreError } from '../store/errors';
import type { Send } from './send';

/** Milliseconds without a sign of life after which a connection counts as lost (laptop sleep). */
const SILENCE = 120_000;

/**
 * Sends pieces to our own server by XMLHttpRequest: fetch tells no progress. Authenticates as
 * `ServerConnection` does; under JupyterHub a cookie alone is not enough.
 */
export function xhrSend(settings: ServerConnection.ISettings, silence = SILENCE): Send {
  return ({ url, contentRange, body, onProgress, signal }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const request = new XMLHttpRequest();
      let watchdog: ReturnType<typeof setTimeout>;
      const alive = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => request.abort(), silence);
      };
      const abort = () => request.abort();
      signal.addEventListener('abort', abort);

      request.open('PUT', url);
      request.withCredentials = settings.init.credentials === 'include';
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.setRequestHeader('Content-Range', contentRange);
      if (settings.token) {
        request.setRequestHeader('Authorization', `token ${settings.token}`);
      }
      // Read for every piece: a long upload outlives a login.
      const xsrf = /\b_xsrf=([^;]*)\b/.exec(document.cookie);
      if (xsrf) {
        request.setRequestHeader('X-XSRFToken', xsrf[1]);
      }
      request.upload.onprogress = ({ loaded }) => {
        alive();
        onProgress?.(loaded);
      };
      request.onload = () =>
        resolve({
          status: request.status,
          range: request.getResponseHeader('Range'),
          body: request.responseText
        });
      request.onerror = () => reject(StoreError.offline());
      request.onabort = () => reject(signal.aborted ? signal.reason : StoreError.offline());
      request.onloadend = () => {
        clearTimeout(watchdog);
        signal.removeEventListener('abort', abort);
      };
      alive();
      request.send(body);
    });
}
