import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../commands';
import type { ISummary } from './summary';
import { isToDo, outcome } from './words';

/** Milliseconds of work after which its end is worth a notification. */
const LONG = 10_000;

/** Milliseconds for which a success is shown; a failure stays until somebody has seen it. */
const SHOWN = 6000;

/** How work ended, for a person. */
interface IEnd {
  readonly text: string;
  readonly failed: boolean;
}

/** Finds the ends of work that nobody may have been looking at. */
export class EndNotice {
  /** @param now - Milliseconds, of any clock that does not go back. */
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _now: () => number = () => performance.now()
  ) {}

  /** To be told of each change; returns what is to be told to the person, or null. */
  note(summary: ISummary, isHidden: boolean): IEnd | null {
    if (isToDo(summary)) {
      this._since ??= this._now();
      return null;
    }
    const since = this._since;
    this._since = null;
    if (since === null || (this._now() - since < LONG && !isHidden)) {
      return null;
    }
    const text = outcome(summary, this._trans);
    // All may have been cancelled.
    return text ? { text, failed: summary.failed > 0 } : null;
  }

  private _since: number | null = null;
}

/** Tells it in a notification of JupyterLab, which leads to the panel. */
export function notify(
  { text, failed }: IEnd,
  commands: CommandRegistry,
  trans: TranslationBundle
): void {
  Notification.emit(text, failed ? 'error' : 'success', {
    autoClose: failed ? false : SHOWN,
    actions: [
      { label: trans.__('Show'), callback: () => void commands.execute(CommandIDs.showPanel) }
    ]
  });
}
