import { Crc32c } from './crc32c';

/** What the page asks of the checksum worker: of one `file`, one question at a time. */
export type ChecksumRequest = { readonly request: number; readonly file: number } & (
  | { readonly kind: 'add'; readonly bytes: Blob }
  | { readonly kind: 'digest' }
  | { readonly kind: 'forget' }
);

/** The one answer to each request; `crc32c` only to `digest`. */
export interface IChecksumAnswer {
  readonly request: number;
  readonly crc32c?: string;
  /** A DOMException cannot be rebuilt on the other side: its name is what counts. */
  readonly error?: { readonly name: string; readonly message: string };
}

const sums = new Map<number, Crc32c>();

async function answer(asked: ChecksumRequest): Promise<string | undefined> {
  const sum = sums.get(asked.file) ?? new Crc32c();
  sums.set(asked.file, sum);
  if (asked.kind === 'add') {
    await sum.add(asked.bytes);
    return undefined;
  }
  sums.delete(asked.file);
  return asked.kind === 'digest' ? sum.digest() : undefined;
}

self.onmessage = async ({ data }: MessageEvent<ChecksumRequest>) => {
  const reply: IChecksumAnswer = await answer(data).then(
    crc32c => ({ request: data.request, crc32c }),
    ({ name, message }) => ({ request: data.request, error: { name, message } })
  );
  self.postMessage(reply);
};
