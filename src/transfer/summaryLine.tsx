import {
  Button,
  caretDownIcon,
  caretUpIcon,
  closeIcon,
  pauseIcon,
  runIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { IconButton } from '../ui/iconButton';
import type { ITrayContext } from './context';
import { InsertButton } from './insert';
import type { ISummary } from './summary';
import { isPaused, isToDo, movingText, outcome } from './words';

interface ISummaryLineProps extends ITrayContext {
  readonly summary: ISummary;
  /** Whether the list is shown. */
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}

/** All transfers in one line, and what can be done to all of them. */
export function SummaryLine(props: ISummaryLineProps): JSX.Element {
  const { summary, open, setOpen, queue, commands, trans } = props;
  const isBusy = isToDo(summary);
  const paused = isPaused(summary);
  const only = queue.length === 1 && !isBusy ? queue.transfers[0].place : null;
  return (
    <div className="jp-LeapTray-summary">
      <span className="jp-LeapTransfer-summary">
        {isBusy ? movingText(summary, trans) : outcome(summary, trans)}
      </span>
      {only && !open && <InsertButton place={only} commands={commands} trans={trans} />}
      {isBusy ? (
        <>
          <IconButton
            icon={paused ? runIcon : pauseIcon}
            label={paused ? trans.__('Resume all transfers') : trans.__('Pause all transfers')}
            onClick={() => (paused ? queue.resumeAll() : queue.pauseAll())}
          />
          <IconButton
            icon={closeIcon}
            label={trans.__('Cancel all transfers')}
            onClick={() => void queue.cancelAll()}
          />
        </>
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
  );
}
