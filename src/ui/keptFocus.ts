import * as React from 'react';

/**
 * Keeps the keyboard where it was when the button under it goes away: on the last button of the
 * first line, or, when all goes away, wherever `leave` leads.
 */
export function useKeptFocus(leave: () => void): React.HTMLAttributes<HTMLElement> & {
  ref: React.RefObject<HTMLDivElement>;
} {
  const ref = React.useRef<HTMLDivElement>(null);
  const held = React.useRef(false);
  // A button that is removed takes the focus along without a word.
  const isLost = () => held.current && document.activeElement === document.body;
  React.useEffect(() => {
    if (isLost()) {
      const last = ref.current?.querySelector<HTMLElement>(
        '.jp-LeapTray-summary button:last-of-type'
      );
      if (last) {
        last.focus();
      } else {
        leave();
      }
    }
  });
  React.useEffect(
    () => () => {
      if (isLost()) {
        leave();
      }
    },
    []
  );
  return {
    ref,
    onFocus: () => {
      held.current = true;
    },
    onBlur: ({ relatedTarget }) => {
      held.current = relatedTarget instanceof Node && !!ref.current?.contains(relatedTarget);
    }
  };
}
