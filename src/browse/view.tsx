import type { TranslationBundle } from '@jupyterlab/translation';
import { fileUploadIcon, newFolderIcon, refreshIcon, UseSignal } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../commands';
import { basename, type ILocation } from '../store/path';
import { IconButton } from '../ui/iconButton';
import { isWritable } from './actions/permission';
import type { IBrowseContext } from './context';
import { Crumbs } from './crumbs';
import type { DropAct } from './drag/rowDrop';
import { Filter } from './filter';
import { Footer } from './footer';
import { Listing } from './listing';
import { MoreButton } from './more';
import { Places } from './places';
import { Lost, NoRows, Problem } from './states';

/** Milliseconds between two looks at the clock for the age of the list and of files. */
const TICK = 30_000;

/** The folder that a drop would go into, and how. */
export interface IDropTarget {
  readonly folder: ILocation;
  readonly act: DropAct;
}

export interface IBrowseViewProps extends IBrowseContext {
  /** What a drop would do, while something is over the panel. */
  readonly dropTarget: IDropTarget | null;
}

/** Everything in the panel above the transfers. */
export function BrowseView({ dropTarget, ...context }: IBrowseViewProps): JSX.Element {
  const now = useClock();
  return (
    <UseSignal signal={context.settings.changed}>
      {() => (
        <UseSignal signal={context.model.changed}>
          {() => <Shown {...context} dropTarget={dropTarget} now={Math.max(now, Date.now())} />}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Shown(props: IBrowseViewProps & { now: number }): JSX.Element {
  const { dropTarget, now, ...context } = props;
  const { model, settings, commands, trans } = context;
  const { showSize, showAge } = settings.values;
  const view = React.useRef<HTMLDivElement>(null);
  const toList = () =>
    view.current
      ?.querySelector<HTMLElement>('[role="grid"][tabindex="0"], .jp-BucketRow[tabindex="0"]')
      ?.focus();
  const run = (command: string) => () => void commands.execute(command);
  const isInside = dropTarget !== null && dropTarget.folder.key !== model.location?.key;
  return (
    <div
      ref={view}
      className={`jp-BucketView${dropTarget && !isInside ? ' jp-mod-dropTarget' : ''}`}
      data-size={showSize}
      data-age={showAge}
      data-expires={(model.bucket?.expiresAfterDays ?? null) !== null}
    >
      <div className="jp-BucketView-bar">
        <Places {...context} />
        <IconButton
          icon={fileUploadIcon}
          label={trans.__('Upload files')}
          onClick={run(CommandIDs.upload)}
        />
        <IconButton
          icon={newFolderIcon}
          label={trans.__('New folder')}
          disabled={!isWritable(model)}
          onClick={run(CommandIDs.newFolder)}
        />
        <IconButton
          icon={refreshIcon}
          label={trans.__('Refresh')}
          onClick={run(CommandIDs.refresh)}
        />
        <MoreButton {...context} />
      </div>
      <Crumbs {...context} dropTarget={isInside ? dropTarget.folder.key : null} />
      <Filter {...context} toList={toList} />
      {model.lost && <Lost {...context} lost={model.lost} />}
      <Listing {...context} dropTarget={dropTarget?.folder.key ?? null} now={now}>
        <NoRows {...context} />
      </Listing>
      {model.problem && model.rows.length > 0 && (
        <div className="jp-mod-strip">
          <Problem
            {...context}
            problem={model.problem}
            retry={() => {
              // The button goes away with the problem.
              toList();
              void model.again();
            }}
          />
        </div>
      )}
      {dropTarget && <div className="jp-BucketView-drop">{dropWords(dropTarget, trans)}</div>}
      <Footer {...context} now={now} toList={toList} />
    </div>
  );
}

function dropWords({ folder, act }: IDropTarget, trans: TranslationBundle): string {
  const name = basename(folder.key) || folder.bucket;
  switch (act) {
    case 'move':
      return trans.__('Move to "%1"', name);
    case 'copy':
      return trans.__('Copy to "%1"', name);
    default:
      return trans.__('Upload to "%1"', name);
  }
}

/** The time, every half minute. */
function useClock(): number {
  const [now, setNow] = React.useState(Date.now());
  React.useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
