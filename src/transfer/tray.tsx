import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { useKeptFocus } from '../ui/keptFocus';
import { ProgressBar } from '../ui/progressBar';
import { Announcer } from './announcer';
import type { ITrayContext } from './context';
import { InterruptedLines } from './interruptedLines';
import { Lines } from './lines';
import { percent } from './summary';
import { SummaryLine } from './summaryLine';

/** Milliseconds after which lines about what has arrived go away by themselves. */
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
    _context.interruptions?.changed.connect(this.update, this);
  }

  dispose(): void {
    Signal.clearData(this);
    clearTimeout(this._lingering);
    clearInterval(this._ticking);
    super.dispose();
  }

  protected render(): JSX.Element {
    const { queue, interruptions } = this._context;
    return (
      <UseSignal signal={queue.changed}>
        {() => (
          <>
            <div role="status" className="jp-LeapHidden">
              {this._announcer.text}
            </div>
            {(queue.length > 0 || queue.busy || !!interruptions?.items.length) && (
              <Region
                {...this._context}
                version={this._version}
                leave={() => this.parent?.activate()}
              />
            )}
          </>
        )}
      </UseSignal>
    );
  }

  private _onChanged(): void {
    const { queue } = this._context;
    const { summary } = queue;
    this._version++;
    this._announcer.note(summary);
    clearTimeout(this._lingering);
    if (queue.busy) {
      this._ticking ??= setInterval(() => this.update(), TICK);
      return;
    }
    clearInterval(this._ticking);
    this._ticking = undefined;
    if (summary.done + summary.skipped > 0) {
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
  private _version = 0;
  private _lingering: ReturnType<typeof setTimeout> | undefined;
  private _ticking: ReturnType<typeof setInterval> | undefined;
}

interface IRegionProps extends ITrayContext {
  /** Changes whenever a line does. */
  readonly version: number;
  /** Takes the keyboard when it has been here and the region goes away. */
  readonly leave: () => void;
}

function Region({ leave, version, ...context }: IRegionProps): JSX.Element {
  const { queue, interruptions, trans } = context;
  const { summary } = queue;
  const [open, setOpen] = React.useState(false);
  const hasFailed = summary.failed > 0;
  // A failure shows its reason without being asked, and does not insist.
  React.useEffect(() => {
    if (hasFailed) {
      setOpen(true);
    }
  }, [hasFailed]);
  const region = useKeptFocus(leave);
  return (
    <div role="region" aria-label={trans.__('Transfers')} {...region}>
      {interruptions && <InterruptedLines {...context} interruptions={interruptions} />}
      {(queue.length > 0 || queue.busy) && (
        <SummaryLine {...context} summary={summary} open={open} setOpen={setOpen} />
      )}
      {summary.moving > 0 && (
        <ProgressBar label={trans.__('All transfers')} value={percent(summary)} />
      )}
      {open && queue.length > 0 && <Lines {...context} version={version} />}
    </div>
  );
}
