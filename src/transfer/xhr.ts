import type { ServerConnection } from '@jupyterlab/services';
import { StoreError } from '../store/errors';
import type { Send } from './send';

/** Milliseconds without a sign of life after which a connection counts as lost (laptop sleep). */
const SILENCE = 120_000;

/**
 * Sends by XMLHttpRequest: fetch tells no progress. To our own server it authenticates as
 * `ServerConnection` does; under JupyterHub a cookie alone is not enough. The store's address is all
 * the authority that is needed there, and it gets no cookie and no token of ours.
 */
export function xhrSend(settings: ServerConnection.ISettings, silence = SILENCE): Send {
  return ({ method, url, road, headers, body, onProgress, signal }) =>
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

      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) {
        request.setRequestHeader(name, value);
      }
      if (road === 'relay') {
        authenticate(request, settings);
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

function authenticate(request: XMLHttpRequest, settings: ServerConnection.ISettings): void {
  request.withCredentials = settings.init.credentials === 'include';
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  if (settings.token) {
    request.setRequestHeader('Authorization', `token ${settings.token}`);
  }
  // Read for every piece: a long upload outlives a login.
  const xsrf = /\b_xsrf=([^;]*)\b/.exec(document.cookie);
  if (xsrf) {
    request.setRequestHeader('X-XSRFToken', xsrf[1]);
  }
}
