import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { formatBytes } from '../ui/format';
import { IconButton } from '../ui/iconButton';
import { ProgressBar } from '../ui/progressBar';
import { InsertButton } from './insert';
import type { ITransfer } from './line';
import type { TransferQueue } from './queue';
import { percent } from './summary';

/** Lines drawn at most; with more, those that want attention or move come first. */
const MOST_LINES = 100;

const ORDER = ['failed', 'cancelling', 'moving', 'paused', 'waiting', 'done', 'skipped'];

/** What everything in the tray is drawn from. */
export interface ITrayContext {
  readonly queue: TransferQueue;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A line for each file. */
export function Lines(context: ITrayContext): JSX.Element {
  const { queue, trans } = context;
  const sorted = [...queue.transfers].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)
  );
  return (
    <ul className="jp-LeapTray-list" aria-label={trans.__('Files')}>
      {sorted.slice(0, MOST_LINES).map(transfer => (
        <Line key={transfer.id} transfer={transfer} {...context} />
      ))}
      {sorted.length > MOST_LINES && (
        <li className="jp-LeapTray-more">{trans.__('and %1 more', sorted.length - MOST_LINES)}</li>
      )}
    </ul>
  );
}

function Line({
  transfer,
  queue,
  commands,
  trans
}: ITrayContext & { readonly transfer: ITransfer }): JSX.Element {
  const { id, name, state, error, place } = transfer;
  return (
    <li data-state={state}>
      <div className="jp-LeapTray-row">
        <bdi className="jp-LeapTray-name" title={name}>
          {name}
        </bdi>
        <span className="jp-LeapTray-detail">{detail(transfer, trans)}</span>
        {place && <InsertButton place={place} commands={commands} trans={trans} />}
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
      {error && <div className="jp-LeapTray-error">{error.advice}</div>}
    </li>
  );
}

function detail(transfer: ITransfer, trans: TranslationBundle): string {
  switch (transfer.state) {
    case 'waiting':
      return trans.__('Waiting');
    case 'cancelling':
      return trans.__('Cancelling...');
    case 'moving':
      return progressText(transfer, trans);
    case 'paused':
      return trans.__('Paused');
    case 'skipped':
      return trans.__('There already');
    case 'done':
      return formatBytes(transfer.size);
    case 'failed':
      return '';
  }
}

/** How far and how fast: `40%, 4.4 MB/s`. */
export function progressText(
  moving: { bytes: number; size: number; speed: number; stalled: boolean },
  trans: TranslationBundle
): string {
  const pace = moving.stalled
    ? trans.__('trying again')
    : moving.speed > 0 && trans.__('%1/s', formatBytes(moving.speed));
  return [`${percent(moving)}%`, ...(pace ? [pace] : [])].join(', ');
}
