import type { StoreClient } from '../store/client';
import type { IAccess } from '../worker/zarrProtocol';

/** The sign-in of `ServerConnection`, in a form that a worker can take. */
export function currentAccess(client: StoreClient): IAccess {
  const { settings } = client;
  const headers: Record<string, string> = {};
  if (settings.token) {
    headers.Authorization = `token ${settings.token}`;
  }
  const xsrf = /\b_xsrf=([^;]*)\b/.exec(document.cookie);
  if (xsrf) {
    headers['X-XSRFToken'] = xsrf[1];
  }
  return {
    // A worker's own address is that of its script: relative addresses would start there.
    routes: new URL(client.url('') + '/', document.baseURI).href.replace(/\/+$/, '/'),
    headers,
    credentials: settings.init.credentials ?? 'same-origin'
  };
}
