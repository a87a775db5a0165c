import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import type { IGrant } from '../store/entry';
import { formatSpan } from '../ui/format';
import { legible } from '../ui/legible';
import { Code, wildcards } from './code';
import { type Grants, MAX_DAYS } from './grants';
import { renewingSnippet } from './renewing';
import { focusNext, Secret } from './secret';
import { addresses, hasWildcards, type ITarget } from './snippets';

interface ILongerProps {
  readonly grants: Grants;
  /** The folder that a grant is made for; null where there is none to name. */
  readonly bucket: string | null;
  readonly target: ITarget | null;
  /** Whether the identity is a person's, and nobody has said that it is meant. */
  readonly isDoubtful: boolean;
  /** How the address of a bucket begins, by its id. */
  readonly uriOf: (bucket: string) => string;
  /** Where grants are taken: the whole address. */
  readonly url: string;
  readonly trans: TranslationBundle;
}

/** Uploads that outlast a token: makes a grant, with the code that uses it, and lists what there is. */
export function LongerSection(props: ILongerProps): React.JSX.Element {
  const { grants, target, isDoubtful, uriOf, url, trans } = props;
  const { made, error } = grants;
  useEffect(() => void grants.load(), [grants]);
  const forMade = made && {
    uri: uriOf(made.place.bucket),
    prefix: made.place.prefix
  };
  const used = forMade ?? target;
  return (
    <>
      <p>
        {trans.__(
          'An upload grant is a key to one folder, good for days: with it the code below asks this server for a new token whenever one ends. It opens nothing else, neither this server nor your account, and you can revoke it at any moment.'
        )}
      </p>
      {error && (
        <div className="jp-BucketToken-problem" role="alert">
          <p>{error.message}</p>
          <p>{error.hint}</p>
        </div>
      )}
      {made ? (
        <>
          <p>
            <strong>
              {trans.__(
                'A grant for %1. Copy it now: it is not shown again once this dialog is closed.',
                legible(address(made.place, uriOf))
              )}
            </strong>
          </p>
          <Secret
            label={trans.__('Grant')}
            shown={grants.shown}
            waiting={null}
            secret={() => grants.secret()}
            toggle={() => (grants.shown ? grants.hide() : grants.reveal())}
            fileName="grant.txt"
            main
            forget={() => grants.forget()}
            trans={trans}
          />
        </>
      ) : (
        !isDoubtful && <Form {...props} />
      )}
      {used && (
        <>
          <p>
            {trans.__(
              'It needs Python with gcsfs, xarray and zarr. It takes the grant from the file grant.txt beside it, or asks for it. If the hub stops your server (idle ones after about an hour, all after 7 days) the upload waits, says so, and goes on once you have started it again.'
            )}
          </p>
          {hasWildcards(used.prefix) ? (
            <p role="note">{wildcards(trans)}</p>
          ) : (
            <Code
              label={trans.__('Code')}
              code={renewingSnippet({
                ...addresses(used),
                url,
                keepAwake: made?.keepAwake ?? false
              })}
              trans={trans}
            />
          )}
        </>
      )}
      <List {...props} />
    </>
  );
}

function Form({ grants, bucket, target, trans }: ILongerProps): React.JSX.Element {
  const [days, setDays] = useState(7);
  const [keepAwake, setKeepAwake] = useState(false);
  const valid = Number.isInteger(days) && days >= 1 && days <= MAX_DAYS;
  if (bucket === null || target === null) {
    return <p>{trans.__('There is no folder of a Google bucket that you could grant.')}</p>;
  }
  return (
    <div className="jp-BucketToken-form">
      <label>
        {trans.__('Good for')}{' '}
        <input
          type="number"
          className="jp-mod-styled"
          min={1}
          max={MAX_DAYS}
          value={Number.isNaN(days) ? '' : days}
          aria-invalid={!valid}
          onChange={event => setDays(event.target.valueAsNumber)}
        />{' '}
        {trans.__('days, 30 at most')}
      </label>
      <label>
        <input
          type="checkbox"
          checked={keepAwake}
          onChange={event => setKeepAwake(event.target.checked)}
        />{' '}
        {trans.__('The upload keeps my server from being stopped as idle')}
      </label>
      <button
        type="button"
        className="jp-Dialog-button jp-mod-accept jp-mod-styled"
        ref={focusNext}
        disabled={!valid || grants.busy}
        onClick={() => void grants.make({ bucket, prefix: target.prefix }, days, keepAwake)}
      >
        {trans.__('Make an Upload Grant')}
      </button>
    </div>
  );
}

function List({ grants, uriOf, trans }: ILongerProps): React.JSX.Element | null {
  const { list } = grants;
  if (list === null || list.length === 0) {
    return null;
  }
  return (
    <table className="jp-BucketToken-grants">
      <caption>{trans.__('Upload grants of this server')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Folder')}</th>
          <th scope="col">{trans.__('Ends')}</th>
          <th scope="col">{trans.__('Last used')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {list.map(grant => (
          <Row key={grant.id} grant={grant} grants={grants} uriOf={uriOf} trans={trans} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  grant,
  grants,
  uriOf,
  trans
}: Pick<ILongerProps, 'grants' | 'uriOf' | 'trans'> & { grant: IGrant }): React.JSX.Element {
  const folder = legible(address(grant, uriOf));
  return (
    <tr>
      <td>{folder}</td>
      <td>{new Date(grant.expiresAt).toLocaleDateString()}</td>
      <td>{lastUse(grant, trans)}</td>
      <td>
        <button
          type="button"
          className="jp-BucketToken-link"
          aria-label={trans.__('Revoke the grant for %1', folder)}
          disabled={grants.busy}
          onClick={async ({ currentTarget }) => {
            const dialog = currentTarget.closest('.jp-Dialog');
            await grants.revoke(grant.id);
            // Its row is gone, and with it what was focused: keys outside the dialog do nothing.
            if (document.activeElement === document.body) {
              dialog?.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
            }
          }}
        >
          {trans.__('Revoke')}
        </button>
      </td>
    </tr>
  );
}

function lastUse({ lastUsedAt }: IGrant, trans: TranslationBundle): string {
  if (lastUsedAt === null) {
    return trans.__('never');
  }
  const span = formatSpan(Date.now() - Date.parse(lastUsedAt));
  return span === null ? trans.__('just now') : trans.__('%1 ago', span);
}

function address(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  uriOf: (bucket: string) => string
): string {
  return `${uriOf(bucket)}/${prefix}`;
}
