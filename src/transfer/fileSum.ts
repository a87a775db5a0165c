import { StoreError } from '../store/errors';
import type { IChecksum } from './checksum';

/** Bytes read before it is seen whether to go on. */
const STEP = 64 * 1024 ** 2;

/** The crc32c of a file on its way, which is also the proof that the file is still the same. */
export class FileSum {
  constructor(
    private readonly _file: Blob,
    private readonly _start: () => IChecksum
  ) {}

  /** Base64 of the whole file's sum; null until it is known. */
  get value(): string | null {
    return this._crc32c;
  }

  /**
   * Brings the sum up to this byte. Rejects with reason `file-changed` or `no-checksum`, and soon after the signal was
   * aborted: a file may take minutes to read.
   */
  async upTo(end: number, signal: AbortSignal): Promise<void> {
    if (this._crc32c !== null || end <= this._summed) {
      await this.check();
    }
    while (this._crc32c === null && this._summed < end) {
      signal.throwIfAborted();
      const next = Math.min(end, this._summed + STEP);
      await this._reading(async () => {
        await this._checksum.add(this._file.slice(this._summed, next));
        this._summed = next;
      });
    }
  }

  /** Base64 of the whole file's sum, computed now if need be. Rejects as `upTo`. */
  async whole(signal: AbortSignal): Promise<string> {
    await this.upTo(this._file.size, signal);
    await this._reading(async () => {
      this._crc32c ??= await this._checksum.digest();
    });
    return this._crc32c!;
  }

  /** Sees that the file still reads; else rejects with reason `file-changed`. */
  async check(): Promise<void> {
    await this._reading(() => this._file.slice(0, 1).arrayBuffer());
  }

  /** Frees what an abandoned sum holds. */
  forget(): void {
    this._running?.forget();
    this._running = null;
    this._summed = 0;
  }

  private async _reading(read: () => Promise<unknown>): Promise<void> {
    try {
      await read();
    } catch (error) {
      // What is in the sum is unknown now, or gone with its worker: the next try begins anew.
      this.forget();
      if (error instanceof StoreError) {
        throw error;
      }
      throw fileChanged();
    }
  }

  private get _checksum(): IChecksum {
    return (this._running ??= this._start());
  }

  private _running: IChecksum | null = null;
  /** Bytes in the sum. */
  private _summed = 0;
  private _crc32c: string | null = null;
}

export function fileChanged(): StoreError {
  return new StoreError(
    'The file was changed, moved or deleted on your computer while it was uploaded.',
    0,
    'file-changed',
    'Nothing was stored. Add the file again.'
  );
}
