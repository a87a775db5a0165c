import type { TranslationBundle } from '@jupyterlab/translation';
import {
  Button,
  caretDownIcon,
  caretUpIcon,
  closeIcon,
  ReactWidget,
  UseSignal
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { IconButton } from '../ui/iconButton';
import { useKeptFocus } from '../ui/keptFocus';
import { ProgressBar } from '../ui/progressBar';
import { Announcer, outcome } from './announcer';
import { InsertButton } from './insert';
import { type ITrayContext, Lines, progressText } from './lines';
import type { ISummary } from './summary';
import { percent } from './summary';

/** Milliseconds after which a line about what has arrived goes away by itself. */
const LINGER = 30_000;

/** Milliseconds between two looks at the speed, which sinks although nothing comes. */
const TICK = 1000;

/** The region "Transfers": one line that opens into a list; nothing at all when nothing is there. */
export class TransferTray extends ReactWidget {
  constructor(private readonly _context: ITrayContext) {
    super();
    this.addClass('jp-LeapTray');
    this._announcer = new Announcer(_context.trans);
    _context.queue.changed.connect(this._onChanged, this);
  }

  dispose(): void {
    clearTimeout(this._lingering);
    clearInterval(this._ticking);
    super.dispose();
  }

  protected render(): JSX.Element {
    const { queue } = this._context;
    return (
      <UseSignal signal={queue.changed}>
        {() => (
          <>
            <div role="status" className="jp-LeapHidden">
              {this._announcer.text}
            </div>
            {queue.transfers.length > 0 && (
              <Region {...this._context} leave={() => this.parent?.activate()} />
            )}
          </>
        )}
      </UseSignal>
    );
  }

  private _onChanged(): void {
    const summary = this._context.queue.summary;
    this._announcer.note(summary);
    clearTimeout(this._lingering);
    if (summary.moving > 0) {
      this._ticking ??= setInterval(() => this.update(), TICK);
      return;
    }
    clearInterval(this._ticking);
    this._ticking = undefined;
    if (summary.done > 0) {
      this._linger();
    }
  }

  /** Not while somebody is reading or about to click. */
  private _linger(): void {
    this._lingering = setTimeout(() => {
      if (this.node.matches(':hover, :focus-within')) {
        this._linger();
      } else {
        void this._context.queue.clear({ failed: false });
      }
    }, LINGER);
  }

  private readonly _announcer: Announcer;
  private _lingering: ReturnType<typeof setTimeout> | undefined;
  private _ticking: ReturnType<typeof setInterval> | undefined;
}

interface IRegionProps extends ITrayContext {
  /** Takes the keyboard when it has been here and the region goes away. */
  readonly leave: () => void;
}

function Region({ leave, ...context }: IRegionProps): JSX.Element {
  const { queue, commands, trans } = context;
  const summary = queue.summary;
  const [open, setOpen] = React.useState(false);
  // A failure shows its reason without being asked.
  React.useEffect(() => {
    if (summary.failed > 0) {
      setOpen(true);
    }
  }, [summary.failed]);
  const region = useKeptFocus(leave);
  const text = summary.moving === 0 ? outcome(summary, trans) : movingText(summary, trans);
  const only = queue.transfers.length === 1 ? queue.transfers[0].place : null;
  return (
    <div role="region" aria-label={trans.__('Transfers')} {...region}>
      <div className="jp-LeapTray-summary">
        <span className="jp-LeapTray-text" title={text}>
          {text}
        </span>
        {only && !open && <InsertButton place={only} commands={commands} trans={trans} />}
        {summary.moving > 0 ? (
          <IconButton
            icon={closeIcon}
            label={trans.__('Cancel all transfers')}
            onClick={() => void queue.cancelAll()}
          />
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
      {open && <Lines {...context} />}
    </div>
  );
}

/** Short: the panel may be narrow. */
function movingText(summary: ISummary, trans: TranslationBundle): string {
  const { moving, failed } = summary;
  const parts = [trans._n('%1 file', '%1 files', moving), progressText(summary, trans)];
  return [...parts, ...(failed > 0 ? [trans._n('%1 failed', '%1 failed', failed)] : [])].join(', ');
}
