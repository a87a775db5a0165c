import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISummary } from './summary';
import { isToDo, outcome } from './words';

/** Finds the moments worth telling a screen reader: the start and the end, nothing between. */
export class Announcer {
  constructor(private readonly _trans: TranslationBundle) {}

  /** What was worth saying last. */
  text = '';

  note(now: ISummary): void {
    const before = this._before;
    this._before = now;
    const isBusy = isToDo(now);
    const started = now.moving > 0 && !this._hasBegun;
    const ended = !isBusy && (this._hasBegun || now.failed > before.failed);
    this._hasBegun = isBusy && (this._hasBegun || started);
    if (started || ended) {
      this.text = outcome(now, this._trans);
    }
  }

  private _before: Pick<ISummary, 'failed'> = { failed: 0 };
  /** Whether the start of what is under way was told. */
  private _hasBegun = false;
}
