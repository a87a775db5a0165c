import type { IChecksum } from './checksum';

/** Parts of a file, from its first to its last bytes, and how long each is. */
const PARTS = 16;
const BYTES = 64 * 1024;

/**
 * A crc32c of a few parts of a file: enough to tell quickly that it is not the one that was chosen before. Whether every
 * byte is the same, only the whole file's checksum tells in the end.
 */
export async function sampleOf(file: Blob, checksum: () => IChecksum): Promise<string> {
  const step = Math.max(0, file.size - BYTES) / (PARTS - 1);
  const parts = Array.from({ length: PARTS }, (_, index) => {
    const start = Math.floor(index * step);
    return file.slice(start, start + BYTES);
  });
  const sum = checksum();
  try {
    await sum.add(new Blob(parts));
    return await sum.digest();
  } catch (error) {
    sum.forget();
    throw error;
  }
}
