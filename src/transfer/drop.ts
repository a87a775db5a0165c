import type { TranslationBundle } from '@jupyterlab/translation';
import type { IBucket, IExisting, IUploadSession } from '../store/entry';
import { StoreError } from '../store/errors';
import { basename, type ILocation, keyProblem, parentPrefix } from '../store/path';
import { Comparison } from './comparison';
import { Decisions } from './decisions';
import { type IDropped, type IFound, unreadable } from './dropped';
import type { IGate } from './gate';
import type { IJob, IPacker } from './job';
import type { DropKeeper, ISessionRecord } from './memory';
import { Packer } from './packer';
import type { TransferQueue } from './queue';
import { DropSessions } from './sessions';
import type { IQuestions, ITools } from './transfers';
import { type IUploadContext, type IUploadRequest, keepBoth, keyOf, UploadJob } from './uploadJob';

/** The largest object of any store. */
const MOST_BYTES = 5 * 1024 ** 4;

/** Files compared at once, as many as the server takes. */
const COMPARED = 1000;
/** Lines that wait at most before a folder is walked on: a line holds a file. */
const AHEAD = 5000;

/** What one drop works with. */
export interface IDropOptions extends ITools {
  readonly bucket: IBucket;
  readonly folder: ILocation;
  readonly queue: TransferQueue;
  readonly questions: IQuestions;
  readonly gate: IGate;
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
    const { client, send, checksum, roads, pause, keeper, onArrived, questions, gate } = _options;
    const stopped = this._stop.signal;
    this._isLarge = _dropped.roots.some(({ isFolder }) => isFolder);
    this._comparison = new Comparison(_options, stopped);
    this._sessions = new DropSessions(_options, stopped);
    this._decisions = new Decisions(questions, gate, stopped);
    this._context = {
      client,
      send,
      checksum,
      roads,
      pause,
      ask: (request, existing, signal) =>
        this._decisions.make(request, existing, this._isLarge ? null : 0, signal),
      packerFor: owner => this._packerFor(owner),
      refusal: this._refusal,
      onArrived,
      onSettled: request => keeper.settled(keyOf(request)),
      onSession: (request, id) => void this._sessions.remember(request, id)
    };
    gate.givenUp?.addEventListener('abort', () => void this.stop());
  }

  /** Ends it: what has arrived stays. */
  async stop(): Promise<void> {
    this._stop.abort();
    await this._options.queue.cancelAll(job => this._jobs.has(job));
  }

  /** Resolves once every file is queued, or was skipped, refused or declined. */
  async run(): Promise<void> {
    const { queue, keeper } = this._options;
    const walked = queue.expectMore(() => this._stop.abort());
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
        if (this._stop.signal.aborted) {
          break;
        }
      }
      await this._admit(batch);
      await this._sessions.endLeft();
      this._tellEmpty();
      keeper.complete();
    } finally {
      walked();
    }
  }

  /** A bucket keeps files alone: a folder without any would vanish without a word. */
  private _tellEmpty(): void {
    const { queue, trans } = this._options;
    if (this._found === 0 && !this._stop.signal.aborted) {
      const text = trans.__('There is no file in this folder, and a bucket keeps files only.');
      this._dropped.roots.forEach(({ name }) =>
        queue.refuse(name, new StoreError(text, 0, 'empty-folder'))
      );
    }
  }

  private async _admit(found: readonly IFound[]): Promise<void> {
    for (let start = 0; start < found.length && !this._stop.signal.aborted; start += COMPARED) {
      await this._admitSome(found.slice(start, start + COMPARED));
    }
  }

  private async _admitSome(found: readonly IFound[]): Promise<void> {
    const requests = found.flatMap(one => this._legal(one) ?? []);
    if (requests.length === 0) {
      return;
    }
    const { keeper, queue } = this._options;
    keeper.found(requests.length);
    const existing = await this._comparison.existing(requests);
    const taken = requests.filter(request => existing.has(keyOf(request)));
    await this._enqueue(requests.filter(request => !existing.has(keyOf(request))));
    const differing = await this._comparison.differing(taken, existing, {
      same: request => {
        const job = new UploadJob(request, this._context);
        job.settle('identical');
        queue.skip(job);
      },
      unreadable: (request, error) => this._refuse(request, error)
    });
    for (const [index, request] of differing.entries()) {
      const more = this._isLarge ? null : differing.length - index - 1;
      await this._decide(request, existing.get(keyOf(request))!, more, requests);
    }
  }

  /** For good, and with it all that is to be done for the file. */
  private _refuse(request: IUploadRequest, error: StoreError): void {
    this._options.queue.refuse(request.path, error);
    this._context.onSettled(request);
  }

  /** The request for a file that was found, or null where it can never be uploaded. */
  private _legal({ path, file }: IFound): IUploadRequest | null {
    const { queue, bucket, folder, trans } = this._options;
    if (!file) {
      queue.refuse(path, unreadable(path));
      return null;
    }
    const key = folder.key + path;
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

  private async _decide(
    request: IUploadRequest,
    existing: IExisting,
    more: number | null,
    all: readonly IUploadRequest[]
  ): Promise<void> {
    const choice = await this._decisions.make(request, existing, more);
    if (choice === 'skip') {
      this._context.onSettled(request);
    } else if (choice === 'replace') {
      await this._enqueue([{ ...request, condition: existing.generation }]);
    } else {
      try {
        all.forEach(({ prefix, name }) => prefix === request.prefix && this._taken.add(name));
        const beside = await keepBoth(this._options.client, request, this._taken);
        this._taken.add(beside.name);
        await this._enqueue([beside]);
      } catch (error) {
        if (!(error instanceof StoreError)) {
          throw error;
        }
        // One file's trouble is not the others'.
        this._refuse(request, error);
      }
    }
  }

  private async _enqueue(requests: readonly IUploadRequest[]): Promise<void> {
    const sessions = new Map<IUploadRequest, IUploadSession>();
    for (const request of requests) {
      const session = await this._sessions.leftFor(request);
      if (session) {
        sessions.set(request, session);
      }
    }
    const jobs = requests.map(request => new UploadJob(request, this._context));
    if (this._stop.signal.aborted) {
      jobs.forEach(job => job.settle('declined'));
      return;
    }
    for (const [index, request] of requests.entries()) {
      const session = sessions.get(request);
      if (session) {
        jobs[index].adopt(session);
        this._sessions.adopted(request);
      }
      this._jobs.add(jobs[index]);
    }
    this._options.queue.add(...jobs);
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
  private readonly _comparison: Comparison;
  private readonly _decisions: Decisions;
  private readonly _sessions: DropSessions;
  /** Whether nobody knows yet how many names may be taken. */
  private readonly _isLarge: boolean;
  private readonly _refusal: { error: StoreError | null } = { error: null };
  private readonly _packers = new Map<string | undefined, IPacker>();
  private readonly _taken = new Set<string>();
  private readonly _jobs = new WeakSet<IJob>();
  private readonly _stop = new AbortController();
  private _found = 0;
}
