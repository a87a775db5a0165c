import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISummary } from './summary';

/** What the transfers come to, in a sentence. */
export function outcome({ moving, done, failed }: ISummary, trans: TranslationBundle): string {
  const parts = [];
  if (moving > 0) {
    parts.push(trans._n('Uploading %1 file', 'Uploading %1 files', moving));
  } else if (done > 0) {
    parts.push(trans._n('%1 file uploaded', '%1 files uploaded', done));
  }
  if (failed > 0) {
    parts.push(trans._n('%1 failed', '%1 failed', failed));
  }
  return parts.join(', ');
}

/** Finds the moments worth telling a screen reader: the start and the end, nothing between. */
export class Announcer {
  constructor(private readonly _trans: TranslationBundle) {}

  /** What was worth saying last. */
  text = '';

  note(now: ISummary): void {
    const before = this._before;
    this._before = now;
    const started = before.moving === 0 && now.moving > 0;
    const ended = now.moving === 0 && (before.moving > 0 || now.failed > before.failed);
    if (started || ended) {
      this.text = outcome(now, this._trans);
    }
  }

  private _before: Pick<ISummary, 'moving' | 'failed'> = { moving: 0, failed: 0 };
}
