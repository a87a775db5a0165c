import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { CommandIDs } from '../commands';
import type { TransferQueue } from './queue';
import { movingText, statusText } from './words';

interface IStatusContext {
  readonly queue: TransferQueue;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The item of the status bar: there while something is to be uploaded, and leads to the panel. */
export class TransferStatus extends ReactWidget {
  constructor(private readonly _context: IStatusContext) {
    super();
    this.addClass('jp-LeapStatus');
    _context.queue.changed.connect(this._onChanged, this);
  }

  dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  /** Whether it is to be seen. */
  get isActive(): boolean {
    return this._isActive;
  }

  get activeChanged(): ISignal<this, void> {
    return this._activeChanged;
  }

  protected render(): JSX.Element {
    const { queue, commands, trans } = this._context;
    return (
      <UseSignal signal={queue.changed}>
        {() => {
          const { summary } = queue;
          return (
            <button
              type="button"
              className="jp-StatusBar-TextItem"
              title={movingText(summary, trans)}
              onClick={() => void commands.execute(CommandIDs.showPanel)}
            >
              {statusText(summary, trans)}
            </button>
          );
        }}
      </UseSignal>
    );
  }

  private _onChanged({ busy }: TransferQueue): void {
    if (busy !== this._isActive) {
      this._isActive = busy;
      this._activeChanged.emit();
    }
  }

  private _isActive = false;
  private readonly _activeChanged = new Signal<this, void>(this);
}
