import { StoreError } from '../../store/errors';
import type { Send } from '../send';

/** The transport in Node, which has no XMLHttpRequest: the same promises, no progress. */
export const fetchSend: Send = async ({ method, url, road, headers, body, signal }) => {
  try {
    const type = road === 'relay' ? { 'Content-Type': 'application/octet-stream' } : undefined;
    const init = { method, headers: { ...type, ...headers }, body, signal };
    const response = await fetch(url, init);
    return {
      status: response.status,
      range: response.headers.get('Range'),
      body: await response.text()
    };
  } catch {
    signal.throwIfAborted();
    throw StoreError.offline();
  }
};
