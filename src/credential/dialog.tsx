import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';
import type { IBucket } from '../store/entry';
import type { Access } from './access';
import type { Arrival } from './arrival';
import { TokenBody } from './body';
import type { Grants } from './grants';
import { MAIN_ACTION } from './secret';
import { firstTarget, type IChosen, placeOf, TargetChooser } from './target';
import { VerifyRow } from './verify';

export interface IUploadDialogOptions {
  readonly buckets: Promise<readonly IBucket[]>;
  readonly commands: CommandRegistry;
  /** Begins to watch a folder; null where data sets cannot be read. */
  readonly watch: ((chosen: IChosen) => Arrival) | null;
  readonly trans: TranslationBundle;
}

export interface ITokenDialogOptions extends IUploadDialogOptions {
  readonly access: Access;
  readonly grants: Grants;
  /** Where grants are taken: the whole address. */
  readonly grantsUrl: string;
  /** Brings up the panel, where files of this computer can be dropped. */
  readonly showPanel: () => void;
}

/** A dialog whose body has keys of its own. */
class BodyDialog extends Dialog<void> {
  handleEvent(event: Event): void {
    if (!(event instanceof KeyboardEvent && belongsToBody(event))) {
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

/** Hands out upload tokens and grants. What it holds ends with it. */
export class TokenDialog extends BodyDialog {
  constructor(options: ITokenDialogOptions) {
    const { access, buckets, grants, showPanel, trans } = options;
    const title = trans.__('Upload token');
    super({
      title,
      body: ReactWidget.create(
        <TokenBody
          {...options}
          close={() => this.reject()}
          showPanel={() => {
            this.reject();
            showPanel();
          }}
        />
      ),
      buttons: [Dialog.cancelButton({ label: trans.__('Close') })],
      focusNodeSelector: `.${MAIN_ACTION}`
    });
    this._access = access;
    this._grants = grants;
    this.addClass('jp-BucketToken');
    this.node.setAttribute('aria-label', title);
    // A page that the browser keeps for its Back button must not come back with a token.
    window.addEventListener('pagehide', this);
    void this.ready.then(() => (this._isReady = true));
    access.ask(
      buckets.then(
        all => placeOf(firstTarget(all)),
        () => null
      )
    );
  }

  dispose(): void {
    window.removeEventListener('pagehide', this);
    this._access.dispose();
    this._grants.dispose();
    super.dispose();
  }

  handleEvent(event: Event): void {
    if (event.type === 'pagehide') {
      this.reject();
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

  private readonly _access: Access;
  private readonly _grants: Grants;
  private _isReady = false;
}

/** Tells whether the small data set of an upload has arrived. */
export class VerifyDialog extends BodyDialog {
  constructor({
    buckets,
    commands,
    watch,
    trans
  }: IUploadDialogOptions & { readonly watch: (chosen: IChosen) => Arrival }) {
    const title = trans.__('Verify upload');
    super({
      title,
      body: ReactWidget.create(
        <TargetChooser buckets={buckets} trans={trans}>
          {chosen =>
            chosen && (
              <VerifyRow
                chosen={chosen}
                watch={watch}
                commands={commands}
                close={() => this.reject()}
                trans={trans}
              />
            )
          }
        </TargetChooser>
      ),
      buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
    });
    this.addClass('jp-BucketToken');
    this.node.setAttribute('aria-label', title);
  }
}
