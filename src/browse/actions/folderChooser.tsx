import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, folderIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Panel } from '@lumino/widgets';
import React from 'react';
import { isDataset } from '../../store/kind';
import { crumbs } from '../../store/path';
import { type INameQuestion, NameBody } from '../../ui/askName';
import { bucketIcon, datasetIcon } from '../../ui/icons';
import { target } from '../keys';
import type { FolderChoice, ILine } from './folderChoice';

/** Lines that Page Up and Page Down go over. */
const PAGE = 8;

/** Asks for the address of a folder, which may be typed or walked to. Null if it is given up. */
export async function chooseFolder(
  question: INameQuestion,
  choice: FolderChoice,
  trans: TranslationBundle
): Promise<string | null> {
  const body = new ChooserBody(question, choice, trans);
  const dialog = new ChooserDialog({
    title: question.title,
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: question.accept })],
    focusNodeSelector: 'input'
  });
  dialog.addClass('jp-BucketChooser');
  const { button, value } = await dialog.launch();
  choice.dispose();
  return button.accept && value !== null && question.problem(value) === null ? value : null;
}

/** A dialog that leaves Enter to the list and to the breadcrumbs. */
class ChooserDialog extends Dialog<string> {
  protected _evtKeydown(event: KeyboardEvent): void {
    const isOwn = event.target instanceof Element && event.target.closest('.jp-BucketChooser-walk');
    if (!isOwn || event.key === 'Escape' || event.key === 'Tab') {
      super._evtKeydown(event);
    }
  }
}

/** The walk and, below it, the address of what is chosen. */
class ChooserBody extends Panel implements Dialog.IBodyWidget<string> {
  constructor(question: INameQuestion, choice: FolderChoice, trans: TranslationBundle) {
    super();
    this._name = new NameBody(question);
    this.addWidget(
      ReactWidget.create(
        <UseSignal signal={choice.changed}>
          {() => <Walk choice={choice} trans={trans} />}
        </UseSignal>
      )
    );
    this.addWidget(this._name);
    let told = choice.address;
    choice.changed.connect(({ address }) => {
      // What was typed stays while folders arrive.
      if (address && address !== told) {
        told = address;
        this._name.setValue(address);
      }
    });
  }

  getValue(): string {
    return this._name.getValue();
  }

  private readonly _name: NameBody;
}

interface IWalkProps {
  readonly choice: FolderChoice;
  readonly trans: TranslationBundle;
}

function Walk({ choice, trans }: IWalkProps): JSX.Element {
  const { active, asking, hasMore, lines } = choice;
  const list = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => list.current?.focus(), []);
  React.useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, lines]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const count = lines.length + (hasMore ? 1 : 0);
    const to = target(event.key, active, count, PAGE);
    if (to !== null) {
      choice.point(to);
    } else if (event.key === 'Enter' && !event.repeat) {
      void choice.enter();
    } else if (event.key === 'Backspace') {
      void choice.up();
    } else {
      return;
    }
    event.preventDefault();
  };
  const option = (index: number, name: string, icon: JSX.Element | null) => (
    <div
      key={index}
      id={`leap-buckets-choice-${index}`}
      role="option"
      className="jp-BucketChooser-line"
      aria-selected={index === active}
      onClick={() => choice.point(index)}
      onDoubleClick={() => void choice.enter(index)}
    >
      {icon}
      <bdi>{name}</bdi>
    </div>
  );
  return (
    <div className="jp-BucketChooser-walk">
      <Way choice={choice} trans={trans} toList={() => list.current?.focus()} />
      <div
        ref={list}
        role="listbox"
        className="jp-BucketChooser-list"
        tabIndex={0}
        aria-label={choice.location ? trans.__('Folders') : trans.__('Places')}
        aria-activedescendant={active === -1 ? undefined : `leap-buckets-choice-${active}`}
        aria-busy={asking.loading}
        onKeyDown={onKeyDown}
      >
        {lines.map((line, index) =>
          option(index, line.name || trans.__('(no name)'), <LineIcon line={line} />)
        )}
        {hasMore && option(lines.length, trans.__('Look for more folders'), null)}
      </div>
      <div className="jp-BucketChooser-state">
        <span role="status">{asking.problem ? '' : stateOf(choice, trans)}</span>
        {asking.problem && (
          <span role="alert">
            {asking.problem.advice}{' '}
            <Button minimal small onClick={() => void asking.again()}>
              {trans.__('Try again')}
            </Button>
          </span>
        )}
      </div>
    </div>
  );
}

/** The way to the folder that was opened; each part leads there. */
function Way({ choice, trans, toList }: IWalkProps & { toList: () => void }): JSX.Element {
  const { location } = choice;
  const steps = location ? [{ name: location.bucket, prefix: '' }, ...crumbs(location.key)] : [];
  const open = (prefix: string | null) => {
    void choice.open(location && prefix !== null ? { ...location, key: prefix } : null);
    // The part may go away with the keyboard on it.
    toList();
  };
  return (
    <nav className="jp-BucketCrumbs" aria-label={trans.__('Way to the folder')}>
      <button type="button" onClick={() => open(null)}>
        {trans.__('Places')}
      </button>
      {steps.map(({ name, prefix }, index) => (
        <React.Fragment key={prefix}>
          <span aria-hidden>/</span>
          <button
            type="button"
            aria-current={index === steps.length - 1 ? 'location' : undefined}
            onClick={() => open(prefix)}
          >
            <bdi>{name || trans.__('(no name)')}</bdi>
          </button>
        </React.Fragment>
      ))}
    </nav>
  );
}

function LineIcon({ line: { kind, name } }: { line: ILine }): JSX.Element {
  const icon =
    kind === 'place' ? bucketIcon : isDataset({ kind: 'folder', name }) ? datasetIcon : folderIcon;
  return <icon.react tag="span" className="jp-BucketRow-icon" width="16px" height="16px" />;
}

/** How many folders there are, or why none is shown. */
function stateOf(
  { asking, hasMore, lines, location, seen }: FolderChoice,
  trans: TranslationBundle
) {
  if (asking.loading) {
    return trans.__('Loading...');
  }
  if (!location) {
    return lines.length === 0 ? trans.__('You may write to none of the buckets here.') : '';
  }
  if (hasMore) {
    return trans.__(
      '%1 folders among the first %2 names',
      lines.length.toLocaleString(),
      seen.toLocaleString()
    );
  }
  return lines.length === 0
    ? trans.__('No folders in here')
    : trans._n('%2 folder', '%2 folders', lines.length, lines.length.toLocaleString());
}
