import type { TranslationBundle } from '@jupyterlab/translation';
import {
  Button,
  fileIcon,
  folderIcon,
  ReactWidget,
  searchIcon,
  UseSignal
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { CommandIDs } from '../commands';
import type { IEntry } from '../store/entry';
import { parentPrefix } from '../store/path';
import { formatBytes } from '../ui/format';
import { ProgressBar } from '../ui/progressBar';
import type { IJob } from './job';
import type { Jobs } from './jobs';
import { detail, percent } from './words';

interface IResultsContext {
  readonly jobs: Jobs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What a search found, as it goes on; a click or Enter leads to the row in the panel. */
export class SearchResults extends ReactWidget {
  constructor(
    private readonly _context: IResultsContext,
    private readonly _id: number
  ) {
    super();
    this._last = _context.jobs.find(_id);
    const query = this._last?.request.query ?? '';
    this.id = `leap-buckets-search-${_id}`;
    this.title.label = _context.trans.__('Search results: %1', query);
    this.title.icon = searchIcon;
    this.title.closable = true;
    this.addClass('jp-LeapSearch');
    this.node.tabIndex = -1;
  }

  dispose(): void {
    if (!this.isDisposed) {
      // Nobody waits for it any more.
      void this._context.jobs.cancel(this._id);
    }
    super.dispose();
  }

  protected onActivateRequest(): void {
    (this.node.querySelector<HTMLElement>('[tabindex="0"], button') ?? this.node).focus();
  }

  protected render(): JSX.Element {
    const { jobs } = this._context;
    return (
      <UseSignal signal={jobs.updated}>
        {() => {
          this._last = jobs.find(this._id) ?? this._last;
          return this._last ? <Results {...this._context} job={this._last} /> : null;
        }}
      </UseSignal>
    );
  }

  private _last: IJob | undefined;
}

function Results({ job, jobs, commands, trans }: IResultsContext & { job: IJob }): JSX.Element {
  const { request, operation, error } = job;
  const { bucket, prefix = '' } = request.source;
  const matches = operation?.matches ?? [];
  const total = operation?.matchesTotal ?? matches.length;
  const isRunning = job.endedAt === null;
  const where = prefix || bucket;
  const show = ({ key }: IEntry) =>
    void commands.execute(CommandIDs.showPanel, { bucket, prefix: parentPrefix(key), focus: key });
  return (
    <>
      <div className="jp-LeapSearch-head">
        <div role="status">
          {isRunning
            ? trans.__(
                'Looking for "%1" below %2: %3',
                request.query ?? '',
                where,
                detail(job, trans)
              )
            : job.state === 'failed' && operation?.failures.length !== 0 && matches.length === 0
              ? trans.__('The search for "%1" below %2 failed', request.query ?? '', where)
              : trans._n(
                  '%2 name below %3 contains "%4"',
                  '%2 names below %3 contain "%4"',
                  total,
                  total.toLocaleString(),
                  where,
                  request.query ?? ''
                )}
          {job.state === 'cancelled' && ` (${trans.__('cancelled')})`}
          {total > matches.length &&
            ` (${trans.__('the first %1 are shown', matches.length.toLocaleString())})`}
        </div>
        {isRunning && (
          <Button small onClick={() => void jobs.cancel(job.id)}>
            {trans.__('Cancel')}
          </Button>
        )}
      </div>
      {isRunning && <ProgressBar label={job.title} value={percent(operation)} />}
      {error && (
        <div className="jp-LeapTray-error" role="alert">
          {error.advice}
        </div>
      )}
      {operation?.failures.map(({ key, message }) => (
        <div key={key} className="jp-LeapTray-error" role="alert">
          {message}
        </div>
      ))}
      {matches.length > 0 && (
        <Matches matches={matches} prefix={prefix} show={show} trans={trans} />
      )}
    </>
  );
}

/** Arrows move, Enter or a click shows. */
function Matches(props: {
  matches: readonly IEntry[];
  prefix: string;
  show: (entry: IEntry) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { matches, prefix, show, trans } = props;
  const [at, setAt] = React.useState(0);
  const list = React.useRef<HTMLUListElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: matches.length - 1 }[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      show(matches[at]);
    } else if (to !== undefined) {
      const next = Math.max(0, Math.min(to, matches.length - 1));
      setAt(next);
      (list.current?.children[next] as HTMLElement | undefined)?.focus();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <ul
      ref={list}
      role="listbox"
      className="jp-LeapSearch-list"
      aria-label={trans.__('Matches')}
      onKeyDown={onKeyDown}
    >
      {matches.map((entry, index) => {
        const Icon = (entry.kind === 'folder' ? folderIcon : fileIcon).react;
        return (
          <li
            key={entry.key}
            role="option"
            aria-selected={index === at}
            tabIndex={index === at ? 0 : -1}
            data-key={entry.key}
            onFocus={() => setAt(index)}
            onClick={() => show(entry)}
          >
            <Icon tag="span" width="16px" height="16px" />
            <bdi className="jp-LeapTray-name">{entry.key.slice(prefix.length)}</bdi>
            <span className="jp-LeapTray-detail">
              {entry.size === null ? '' : formatBytes(entry.size)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
