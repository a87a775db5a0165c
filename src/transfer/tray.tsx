import type { TranslationBundle } from '@jupyterlab/translation';
import {
  Button,
  caretDownIcon,
  caretUpIcon,
  closeIcon,
  ReactWidget,
  refreshIcon,
  UseSignal
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { formatBytes } from '../ui/format';
import { IconButton } from '../ui/iconButton';
import { Announcer, outcome } from './announcer';
import type { ITransfer, TransferQueue } from './queue';
import type { ISummary } from './summary';
import { percent, summarize } from './summary';

/** Lines drawn at most; with more, those that want attention or move come first. */
const MOST_LINES = 100;

/** Milliseconds after which a line about what has arrived goes away by itself. */
const LINGER = 10_000;

/** The region "Transfers": one line that opens into a list; nothing at all when nothing is there. */
export class TransferTray extends ReactWidget {
  constructor(
    private readonly _queue: TransferQueue,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-LeapTransfers');
    this._announcer = new Announcer(_trans);
    _queue.changed.connect(this._onChanged, this);
  }

  dispose(): void {
    clearTimeout(this._lingering);
    super.dispose();
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._queue.changed}>
        {() => (
          <>
            <div role="status" className="jp-LeapTransfers-announcement">
              {this._announcer.text}
            </div>
            {this._queue.transfers.length > 0 && <Region queue={this._queue} trans={this._trans} />}
          </>
        )}
      </UseSignal>
    );
  }

  private _onChanged(): void {
    const summary = summarize(this._queue.transfers);
    this._announcer.note(summary);
    clearTimeout(this._lingering);
    if (summary.moving === 0 && summary.done > 0) {
      this._linger();
    }
  }

  /** Not while somebody is reading or about to click. */
  private _linger(): void {
    this._lingering = setTimeout(() => {
      if (this.node.matches(':hover, :focus-within')) {
        this._linger();
      } else {
        void this._queue.clear({ failed: false });
      }
    }, LINGER);
  }

  private readonly _announcer: Announcer;
  private _lingering: ReturnType<typeof setTimeout> | undefined;
}

interface IRegionProps {
  readonly queue: TransferQueue;
  readonly trans: TranslationBundle;
}

function Region({ queue, trans }: IRegionProps): JSX.Element {
  const summary = summarize(queue.transfers);
  const [open, setOpen] = React.useState(false);
  // A failure shows its reason without being asked.
  React.useEffect(() => {
    if (summary.failed > 0) {
      setOpen(true);
    }
  }, [summary.failed]);
  return (
    <div role="region" aria-label={trans.__('Transfers')}>
      <div className="jp-LeapTransfers-summary">
        <span className="jp-LeapTransfers-text">{summaryText(summary, trans)}</span>
        {summary.moving > 0 ? (
          <Button
            minimal
            small
            aria-label={trans.__('Cancel all transfers')}
            onClick={() => void queue.cancelAll()}
          >
            {trans.__('Cancel')}
          </Button>
        ) : (
          <Button minimal small onClick={() => void queue.clear({ failed: true })}>
            {trans.__('Clear')}
          </Button>
        )}
        <IconButton
          icon={open ? caretDownIcon : caretUpIcon}
          label={open ? trans.__('Hide Files') : trans.__('Show Files')}
          expanded={open}
          onClick={() => setOpen(!open)}
        />
      </div>
      {summary.moving > 0 && !open && (
        <ProgressBar label={trans.__('All transfers')} value={percent(summary)} />
      )}
      {open && <Lines queue={queue} trans={trans} />}
    </div>
  );
}

/** Short: the panel may be narrow. */
function summaryText(summary: ISummary, trans: TranslationBundle): string {
  const { moving, failed, speed } = summary;
  if (moving === 0) {
    return outcome(summary, trans);
  }
  const parts = [
    trans._n('%1 file', '%1 files', moving),
    `${percent(summary)}%`,
    trans.__('%1/s', formatBytes(speed))
  ];
  return [...parts, ...(failed > 0 ? [trans._n('%1 failed', '%1 failed', failed)] : [])].join(', ');
}

const ORDER = ['failed', 'cancelling', 'moving', 'waiting', 'done'];

function Lines({ queue, trans }: IRegionProps): JSX.Element {
  const sorted = [...queue.transfers].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)
  );
  return (
    <ul className="jp-LeapTransfers-list" aria-label={trans.__('Files')}>
      {sorted.slice(0, MOST_LINES).map(transfer => (
        <Line key={transfer.id} transfer={transfer} queue={queue} trans={trans} />
      ))}
      {sorted.length > MOST_LINES && (
        <li className="jp-LeapTransfers-line">
          {trans.__('and %1 more', sorted.length - MOST_LINES)}
        </li>
      )}
    </ul>
  );
}

function Line({
  transfer,
  queue,
  trans
}: IRegionProps & { readonly transfer: ITransfer }): JSX.Element {
  const { id, name, size, state, speed, error } = transfer;
  return (
    <li className="jp-LeapTransfers-line" data-state={state}>
      <div className="jp-LeapTransfers-row">
        <span className="jp-LeapTransfers-name" title={name}>
          {name}
        </span>
        <span className="jp-LeapTransfers-detail">
          {state === 'waiting' && trans.__('Waiting')}
          {state === 'cancelling' && trans.__('Cancelling...')}
          {state === 'moving' && `${percent(transfer)}%, ${trans.__('%1/s', formatBytes(speed))}`}
          {state === 'done' && formatBytes(size)}
        </span>
        {(state === 'waiting' || state === 'moving') && (
          <IconButton
            icon={closeIcon}
            label={trans.__('Cancel upload of %1', name)}
            onClick={() => void queue.cancel(id)}
          />
        )}
        {state === 'failed' && transfer.retriable && (
          <IconButton
            icon={refreshIcon}
            label={trans.__('Retry upload of %1', name)}
            onClick={() => queue.retry(id)}
          />
        )}
        {(state === 'failed' || state === 'done') && (
          <IconButton
            icon={closeIcon}
            label={trans.__('Dismiss %1', name)}
            onClick={() => void queue.dismiss(id)}
          />
        )}
      </div>
      {(state === 'moving' || state === 'cancelling') && (
        <ProgressBar label={trans.__('Upload of %1', name)} value={percent(transfer)} />
      )}
      {error && <div className="jp-LeapTransfers-error">{error.advice}</div>}
    </li>
  );
}

function ProgressBar({ label, value }: { label: string; value: number }): JSX.Element {
  return (
    <div
      className="jp-LeapTransfers-progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value}
    >
      <div style={{ width: `${value}%` }} />
    </div>
  );
}
