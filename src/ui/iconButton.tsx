import { Button, type LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

/** A button that shows only an icon; its label is what screen readers say and the tooltip. */
export function IconButton(props: {
  icon: LabIcon;
  label: string;
  onClick: () => void;
  expanded?: boolean;
  disabled?: boolean;
  /** Whether it opens a menu. */
  hasMenu?: boolean;
  /** Leaves it out of the order of Tab, where the keyboard has another way. */
  mouseOnly?: boolean;
}): JSX.Element {
  return (
    <Button
      minimal
      small
      className="jp-LeapIconButton"
      title={props.label}
      aria-label={props.label}
      disabled={props.disabled}
      aria-expanded={props.expanded}
      aria-haspopup={props.hasMenu ? 'menu' : undefined}
      tabIndex={props.mouseOnly ? -1 : undefined}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" width="14px" height="14px" />
    </Button>
  );
}
