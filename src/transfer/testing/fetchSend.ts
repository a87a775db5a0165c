import { StoreError } from '../../store/errors';
import type { Send } from '../send';

/** The transport in Node, which has no XMLHttpRequest: the same promises, no progress. */
export const fetchSend: Send = async ({ method, url, road, headers, body, signal }) => {
  let response: Response;
  try {
    const type = road === 'relay' ? { 'Content-Type': 'application/octet-stream' } : undefined;
    response = await fetch(url, { method, headers: { ...type, ...headers }, body, signal });
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
