import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import React from 'react';
import type { IBucket } from '../store/entry';
import type { Access } from './access';
import { CodeSection } from './code';
import { MAIN_ACTION, TokenSection } from './token';

export interface ITokenDialogOptions {
  readonly access: Access;
  readonly buckets: Promise<readonly IBucket[]>;
  /** Brings up the panel, where files of this computer can be dropped. */
  readonly showPanel: () => void;
  readonly trans: TranslationBundle;
}

/** Hands out an upload token. The token ends with the dialog. */
export class TokenDialog extends Dialog<void> {
  constructor({ access, buckets, showPanel, trans }: ITokenDialogOptions) {
    const title = trans.__('Upload token');
    super({
      title,
      body: ReactWidget.create(
        <>
          <p className="jp-BucketToken-where">
            <strong>{trans.__('Is your data on this computer?')}</strong>{' '}
            {trans.__('Then you need no token: drop the files into Cloud buckets.')}{' '}
            <button
              type="button"
              className="jp-BucketToken-link"
              onClick={() => {
                this.reject();
                showPanel();
              }}
            >
              {trans.__('Show Cloud Buckets')}
            </button>
          </p>
          <UseSignal signal={access.changed}>
            {() => (
              <>
                <TokenSection access={access} trans={trans} />
                {access.state.phase !== 'failed' && <CodeSection buckets={buckets} trans={trans} />}
              </>
            )}
          </UseSignal>
        </>
      ),
      buttons: [Dialog.cancelButton({ label: trans.__('Close') })],
      focusNodeSelector: `.${MAIN_ACTION}`
    });
    this._access = access;
    this.addClass('jp-BucketToken');
    this.node.setAttribute('aria-label', title);
    // A page that the browser keeps for its Back button must not come back with a token.
    window.addEventListener('pagehide', this);
    void this.ready.then(() => (this._isReady = true));
  }

  dispose(): void {
    window.removeEventListener('pagehide', this);
    this._access.dispose();
    super.dispose();
  }

  handleEvent(event: Event): void {
    if (event.type === 'pagehide') {
      this.reject();
    } else if (event instanceof KeyboardEvent && this._belongsToBody(event)) {
      return;
    } else if (event instanceof KeyboardEvent && event.key === 'Enter' && !this._isReady) {
      this._pressWhenReady(event);
    } else {
      super.handleEvent(event);
    }
  }

  /** Until the body is there the focus is on Close: a fast second Enter means Copy all the same. */
  private _pressWhenReady(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) {
      void this.ready.then(() => this.node.querySelector<HTMLElement>(`.${MAIN_ACTION}`)?.click());
    }
  }

  /** A dialog takes these keys for its own buttons, also from the buttons in its body. */
  private _belongsToBody({ key, target }: KeyboardEvent): boolean {
    return (
      ['Enter', 'ArrowLeft', 'ArrowRight'].includes(key) &&
      target instanceof Element &&
      target.closest('.jp-Dialog-body') !== null
    );
  }

  private readonly _access: Access;
  private _isReady = false;
}
