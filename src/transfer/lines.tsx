import * as React from 'react';
import { useViewport } from '../ui/viewport';
import type { ITrayContext } from './context';
import { FailureButtons } from './failureButtons';
import { type IViewport, Rows } from './rows';
import { TransferLine } from './transferLine';

/** Pixels of width from which words fit beside the icons. */
const WIDE = 340;

/** Before anything is drawn. */
const NOTHING: IViewport = { scrollTop: 0, height: 0, width: 0 };

interface ILinesProps extends ITrayContext {
  /** Changes whenever a line does. */
  readonly version: number;
}

/**
 * A line for each file. Only those in sight are drawn, and the one with the keyboard wherever it is.
 * The list is one stop of Tab: arrows move between the lines, Tab between the buttons of one.
 */
export function Lines({ version, ...context }: ILinesProps): JSX.Element {
  const { queue, trans } = context;
  const scroller = React.useRef<HTMLDivElement>(null);
  const list = React.useRef<HTMLUListElement>(null);
  const viewport = useViewport(scroller, NOTHING, measure, isSame);
  const rows = React.useMemo(
    () => new Rows(queue.transfers, viewport.width),
    [queue, version, viewport.width]
  );
  const { current, onKeyDown, onFocus } = useArrows(list, rows, viewport.height);
  const at = React.useMemo(
    () => (current === null ? -1 : rows.all.findIndex(({ id }) => id === current)),
    [rows, current]
  );

  const { first, end } = rows.inSight(viewport);
  const drawn = Array.from({ length: end - first }, (_, i) => first + i);
  const isCurrentInSight = at >= first && at < end;
  if (at !== -1 && !isCurrentInSight && list.current?.contains(document.activeElement)) {
    drawn.push(at);
  }
  const reachable = drawn.includes(at) ? at : first;
  const { held } = queue;
  return (
    <>
      {rows.failures.length > 0 && <FailureButtons {...context} failures={rows.failures} />}
      <div ref={scroller} className="jp-LeapTransfer-scroller">
        <ul
          ref={list}
          role="list"
          className="jp-LeapTransfer-list"
          aria-label={trans.__('Files')}
          style={{ height: rows.height }}
          onKeyDown={onKeyDown}
          onFocus={onFocus}
        >
          {drawn.map(index => (
            <TransferLine
              key={rows.all[index].id}
              {...context}
              transfer={rows.all[index]}
              held={held}
              index={index}
              total={rows.total}
              box={rows.at(index)}
              reachable={index === reachable}
              wide={viewport.width >= WIDE}
            />
          ))}
        </ul>
        {rows.total > rows.all.length && (
          <div className="jp-LeapTray-more">
            {trans.__('and %1 more', (rows.total - rows.all.length).toLocaleString())}
          </div>
        )}
      </div>
    </>
  );
}

/** Moves the keyboard between lines, to the same button of each where it has one. */
function useArrows(list: React.RefObject<HTMLElement>, rows: Rows, height: number) {
  const [current, setCurrent] = React.useState<number | null>(null);
  /** Which button of the current line gets the keyboard next. */
  const wanted = React.useRef<number | null>(null);
  React.useLayoutEffect(() => {
    if (wanted.current === null || current === null) {
      return;
    }
    const line = list.current?.querySelector<HTMLElement>(`[data-id="${current}"]`);
    const buttons = Array.from(line?.querySelectorAll<HTMLElement>('button') ?? []);
    (buttons[Math.min(wanted.current, buttons.length - 1)] ?? line)?.focus();
    wanted.current = null;
  });

  const onFocus = ({ target }: React.FocusEvent) => {
    const line = target.closest<HTMLElement>('[data-id]');
    if (line) {
      setCurrent(Number(line.dataset.id));
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const element = event.target as HTMLElement;
    const line = element.closest<HTMLElement>('[data-id]');
    if (!line || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const at = Number(line.dataset.index);
    const page = Math.max(1, Math.floor(height / rows.at(at).height) - 1);
    const last = rows.all.length - 1;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last
    }[event.key];
    if (to === undefined) {
      return;
    }
    const buttons = Array.from(line.querySelectorAll('button'));
    wanted.current = Math.max(0, buttons.indexOf(element as HTMLButtonElement));
    setCurrent(rows.all[Math.max(0, Math.min(to, last))].id);
    event.preventDefault();
  };
  return { current, onKeyDown, onFocus };
}

function measure({ scrollTop, clientHeight, clientWidth }: Element): IViewport {
  return { scrollTop, height: clientHeight, width: clientWidth };
}

function isSame(before: IViewport, now: IViewport): boolean {
  const { scrollTop, height, width } = now;
  return before.scrollTop === scrollTop && before.height === height && before.width === width;
}
