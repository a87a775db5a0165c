import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import type { IConnection } from '../store/connections';
import type { IBucket } from '../store/entry';
import type { Connections } from './connections';
import { ConnectionForm, FIRST_FIELD } from './connectionsForm';
import { ConnectionList } from './connectionsList';

export interface IConnectionsDialogOptions {
  readonly connections: Connections;
  /** The first bucket of a connection; null where the panel has none. */
  readonly bucketOf: (connection: IConnection) => IBucket | null;
  readonly show: (bucket: IBucket) => void;
  readonly trans: TranslationBundle;
}

/** Storage that the user has keys for: looks at what the server's files know, adds to them, and removes that again. */
export class ConnectionsDialog extends Dialog<void> {
  constructor(options: IConnectionsDialogOptions) {
    const { connections, trans } = options;
    const title = trans.__('Connections');
    const browse = (connection: IConnection) => {
      const bucket = options.bucketOf(connection);
      return bucket
        ? () => {
            this.reject();
            options.show(bucket);
          }
        : undefined;
    };
    super({
      title,
      body: ReactWidget.create(
        <UseSignal signal={connections.changed}>
          {() => <Body connections={connections} browse={browse} trans={trans} />}
        </UseSignal>
      ),
      buttons: [Dialog.cancelButton({ label: trans.__('Close') })],
      focusNodeSelector: `.${FIRST_FIELD} select`
    });
    this.addClass('jp-BucketConnections');
    this.node.setAttribute('aria-label', title);
    // A page that the browser keeps for its Back button must not come back with keys in it.
    window.addEventListener('pagehide', this);
  }

  dispose(): void {
    window.removeEventListener('pagehide', this);
    super.dispose();
  }

  handleEvent(event: Event): void {
    if (event.type === 'pagehide') {
      this.reject();
    } else if (!(event instanceof KeyboardEvent && belongsToBody(event))) {
      super.handleEvent(event);
    }
  }
}

/** A dialog takes these keys for its own buttons, also from what is in its body. */
function belongsToBody({ key, target }: KeyboardEvent): boolean {
  return (
    ['Enter', 'ArrowLeft', 'ArrowRight'].includes(key) &&
    target instanceof Element &&
    target.closest('.jp-Dialog-body') !== null
  );
}

interface IBodyProps {
  readonly connections: Connections;
  readonly browse: (connection: IConnection) => (() => void) | undefined;
  readonly trans: TranslationBundle;
}

function Body({ connections, browse, trans }: IBodyProps): React.JSX.Element {
  const [said, say] = useState('');
  return (
    <>
      <p>
        {trans.__(
          'S3 storage that you have keys for. Keys are kept in ~/.aws/credentials on this server, where AWS tools, Python and rclone find them, and are never shown again.'
        )}
      </p>
      <ConnectionList
        connections={connections}
        browse={browse}
        removed={name => {
          say(trans.__('%1 was removed.', name));
          // The button that was pressed is gone.
          document.querySelector<HTMLElement>(`.${FIRST_FIELD} select`)?.focus();
        }}
        trans={trans}
      />
      <p role="status" className="jp-BucketConnections-said">
        {said}
      </p>
      <ConnectionForm
        connections={connections}
        added={name => say(trans.__('%1 was added.', name))}
        trans={trans}
      />
    </>
  );
}
