import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import type { StoreError } from '../store/errors';
import { formatClock } from '../ui/format';
import { legible } from '../ui/legible';
import type { Access, IAccess } from './access';
import { focusNext, MAIN_ACTION, Secret } from './secret';

interface ITokenProps {
  readonly access: Access;
  /** The folder's address for people, such as `gs://bucket/ada/`. */
  readonly address: string | null;
  /** Shows what lasts longer than a token. */
  readonly showLonger: () => void;
  readonly trans: TranslationBundle;
}

/** The token, masked, with what it can do and until when; or why there is none. */
export function TokenSection(props: ITokenProps): React.JSX.Element {
  const { access, trans } = props;
  const { state } = access;
  switch (state.phase) {
    case 'failed':
      return (
        <Problem error={state.error}>
          <Ask label={trans.__('Retry')} ask={() => access.again()} />
        </Problem>
      );
    case 'refused':
      return <Refused {...props} error={state.error} />;
    case 'doubtful':
      return <Doubtful {...props} facts={state.access} />;
    case 'ended':
      return (
        <div className="jp-BucketToken-problem" role="alert">
          <p>
            {state.endsAt === null
              ? trans.__('The token has ended, and was removed from this page.')
              : trans.__(
                  'The token was removed from this page. Where you have copied it to, it stays good until %1.',
                  formatTime(state.endsAt)
                )}
          </p>
          <Ask label={trans.__('Ask Again')} ask={() => access.again()} />
        </div>
      );
    default:
      return (
        <>
          <Secret
            label={trans.__('Token')}
            shown={state.phase === 'ready' ? state.token : null}
            waiting={state.phase === 'asking' ? trans.__('Asking for a token...') : null}
            secret={() => access.secret()}
            toggle={() =>
              state.phase === 'ready' && state.token ? access.hide() : void access.reveal()
            }
            fileName="token.txt"
            main
            forget={() => access.forget()}
            trans={trans}
          />
          {state.phase === 'ready' && <Facts {...props} facts={state.access} />}
        </>
      );
  }
}

function Problem({
  error,
  children
}: {
  error: StoreError;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <div className="jp-BucketToken-problem" role="alert">
      <p>{error.message}</p>
      <p>{error.hint}</p>
      {children}
    </div>
  );
}

function Ask({ ask, label }: { ask: () => void; label: string }): React.JSX.Element {
  return (
    <button
      type="button"
      className={`${MAIN_ACTION} jp-Dialog-button jp-mod-accept jp-mod-styled`}
      ref={focusNext}
      onClick={ask}
    >
      {label}
    </button>
  );
}

/** No limited token: what another one could do, before anybody gets it. Enter tries again. */
function Refused({ access, trans, error }: ITokenProps & { error: StoreError }): React.JSX.Element {
  return (
    <Problem error={error}>
      <p>
        <strong>{trans.__('You can have a token without limits instead.')}</strong>{' '}
        {trans.__(
          'For up to an hour, whoever holds it can read, change and delete everything that this server can, in every bucket, the folders of others included. It cannot be taken back.'
        )}
      </p>
      <Ask label={trans.__('Try Again')} ask={() => access.again()} />
      <button
        type="button"
        className="jp-Dialog-button jp-mod-warn jp-mod-styled"
        onClick={() => access.askFull()}
      >
        {trans.__('Give Me a Token Without Limits')}
      </button>
    </Problem>
  );
}

/** A person's token: whose it is, before anybody gets it. Enter leaves it. */
function Doubtful({
  access,
  address,
  trans,
  facts
}: ITokenProps & { facts: IAccess }): React.JSX.Element {
  const { account, source, limit } = facts;
  return (
    <div className="jp-BucketToken-problem" role="alert">
      <p>
        <strong>
          {account === null
            ? trans.__('Nobody can tell whose token this is.')
            : trans.__('This is the token of %1: a person, not the hub.', account)}
        </strong>{' '}
        {trans.__('It comes from %1.', source)}{' '}
        {limit
          ? trans.__(
              'Whoever holds it acts as this account in %1 until it ends.',
              legible(address ?? '')
            )
          : trans.__(
              'Whoever holds it acts as this account, in everything that the account may do in Google Cloud, until it ends.'
            )}{' '}
        {trans.__(
          'If you want the identity of the hub, run "gcloud auth revoke" in a terminal and ask again.'
        )}
      </p>
      <Ask label={trans.__('Ask Again')} ask={() => access.again()} />
      <button
        type="button"
        className="jp-Dialog-button jp-mod-warn jp-mod-styled"
        onClick={() => access.confirm()}
      >
        {account === null ? trans.__('Use It All the Same') : trans.__('Use the Personal Token')}
      </button>
    </div>
  );
}

function Facts({
  access,
  address,
  showLonger,
  trans,
  facts
}: ITokenProps & { facts: IAccess }): React.JSX.Element {
  const now = useNow();
  const { endsAt, renewableAt, account, source, limit } = facts;
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
              'Google hands out the same token again until a few minutes before it ends, and the hour of this one began earlier. For a full hour ask again at %1.',
              formatTime(renewableAt)
            )}
          </p>
          <button type="button" className="jp-BucketToken-link" onClick={() => access.again()}>
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
              {'. '}
            </>
          )}{' '}
          <button type="button" className="jp-BucketToken-link" onClick={showLonger}>
            {trans.__('My upload takes longer')}
          </button>
        </dd>
        <dt>{trans.__('Account')}</dt>
        <dd>
          {account ?? trans.__('Not known')} ({trans.__('from %1', source)})
        </dd>
        <dt>{trans.__('Power')}</dt>
        <dd>
          {limit
            ? trans.__(
                'Until it ends, whoever holds it can list, read, write and delete in %1, and nothing else. Keep it out of notebooks, messages and buckets.',
                legible(address ?? '')
              )
            : trans.__(
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
