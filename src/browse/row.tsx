import { addBelowIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../commands';
import type { IBucket } from '../store/entry';
import { formatBytes, formatSpan } from '../ui/format';
import { IconButton } from '../ui/iconButton';
import type { IRow } from './columns';
import { iconOf, type IBrowseContext } from './context';
import { ExpiryCell } from './expiryCell';
import { RenameBox } from './rename';
import { ROW_HEIGHT } from './window';

export interface IRowProps extends IBrowseContext {
  readonly bucket: IBucket | null;
  readonly row: IRow;
  readonly index: number;
  /** Where row 0 begins, in pixels. */
  readonly origin: number;
  readonly selected: boolean;
  /** Whether it was cut and waits to be pasted elsewhere. */
  readonly cut: boolean;
  /** Whether it has, or would get, the keyboard. */
  readonly focused: boolean;
  /** Whether Tab leads to this row. */
  readonly reachable: boolean;
  /** Whether a drop would go into this folder. */
  readonly dropTarget: boolean;
  /** Takes the new name while it is being edited here. */
  readonly renamed: ((name: string | null) => void) | null;
  /** Milliseconds, as `Date.now()`. */
  readonly now: number;
}

/**
 * One line of the list. The grid around it handles clicks and keys. While the list scrolls only the
 * lines that come into sight are drawn.
 */
export const Row = React.memo(Line, isSame);

function Line(props: IRowProps): JSX.Element {
  const { row, index, origin, selected, cut, reachable, dropTarget, now } = props;
  const { commands, docRegistry, bucket, trans } = props;
  const { home = '', expiresAfterDays = null } = bucket ?? {};
  const Icon = iconOf(row, docRegistry).react;
  const updated = row.updated === null ? null : new Date(row.updated);
  const [isPointedAt, setPointedAt] = React.useState(false);
  return (
    <div
      role="row"
      className={`jp-BucketRow${cut ? ' jp-mod-cut' : ''}${dropTarget ? ' jp-mod-dropTarget' : ''}`}
      style={{ transform: `translateY(${origin + index * ROW_HEIGHT}px)` }}
      data-key={row.key}
      data-index={index}
      aria-rowindex={index + 1}
      aria-selected={selected}
      tabIndex={reachable ? 0 : -1}
      onPointerEnter={() => setPointedAt(true)}
      onPointerLeave={() => setPointedAt(false)}
    >
      <div role="gridcell" className="jp-BucketRow-name" title={row.name}>
        <Icon tag="span" className="jp-BucketRow-icon" width="16px" height="16px" />
        {props.renamed ? (
          <RenameBox row={row} done={props.renamed} trans={trans} />
        ) : (
          <bdi className={row.name ? undefined : 'jp-mod-nameless'}>
            {row.name || trans.__('(no name)')}
          </bdi>
        )}
        {cut && <span className="jp-LeapHidden">{trans.__('cut')}</span>}
        {row.kind === 'folder' && home.startsWith(row.key) && (
          <span className="jp-BucketRow-own">{trans.__('yours')}</span>
        )}
      </div>
      <div role="gridcell" className="jp-BucketRow-size">
        {row.size === null ? '' : formatBytes(row.size)}
      </div>
      <div role="gridcell" className="jp-BucketRow-age" title={updated?.toLocaleString()}>
        {updated && (formatSpan(now - updated.getTime()) ?? trans.__('now'))}
      </div>
      {expiresAfterDays !== null && (
        <ExpiryCell created={row.created} days={expiresAfterDays} now={now} trans={trans} />
      )}
      <div role="gridcell" className="jp-BucketRow-action">
        {(isPointedAt || props.focused) && (
          // It shows there alone; rows that scroll past are drawn without.
          <IconButton
            icon={addBelowIcon}
            label={trans.__('Insert in notebook')}
            mouseOnly
            onClick={() => void commands.execute(CommandIDs.insertSnippet)}
          />
        )}
      </div>
    </div>
  );
}

function isSame(before: IRowProps, after: IRowProps): boolean {
  const { row: rowBefore, ...restBefore } = before;
  const { row: rowAfter, ...restAfter } = after;
  return areEqual(rowBefore, rowAfter) && areEqual(restBefore, restAfter);
}

/** Whether two objects with the same names have the same values. */
function areEqual<T extends object>(before: T, after: T): boolean {
  return (Object.keys(after) as (keyof T)[]).every(name => before[name] === after[name]);
}
