import type { TranslationBundle } from '@jupyterlab/translation';
import type { IOperation } from '../store/operations';
import { formatBytes } from '../ui/format';
import type { IJob } from './job';

/** How far a job is, or how it ended: a few words beside its title. */
export function detail(job: IJob, trans: TranslationBundle): string {
  const { state, operation, stalled } = job;
  if (stalled) {
    return trans.__('no connection, trying again');
  }
  switch (state) {
    case 'running':
      return operation ? progress(operation, trans) : '';
    case 'cancelling':
      return trans.__('Cancelling...');
    case 'succeeded':
      return operation ? result(operation, trans) : trans.__('Done');
    case 'failed':
      return operation ? failed(operation, trans) : trans.__('Failed');
    case 'cancelled':
      return operation && operation.objects > 0
        ? trans.__('Cancelled after %1', files(operation.objects, trans))
        : trans.__('Cancelled');
  }
}

/** Whole per cent; null while nobody knows how much it is. */
export function percent(operation: IOperation | null): number | null {
  if (operation === null || operation.objectsTotal === null) {
    return null;
  }
  const { objects, objectsTotal, bytes, bytesTotal } = operation;
  const parts = [part(objects, objectsTotal), part(bytes, bytesTotal ?? 0)].filter(
    known => known !== null
  );
  return parts.length > 0 ? Math.floor(100 * Math.min(...parts)) : null;
}

export function files(count: number, trans: TranslationBundle): string {
  return trans._n('%2 file', '%2 files', count, count.toLocaleString());
}

/** The failures as text: one a line, the key and why. */
export function failureList({ failures, failuresTotal }: IOperation, trans: TranslationBundle) {
  const lines = failures.map(({ key, message }) => `${key}\t${message}`);
  const more = failuresTotal - failures.length;
  return [...lines, ...(more > 0 ? [trans.__('and %1 more', more.toLocaleString())] : [])].join(
    '\n'
  );
}

function progress(
  { kind, objects, objectsTotal, bytes }: IOperation,
  trans: TranslationBundle
): string {
  if (kind === 'measure') {
    return `${files(objects, trans)}, ${formatBytes(bytes)}`;
  }
  if (kind === 'search') {
    return trans.__('looked at %1', files(objects, trans));
  }
  return objectsTotal === null
    ? files(objects, trans)
    : trans.__('%1 of %2', objects.toLocaleString(), files(objectsTotal, trans));
}

function result(
  { kind, objects, bytes, matchesTotal = 0 }: IOperation,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'measure':
      return `${files(objects, trans)}, ${formatBytes(bytes)}`;
    case 'search':
      return trans.__('%1 found', matchesTotal.toLocaleString());
    default:
      return trans.__('Done: %1', files(objects, trans));
  }
}

function failed({ objects, failuresTotal }: IOperation, trans: TranslationBundle): string {
  const count = trans.__('%1 failed', failuresTotal.toLocaleString());
  return objects > 0 ? `${count}, ${trans.__('%1 done', objects.toLocaleString())}` : count;
}

function part(done: number, all: number): number | null {
  return all > 0 ? Math.min(1, done / all) : null;
}
