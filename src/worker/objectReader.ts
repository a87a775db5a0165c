import type { IAccess, ICost, IFailure, IPlace } from './zarrProtocol';

/** Tries of one request; the server's own store client repeats too, so few are enough. */
const TRIES = 4;
const TRANSIENT = [408, 429, 500, 502, 503, 504];
/** At most so many requests at once: two of a browser's six connections stay for the page. */
const PARALLEL = 4;

/** An `IFailure` that can be thrown. */
export class ReadError extends Error {
  constructor(readonly failure: IFailure) {
    super(failure.message || failure.reason);
    this.name = 'ReadError';
  }
}

/** Which bytes of an object; as zarrita asks for them. */
export type Range =
  { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** One page of a folder. */
export interface IListing {
  readonly entries: readonly { kind: 'folder' | 'object'; name: string; key: string }[];
  readonly nextPageToken: string | null;
}

/** The sign-in that all data sets share, asked of the page again when the server refuses it. */
export class SignIn {
  /** @param _ask - Makes the page call `set` soon. */
  constructor(private readonly _ask: () => void) {}

  get current(): Promise<IAccess> {
    return this._access;
  }

  set(access: IAccess): void {
    this._resolve?.(access);
    this._resolve = null;
    this._access = Promise.resolve(access);
  }

  /** A newer sign-in than `refused`; the same one when the page has no other. */
  async renewed(refused: IAccess): Promise<IAccess> {
    if ((await this._access) === refused && !this._resolve) {
      this._wait();
      this._ask();
    }
    return this._access;
  }

  private _wait(): void {
    this._access = new Promise(resolve => (this._resolve = resolve));
  }

  private _resolve: ((access: IAccess) => void) | null = null;
  private _access: Promise<IAccess> = new Promise(resolve => (this._resolve = resolve));
}

/** Reads objects and folders of one data set through the server, and counts what that takes. */
export class ObjectReader {
  constructor(
    readonly place: IPlace,
    private readonly _signIn: SignIn,
    private readonly _fetch: typeof fetch = (...request) => fetch(...request)
  ) {}

  /** What has been asked so far, tries that failed included. */
  get cost(): ICost {
    return { requests: this._requests, bytes: this._bytes };
  }

  /** Ends everything under way; nothing can be read afterwards. */
  abort(): void {
    this._aborter.abort();
  }

  /**
   * The bytes of an object below the place, or a range of them; undefined when there is none.
   *
   * @param path - Relative to the place.
   * @param atMost - More bytes are not read: reason `too-large`.
   * @throws ReadError for every answer but the bytes and "there is no such object"; an AbortError.
   */
  async get(
    path: string,
    options: { range?: Range; signal?: AbortSignal; atMost?: number } = {}
  ): Promise<Uint8Array | undefined> {
    const { range, signal, atMost = Infinity } = options;
    const key = this.place.prefix + path;
    const headers: Record<string, string> = range ? { Range: rangeHeader(range) } : {};
    const read = async (answer: Response) => {
      const bytes = await readBytes(answer, atMost);
      if (!bytes) {
        throw new ReadError({ status: 0, reason: 'too-large', key, message: '', hint: '' });
      }
      return bytes;
    };
    try {
      return await this._ask('object', { bucket: this.place.bucket, key }, key, {
        headers,
        read,
        signal
      });
    } catch (error) {
      if (error instanceof ReadError && error.failure.reason === 'no-such-object') {
        return undefined;
      }
      throw error;
    }
  }

  /** One page of a folder below the place; `path` is empty or ends in `/`. */
  list(path: string, pageToken: string | null = null, limit = 1000): Promise<IListing> {
    const { bucket, prefix } = this.place;
    const query: Record<string, string> = {
      bucket,
      prefix: prefix + path,
      limit: String(limit),
      ...(pageToken === null ? {} : { pageToken })
    };
    return this._ask('list', query, prefix + path, {
      headers: {},
      read: answer => answer.json()
    });
  }

  private async _ask<T>(
    route: string,
    query: Record<string, string>,
    key: string,
    options: {
      headers: Record<string, string>;
      read: (answer: Response) => Promise<T>;
      signal?: AbortSignal;
    }
  ): Promise<T> {
    const signal = options.signal
      ? AbortSignal.any([options.signal, this._aborter.signal])
      : this._aborter.signal;
    let access = await this._signIn.current;
    let renewed = false;
    for (let failures = 0; ;) {
      signal.throwIfAborted();
      let failure: IFailure;
      const release = await this._slot();
      try {
        return await this._once(access, route, query, key, { ...options, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ReadError)) {
          throw error;
        }
        failure = error.failure;
      } finally {
        release();
      }
      if (isSignInRefused(failure) && !renewed) {
        // The XSRF cookie changes with every login; the page sees it, the worker does not.
        renewed = true;
        access = await this._signIn.renewed(access);
      } else if (isTransient(failure) && ++failures < TRIES) {
        await pause(failures, signal);
      } else {
        throw new ReadError(failure);
      }
    }
  }

  private async _once<T>(
    access: IAccess,
    route: string,
    query: Record<string, string>,
    key: string,
    options: {
      headers: Record<string, string>;
      read: (answer: Response) => Promise<T>;
      signal: AbortSignal;
    }
  ): Promise<T> {
    const { headers, read, signal } = options;
    const search = Object.entries(query).map(([name, value]) => {
      return `${name}=${encodeURIComponent(value)}`;
    });
    this._requests++;
    try {
      const answer = await this._fetch(`${access.routes}${route}?${search.join('&')}`, {
        headers: { ...access.headers, ...headers },
        credentials: access.credentials,
        // Chromium's cache lets only one request at a time read an address: ranges would queue up.
        cache: 'no-store',
        // Followed, it would hand out a login page as if it were the object.
        redirect: 'manual',
        signal
      });
      if (answer.type === 'opaqueredirect') {
        throw new ReadError({ status: 401, reason: 'not-signed-in', key, message: '', hint: '' });
      }
      if (!answer.ok) {
        throw new ReadError(refusal(answer.status, key, await answer.text()));
      }
      const result = await read(answer);
      this._bytes += result instanceof Uint8Array ? result.byteLength : 0;
      return result;
    } catch (error) {
      if (error instanceof ReadError || signal.aborted) {
        throw error;
      }
      // No answer, or one that broke off, or a proxy's page in place of JSON.
      throw new ReadError({ status: 0, reason: 'offline', key, message: '', hint: '' });
    }
  }

  /** Waits until fewer than `PARALLEL` requests are under way. */
  private async _slot(): Promise<() => void> {
    if (this._running >= PARALLEL) {
      await new Promise<void>(go => this._waiting.push(go));
    } else {
      this._running++;
    }
    return () => {
      const next = this._waiting.shift();
      if (next) {
        next();
      } else {
        this._running--;
      }
    };
  }

  private _requests = 0;
  private _bytes = 0;
  private _running = 0;
  private readonly _waiting: (() => void)[] = [];
  private readonly _aborter = new AbortController();
}

/**
 * The body of an answer; null when it has more than `atMost` bytes, of which no more are read. The
 * length that the answer announces is that of its compressed form.
 */
async function readBytes(answer: Response, atMost: number): Promise<Uint8Array | null> {
  if (atMost === Infinity || !answer.body) {
    return new Uint8Array(await answer.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = answer.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length > atMost) {
      await reader.cancel();
      return null;
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function rangeHeader(range: Range): string {
  return 'suffixLength' in range
    ? `bytes=-${range.suffixLength}`
    : `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/** The server's `{message, reason, hint}`; tolerates a proxy's page in its place. */
function refusal(status: number, key: string, body: string): IFailure {
  try {
    const { message, reason, hint } = JSON.parse(body);
    if (typeof message === 'string' && typeof reason === 'string') {
      return { status, key, reason, message, hint: typeof hint === 'string' ? hint : '' };
    }
  } catch {
    // A proxy's page is of no use to a person.
  }
  return { status, key, reason: `http-${status}`, message: '', hint: '' };
}

/** Refused by the Jupyter server or its hub; `no-permission` is the bucket's own word. */
function isSignInRefused({ status, reason }: IFailure): boolean {
  return (
    status === 401 ||
    (status === 403 && ['not-signed-in', 'forbidden', 'http-403'].includes(reason))
  );
}

function isTransient({ status, reason }: IFailure): boolean {
  return reason === 'offline' || TRANSIENT.includes(status);
}

/** Full jitter: a quarter of a second at first, doubled each time. */
function pause(failures: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', abort);
        resolve();
      },
      Math.random() * 250 * 2 ** failures
    );
    signal.addEventListener('abort', abort);
  });
}
