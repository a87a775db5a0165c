import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type {
  IAccessToken,
  IBucket,
  IDetails,
  IExisting,
  IGrant,
  INewGrant,
  IObject,
  IPage,
  IUploadSession
} from './entry';
import { StoreError } from './errors';

/** Which objects to list. */
export interface IListOptions {
  /** At most this many entries in the page; the server's limit is 1,000. */
  limit?: number;
  /** From the previous page; none asks for the first. */
  pageToken?: string;
  /** Only names that start so, asked of the store. */
  startsWith?: string;
  signal?: AbortSignal;
}

/** A folder of a bucket, for credentials that open nothing else. */
export interface IPlace {
  readonly bucket: string;
  /** Empty for the whole bucket, or ending in `/`. */
  readonly prefix: string;
}

/** A write's condition: only if absent (`0`), or only over this generation. */
export type Precondition = 0 | string;

/** What the user agreed to when writing in somebody else's folder: the owner's name. */
export interface IWriteOptions {
  confirmedOwner?: string;
  signal?: AbortSignal;
}

const OUTSIDE_HOME_HEADER = 'X-Leap-Confirm-Outside-Home';

/**
 * Asks our server extension. Every method rejects with a `StoreError`, or with an `AbortError`
 * when its signal was aborted; one call is one request.
 */
export class StoreClient {
  constructor(readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  /** The address of a route, under the server's base URL. */
  url(route: string, query: Record<string, string | undefined> = {}): string {
    const search = Object.entries(query)
      .filter((pair): pair is [string, string] => pair[1] !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    const path = URLExt.join(this.settings.baseUrl, 'leap-buckets', route);
    return search ? `${path}?${search}` : path;
  }

  objectUrl(bucket: string, key: string): string {
    return this.url('object', { bucket, key });
  }

  async buckets(signal?: AbortSignal): Promise<IBucket[]> {
    const answer = await this.json<{ buckets: IBucket[] }>(this.url('buckets'), 'buckets', {
      signal
    });
    return answer.buckets;
  }

  /**
   * Adds a bucket that everybody may read, by its address (`gs://name` or `gs://name/prefix/`). Rejects
   * when it is not public. The server keeps it until it stops.
   */
  async addBucket(uri: string, label?: string): Promise<IBucket> {
    return this.json(this.url('buckets'), 'id', {
      method: 'POST',
      body: JSON.stringify({ uri, label }),
      headers: { 'Content-Type': 'application/json' }
    });
  }

  /** Forgets a bucket that was added. */
  async removeBucket(id: string): Promise<void> {
    await this.request(this.url(`buckets/${encodeURIComponent(id)}`), { method: 'DELETE' });
  }

  async list(bucket: string, prefix: string, options: IListOptions = {}): Promise<IPage> {
    const { limit, pageToken, startsWith, signal } = options;
    const query = {
      bucket,
      prefix,
      limit: limit?.toString(),
      pageToken,
      startsWith
    };
    return this.json(this.url('list', query), 'entries', { signal });
  }

  /** Size, type and generation of an object, without its bytes. */
  async head(bucket: string, key: string, signal?: AbortSignal): Promise<IObject> {
    try {
      const response = await this.request(this.objectUrl(bucket, key), {
        method: 'HEAD',
        signal
      });
      return describe(key, response.headers);
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      // An answer to HEAD has no words.
      if (error.status === 404) {
        const hint = 'It may have been deleted or moved: refresh the list.';
        throw new StoreError(`There is no "${key}".`, 404, 'no-such-object', hint);
      }
      // The first byte, refused for the same reason, has them.
      await this.read(bucket, key, { length: 1, signal });
      throw error;
    }
  }

  /** All there is to know about an object: its checksums, custom metadata and who may read it. */
  async details(bucket: string, key: string, signal?: AbortSignal): Promise<IDetails> {
    return this.json(this.url('details', { bucket, key }), 'generation', { signal });
  }

  /**
   * The bytes of an object, or `length` of them from `offset`; with what HEAD would tell.
   * More than `atMost` bytes are not read: reason `too-large`.
   */
  async read(
    bucket: string,
    key: string,
    options: { offset?: number; length?: number; atMost?: number; signal?: AbortSignal } = {}
  ): Promise<{ object: IObject; bytes: ArrayBuffer }> {
    const { offset = 0, length, atMost = Infinity, signal } = options;
    const headers: Record<string, string> = {};
    if (length !== undefined) {
      headers.Range = `bytes=${offset}-${offset + length - 1}`;
    }
    const response = await this.request(this.objectUrl(bucket, key), {
      headers,
      signal
    });
    if (Number(response.headers.get('Content-Length')) > atMost) {
      await response.body?.cancel();
      throw new StoreError(`${key} has more than ${atMost} bytes.`, 413, 'too-large');
    }
    return {
      object: describe(key, response.headers),
      bytes: await response.arrayBuffer()
    };
  }

  /** Writes a small object whole. Rejects with status 412 when the condition does not hold. */
  async write(
    bucket: string,
    key: string,
    body: Blob | string,
    condition: Precondition,
    options: IWriteOptions & { contentType?: string } = {}
  ): Promise<IObject> {
    return this.json(this.objectUrl(bucket, key), 'generation', {
      method: 'PUT',
      body,
      headers: {
        // Without a type of its own makeRequest would call the bytes JSON.
        'Content-Type': options.contentType ?? 'application/octet-stream',
        ...(condition === 0 ? { 'If-None-Match': '*' } : { 'If-Match': `"${condition}"` }),
        ...outsideHome(options)
      },
      signal: options.signal
    });
  }

  async delete(
    bucket: string,
    key: string,
    generation: string,
    options: IWriteOptions = {}
  ): Promise<void> {
    await this.request(this.objectUrl(bucket, key), {
      method: 'DELETE',
      headers: { 'If-Match': `"${generation}"`, ...outsideHome(options) },
      signal: options.signal
    });
  }

  /**
   * The address of a zip with these objects and folders, good for one download within a minute. A
   * failure in the middle breaks the download off.
   */
  async archiveUrl(bucket: string, keys: readonly string[]): Promise<string> {
    const { id } = await this.json<{ id: string }>(this.url('archive'), 'id', {
      method: 'POST',
      body: JSON.stringify({ bucket, keys }),
      headers: { 'Content-Type': 'application/json' }
    });
    return this.url(`archive/${id}`);
  }

  /** Opens an upload session: nothing is visible in the bucket until its last piece arrived. */
  async startUpload(
    upload: {
      bucket: string;
      key: string;
      size: number;
      contentType: string;
      ifGenerationMatch: Precondition;
      /** Chosen by the caller, 22 to 64 letters, digits, `-` and `_`: asked for again, the session is the same. */
      id?: string;
    },
    options: IWriteOptions = {}
  ): Promise<IUploadSession> {
    return this.json(this.url('uploads'), 'id', {
      method: 'POST',
      body: JSON.stringify(upload),
      headers: { 'Content-Type': 'application/json', ...outsideHome(options) },
      signal: options.signal
    });
  }

  /** A session that this page, or an earlier life of it, opened. */
  async findUpload(id: string, signal?: AbortSignal): Promise<IUploadSession> {
    return this.json(this.url(`uploads/${id}`), 'id', { signal });
  }

  /**
   * Which of these files exist: at most 1,000, their keys relative to the prefix. One request here,
   * and as a rule one or two to the store.
   */
  async compare(
    bucket: string,
    prefix: string,
    files: readonly { readonly key: string; readonly size: number }[],
    signal?: AbortSignal
  ): Promise<IExisting[]> {
    const answer = await this.json<{ existing: IExisting[] }>(this.url('compare'), 'existing', {
      method: 'POST',
      body: JSON.stringify({ bucket, prefix, files }),
      headers: { 'Content-Type': 'application/json' },
      signal
    });
    return answer.existing;
  }

  /** Ends a session without an object. */
  async abortUpload(id: string): Promise<void> {
    await this.request(this.url(`uploads/${id}`), { method: 'DELETE' });
  }

  /**
   * A cloud token for one folder of a bucket, or the full one where no place is given. The full one is never
   * answered in the place of a limited one: status 502, reason `limiting-refused`.
   */
  async token(place: IPlace | null, signal?: AbortSignal): Promise<IAccessToken> {
    return this.json(this.url('token'), 'accessToken', {
      method: 'POST',
      body: JSON.stringify(place ?? {}),
      // Else the browser calls the text plain, and makeRequest leaves it at that.
      headers: { 'Content-Type': 'application/json' },
      signal
    });
  }

  /** The upload grants of this server, none of them ended. */
  async grants(signal?: AbortSignal): Promise<IGrant[]> {
    const answer = await this.json<{ grants: IGrant[] }>(this.url('grants'), 'grants', { signal });
    return answer.grants;
  }

  /** Makes an upload grant for one folder of a bucket: what it answers is not told again. */
  async createGrant(
    grant: IPlace & { readonly expiresAt: string; readonly keepAwake: boolean }
  ): Promise<INewGrant> {
    return this.json(this.url('grants'), 'grant', {
      method: 'POST',
      body: JSON.stringify(grant),
      headers: { 'Content-Type': 'application/json' }
    });
  }

  /** Ends a grant at once; tokens that it gave go on until their own end. */
  async revokeGrant(id: string): Promise<void> {
    await this.request(this.url(`grants/${encodeURIComponent(id)}`), { method: 'DELETE' });
  }

  /** The JSON answered to a request; it has this field, else a proxy answered in the server's place. */
  async json<T>(url: string, field: keyof T, init: RequestInit): Promise<T> {
    const response = await this.request(url, init);
    const body = await textOf(response, init.signal);
    let answer: Partial<T> | null = null;
    try {
      answer = JSON.parse(body);
    } catch {
      // A login page, not JSON.
    }
    if (answer?.[field] === undefined) {
      throw StoreError.fromAnswer(response.status, body);
    }
    return answer as T;
  }

  /** The answer to a request, whose status is one of success. */
  async request(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch {
      init.signal?.throwIfAborted();
      throw StoreError.offline();
    }
    if (!response.ok) {
      throw StoreError.fromAnswer(response.status, await textOf(response, init.signal));
    }
    return response;
  }
}

/** The whole of an answer; rejects as a request without one when the connection breaks within it. */
async function textOf(response: Response, signal?: AbortSignal | null): Promise<string> {
  try {
    return await response.text();
  } catch {
    signal?.throwIfAborted();
    throw StoreError.offline();
  }
}

/** The header that tells that writing in somebody else's folder is meant. */
export function outsideHome({ confirmedOwner }: IWriteOptions): Record<string, string> {
  return confirmedOwner === undefined
    ? {}
    : { [OUTSIDE_HOME_HEADER]: encodeURIComponent(confirmedOwner) };
}

function describe(key: string, headers: Headers): IObject {
  const total = headers.get('Content-Range')?.split('/')[1] ?? headers.get('Content-Length');
  return {
    key,
    size: Number(total),
    generation: (headers.get('ETag') ?? '').replace(/^W\/|"/g, ''),
    updated: headers.get('Last-Modified'),
    contentType: headers.get('Content-Type')
  };
}
