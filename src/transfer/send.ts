import type { Road } from './job';

/** Bytes on their way, or a question about the offset when `body` is empty. */
export interface ISending {
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  /** To our own server, or to the store's address, which gets nothing but bytes and headers. */
  readonly road: Road;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  /** Told how many bytes of the body have left; for display only. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What came back, whatever its status. */
export interface IAnswer {
  readonly status: number;
  /** The `Range` header, which tells what has arrived; null also where the page may not read it. */
  readonly range: string | null;
  readonly body: string;
}

/**
 * Sends a body. Rejects with `StoreError.offline()` when no answer came, and with an `AbortError`
 * when the signal was aborted; every answer resolves.
 */
export type Send = (sending: ISending) => Promise<IAnswer>;
