import type { IFailure, IOperation, IOperationRequest, OnConflict } from './operations';
import { basename, parentPrefix } from './path';

/** Failures that asking again the same way cannot mend: somebody has to decide first. */
const FINAL: readonly string[] = [
  'already-exists',
  'changed-meanwhile',
  'precondition-failed',
  'no-such-object',
  'read-only',
  'outside-home',
  'outside-home-denied'
];

/** Whether the name is taken where something should go. */
export function isTaken({ reason }: Pick<IFailure, 'reason'>): boolean {
  return reason === 'already-exists';
}

/**
 * The operations that do again what an operation failed to do and that may succeed now; none where
 * there is nothing of that kind.
 */
export function retries(request: IOperationRequest, operation: IOperation): IOperationRequest[] {
  const { failures, failuresTotal } = operation;
  const hopeful = failures.filter(({ reason }) => !FINAL.includes(reason));
  if (hopeful.length === 0) {
    return [];
  }
  if (request.kind === 'measure' || request.kind === 'search') {
    return [request];
  }
  if (hopeful.length === failures.length && failuresTotal > failures.length) {
    // Those that are not told are found by going over all of it; what was copied stays as it is.
    return [request.kind === 'copy' ? { ...request, onConflict: 'skip' } : request];
  }
  // A folder's key means all below it, and so those too that somebody has to decide on.
  const isMixed = hopeful.length < failures.length;
  return isNumbered(request)
    ? []
    : forKeys(
        request,
        hopeful.map(({ key }) => key).filter(key => !(isMixed && key.endsWith('/'))),
        request.onConflict
      );
}

/** The operations that do the same for some objects of the source only, each to where it belongs. */
export function forKeys(
  request: IOperationRequest,
  keys: readonly string[],
  onConflict: OnConflict | undefined
): IOperationRequest[] {
  const { kind, source, destination } = request;
  const generations = new Map(
    (source.keys ?? []).map((key, index) => [key, source.generations?.[index] ?? null])
  );
  const sourceOf = (some: readonly string[]) => ({
    bucket: source.bucket,
    keys: some,
    generations: some.map(key => generations.get(key) ?? null)
  });
  if (!destination) {
    return keys.length > 0 ? [{ kind, source: sourceOf(keys) }] : [];
  }
  const { bucket, replaces } = destination;
  // Said of one object alone: whatever is asked again is that one.
  const agreed = onConflict === 'replace' && replaces !== undefined ? { replaces } : {};
  const folders = new Map<string, string[]>();
  const renamed: IOperationRequest[] = [];
  for (const key of keys) {
    const target = destination.prefix + tailOf(request, key);
    const prefix = parentPrefix(target);
    if (basename(target) === basename(key)) {
      folders.set(prefix, [...(folders.get(prefix) ?? []), key]);
    } else {
      const to = { bucket, prefix, name: basename(target), ...agreed };
      renamed.push({ kind, source: sourceOf([key]), destination: to, onConflict });
    }
  }
  const moved = [...folders].map(([prefix, some]) => ({
    kind,
    source: sourceOf(some),
    destination: { bucket, prefix, ...agreed },
    onConflict
  }));
  return [...moved, ...renamed];
}

/** What follows the destination's prefix in the new key of an object. */
function tailOf({ source, destination }: IOperationRequest, key: string): string {
  if (source.keys === undefined) {
    return key.slice((source.prefix ?? '').length);
  }
  const top = source.keys.find(k => k === key || (k.endsWith('/') && key.startsWith(k))) ?? key;
  const tail = key.slice(parentPrefix(top).length);
  return destination?.name === undefined
    ? tail
    : destination.name + tail.slice(basename(top).length);
}

/** Whether folders got new names on the way, which only the server knows. */
function isNumbered({ source, onConflict }: IOperationRequest): boolean {
  return onConflict === 'keepBoth' && !!source.keys?.some(key => key.endsWith('/'));
}
