import { ObjectReader, ReadError, SignIn } from './objectReader';
import { preview } from './zarrPreview';
import type { IFailure, ZarrMessage, ZarrRequest } from './zarrProtocol';
import { ZarrStore } from './zarrStore';

/** The data set worker: reads Zarr stores through the server, one `ZarrStore` per open document. */

const stores = new Map<number, ZarrStore>();
const signIn = new SignIn(() => say({ kind: 'needs-access' }));

self.onmessage = ({ data }: MessageEvent<ZarrRequest>) => {
  if (data.kind === 'access') {
    signIn.set(data.access);
  } else if (data.kind === 'close') {
    stores.get(data.dataset)?.reader.abort();
    stores.delete(data.dataset);
  } else {
    // The last step also tells when an answer could not be sent.
    answer(data)
      .then(say)
      .catch(error => {
        say({ kind: 'failure', request: data.request, failure: toFailure(error) });
      });
  }
};

async function answer(
  asked: Exclude<ZarrRequest, { kind: 'access' | 'close' }>
): Promise<ZarrMessage> {
  const { dataset, request } = asked;
  if (asked.kind === 'summary') {
    stores.get(dataset)?.reader.abort();
    const store = new ZarrStore(new ObjectReader(asked.place, signIn));
    stores.set(dataset, store);
    return { kind: 'summary', request, summary: await store.summary() };
  }
  const store = stores.get(dataset);
  if (!store) {
    throw new DOMException('The data set was closed.', 'AbortError');
  }
  const values = await preview(store.reader, store.array(asked.array));
  return { kind: 'preview', request, preview: values };
}

function say(message: ZarrMessage): void {
  self.postMessage(message);
}

function toFailure(error: unknown): IFailure {
  if (error instanceof ReadError) {
    return error.failure;
  }
  const { name, message } = error as Error;
  const reason = name === 'AbortError' ? 'aborted' : 'unsupported';
  return { status: 0, reason, key: '', message, hint: '' };
}
