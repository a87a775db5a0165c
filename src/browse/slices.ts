/** Milliseconds of work after which the browser may draw and take keys. */
const SLICE = 12;

/**
 * Runs work step by step, with pauses so that no task lasts long. What is done within the first slice
 * is done at once. Returns what cancels it.
 *
 * @param steps - Each a few milliseconds at most; the last one returns the result.
 */
export function inSlices<T>(steps: Iterator<void, T>, done: (result: T) => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const work = () => {
    const until = performance.now() + SLICE;
    let step = steps.next();
    while (!step.done && performance.now() < until) {
      step = steps.next();
    }
    if (step.done) {
      done(step.value);
    } else {
      waiting = setTimeout(work, 0);
    }
  };
  work();
  return () => clearTimeout(waiting);
}
