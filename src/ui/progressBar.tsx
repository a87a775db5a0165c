import * as React from 'react';

/** A thin bar. */
export function ProgressBar(props: {
  label: string;
  /** Per cent; null while the end is not known. */
  value: number | null;
}): JSX.Element {
  const { label, value } = props;
  return (
    <div
      className={`jp-LeapTray-progress${value === null ? ' jp-mod-endless' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value ?? undefined}
    >
      <div style={value === null ? undefined : { width: `${value}%` }} />
    </div>
  );
}
