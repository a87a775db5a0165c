import { UUID } from '@lumino/coreutils';
import type { Precondition } from '../store/client';
import type { IObject, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { basename } from '../store/path';
import type { IChecksum } from './checksum';
import { FileSum } from './fileSum';
import type { IProgress } from './job';
import { backoff, DAMAGED, GONE, isTransient, LEFT, TRIES } from './retry';
import { type ISessionTools, Session } from './session';

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
export interface IUploadTools extends ISessionTools {
  /** Starts a new checksum. */
  readonly checksum: () => IChecksum;
  /** Told the session's id as soon as there is one, and null once it is no more. */
  readonly onSession?: (id: string | null) => void;
  /** Waits before try number `failures` + 1. */
  readonly pause?: (failures: number, signal: AbortSignal) => Promise<void>;
}

/** How often a file is sent whole when it arrives damaged. */
const DAMAGES = 3;

/**
 * One file on its way into a bucket by the resumable protocol: what is tried again, and what counts as done.
 *
 * The store alone knows what has arrived: after every failure it is asked, and bytes are never sent
 * again blindly.
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
    this._open(session, true);
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
    this._doubt();
    for (;;) {
      try {
        const object = await this._step(signal, progress);
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
        if (GONE.includes(error.reason)) {
          this._forgetSession();
        }
        this._doubt();
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
        if (session.mayBeOver) {
          const object = await session.ask(signal);
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

  /** One request: opens the session, or does the next in it. */
  private async _step(signal: AbortSignal, progress: IProgress): Promise<IObject | null> {
    if (this._session) {
      return this._session.step(signal, progress);
    }
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
    return null;
  }

  private async _verify(object: IObject, signal: AbortSignal): Promise<IObject> {
    const crc32c = this._sum.value ?? (await this._sum.whole(signal));
    // A store that computes no sum of its own is vouched for by the server, if all bytes went through it.
    const stored = object.crc32c ?? (this._session?.isVouched ? crc32c : null);
    this._forgetSession();
    if (object.size === this.file.size && stored === crc32c) {
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

  private _open(session: IUploadSession, isAdopted = false): void {
    this._session = new Session(this.file, session, this._sum, this._tools, isAdopted);
    this._tools.onSession?.(session.id);
  }

  /** What has arrived has to be asked for. */
  private _doubt(): void {
    if (this._session) {
      this._session.unsure = true;
    }
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
  }

  /** What was read may be as wrong as what arrived: everything is read again. */
  private _startOver(): void {
    this._forgetSession();
    this._sum.forget();
    this._sum = new FileSum(this.file, this._tools.checksum);
  }

  /** Bytes the store is known to have. */
  private get _offset(): number {
    return this._session?.offset ?? 0;
  }

  private _session: Session | null = null;
  /** Of the next session, chosen here: asked for twice, after a lost answer, it is begun once. */
  private _wantedId = UUID.uuid4();
  private _sum: FileSum;
}
