import { UUID } from '@lumino/coreutils';
import type { Precondition, StoreClient } from '../store/client';
import type { IObject, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { basename } from '../store/path';
import { notOurs, objectOf, offsetOf } from './answer';
import type { IChecksum } from './checksum';
import { FileSum } from './fileSum';
import type { IProgress, Road } from './job';
import { PieceSize } from './pieceSize';
import { backoff, DAMAGED, GONE, isTransient, LEFT, TRIES } from './retry';
import type { Roads } from './roads';
import type { IAnswer, Send } from './send';

/** What is uploaded where. */
export interface IUploadTarget {
  readonly bucket: string;
  readonly key: string;
  /** Only if absent (`0`), or only over the generation the user agreed to replace. */
  readonly condition: Precondition;
  /** Whose folder it is, when outside the user's home and confirmed. */
  readonly confirmedOwner?: string;
}

/** What an upload works with. */
export interface IUploadTools {
  readonly client: StoreClient;
  readonly send: Send;
  /** Starts a new checksum. */
  readonly checksum: () => IChecksum;
  readonly roads: Roads;
  /** Told the session's id as soon as there is one, and null once it is no more. */
  readonly onSession?: (id: string | null) => void;
  /** Waits before try number `failures` + 1. */
  readonly pause?: (failures: number, signal: AbortSignal) => Promise<void>;
}

/** How often a file is sent whole when it arrives damaged. */
const DAMAGES = 3;

/**
 * One file on its way into a bucket by the resumable protocol: in pieces through the user's server, or straight to the
 * store where that is possible. The end is asked of the server either way.
 *
 * The store alone knows what has arrived: after every failure it is asked, and bytes are never sent
 * again blindly. The crc32c is computed beside the sending, and the last piece goes only once it is
 * known: a file that changed or became unreadable meanwhile never becomes an object.
 */
export class Upload {
  constructor(
    readonly file: Blob,
    private _target: IUploadTarget,
    private readonly _tools: IUploadTools
  ) {
    this._sum = new FileSum(file, _tools.checksum);
  }

  /** Goes on with a session that an earlier life of this page opened for the same file. */
  adopt(session: IUploadSession): void {
    this._open(session);
    this._lastSent = true; // for all that is known
    this._isVouched = false; // nor what was sent
  }

  /** Another key or condition, after the store refused the last one. What was summed stays. */
  retarget(target: IUploadTarget): void {
    this._target = target;
    this._forgetSession();
  }

  /**
   * Uploads, or after a failure goes on from where it was. Resolves with the object once its size
   * and crc32c are those of the file. Rejects with a `StoreError`: status 412 when the condition
   * does not hold, reason `file-changed`, `checksum-mismatch`, or the last of several failures.
   */
  async run(signal: AbortSignal, progress: IProgress): Promise<IObject> {
    const pause = this._tools.pause ?? backoff;
    let failures = 0;
    let damages = 0;
    let best = this._offset;
    this._unsure = this._session !== null;
    for (;;) {
      try {
        const answer = await this._step(signal, progress);
        const object = answer && this._settle(answer);
        if (object) {
          return await this._verify(object, signal);
        }
        progress.moved(this._offset);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof StoreError && error.status === 412) {
          await this._abandon();
        }
        if (error instanceof StoreError && error.reason === DAMAGED && ++damages < DAMAGES) {
          await this._abandon();
          this._startOver();
          continue;
        }
        if (!(error instanceof StoreError) || !isTransient(error) || ++failures >= TRIES) {
          throw error;
        }
        this._unsure = true;
        progress.stalled();
        await pause(failures, signal);
      }
      if (this._offset > best) {
        best = this._offset;
        failures = 0;
      }
    }
  }

  /**
   * Gives up; to be called once `run` has ended. Nothing stays in the bucket, unless everything had
   * arrived before: then the object is returned, and it is the user's to delete.
   */
  async cancel(): Promise<IObject | null> {
    const { signal } = new AbortController();
    this._sum.forget();
    const session = this._session;
    if (!session) {
      return null;
    }
    const pause = this._tools.pause ?? backoff;
    for (let failures = 1; ; failures++) {
      try {
        if (this._lastSent) {
          const object = this._settle(await this._ask(signal));
          if (object) {
            return await this._verify(object, signal);
          }
        }
        await this._tools.client.abortUpload(session.id);
        return null;
      } catch (error) {
        if (error instanceof StoreError && error.status === 412) {
          await this._abandon();
          return null;
        }
        if (error instanceof StoreError && [...GONE, DAMAGED].includes(error.reason)) {
          return null;
        }
        // Busy until the server has noticed that the piece under way was broken off.
        if (!(error instanceof StoreError) || !isTransient(error) || failures >= TRIES) {
          throw error;
        }
        await pause(failures, signal);
      }
    }
  }

  /** One request: open the session, ask for the offset, or send the next piece. */
  private async _step(signal: AbortSignal, progress: IProgress): Promise<IAnswer | null> {
    if (!this._session) {
      const { bucket, key, condition, confirmedOwner } = this._target;
      const session = await this._tools.client.startUpload(
        {
          bucket,
          key,
          size: this.file.size,
          contentType: this.file.type || 'application/octet-stream',
          ifGenerationMatch: condition,
          id: this._wantedId
        },
        { confirmedOwner, signal }
      );
      this._open(session);
      this._unsure = false;
      return null;
    }
    if (this._unsure) {
      const answer = await this._ask(signal);
      this._unsure = false;
      return answer;
    }
    const { directUrl } = this._session;
    return directUrl && this._tools.roads.isOpen(directUrl)
      ? this._sendStraight(directUrl, this._session, signal, progress)
      : this._sendPiece(signal, progress);
  }

  private _ask(signal: AbortSignal): Promise<IAnswer> {
    return this._tools.send({
      method: 'PUT',
      url: this._url,
      road: 'relay',
      headers: { 'Content-Range': `bytes */${this.file.size}` },
      body: new Blob(),
      signal
    });
  }

  private async _sendPiece(signal: AbortSignal, progress: IProgress): Promise<IAnswer> {
    const start = this._offset;
    const end = Math.min(start + this._piece.bytes, this.file.size);
    try {
      const answer = await this._send('relay', this._url, start, end, signal, progress);
      return this._gained(start, answer);
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
    { partSize }: IUploadSession,
    signal: AbortSignal,
    progress: IProgress
  ): Promise<IAnswer> {
    const { roads } = this._tools;
    const start = this._offset;
    const last = Math.floor(Math.max(0, this.file.size - 1) / partSize) * partSize;
    const end = start < last ? last : this.file.size;
    let error: unknown = null;
    try {
      const answer = await this._send('direct', directUrl, start, end, signal, progress);
      if (answer.status === 308 && answer.range !== null) {
        roads.prove(directUrl);
        return this._gained(start, answer);
      }
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof StoreError && failure.reason === 'offline')) {
        throw failure;
      }
      error = failure;
    }
    this._unsure = true;
    const answer = await this._ask(signal);
    this._unsure = false;
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
    if (end === this.file.size) {
      this._crc32c = await this._sum.whole(signal);
      this._lastSent = true;
    }
    if (start === end) {
      // An empty object, or a store that has all bytes and has not finished.
      return this._ask(signal);
    }
    const stop = new AbortController();
    // Compared before anything is replaced. Whether a store lets pages send it is not known.
    const isCompared = road === 'relay' && end === this.file.size;
    const sending = this._tools.send({
      method: 'PUT',
      url,
      road,
      headers: {
        'Content-Range': `bytes ${start}-${end - 1}/${this.file.size}`,
        ...(isCompared && { 'X-Goog-Hash': `crc32c=${this._crc32c}` })
      },
      body: this.file.slice(start, end),
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

  /** A piece that was answered with 308 and gained nothing is a failure like any other. */
  private _gained(start: number, answer: IAnswer): IAnswer {
    if (answer.status === 308 && offsetOf(answer) <= start) {
      throw noProgress();
    }
    return answer;
  }

  /** Takes up what an answer says. The object when there is one, null when there is more to send. */
  private _settle(answer: IAnswer): IObject | null {
    if (answer.status === 308) {
      this._offset = offsetOf(answer);
      if (this._offset > this.file.size) {
        throw notOurs(answer);
      }
      return null;
    }
    if (answer.status < 200 || answer.status >= 300) {
      const error = StoreError.fromAnswer(answer.status, answer.body);
      if (GONE.includes(error.reason)) {
        this._forgetSession();
      }
      throw error;
    }
    return objectOf(answer);
  }

  private async _verify(object: IObject, signal: AbortSignal): Promise<IObject> {
    this._crc32c ??= await this._sum.whole(signal);
    // A store that computes no sum of its own is vouched for by the server, if all bytes went through it.
    const stored = object.crc32c ?? (this._isVouched ? this._crc32c : null);
    this._forgetSession();
    if (object.size === this.file.size && stored === this._crc32c) {
      return object;
    }
    const { bucket, key, confirmedOwner } = this._target;
    // Exactly what we wrote: a later generation is somebody else's.
    const removed = await this._tools.client
      .delete(bucket, key, object.generation, { confirmedOwner })
      .then(
        () => true,
        () => false
      );
    throw new StoreError(
      removed
        ? `"${basename(key)}" arrived damaged and was removed again.`
        : `"${basename(key)}" arrived damaged, and could not be removed.`,
      0,
      removed ? DAMAGED : LEFT,
      removed ? 'Upload it again.' : 'Delete it, then upload it again.'
    );
  }

  private _open(session: IUploadSession): void {
    this._session = session;
    this._isVouched = true;
    this._piece = new PieceSize(session.partSize);
    this._tools.onSession?.(session.id);
  }

  /** Nothing can come of the session any more: the store need not keep what has arrived. */
  private async _abandon(): Promise<void> {
    const session = this._session;
    this._forgetSession();
    if (session) {
      try {
        await this._tools.client.abortUpload(session.id);
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error;
        }
        // It ends by itself.
      }
    }
  }

  private _forgetSession(): void {
    if (this._session) {
      this._tools.onSession?.(null);
    }
    this._session = null;
    this._wantedId = UUID.uuid4();
    this._offset = 0;
    this._lastSent = false;
  }

  /** What was read may be as wrong as what arrived: everything is read again. */
  private _startOver(): void {
    this._forgetSession();
    this._sum.forget();
    this._sum = new FileSum(this.file, this._tools.checksum);
    this._crc32c = null;
    this._unsure = false;
  }

  private get _url(): string {
    return new URL(this._session!.relayUrl, this._tools.client.settings.baseUrl).href;
  }

  private _session: IUploadSession | null = null;
  /** Of the next session, chosen here: asked for twice, after a lost answer, it is begun once. */
  private _wantedId = UUID.uuid4();
  /** Bytes the store is known to have. */
  private _offset = 0;
  /** Whether the offset has to be asked for. */
  private _unsure = false;
  /** Whether the object may be there: its last piece has left. */
  private _lastSent = false;
  /** Of the file, once it is known. */
  private _crc32c: string | null = null;
  private _sum: FileSum;
  private _piece = new PieceSize(0);
  /** Whether all bytes of the session so far went through our server in this life of the page. */
  private _isVouched = true;
}

function noProgress(): StoreError {
  return new StoreError('The store took none of the bytes sent.', 503, 'no-progress');
}
