import { Crc32c } from './crc32c';
import { frames, type IFrame, type IFrames } from './frames';

/** What the page asks of the checksum worker: of one `file`, one question at a time; or a body of many files. */
export type ChecksumRequest = { readonly request: number } & (
  | { readonly kind: 'add'; readonly file: number; readonly bytes: Blob }
  | { readonly kind: 'digest'; readonly file: number }
  | { readonly kind: 'forget'; readonly file: number }
  | { readonly kind: 'frames'; readonly frames: readonly IFrame[] }
);

/** The one answer to each request. */
export interface IChecksumAnswer {
  readonly request: number;
  /** To `digest`. */
  readonly crc32c?: string;
  /** To `frames`. */
  readonly frames?: IFrames;
  /** A DOMException cannot be rebuilt on the other side: its name is what counts. */
  readonly error?: { readonly name: string; readonly message: string };
}

const sums = new Map<number, Crc32c>();

async function answer(asked: ChecksumRequest): Promise<Omit<IChecksumAnswer, 'request'>> {
  if (asked.kind === 'frames') {
    return { frames: await frames(asked.frames) };
  }
  const sum = sums.get(asked.file) ?? new Crc32c();
  sums.set(asked.file, sum);
  if (asked.kind === 'add') {
    await sum.add(asked.bytes);
    return {};
  }
  sums.delete(asked.file);
  return asked.kind === 'digest' ? { crc32c: await sum.digest() } : {};
}

self.onmessage = async ({ data }: MessageEvent<ChecksumRequest>) => {
  const reply = await answer(data).catch(({ name, message }) => ({ error: { name, message } }));
  self.postMessage({ request: data.request, ...reply });
};
