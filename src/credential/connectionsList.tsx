import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useRef, useState } from 'react';
import type { IConnection } from '../store/connections';
import type { Connections } from './connections';

interface IListProps {
  readonly connections: Connections;
  /** Shows a connection's first bucket; undefined for one without. */
  readonly browse: (connection: IConnection) => (() => void) | undefined;
  /** Told what was removed. */
  readonly removed: (name: string) => void;
  readonly trans: TranslationBundle;
}

/** All connections, each with what can be done with it. */
export function ConnectionList(props: IListProps): React.JSX.Element {
  const { connections, trans } = props;
  const { all, problem } = connections;
  if (problem) {
    return (
      <div className="jp-BucketConnections-problem" role="alert">
        <p>{problem.advice}</p>
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          onClick={() => void connections.load()}
        >
          {trans.__('Retry')}
        </button>
      </div>
    );
  }
  if (all === null) {
    return <p role="status">{trans.__('Looking for connections...')}</p>;
  }
  if (all.length === 0) {
    return <p>{trans.__('There is none yet.')}</p>;
  }
  return (
    <ul className="jp-BucketConnections-list" aria-label={trans.__('Connections')}>
      {all.map(connection => (
        <Entry key={connection.name} {...props} connection={connection} />
      ))}
    </ul>
  );
}

function Entry(props: IListProps & { readonly connection: IConnection }): React.JSX.Element {
  const { connections, connection, browse, removed, trans } = props;
  const { name, endpoint, source, buckets, managed, error } = connection;
  const [asked, ask] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const trial = connections.trial(name);
  const show = browse(connection);
  const button = (label: string, title: string, onClick: () => void, busy = false) => (
    <button
      type="button"
      className="jp-Dialog-button jp-mod-reject jp-mod-styled"
      aria-label={title}
      // One that is disabled would take the keyboard along.
      aria-disabled={busy}
      onClick={busy ? undefined : onClick}
    >
      {label}
    </button>
  );
  const keep = () => {
    ask(false);
    requestAnimationFrame(() =>
      row.current
        ?.querySelector<HTMLElement>('.jp-BucketConnections-buttons button:last-of-type')
        ?.focus()
    );
  };
  const remove = async () => {
    const why = await connections.remove(name);
    if (why === null) {
      removed(name);
    } else {
      keep();
      refuse(why);
    }
  };
  return (
    <li ref={row}>
      <div className="jp-BucketConnections-facts">
        <strong>{name}</strong>
        <span>{endpoint ?? (error === null ? 'AWS' : '')}</span>
        <span>{sourceInWords(source, trans)}</span>
        {buckets.length > 0 && <span>{trans.__('Buckets: %1', buckets.join(', '))}</span>}
      </div>
      <div className="jp-BucketConnections-buttons">
        {show && button(trans.__('Browse'), trans.__('Browse %1', name), show)}
        {error === null &&
          button(
            trans.__('Test'),
            trans.__('Test %1', name),
            () => void connections.test(name),
            trial === null
          )}
        {managed &&
          !asked &&
          button(trans.__('Remove'), trans.__('Remove %1', name), () => ask(true))}
      </div>
      {asked && (
        <div
          className="jp-BucketConnections-question"
          role="group"
          aria-label={trans.__('Remove %1', name)}
        >
          <p>
            {trans.__('Its keys are deleted from ~/.aws/credentials; no other copy is kept here.')}
          </p>
          <FocusedButton label={trans.__('Keep')} onClick={keep} />
          {button(trans.__('Delete the keys'), trans.__('Delete the keys of %1', name), remove)}
        </div>
      )}
      {(error ?? refusal) && (
        <p
          className="jp-BucketConnections-note jp-BucketConnections-problem"
          role={refusal ? 'alert' : undefined}
        >
          {error ?? refusal}
        </p>
      )}
      <p
        role="status"
        className={`jp-BucketConnections-note${trial?.ok === false ? ' jp-BucketConnections-problem' : ''}`}
      >
        {trial === null ? trans.__('Asking the storage...') : trial?.message}
      </p>
    </li>
  );
}

/** The focus goes with a question, and to the answer that changes nothing. */
function FocusedButton(props: { label: string; onClick: () => void }): React.JSX.Element {
  return (
    <button
      type="button"
      className="jp-Dialog-button jp-mod-accept jp-mod-styled"
      ref={focusFirst}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}

function focusFirst(button: HTMLButtonElement | null): void {
  button?.focus();
}

function sourceInWords(source: IConnection['source'], trans: TranslationBundle): string {
  switch (source) {
    case 'aws':
      return trans.__('AWS profile');
    case 'rclone':
      return trans.__('rclone remote');
    default:
      return trans.__('AWS profile and rclone remote');
  }
}
