import { closeIcon, pauseIcon, refreshIcon, runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { directIcon, relayIcon } from '../ui/icons';
import { IconButton } from '../ui/iconButton';
import { ProgressBar } from '../ui/progressBar';
import type { ITrayContext } from './context';
import { FileName } from './fileName';
import { InsertButton } from './insert';
import type { Road } from './job';
import type { ITransfer, TransferState } from './line';
import { errorLines } from './rows';
import { percent } from './summary';
import { detail, roadText } from './words';

interface ITransferLineProps extends ITrayContext {
  readonly transfer: ITransfer;
  /** Whether everything is paused. */
  readonly held: boolean;
  readonly index: number;
  /** How many lines there are. */
  readonly total: number;
  /** Where it is in the list; pixels. */
  readonly box: { readonly top: number; readonly height: number };
  /** Whether Tab stops here. */
  readonly reachable: boolean;
  /** Whether there is room for words. */
  readonly wide: boolean;
}

/** One file: its name, how far it is, and what can be done. */
export function TransferLine(props: ITransferLineProps): JSX.Element {
  const { transfer, held, index, total, box, reachable, wide, queue, commands, trans } = props;
  const { id, name, state, place, error } = transfer;
  const text = detail(transfer, held, trans);
  const isHigh = state === 'moving' || state === 'cancelling' || state === 'paused';
  return (
    <li
      className="jp-LeapTransfer"
      data-id={id}
      data-index={index}
      data-state={state}
      aria-posinset={index + 1}
      aria-setsize={total}
      // A line without buttons must not stop the arrows.
      tabIndex={reachable && state === 'cancelling' ? 0 : -1}
      style={box}
    >
      <div className="jp-LeapTray-row">
        <FileName name={name} />
        {!isHigh && text && <span className="jp-LeapTray-detail">{text}</span>}
        {place && (
          <InsertButton place={place} mouseOnly={!reachable} commands={commands} trans={trans} />
        )}
        <LineButtons
          id={id}
          name={name}
          state={state}
          retriable={transfer.retriable}
          held={held}
          mouseOnly={!reachable}
          queue={queue}
          trans={trans}
        />
      </div>
      {isHigh && (
        <>
          <div className="jp-LeapTransfer-below">
            <span className="jp-LeapTransfer-pace" title={text}>
              {text}
            </span>
            {transfer.road && <RoadMark road={transfer.road} wide={wide} trans={trans} />}
          </div>
          <ProgressBar label={trans.__('Upload of %1', name)} value={percent(transfer)} />
        </>
      )}
      {error && (
        <div
          className="jp-LeapTransfer-error"
          title={error.advice}
          style={{ '--jp-leap-error-lines': errorLines(box.height) } as React.CSSProperties}
        >
          {error.advice}
        </div>
      )}
    </li>
  );
}

interface ILineButtonsProps extends Pick<ITrayContext, 'queue' | 'trans'> {
  readonly id: number;
  readonly name: string;
  readonly state: TransferState;
  readonly retriable: boolean;
  /** Whether everything is paused: then none can be alone. */
  readonly held: boolean;
  readonly mouseOnly: boolean;
}

/** Drawn again only when it changes: icons are most of the work of a line. */
const LineButtons = React.memo(function LineButtons(props: ILineButtonsProps): JSX.Element {
  const { id, name, state, retriable, held, mouseOnly, queue, trans } = props;
  const isOver = state === 'failed' || state === 'done' || state === 'skipped';
  // Pause, resume and retry are one button, so that it keeps the keyboard when one becomes the other.
  const main =
    !held && (state === 'waiting' || state === 'moving')
      ? {
          icon: pauseIcon,
          label: trans.__('Pause upload of %1', name),
          onClick: () => queue.pause(id)
        }
      : !held && state === 'paused'
        ? {
            icon: runIcon,
            label: trans.__('Resume upload of %1', name),
            onClick: () => queue.resume(id)
          }
        : state === 'failed' && retriable
          ? {
              icon: refreshIcon,
              label: trans.__('Retry upload of %1', name),
              onClick: () => queue.retry(id)
            }
          : null;
  return (
    <>
      {main && <IconButton {...main} mouseOnly={mouseOnly} />}
      {state !== 'cancelling' && (
        <IconButton
          icon={closeIcon}
          label={isOver ? trans.__('Dismiss %1', name) : trans.__('Cancel upload of %1', name)}
          mouseOnly={mouseOnly}
          onClick={() => void (isOver ? queue.dismiss(id) : queue.cancel(id))}
        />
      )}
    </>
  );
});

const RoadMark = React.memo(function RoadMark(
  props: Pick<ITransferLineProps, 'wide' | 'trans'> & { readonly road: Road }
): JSX.Element {
  const { road, wide, trans } = props;
  const text = roadText(road, trans);
  const Icon = (road === 'direct' ? directIcon : relayIcon).react;
  return (
    <span className="jp-LeapTransfer-road" title={text}>
      <Icon tag="span" width="14px" height="14px" />
      <span className={wide ? undefined : 'jp-LeapHidden'}>{text}</span>
    </span>
  );
});
