import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes } from '../ui/format';
import type { Road } from './job';
import type { ITransfer } from './line';
import { type ISummary, percent, secondsLeft } from './summary';

/** What the transfers come to, in a sentence; what is under way before what is done. */
export function outcome(summary: ISummary, trans: TranslationBundle): string {
  const { moving, done, searching } = summary;
  const parts = [];
  if (moving > 0) {
    const text = trans._n('Uploading %2 file', 'Uploading %2 files', moving, count(moving));
    parts.push(searching ? trans.__('%1 so far', text) : text);
  } else if (done > 0) {
    parts.push(trans._n('%2 file uploaded', '%2 files uploaded', done, count(done)));
  }
  return [...parts, ...besides(summary, trans)].join(', ');
}

/** The first line of the tray while something moves or is looked for. */
export function movingText(summary: ISummary, trans: TranslationBundle): string {
  const { moving, done, searching } = summary;
  const total = moving + done;
  if (total === 0) {
    return [trans.__('Looking for files...'), ...besides(summary, trans)].join(', ');
  }
  const files =
    done === 0
      ? trans._n('%2 file', '%2 files', total, count(total))
      : trans._n('%2 of %3 file', '%2 of %3 files', total, count(done), count(total));
  const parts = [searching ? trans.__('%1 so far', files) : files];
  if (isPaused(summary)) {
    parts.push(`${percent(summary)}%`, trans.__('paused'));
  } else if (moving > 0) {
    parts.push(progressText(summary, trans));
  }
  return [...parts, ...besides(summary, trans)].join(', ');
}

/** Whether anything is still to be done. */
export function isToDo({ moving, searching }: ISummary): boolean {
  return moving > 0 || searching;
}

/** Whether nothing moves because the user wants it so. */
export function isPaused({ held, moving, paused }: ISummary): boolean {
  return moving > 0 && (held || paused === moving);
}

/** What the status bar has room for; empty when nothing is to be done. */
export function statusText(summary: ISummary, trans: TranslationBundle): string {
  if (summary.moving === 0) {
    return summary.searching ? trans.__('Uploading...') : '';
  }
  return isPaused(summary)
    ? trans.__('Upload paused, %1%', percent(summary))
    : trans.__('Uploading %1%', percent(summary));
}

/** The state of one file. `held`: everything is paused. */
export function detail(transfer: ITransfer, held: boolean, trans: TranslationBundle): string {
  const { state, bytes, size } = transfer;
  const soFar = bytes > 0 ? [`${percent(transfer)}%`] : [];
  switch (state) {
    case 'waiting':
      return [held ? trans.__('Paused') : trans.__('Waiting'), ...soFar].join(', ');
    case 'paused':
      return [trans.__('Paused'), ...soFar].join(', ');
    case 'cancelling':
      return trans.__('Cancelling...');
    case 'moving':
      return progressText(transfer, trans);
    case 'done':
      return formatBytes(size);
    case 'skipped':
      return trans.__('There already');
    case 'failed':
      return '';
  }
}

/** Which way the bytes take. */
export function roadText(road: Road, trans: TranslationBundle): string {
  return road === 'direct' ? trans.__('straight to the cloud') : trans.__('through your server');
}

/** How far, how fast and how long: `40%, 4.4 MB/s, 2 min left`. */
export function progressText(
  moving: { bytes: number; size: number; speed: number; stalled: boolean; searching?: boolean },
  trans: TranslationBundle
): string {
  const parts = [`${percent(moving)}%`];
  if (moving.stalled) {
    parts.push(trans.__('trying again'));
  } else if (moving.speed > 0) {
    parts.push(trans.__('%1/s', formatBytes(moving.speed)));
  }
  const left = secondsLeft(moving);
  if (left !== null && left > 0) {
    parts.push(trans.__('%1 left', formatTime(left)));
  }
  return parts.join(', ');
}

/** So many seconds, as coarse as they can be known: `10 sec`, `2 min`, `3 hr`, `2 days`. */
export function formatTime(seconds: number, language = 'en'): string {
  const [value, unit] =
    seconds < 60
      ? [Math.min(55, 5 * Math.ceil(seconds / 5)), 'second']
      : seconds < 5400
        ? [Math.ceil(seconds / 60), 'minute']
        : seconds < 48 * 3600
          ? [Math.round(seconds / 3600), 'hour']
          : [Math.round(seconds / 86_400), 'day'];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' });
  return format.format(value);
}

/** What was not sent: because it is there, or because it failed. */
function besides({ skipped, failed }: ISummary, trans: TranslationBundle): string[] {
  return [
    ...(skipped > 0 ? [trans.__('%1 there already', count(skipped))] : []),
    ...(failed > 0 ? [trans.__('%1 failed', count(failed))] : [])
  ];
}

function count(files: number): string {
  return files.toLocaleString();
}
