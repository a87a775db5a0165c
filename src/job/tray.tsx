import type { TranslationBundle } from '@jupyterlab/translation';
import {
  closeIcon,
  copyIcon,
  ReactWidget,
  refreshIcon,
  UseSignal
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { copyText } from '../ui/clipboard';
import { IconButton } from '../ui/iconButton';
import { useKeptFocus } from '../ui/keptFocus';
import { ProgressBar } from '../ui/progressBar';
import type { IJob } from './job';
import type { Jobs } from './jobs';
import { detail, failureList, percent } from './words';

/** Milliseconds after which something that runs is worth a line. */
const PATIENCE = 600;

/** Milliseconds after which the line of something that is done goes away by itself. */
const LINGER = 30_000;

/** Failures that a line shows; all of them can be copied. */
const MOST_FAILURES = 20;

interface ITrayContext {
  readonly jobs: Jobs;
  readonly trans: TranslationBundle;
}

/** The region "Jobs": a line for each job that takes its time, failed or has something to tell. */
export class JobTray extends ReactWidget {
  constructor(private readonly _context: ITrayContext) {
    super();
    this.addClass('jp-LeapTray');
    _context.jobs.updated.connect(this._onUpdated, this);
  }

  dispose(): void {
    this._context.jobs.updated.disconnect(this._onUpdated, this);
    clearTimeout(this._waking);
    super.dispose();
  }

  protected render(): JSX.Element {
    const { jobs } = this._context;
    return (
      <UseSignal signal={jobs.updated}>
        {() => {
          const shown = jobs.jobs.filter(job => this._isShown(job));
          return (
            <>
              <div role="status" className="jp-LeapHidden">
                {this._said}
              </div>
              {shown.length > 0 && (
                <Region {...this._context} shown={shown} leave={() => this.parent?.activate()} />
              )}
            </>
          );
        }}
      </UseSignal>
    );
  }

  /** What is over in a moment is not worth a line that comes and goes. */
  private _isShown({ id, state, request, startedAt, endedAt, isHandled }: IJob): boolean {
    if (endedAt === null) {
      return Date.now() - startedAt >= PATIENCE;
    }
    if (isHandled) {
      return false;
    }
    return state === 'failed' || request.kind === 'measure' || this._seen.has(id);
  }

  private _onUpdated(): void {
    const { jobs, trans } = this._context;
    for (const job of jobs.jobs) {
      if (this._isShown(job) && !this._told.has(`${job.id} ${job.state}`)) {
        this._told.add(`${job.id} ${job.state}`);
        this._said = [job.title, job.endedAt === null ? '' : detail(job, trans)]
          .filter(part => part)
          .join(': ');
      }
      if (job.endedAt === null && this._isShown(job)) {
        this._seen.add(job.id);
      }
    }
    this._wake();
  }

  /** Looks again when the next line comes or goes. */
  private _wake(): void {
    clearTimeout(this._waking);
    const now = Date.now();
    const pauses = this._context.jobs.jobs.flatMap(job => {
      if (job.endedAt === null) {
        return this._isShown(job) ? [] : [job.startedAt + PATIENCE - now];
      }
      return job.state !== 'failed' || job.isHandled ? [job.endedAt + this._linger(job) - now] : [];
    });
    if (pauses.length > 0) {
      this._waking = setTimeout(() => this._sweep(), Math.max(20, Math.min(...pauses)));
    }
  }

  /** A line goes away when it is old; not while somebody is reading or about to click. */
  private _sweep(): void {
    const { jobs } = this._context;
    const isBusy = this.node.matches(':hover, :focus-within');
    const old = jobs.jobs.filter(
      job =>
        job.endedAt !== null &&
        (job.state !== 'failed' || job.isHandled) &&
        Date.now() - job.endedAt >= this._linger(job)
    );
    if (isBusy && old.some(job => this._isShown(job))) {
      this._waking = setTimeout(() => this._sweep(), LINGER);
      return;
    }
    old.forEach(({ id }) => jobs.dismiss(id));
    this._onUpdated();
    this.update();
  }

  /** What nobody sees need not stay; what a search found is shown elsewhere for as long as it is open. */
  private _linger(job: IJob): number {
    return job.request.kind === 'measure' ? Infinity : this._isShown(job) ? LINGER : 0;
  }

  /** Jobs that had a line while they ran. */
  private readonly _seen = new Set<number>();
  private readonly _told = new Set<string>();
  /** What was worth saying last. */
  private _said = '';
  private _waking: ReturnType<typeof setTimeout> | undefined;
}

interface IRegionProps extends ITrayContext {
  readonly shown: readonly IJob[];
  /** Takes the keyboard when it has been here and the region goes away. */
  readonly leave: () => void;
}

function Region({ shown, leave, ...context }: IRegionProps): JSX.Element {
  const region = useKeptFocus(leave);
  return (
    <div role="region" aria-label={context.trans.__('Jobs')} {...region}>
      <ul className="jp-LeapTray-list" aria-label={context.trans.__('Jobs')}>
        {shown.map(job => (
          <Line key={job.id} job={job} {...context} />
        ))}
      </ul>
    </div>
  );
}

function Line({ job, jobs, trans }: ITrayContext & { readonly job: IJob }): JSX.Element {
  const { id, title, state, operation, error } = job;
  const failed = operation && operation.failuresTotal > 0 ? operation : null;
  return (
    <li data-state={state}>
      <div className="jp-LeapTray-row jp-LeapTray-summary">
        <bdi className="jp-LeapTray-name" title={title}>
          {title}
        </bdi>
        {state === 'failed' && jobs.canRetry(job) && (
          <IconButton
            icon={refreshIcon}
            label={trans.__('Try again: %1', title)}
            onClick={() => jobs.retry(id)}
          />
        )}
        {failed && job.endedAt !== null && (
          <IconButton
            icon={copyIcon}
            label={trans.__('Copy the list of what failed')}
            onClick={() => void copyText(Promise.resolve(failureList(failed, trans)))}
          />
        )}
        {job.endedAt === null ? (
          state === 'running' && (
            <IconButton
              icon={closeIcon}
              label={trans.__('Cancel: %1', title)}
              onClick={() => void jobs.cancel(id)}
            />
          )
        ) : (
          <IconButton
            icon={closeIcon}
            label={trans.__('Dismiss: %1', title)}
            onClick={() => jobs.dismiss(id)}
          />
        )}
      </div>
      <div className="jp-LeapTray-below">{detail(job, trans)}</div>
      {job.endedAt === null && <ProgressBar label={title} value={percent(operation)} />}
      {error && <div className="jp-LeapTray-error">{error.advice}</div>}
      {failed && !job.isHandled && (
        <ul className="jp-LeapTray-failures" aria-label={trans.__('What failed')} tabIndex={0}>
          {failed.failures.slice(0, MOST_FAILURES).map(({ key, message }) => (
            <li key={key} className="jp-LeapTray-error">
              {message}
            </li>
          ))}
          {failed.failuresTotal > MOST_FAILURES && (
            <li className="jp-LeapTray-more">
              {trans.__('and %1 more', (failed.failuresTotal - MOST_FAILURES).toLocaleString())}
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
