import { Crc32c } from './crc32c';

/** A small file on its way into the body of `POST batch`. */
export interface IFrame {
  readonly file: Blob;
  /** Relative to the prefix of the request. */
  readonly key: string;
  readonly contentType: string;
  /** Only if absent (`0`), or only over this generation. */
  readonly ifGenerationMatch: 0 | string;
}

/** What is known of a frame's file: what was read is what is sent, so the two cannot differ. */
export type Framed =
  | { readonly size: number; readonly crc32c: string }
  | { readonly error: { readonly name: string; readonly message: string } };

/** One body for many files, and what became of each; what could not be read is not in the body. */
export interface IFrames {
  readonly body: Blob;
  readonly framed: readonly Framed[];
}

/** Frames: 4 bytes big-endian length of the header, the header as JSON, the file's bytes. */
export async function frames(wanted: readonly IFrame[]): Promise<IFrames> {
  const parts: BlobPart[] = [];
  const framed: Framed[] = [];
  const contents = await Promise.allSettled(wanted.map(({ file }) => file.arrayBuffer()));
  for (const [index, content] of contents.entries()) {
    if (content.status === 'rejected') {
      const { name, message } = content.reason as Error;
      framed.push({ error: { name, message } });
      continue;
    }
    const bytes = content.value;
    if (bytes.byteLength !== wanted[index].file.size) {
      const message = 'The file has another size than when it was chosen.';
      framed.push({ error: { name: 'NotReadableError', message } });
      continue;
    }
    const sum = new Crc32c();
    await sum.addBytes(bytes);
    const { key, contentType, ifGenerationMatch } = wanted[index];
    const known = { size: bytes.byteLength, crc32c: await sum.digest() };
    const header = new TextEncoder().encode(
      JSON.stringify({ key, contentType, ifGenerationMatch, ...known })
    );
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, header.byteLength);
    parts.push(length.buffer, header, bytes);
    framed.push(known);
  }
  return { body: new Blob(parts), framed };
}
