import type { TranslationBundle } from '@jupyterlab/translation';
import type { IBucket, IExisting, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { basename, type ILocation, keyProblem, parentPrefix } from '../store/path';
import { type Choice, isIdentical } from './conflict';
import { type IDropped, type IFound, unreadable } from './dropped';
import { fileChanged } from './fileSum';
import type { IJob, IPacker } from './job';
import type { DropKeeper, ISessionRecord } from './memory';
import { Packer } from './packer';
import type { TransferQueue } from './queue';
import { backoff, isTransient, TRIES } from './retry';
import { sampleOf } from './sample';
import type { IQuestions, ITools } from './transfers';
import { type IUploadContext, type IUploadRequest, keepBoth, UploadJob } from './uploadJob';

/** The largest object of any store. */
const MOST_BYTES = 5 * 1024 ** 4;

/** Bytes from which on it is worth to go on with half a file rather than to send it again. */
const WORTH_REMEMBERING = 8 * 1024 ** 2;

/** Files compared at once, as many as the server takes. */
const COMPARED = 1000;
/** Files read at once to be compared. */
const READ_AT_ONCE = 4;
/** Lines that wait at most before a folder is walked on: a line holds a file. */
const AHEAD = 5000;

/** What one drop works with. */
export interface IDropOptions extends ITools {
  readonly bucket: IBucket;
  readonly folder: ILocation;
  readonly queue: TransferQueue;
  readonly questions: IQuestions;
  readonly keeper: DropKeeper;
  /** Sessions that an earlier life of the page left for files of this drop, by key. */
  readonly sessions: ReadonlyMap<string, ISessionRecord>;
  readonly onArrived: (place: ILocation) => void;
  readonly trans: TranslationBundle;
}

/**
 * Files and folders on their way into one folder. They are walked and compared with what is there a thousand at a time,
 * so that what is new moves at once; what is there and identical is skipped, and about the rest the user decides.
 */
export class Drop {
  constructor(
    private readonly _dropped: IDropped,
    private readonly _options: IDropOptions
  ) {
    const { client, send, checksum, roads, pause, keeper, onArrived, folder } = _options;
    this._context = {
      client,
      send,
      checksum,
      roads,
      pause,
      ask: (request, existing) => this._ask(request, existing, this._isLarge ? null : 0),
      packerFor: owner => this._packerFor(owner),
      refusal: this._refusal,
      onArrived,
      onSettled: request => keeper.settled(keyOf(request)),
      onSession: (request, id) => void this._remember(request, id)
    };
    this._left = new Map(_options.sessions);
    this._isLarge = _dropped.roots.some(({ isFolder }) => isFolder);
    this._prefix = folder.key;
  }

  /** Ends it: what has arrived stays. */
  async stop(): Promise<void> {
    this._isStopped = true;
    await this._options.queue.cancelAll(job => this._jobs.has(job));
  }

  /** Resolves once every file is queued, or was skipped, refused or declined. */
  async run(): Promise<void> {
    const { queue, keeper } = this._options;
    const walked = queue.expectMore(() => (this._isStopped = true));
    try {
      let batch: IFound[] = [];
      // The first files begin at once; the more there are, the more are compared in one request.
      let size = 100;
      for await (const found of this._dropped.walk()) {
        batch.push(...found);
        this._found += found.length;
        if (batch.length >= size) {
          await this._admit(batch);
          batch = [];
          size = COMPARED;
          await queue.roomBelow(AHEAD);
        }
        if (this._isStopped) {
          break;
        }
      }
      await this._admit(batch);
      await this._forgetLeft();
      this._tellEmpty();
      keeper.complete();
    } finally {
      walked();
    }
  }

  /** A bucket keeps files alone: a folder without any would vanish without a word. */
  private _tellEmpty(): void {
    const { queue, trans } = this._options;
    if (this._found === 0 && !this._isStopped) {
      const text = trans.__('There is no file in this folder, and a bucket keeps files only.');
      this._dropped.roots.forEach(({ name }) =>
        queue.refuse(name, new StoreError(text, 0, 'empty-folder'))
      );
    }
  }

  private async _admit(found: readonly IFound[]): Promise<void> {
    for (let start = 0; start < found.length && !this._isStopped; start += COMPARED) {
      await this._admitSome(found.slice(start, start + COMPARED));
    }
  }

  private async _admitSome(found: readonly IFound[]): Promise<void> {
    const requests = found.flatMap(one => this._legal(one) ?? []);
    if (requests.length === 0) {
      return;
    }
    this._options.keeper.found(requests.length);
    const existing = await this._compare(requests);
    const taken = requests.filter(request => existing.has(keyOf(request)));
    await this._enqueue(requests.filter(request => !existing.has(keyOf(request))));
    const differing = await this._skipIdentical(taken, existing);
    for (const [index, request] of differing.entries()) {
      const more = this._isLarge ? null : differing.length - index - 1;
      await this._decide(request, existing.get(keyOf(request))!, more, requests);
    }
  }

  /** The request for a file that was found, or null where it can never be uploaded. */
  private _legal({ path, file }: IFound): IUploadRequest | null {
    const { queue, bucket, trans } = this._options;
    if (!file) {
      queue.refuse(path, unreadable(path));
      return null;
    }
    const key = this._prefix + path;
    const problem = keyProblem(key);
    if (problem) {
      const hint = trans.__('Rename the file and upload it again.');
      queue.refuse(path, new StoreError(problem, 0, 'illegal-name', hint));
      return null;
    }
    if (file.size > MOST_BYTES) {
      const text = trans.__('A file in a bucket has at most 5 TiB.');
      queue.refuse(path, new StoreError(text, 413, 'object-too-large', trans.__('Split it.')));
      return null;
    }
    return { file, path, name: basename(key), bucket, prefix: parentPrefix(key), condition: 0 };
  }

  private async _compare(requests: readonly IUploadRequest[]): Promise<Map<string, IExisting>> {
    const { client, folder } = this._options;
    const files = new Map(
      requests.map(request => [
        keyOf(request).slice(this._prefix.length),
        { size: request.file.size }
      ])
    );
    const asked = [...files].map(([key, { size }]) => ({ key, size }));
    for (let failures = 1; ; failures++) {
      try {
        const existing = await client.compare(folder.bucket, this._prefix, asked);
        return new Map(existing.map(one => [this._prefix + one.key, one]));
      } catch (error) {
        if (!(error instanceof StoreError) || !isTransient(error) || failures >= TRIES) {
          throw error;
        }
        await (this._options.pause ?? backoff)(failures, new AbortController().signal);
      }
    }
  }

  /** Those whose bytes differ from what is there. */
  private async _skipIdentical(
    requests: readonly IUploadRequest[],
    existing: ReadonlyMap<string, IExisting>
  ): Promise<IUploadRequest[]> {
    const { queue, checksum } = this._options;
    const differing = new Set(requests);
    const left = [...requests];
    const work = async () => {
      for (let request = left.shift(); request; request = left.shift()) {
        try {
          if (await isIdentical(request.file, existing.get(keyOf(request))!, checksum)) {
            differing.delete(request);
            const job = new UploadJob(request, this._context);
            job.settle('identical');
            queue.skip(job);
          }
        } catch (error) {
          differing.delete(request);
          queue.refuse(request.path, error instanceof StoreError ? error : fileChanged());
        }
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
    return requests.filter(request => differing.has(request));
  }

  private async _decide(
    request: IUploadRequest,
    existing: IExisting,
    more: number | null,
    all: readonly IUploadRequest[]
  ): Promise<void> {
    const { client, queue } = this._options;
    const choice = await this._ask(request, existing, more);
    if (choice === 'skip') {
      this._context.onSettled(request);
    } else if (choice === 'replace') {
      await this._enqueue([{ ...request, condition: existing.generation }]);
    } else {
      try {
        all.forEach(({ prefix, name }) => prefix === request.prefix && this._taken.add(name));
        const beside = await keepBoth(client, request, this._taken);
        this._taken.add(beside.name);
        await this._enqueue([beside]);
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error;
        }
        // One file's trouble is not the others'.
        queue.refuse(request.path, error);
      }
    }
  }

  /** One question at a time; an answer for all is not asked for again. */
  private _ask(request: IUploadRequest, existing: IExisting, more: number | null): Promise<Choice> {
    const asking = this._asking.then(async () => {
      if (this._forAll) {
        return this._forAll;
      }
      const { choice, forAll } = await this._options.questions.conflict(request, existing, more);
      if (forAll) {
        this._forAll = choice;
      }
      return choice;
    });
    this._asking = asking.catch(() => undefined);
    return asking;
  }

  private async _enqueue(requests: readonly IUploadRequest[]): Promise<void> {
    const jobs: UploadJob[] = [];
    for (const request of requests) {
      const job = new UploadJob(request, this._context);
      const session = await this._sessionFor(request);
      if (session) {
        job.adopt(session);
      }
      jobs.push(job);
    }
    if (this._isStopped) {
      jobs.forEach(job => job.settle('declined'));
    } else {
      jobs.forEach(job => this._jobs.add(job));
      this._options.queue.add(...jobs);
    }
  }

  /** The session that was left for this very file, if it is still the same. */
  private async _sessionFor(request: IUploadRequest): Promise<IUploadSession | null> {
    const { client, checksum } = this._options;
    const { file } = request;
    const record = this._left.get(keyOf(request));
    if (record?.size !== file.size || record.lastModified !== file.lastModified) {
      return null;
    }
    try {
      if ((await sampleOf(file, checksum)) !== record.sample) {
        return null;
      }
      const session = await client.findUpload(record.id);
      this._left.delete(keyOf(request));
      return session;
    } catch {
      // Gone with the server, or the file with its disk: the upload itself tells, from its start.
      return null;
    }
  }

  /** Ends the sessions that nothing went on with. */
  private async _forgetLeft(): Promise<void> {
    await abortAll(this._options.client, [...this._left.values()]);
  }

  private async _remember(request: IUploadRequest, id: string | null): Promise<void> {
    const { keeper, checksum } = this._options;
    const key = keyOf(request);
    const { file } = request;
    if (id === null) {
      keeper.closed(key);
      return;
    }
    if (file.size < WORTH_REMEMBERING) {
      return;
    }
    try {
      const sample = await sampleOf(file, checksum);
      keeper.opened(key, { id, size: file.size, lastModified: file.lastModified, sample });
    } catch {
      // A file that cannot be read: the upload tells so.
    }
  }

  private _packerFor(owner: string | undefined): IPacker {
    const { client, send, frames, folder, pause } = this._options;
    const known = this._packers.get(owner);
    if (known) {
      return known;
    }
    const refused = (error: StoreError) => (this._refusal.error = error);
    const packer = new Packer(folder, owner, { client, send, frames, pause, refused });
    this._packers.set(owner, packer);
    return packer;
  }

  private readonly _context: IUploadContext;
  private readonly _prefix: string;
  /** Whether nobody knows yet how many names may be taken. */
  private readonly _isLarge: boolean;
  private readonly _left: Map<string, ISessionRecord>;
  private readonly _refusal: { error: StoreError | null } = { error: null };
  private readonly _packers = new Map<string | undefined, IPacker>();
  private readonly _taken = new Set<string>();
  private readonly _jobs = new WeakSet<IJob>();
  private _isStopped = false;
  private _found = 0;
  private _forAll: Choice | null = null;
  private _asking: Promise<unknown> = Promise.resolve();
}

/** Ends sessions; one that cannot be reached ends by itself. */
export async function abortAll(
  client: IDropOptions['client'],
  sessions: readonly ISessionRecord[]
): Promise<void> {
  await Promise.all(
    sessions.map(({ id }) =>
      client.abortUpload(id).catch(error => {
        if (!(error instanceof StoreError)) {
          throw error;
        }
      })
    )
  );
}

function keyOf({ prefix, name }: IUploadRequest): string {
  return prefix + name;
}
