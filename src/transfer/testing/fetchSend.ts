import { StoreError } from '../../store/errors';
import type { Send } from '../send';

/** The transport in Node, which has no XMLHttpRequest: the same promises, no progress. */
export const fetchSend: Send = async ({ url, contentRange, body, signal }) => {
  let response: Response;
  try {
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Range': contentRange };
    response = await fetch(url, { method: 'PUT', headers, body, signal });
  } catch {
    signal.throwIfAborted();
    throw StoreError.offline();
  }
  return {
    status: response.status,
    range: response.headers.get('Range'),
    body: await response.text()
  };
};
