import { StoreError } from '../store/errors';
import type { ILocation } from '../store/path';
import type { Framed, IFrame } from '../worker/frames';
import { fileChanged } from './fileSum';
import type { IJob, IPackProgress, Outcome } from './job';

export type Sum = { readonly size: number; readonly crc32c: string };

/** The files of one request, and what is known of each. */
export class Pack {
  constructor(
    jobs: readonly IJob[],
    private readonly _folder: ILocation,
    private readonly _progress: IPackProgress
  ) {
    for (const job of jobs) {
      if (this._open.has(this.keyOf(job))) {
        // A second file for the same name: the user is asked, after the first.
        _progress.ended(job, 'alone');
      } else {
        this._open.set(this.keyOf(job), job);
      }
    }
  }

  /** Those that have not come to an end. */
  get open(): readonly IJob[] {
    return [...this._open.values()];
  }

  /** Those whose names somebody, perhaps ourselves, has taken. */
  taken: IJob[] = [];
  readonly sums = new Map<string, Sum>();

  find(key: string): IJob | undefined {
    return this._open.get(key);
  }

  keyOf({ place }: IJob): string {
    return place.key.slice(this._folder.key.length);
  }

  frame(job: IJob): IFrame {
    return {
      file: job.file,
      key: this.keyOf(job),
      contentType: job.file.type || 'application/octet-stream',
      ifGenerationMatch: job.condition
    };
  }

  /** Takes up what was read of the open files; what could not be read comes to an end. */
  read(framed: readonly Framed[]): ReadonlyMap<string, Sum> {
    for (const [index, job] of this.open.entries()) {
      const known = framed[index];
      if ('error' in known) {
        this.end(job, fileChanged());
      } else {
        this.sums.set(this.keyOf(job), known);
      }
    }
    return this.sums;
  }

  end(job: IJob, end: Outcome | StoreError | 'alone'): void {
    this._open.delete(this.keyOf(job));
    if (!(end instanceof StoreError || end === 'alone')) {
      job.settle(end);
    }
    this._progress.ended(job, end);
  }

  private readonly _open = new Map<string, IJob>();
}
