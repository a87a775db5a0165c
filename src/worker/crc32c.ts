import { createCRC32, type IHasher } from 'hash-wasm';

/** Castagnoli's polynomial, reflected: what makes a CRC-32 the crc32c of cloud stores. */
const CASTAGNOLI = 0x82f63b78;

/** Bytes read at once: a file may be larger than the memory. */
const CHUNK = 8 * 2 ** 20;

/** The crc32c of bytes that come in order, one Blob after another. */
export class Crc32c {
  /** Rejects with the browser's `NotReadableError` when the file behind the Blob has changed. */
  async add(bytes: Blob): Promise<void> {
    for (let start = 0; start < bytes.size; start += CHUNK) {
      await this.addBytes(await bytes.slice(start, start + CHUNK).arrayBuffer());
    }
  }

  async addBytes(bytes: ArrayBuffer): Promise<void> {
    (await this._hasher).update(new Uint8Array(bytes));
  }

  /** Base64 of the four big-endian bytes, as Google writes it. Nothing can be added afterwards. */
  async digest(): Promise<string> {
    return btoa(String.fromCharCode(...(await this._hasher).digest('binary')));
  }

  private readonly _hasher: Promise<IHasher> = createCRC32(CASTAGNOLI);
}
