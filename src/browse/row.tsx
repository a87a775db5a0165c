import { addBelowIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../commands';
import { formatBytes, formatSpan } from '../ui/format';
import { IconButton } from '../ui/iconButton';
import { iconOf, type IBrowseContext } from './context';
import { ExpiryCell } from './expiryCell';
import type { IRow } from './columns';
import { RenameBox } from './rename';
import { ROW_HEIGHT } from './window';

export interface IRowProps extends IBrowseContext {
  readonly row: IRow;
  readonly index: number;
  /** Where row 0 begins, in pixels. */
  readonly origin: number;
  readonly selected: boolean;
  /** Whether Tab leads to this row. */
  readonly reachable: boolean;
  /** Whether a drop would go into this folder. */
  readonly dropTarget: boolean;
  /** Takes the new name while it is being edited here. */
  readonly renamed: ((name: string | null) => void) | null;
  /** Milliseconds, as `Date.now()`. */
  readonly now: number;
}

/** One line of the list. The grid around it handles clicks and keys. */
export function Row(props: IRowProps): JSX.Element {
  const { row, index, origin, selected, reachable, dropTarget, now } = props;
  const { commands, docRegistry, model, trans } = props;
  const { home = '', expiresAfterDays = null } = model.bucket ?? {};
  const Icon = iconOf(row, docRegistry).react;
  const updated = row.updated === null ? null : new Date(row.updated);
  return (
    <div
      role="row"
      className={`jp-BucketRow${dropTarget ? ' jp-mod-dropTarget' : ''}`}
      style={{ transform: `translateY(${origin + index * ROW_HEIGHT}px)` }}
      data-key={row.key}
      data-index={index}
      aria-rowindex={index + 1}
      aria-selected={selected}
      tabIndex={reachable ? 0 : -1}
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
        <IconButton
          icon={addBelowIcon}
          label={trans.__('Insert in notebook')}
          mouseOnly
          onClick={() => void commands.execute(CommandIDs.insertSnippet)}
        />
      </div>
    </div>
  );
}
