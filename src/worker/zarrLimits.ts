import { registry } from 'zarrita';
import { ReadError } from './objectReader';

/**
 * A preview reads no object, and no step of decoding one gives, with more bytes than these. What
 * it reads should have at most a quarter; metadata may lie, and compression hides gigabytes.
 */
export const MAX_PREVIEW_BYTES = 4 * 1024 * 1024;

/** Makes zarrita's codecs refuse, as `too-large`, what decodes to more than `MAX_PREVIEW_BYTES`. */
export function limitDecoding(): void {
  for (const [codec, size] of Object.entries(DECODED_SIZES)) {
    for (const name of [codec, `numcodecs.${codec}`]) {
      const load = registry.get(name);
      if (load) {
        registry.set(name, async () => limited(await load(), size));
      }
    }
  }
}

type Entry = Awaited<ReturnType<NonNullable<ReturnType<typeof registry.get>>>>;

/** How many bytes compressed ones decode to, or a bound of that. */
type DecodedSize = (bytes: Uint8Array) => number | Promise<number>;

function limited(entry: Entry, size: DecodedSize): Entry {
  return {
    kind: entry.kind,
    fromConfig: (config, meta) => {
      const codec = entry.fromConfig(config, meta);
      const decode = codec.decode.bind(codec);
      codec.decode = async bytes => {
        if (!((await size(bytes)) <= MAX_PREVIEW_BYTES)) {
          throw new ReadError({ status: 0, reason: 'too-large', key: '', message: '', hint: '' });
        }
        return decode(bytes);
      };
      return codec;
    }
  };
}

const DECODED_SIZES: Record<string, DecodedSize> = {
  gzip: bytes => inflatedSize(bytes, 'gzip'),
  zlib: bytes => inflatedSize(bytes, 'deflate'),
  zstd: zstdSize,
  // Both allocate what the header says.
  blosc: bytes => view(bytes).getUint32(4, true),
  lz4: bytes => view(bytes).getUint32(0, true)
};

/** Nothing tells but inflating it; stops above the limit. */
async function inflatedSize(bytes: Uint8Array, format: CompressionFormat): Promise<number> {
  const inflating = new DecompressionStream(format);
  const writer = inflating.writable.getWriter();
  // What fails here fails the reading too.
  writer.write(new Uint8Array(bytes)).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = inflating.readable.getReader();
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > MAX_PREVIEW_BYTES) {
      await reader.cancel();
      break;
    }
  }
  return size;
}

/** RFC 8878: a frame's header may tell its size; each of its blocks gives at most 128 KiB. */
function zstdSize(bytes: Uint8Array): number {
  const header = view(bytes);
  const descriptor = header.getUint8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  let at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  switch (descriptor >> 6) {
    case 1:
      return header.getUint16(at, true) + 256;
    case 2:
      return header.getUint32(at, true);
    case 3:
      return Number(header.getBigUint64(at, true));
  }
  if (isSingle) {
    return header.getUint8(at);
  }
  let size = 0;
  for (let last = false; !last;) {
    const block = header.getUint16(at, true) | (header.getUint8(at + 2) << 16);
    last = (block & 1) === 1;
    // A repeated byte is stored once.
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
    size += 128 * 1024;
  }
  return size;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
