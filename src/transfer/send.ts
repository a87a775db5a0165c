/** A piece of a file on its way, or a question about the offset when `body` is empty. */
export interface IPiece {
  readonly url: string;
  /** `bytes first-last/total`, or with a `*` in place of the range to ask how far it got. */
  readonly contentRange: string;
  readonly body: Blob;
  /** Told how many bytes of the body have left; for display only. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What came back, whatever its status. */
export interface IAnswer {
  readonly status: number;
  /** The `Range` header, which tells what has arrived. */
  readonly range: string | null;
  readonly body: string;
}

/**
 * PUTs one piece. Rejects with `StoreError.offline()` when no answer came, and with an `AbortError`
 * when the signal was aborted; every answer resolves.
 */
export type Send = (piece: IPiece) => Promise<IAnswer>;
