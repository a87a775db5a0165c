import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import { formatClock } from '../ui/format';
import type { Access, IAccess } from './access';
import { copyText } from '../ui/clipboard';

/** The button that Enter presses, whatever the state is: Copy, Retry or Ask Again. */
export const MAIN_ACTION = 'jp-BucketToken-main';

interface ITokenProps {
  readonly access: Access;
  readonly trans: TranslationBundle;
}

/** The token, masked, with what it can do and until when; or why there is none. */
export function TokenSection({ access, trans }: ITokenProps): React.JSX.Element {
  const { state } = access;
  switch (state.phase) {
    case 'failed':
      return (
        <div className="jp-BucketToken-problem" role="alert">
          <p>{state.error.message}</p>
          <p>{state.error.hint}</p>
          <AskButton access={access} label={trans.__('Retry')} />
        </div>
      );
    case 'ended':
      return (
        <div className="jp-BucketToken-problem" role="alert">
          <p>{trans.__('The token has ended, and was removed from this page.')}</p>
          <AskButton access={access} label={trans.__('Ask Again')} />
        </div>
      );
    default:
      return (
        <>
          <Secret
            access={access}
            trans={trans}
            token={state.phase === 'ready' ? state.token : null}
          />
          {state.phase === 'ready' && (
            <Facts facts={state.access} trans={trans} again={() => access.ask()} />
          )}
        </>
      );
  }
}

function AskButton({ access, label }: { access: Access; label: string }): React.JSX.Element {
  return (
    <button
      type="button"
      className={`${MAIN_ACTION} jp-Dialog-button jp-mod-accept jp-mod-styled`}
      ref={focusNow}
      onClick={() => access.ask()}
    >
      {label}
    </button>
  );
}

function Secret({
  access,
  trans,
  token
}: ITokenProps & { token: string | null }): React.JSX.Element {
  const asking = access.state.phase === 'asking';
  const [said, say] = useState('');

  const copy = async () => {
    say(asking ? trans.__('The token is copied as soon as it is here.') : '');
    try {
      await copyText(access.secret());
      say(trans.__('Copied.'));
    } catch {
      // Where there is no token, the dialog shows the reason in place of this.
      say(trans.__('The browser did not copy the token. Press Copy again, or use Reveal.'));
    }
  };

  const save = async () => {
    saveText('token.txt', await access.secret());
    say(trans.__('Saved in your downloads. Delete the file when the upload is done.'));
  };

  return (
    <>
      <div className="jp-BucketToken-secret">
        <code className={token ? '' : 'jp-mod-masked'} aria-label={trans.__('Token')}>
          {token ?? (asking ? trans.__('Asking for a token...') : '•'.repeat(24))}
        </code>
        <button
          type="button"
          className={`${MAIN_ACTION} jp-Dialog-button jp-mod-accept jp-mod-styled`}
          ref={focusFirst}
          onClick={copy}
        >
          {trans.__('Copy')}
        </button>
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          disabled={asking}
          onClick={() => (token ? access.hide() : void access.reveal())}
        >
          {token ? trans.__('Hide') : trans.__('Reveal')}
        </button>
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          disabled={asking}
          onClick={save}
        >
          {trans.__('Save as token.txt')}
        </button>
      </div>
      <p className="jp-BucketToken-said" role="status">
        {said}
      </p>
    </>
  );
}

/** What was focused has left the page. */
function focusNow(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** After Retry the button that was focused is gone: Copy is the next. */
function focusFirst(button: HTMLButtonElement | null): void {
  if (button && document.activeElement === document.body) {
    button.focus();
  }
}

interface IFactsProps {
  readonly facts: IAccess;
  readonly trans: TranslationBundle;
  readonly again: () => void;
}

function Facts({ facts, trans, again }: IFactsProps): React.JSX.Element {
  const now = useNow();
  const { endsAt, renewableAt, account, source } = facts;
  const whose = account ?? trans.__("this server's identity");
  return (
    <>
      {endsAt !== null && renewableAt !== null && (
        <div className="jp-BucketToken-short" role="note">
          <p>
            <strong>
              {trans._n(
                'Only %1 minute is left.',
                'Only %1 minutes are left.',
                Math.max(0, Math.floor((endsAt - now) / 60_000))
              )}
            </strong>{' '}
            {trans.__(
              'Google hands out the same token again until a few minutes before it ends, and the hour of this one began earlier. For a longer upload ask again at %1.',
              formatTime(renewableAt)
            )}
          </p>
          <button type="button" className="jp-BucketToken-link" onClick={again}>
            {trans.__('Ask Again')}
          </button>
        </div>
      )}
      <dl className="jp-LeapFacts">
        <dt>{trans.__('Ends')}</dt>
        <dd>
          {endsAt === null ? (
            trans.__('Not known: the source does not tell. Expect less than an hour.')
          ) : (
            <>
              {trans.__('at %1, in', formatTime(endsAt))}{' '}
              <span role="timer" className="jp-BucketToken-clock">
                {formatClock(endsAt - now)}
              </span>
            </>
          )}
        </dd>
        <dt>{trans.__('Account')}</dt>
        <dd>
          {account ?? trans.__('Not known')} ({trans.__('from %1', source)})
        </dd>
        <dt>{trans.__('Power')}</dt>
        <dd>
          {trans.__(
            'Until it ends, whoever holds it can read, change and delete whatever %1 can, in every bucket. Keep it out of notebooks, messages and buckets.',
            whose
          )}
        </dd>
      </dl>
    </>
  );
}

/** The time, each second anew. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

function formatTime(moment: number): string {
  return new Date(moment).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short'
  });
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
