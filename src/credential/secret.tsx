import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';
import { copyText } from '../ui/clipboard';

/** The button that Enter presses, whatever the state is: Copy, Retry or Ask Again. */
export const MAIN_ACTION = 'jp-BucketToken-main';

interface ISecretProps {
  /** What it is, such as "Token". */
  readonly label: string;
  /** The secret while it is revealed; null while it is masked. */
  readonly shown: string | null;
  /** What to say while there is none yet; null once it is there. */
  readonly waiting: string | null;
  /** The secret, as soon as it may be given. */
  readonly secret: () => Promise<string>;
  readonly toggle: () => void;
  /** What it is called as a file. */
  readonly fileName: string;
  /** Whether Enter copies it. */
  readonly main: boolean;
  /** Removes it from the page. */
  readonly forget: () => void;
  readonly trans: TranslationBundle;
}

/** A secret, masked, with what can be done with it. */
export function Secret(props: ISecretProps): React.JSX.Element {
  const { label, shown, waiting, secret, toggle, fileName, main, forget, trans } = props;
  const [said, say] = useState('');

  const copy = async () => {
    say(waiting === null ? '' : trans.__('It is copied as soon as it is here.'));
    try {
      await copyText(secret());
      say(trans.__('Copied.'));
    } catch {
      // Where there is none, the dialog shows the reason in place of this.
      say(trans.__('The browser did not copy it. Press Copy again, or use Reveal.'));
    }
  };

  const save = async () => {
    saveText(fileName, await secret());
    say(trans.__('Saved in your downloads. Delete the file when the upload is done.'));
  };

  const button = (text: string, press: () => void, kind = 'reject') => (
    <button
      type="button"
      className={`jp-Dialog-button jp-mod-${kind} jp-mod-styled${kind === 'accept' && main ? ` ${MAIN_ACTION}` : ''}`}
      ref={kind === 'accept' && main ? focusNext : undefined}
      disabled={waiting !== null && kind !== 'accept'}
      onClick={press}
    >
      {text}
    </button>
  );

  return (
    <>
      <div className="jp-BucketToken-secret">
        <code className={shown ? '' : 'jp-mod-masked'} aria-label={label}>
          {shown ?? waiting ?? '•'.repeat(24)}
        </code>
        {button(trans.__('Copy'), copy, 'accept')}
        {button(shown ? trans.__('Hide') : trans.__('Reveal'), toggle)}
        {button(trans.__('Save as %1', fileName), save)}
        {button(trans.__('Forget'), forget)}
      </div>
      <p className="jp-BucketToken-said" role="status">
        {said}
      </p>
    </>
  );
}

/** What was focused has left the page: this is next. */
export function focusNext(button: HTMLButtonElement | null): void {
  if (button && document.activeElement === document.body) {
    button.focus();
  }
}

/** Offers text as a file of the user's own computer. */
function saveText(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  // The download has taken its own reference within the click in every engine but WebKit's.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
