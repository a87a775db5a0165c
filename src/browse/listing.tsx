import React from 'react';
import { CommandIDs } from '../commands';
import { useViewport } from '../ui/viewport';
import type { IBrowseContext } from './context';
import { Header } from './header';
import { target, TypeAhead } from './keys';
import { Row } from './row';
import type { SelectMode } from './selection';
import {
  drawsSame,
  HEADER_HEIGHT,
  type IViewport,
  reveal,
  ROW_HEIGHT,
  visibleRange
} from './window';

/** Before anything is drawn. */
const NOTHING: IViewport = { scrollTop: 0, height: 0 };

export interface IListingProps extends IBrowseContext {
  /** The key of the folder that a drop would go into, if it is a row. */
  readonly dropTarget: string | null;
  /** Milliseconds, as `Date.now()`. */
  readonly now: number;
  /** What to show in place of rows. */
  readonly children: React.ReactNode;
}

/**
 * The list: only the rows in sight are drawn, and the focused one wherever it is, so that the
 * keyboard is not lost by scrolling.
 */
export function Listing(props: IListingProps): JSX.Element {
  const { model, trans, dropTarget, now, children, ...context } = props;
  const { rows, selection } = model;
  const grid = React.useRef<HTMLDivElement>(null);
  const viewport = useViewport(grid, NOTHING, measure, (before, now) =>
    drawsSame(rows.length, before, now)
  );
  const typeAhead = React.useRef(new TypeAhead());
  const range = visibleRange(rows.length, viewport);
  const focused = selection.focus === null ? -1 : rows.indexOf(selection.focus);
  const drawn = Array.from({ length: range.end - range.first }, (_, i) => range.first + i);
  if (focused !== -1 && (focused < range.first || focused >= range.end)) {
    drawn.push(focused);
  }

  React.useEffect(
    () => void model.reach(range.first, range.end),
    [model, rows, range.first, range.end]
  );
  React.useLayoutEffect(() => {
    grid.current?.scrollTo({ top: 0 });
  }, [model.location, model.order]);
  React.useLayoutEffect(() => {
    if (focused !== -1 && grid.current) {
      grid.current.scrollTop = reveal(focused, rows.length, measure(grid.current));
    }
    // Not when rows are added: a person may have scrolled on since.
  }, [model.location, selection.focus, focused === -1]);
  useKeptKeyboard(grid, focused === -1 ? null : selection.focus);

  const indexOf = (element: EventTarget): number => {
    const row = (element as Element).closest<HTMLElement>('.jp-BucketRow');
    return row ? Number(row.dataset.index) : -1;
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const isRow = (event.target as Element).matches('.jp-BucketRow, [role="grid"]');
    if (!isRow || event.altKey) {
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(viewport.height / ROW_HEIGHT) - 1);
    const to = target(event.key, focused, rows.length, page);
    if (to !== null && command && !event.shiftKey) {
      model.focus(rows.at(to).key);
    } else if (to !== null) {
      model.select(to, event.shiftKey ? 'range' : 'only');
    } else if (command && event.key.toLowerCase() === 'a') {
      model.selectAll();
    } else if (event.key === ' ' && focused !== -1) {
      model.select(focused, 'add');
    } else if (event.key === 'Escape' && model.clipboard.hasCut) {
      model.clipboard.hold(null);
    } else if (event.key === 'Escape' && selection.keys.size > 0 && focused !== -1) {
      model.select(focused, 'none');
    } else if (event.key === 'Escape' && model.filter) {
      model.setFilter('');
    } else if (!command && event.key.length === 1) {
      const found = typeAhead.current.typed(event.key, rows, focused, event.timeStamp);
      if (found !== null) {
        model.select(found, 'only');
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={grid}
      role="grid"
      className="jp-BucketGrid"
      aria-label={trans.__('Bucket contents')}
      aria-multiselectable
      aria-readonly
      aria-busy={model.loading}
      aria-rowcount={model.complete ? rows.length : -1}
      tabIndex={rows.length === 0 ? 0 : -1}
      onKeyDown={onKeyDown}
      onFocus={event => {
        const index = indexOf(event.target);
        if (index !== -1) {
          model.focus(rows.at(index).key);
        }
      }}
      onClick={event => {
        const index = indexOf(event.target);
        if (index !== -1) {
          model.select(index, modeOf(event));
        } else if (focused !== -1 && (event.target as Element).matches('[role="grid"]')) {
          model.select(focused, 'none');
        }
      }}
      onAuxClick={event => {
        const index = indexOf(event.target);
        if (event.button === 1 && index !== -1) {
          model.select(index, 'only');
        }
      }}
      onDoubleClick={event => {
        if (indexOf(event.target) !== -1 && !(event.target as Element).closest('button, input')) {
          void context.commands.execute(CommandIDs.open);
        }
      }}
      onContextMenu={event => {
        const index = indexOf(event.target);
        if (index !== -1 && !selection.keys.has(rows.at(index).key)) {
          model.select(index, 'only');
        }
      }}
    >
      <Header {...context} model={model} trans={trans} />
      {rows.length === 0 ? (
        // A grid holds rows and nothing else.
        <div role="row">
          <div role="gridcell">{children}</div>
        </div>
      ) : (
        <div role="rowgroup" className="jp-BucketGrid-rows" style={{ height: range.height }}>
          {drawn.map(index => {
            const row = rows.at(index);
            return (
              <Row
                key={row.key}
                {...context}
                model={model}
                trans={trans}
                bucket={model.bucket}
                row={row}
                index={index}
                origin={range.origin}
                selected={selection.keys.has(row.key)}
                cut={model.clipboard.isCut(model.location?.bucket ?? '', row.key)}
                focused={index === focused}
                reachable={focused === -1 ? index === drawn[0] : index === focused}
                dropTarget={row.key === dropTarget}
                renamed={model.renaming.of(row.key)}
                now={now}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

function modeOf({ shiftKey, ctrlKey, metaKey }: React.MouseEvent): SelectMode {
  const isAdding = ctrlKey || metaKey;
  return shiftKey ? (isAdding ? 'add-range' : 'range') : isAdding ? 'add' : 'only';
}

/** The heads of the columns lie over the upper edge. */
function measure({ scrollTop, clientHeight }: Element): IViewport {
  return { scrollTop, height: Math.max(0, clientHeight - HEADER_HEIGHT) };
}

/**
 * Keeps the keyboard in the list: on the focused row, through rows that come and go, and on the list
 * itself while there are none. Only a person takes it elsewhere.
 */
function useKeptKeyboard(grid: React.RefObject<HTMLElement>, focus: string | null): void {
  const isHere = React.useRef(false);
  React.useEffect(() => {
    const update = ({ target }: Event) => {
      isHere.current = target instanceof Element && isInRows(grid.current, target);
    };
    document.addEventListener('focusin', update);
    document.addEventListener('pointerdown', update);
    return () => {
      document.removeEventListener('focusin', update);
      document.removeEventListener('pointerdown', update);
    };
  }, [grid]);
  React.useLayoutEffect(() => {
    const element = grid.current;
    const active = document.activeElement;
    const isFree = active === document.body || (active !== null && isInRows(element, active));
    if (!element || !isHere.current || !isFree) {
      return;
    }
    if (active instanceof HTMLInputElement) {
      return;
    }
    const row =
      focus === null
        ? element.querySelector<HTMLElement>('.jp-BucketRow')
        : element.querySelector<HTMLElement>(`[data-key="${CSS.escape(focus)}"]`);
    (row ?? element).focus({ preventScroll: true });
  });
}

/** Whether an element is the list or in it, but no head of a column. */
function isInRows(grid: HTMLElement | null, element: Element): boolean {
  return !!grid?.contains(element) && !element.closest('.jp-BucketHeader');
}
