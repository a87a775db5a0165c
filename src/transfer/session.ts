import type { StoreClient } from '../store/client';
import type { IObject, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { notOurs, objectOf, offsetOf } from './answer';
import type { FileSum } from './fileSum';
import type { IProgress, Road } from './job';
import { PieceSize } from './pieceSize';
import type { Roads } from './roads';
import type { IAnswer, Send } from './send';

/** What bytes are sent with. */
export interface ISessionTools {
  readonly client: StoreClient;
  readonly send: Send;
  readonly roads: Roads;
}

/**
 * A session of an upload, and the two roads of its bytes: in pieces through the user's server, or straight to the store where
 * that is possible. The end is asked of the server either way.
 *
 * The crc32c is computed beside the sending, and the last piece goes only once it is known: a file that changed or became
 * unreadable meanwhile never becomes an object.
 */
export class Session {
  /** @param isAdopted - Whether an earlier life of the page opened it: then nothing is known of what was sent. */
  constructor(
    private readonly _file: Blob,
    private readonly _session: IUploadSession,
    private readonly _sum: FileSum,
    private readonly _tools: ISessionTools,
    isAdopted = false
  ) {
    this._piece = new PieceSize(_session.partSize);
    this.unsure = this._mayBeOver = isAdopted;
    this._isVouched = !isAdopted;
  }

  /** Whether the offset has to be asked for. */
  unsure: boolean;

  get id(): string {
    return this._session.id;
  }

  /** Bytes the store is known to have. */
  get offset(): number {
    return this._offset;
  }

  /** Whether the object may be there: its last piece has left. */
  get mayBeOver(): boolean {
    return this._mayBeOver;
  }

  /** Whether all bytes so far went through our server in this life of the page. */
  get isVouched(): boolean {
    return this._isVouched;
  }

  /** One request. Resolves with the object once there is one, and with null while there is more to send. */
  async step(signal: AbortSignal, progress: IProgress): Promise<IObject | null> {
    if (this.unsure) {
      return this.ask(signal);
    }
    const { directUrl } = this._session;
    const answer =
      directUrl && this._tools.roads.isOpen(directUrl)
        ? await this._sendStraight(directUrl, signal, progress)
        : await this._sendPiece(signal, progress);
    return this._takeUp(answer);
  }

  /** Asks how far it is; as `step`. */
  async ask(signal: AbortSignal): Promise<IObject | null> {
    return this._takeUp(await this._ask(signal));
  }

  private async _ask(signal: AbortSignal): Promise<IAnswer> {
    this.unsure = true;
    const answer = await this._tools.send({
      method: 'PUT',
      url: this._relayUrl,
      road: 'relay',
      headers: { 'Content-Range': `bytes */${this._file.size}` },
      body: new Blob(),
      signal
    });
    this.unsure = false;
    return answer;
  }

  private async _sendPiece(signal: AbortSignal, progress: IProgress): Promise<IAnswer> {
    const start = this._offset;
    const end = Math.min(start + this._piece.bytes, this._file.size);
    try {
      const answer = await this._send('relay', this._relayUrl, start, end, signal, progress);
      return gained(start, answer);
    } catch (error) {
      this._piece.failed();
      throw error;
    }
  }

  /**
   * All but the last piece in one long request, then the last one: a session takes one request at a time, and every one
   * costs a round trip. What came of it is asked of our server, unless the store's answer can be read.
   */
  private async _sendStraight(
    directUrl: string,
    signal: AbortSignal,
    progress: IProgress
  ): Promise<IAnswer> {
    const { roads } = this._tools;
    const { partSize } = this._session;
    const start = this._offset;
    const last = Math.floor(Math.max(0, this._file.size - 1) / partSize) * partSize;
    const end = start < last ? last : this._file.size;
    let error: unknown = null;
    try {
      const answer = await this._send('direct', directUrl, start, end, signal, progress);
      if (answer.status === 308 && answer.range !== null) {
        roads.prove(directUrl);
        return gained(start, answer);
      }
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof StoreError && failure.reason === 'offline')) {
        throw failure;
      }
      error = failure;
    }
    const answer = await this._ask(signal);
    if (answer.status === 200 || (answer.status === 308 && offsetOf(answer) > start)) {
      roads.prove(directUrl);
      return answer;
    }
    roads.doubt(directUrl);
    if (answer.status === 308 && roads.isOpen(directUrl)) {
      throw error ?? noProgress();
    }
    return answer;
  }

  /** The bytes from `start` to `end` (not included), while they are summed. */
  private async _send(
    road: Road,
    url: string,
    start: number,
    end: number,
    signal: AbortSignal,
    progress: IProgress
  ): Promise<IAnswer> {
    progress.takes(road);
    const isLast = end === this._file.size;
    const crc32c = isLast ? await this._sum.whole(signal) : null;
    this._mayBeOver ||= isLast;
    if (start === end) {
      // An empty object, or a store that has all bytes and has not finished.
      return this._ask(signal);
    }
    const stop = new AbortController();
    // Compared before anything is replaced. Whether a store lets pages send it is not known.
    const isCompared = road === 'relay' && isLast;
    const sending = this._tools.send({
      method: 'PUT',
      url,
      road,
      headers: {
        'Content-Range': `bytes ${start}-${end - 1}/${this._file.size}`,
        ...(isCompared && { 'X-Goog-Hash': `crc32c=${crc32c}` })
      },
      body: this._file.slice(start, end),
      onProgress: bytes => progress.moved(Math.min(start + bytes, end)),
      signal: AbortSignal.any([signal, stop.signal])
    });
    this._isVouched &&= road === 'relay';
    const began = performance.now();
    sending.then(
      () => road === 'relay' && this._piece.took(end - start, performance.now() - began),
      () => undefined
    );
    const summing = this._sum.upTo(end, signal);
    summing.catch(() => stop.abort());
    const [summed, answer] = await Promise.allSettled([summing, sending]);
    signal.throwIfAborted();
    if (summed.status === 'rejected') {
      throw summed.reason;
    }
    if (answer.status === 'rejected') {
      // To the network, a file that cannot be read looks like a broken connection.
      await this._sum.check();
      throw answer.reason;
    }
    return answer.value;
  }

  /** Takes up what an answer says. The object when there is one, null when there is more to send. */
  private _takeUp(answer: IAnswer): IObject | null {
    if (answer.status === 308) {
      this._offset = offsetOf(answer);
      if (this._offset > this._file.size) {
        throw notOurs(answer);
      }
      return null;
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw StoreError.fromAnswer(answer.status, answer.body);
    }
    return objectOf(answer);
  }

  private get _relayUrl(): string {
    return new URL(this._session.relayUrl, this._tools.client.settings.baseUrl).href;
  }

  private _offset = 0;
  private _mayBeOver: boolean;
  private _isVouched: boolean;
  private readonly _piece: PieceSize;
}

/** A piece that was answered with 308 and gained nothing is a failure like any other. */
function gained(start: number, answer: IAnswer): IAnswer {
  if (answer.status === 308 && offsetOf(answer) <= start) {
    throw noProgress();
  }
  return answer;
}

function noProgress(): StoreError {
  return new StoreError('The store took none of the bytes sent.', 503, 'no-progress');
}
