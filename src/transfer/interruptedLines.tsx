import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, closeIcon, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { IconButton } from '../ui/iconButton';
import { legible } from '../ui/legible';
import type { ITrayContext } from './context';
import type { IInterrupted, IInterruptions } from './interrupted';

/** What an earlier life of the page left unfinished: a line for each drop. */
export function InterruptedLines(
  props: ITrayContext & { readonly interruptions: IInterruptions }
): JSX.Element | null {
  const { interruptions, trans } = props;
  return (
    <UseSignal signal={interruptions.changed}>
      {() =>
        interruptions.items.length > 0 ? (
          <ul
            role="list"
            className="jp-LeapInterrupted"
            aria-label={trans.__('Interrupted uploads')}
          >
            {interruptions.items.map(item => {
              const name = legible(item.name);
              const goOn = trans.__('Go on with %1', name);
              return (
                <li key={item.id}>
                  <span className="jp-LeapInterrupted-text">{interruptedText(item, trans)}</span>
                  <Button
                    small
                    className="jp-mod-styled"
                    aria-label={goOn}
                    title={`${goOn}: ${needed(item, trans)}`}
                    onClick={() => void interruptions.goOn(item.id)}
                  >
                    {trans.__('Go on')}
                  </Button>
                  <IconButton
                    icon={closeIcon}
                    label={trans.__('Forget %1', name)}
                    onClick={() => void interruptions.forget(item.id)}
                  />
                </li>
              );
            })}
          </ul>
        ) : null
      }
    </UseSignal>
  );
}

/** What of it is missing, and how long it can be gone on with. */
export function interruptedText(item: IInterrupted, trans: TranslationBundle): string {
  const { others, arrived, files, daysLeft, isHeld } = item;
  const name =
    others > 0
      ? trans._n('%2 and %1 other', '%2 and %1 others', others, legible(item.name))
      : legible(item.name);
  if (isHeld) {
    return trans.__('%1: something has to be decided', name);
  }
  const missing = files - arrived;
  const text =
    files === 1
      ? trans.__('%1 had not arrived', name)
      : trans._n(
          '%2: %3 of %4 files had not arrived',
          '%2: %3 of %4 files had not arrived',
          missing,
          name,
          missing.toLocaleString(),
          files.toLocaleString()
        );
  return trans._n('%2; kept for %1 more day', '%2; kept for %1 more days', daysLeft, text);
}

/** What a click will ask for. */
function needed(item: IInterrupted, trans: TranslationBundle): string {
  const { isHeld, isKept, isFolder } = item;
  if (isHeld) {
    return trans.__('you will be asked.');
  }
  if (isKept) {
    return trans.__('the browser still has them, nothing has to be chosen.');
  }
  return isFolder
    ? trans.__('choose the folder again. What has arrived is not sent twice.')
    : trans.__('choose the files again. What has arrived is not sent twice.');
}
