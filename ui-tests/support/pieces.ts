import type { Page } from '@playwright/test';

/** A request of an upload session: what was asked, and how far the store said that it is. */
export interface IPiece {
  readonly url: string;
  /** First byte; null for the question how far it got. */
  readonly start: number | null;
  readonly end: number | null;
  /** Bytes that the store has, as answered; null while there is no answer, or none that tells. */
  has: number | null;
}

/** The pieces that a page sends from now on, also after it is reloaded; both roads. */
export class Pieces {
  constructor(page: Page) {
    const known = new Map<object, IPiece>();
    page.on('request', request => {
      const range = request.headers()['content-range'];
      if (request.method() === 'PUT' && range) {
        const [, start, end] = /^bytes (\d+)-(\d+)\//.exec(range) ?? [];
        const piece = {
          url: request.url(),
          start: start === undefined ? null : Number(start),
          end: end === undefined ? null : Number(end) + 1,
          has: null
        };
        known.set(request, piece);
        this.all.push(piece);
      }
    });
    page.on('response', response => {
      const piece = known.get(response.request());
      if (piece && response.status() === 308) {
        const [, last] = /^bytes=0-(\d+)$/.exec(response.headers()['range'] ?? '') ?? [];
        piece.has = last === undefined ? 0 : Number(last) + 1;
      }
    });
  }

  /** Those sent since there were `count`. */
  since(count: number): readonly IPiece[] {
    return this.all.slice(count);
  }

  readonly all: IPiece[] = [];
}
