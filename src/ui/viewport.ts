import * as React from 'react';

/**
 * What is in sight of a list that scrolls, kept while it changes nothing of what is drawn.
 *
 * @param measure - Always the same function.
 */
export function useViewport<T>(
  scroller: React.RefObject<HTMLElement>,
  initial: T,
  measure: (element: Element) => T,
  drawsSame: (before: T, now: T) => boolean
): T {
  const isSame = React.useRef(drawsSame);
  isSame.current = drawsSame;
  const [viewport, setViewport] = React.useState(initial);
  React.useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) {
      return;
    }
    const update = () => {
      const now = measure(element);
      setViewport(before => (isSame.current(before, now) ? before : now));
    };
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller]);
  return viewport;
}
