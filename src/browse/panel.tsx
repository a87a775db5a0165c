import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { type Menu, Panel } from '@lumino/widgets';
import React from 'react';
import { isDataset } from '../store/kind';
import { basename, type ILocation, parentPrefix } from '../store/path';
import type { IJobs, ITransfers } from '../tokens';
import { bucketIcon } from '../ui/icons';
import type { IBrowseContext } from './context';
import { takeFiles } from './drag/fileDrop';
import { stopStrayEnter } from './strayEnter';
import { BrowseView, type IDropTarget } from './view';

/** Milliseconds after which a list is old when somebody comes back to it. */
const STALE = 60_000;

/** Milliseconds in which writes are collected into one refresh. */
const SETTLE = 400;

/**
 * The side panel "Cloud buckets".
 *
 * It asks the store for nothing before it is first shown and nothing while it idles: only when it is
 * shown or the window comes back after a while, and after writes of our own.
 */
export class BucketPanel extends Panel {
  constructor(private readonly _options: BucketPanel.IOptions) {
    super();
    const { context, contextMenu, jobs, transfers } = _options;
    const { trans } = context;
    this.id = 'leap-buckets';
    this.title.icon = bucketIcon;
    this.title.caption = trans.__('Cloud buckets');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Cloud buckets'));
    this.addClass('jp-BucketPanel');

    this._view = ReactWidget.create(
      <UseSignal signal={this._targetChanged}>
        {() => <BrowseView {...context} dropTarget={this._dropTarget} />}
      </UseSignal>
    );
    this._view.addClass('jp-BucketPanel-view');
    this.addWidget(this._view);
    this.addWidget(jobs.tray);
    this.addWidget(transfers.tray);

    this._files = takeFiles(this.node, {
      over: element => {
        const folder = element && this.folderAt(element);
        this.point(folder && { folder, act: 'upload' });
        return element !== null;
      },
      drop: (data, element) =>
        void transfers.drop(data, this.folderAt(element) ?? this._firstFolder())
    });
    this._keys = stopStrayEnter(this.node);
    transfers.arrived.connect((_, place) => this.written(place), this);
    jobs.changed.connect((_, folders) => folders.forEach(folder => this._changed(folder)), this);
    window.addEventListener('focus', this);
    this.node.addEventListener('contextmenu', this);
    contextMenu.aboutToClose.connect(this._onMenuClosed, this);
  }

  dispose(): void {
    window.removeEventListener('focus', this);
    clearTimeout(this._settling);
    this._files.dispose();
    this._keys.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  handleEvent(event: Event): void {
    if (event.type === 'contextmenu') {
      this._hasMenu = true;
    } else if (this.isVisible) {
      this._freshen();
    }
  }

  /** Tells that an object was written: the list follows if that adds or changes one of its rows. */
  written({ bucket, key }: ILocation): void {
    const { model } = this._options.context;
    const { location, rows } = model;
    if (location?.bucket !== bucket || !key.startsWith(location.key)) {
      return;
    }
    const slash = key.indexOf('/', location.key.length);
    if (slash === -1 || rows.indexOf(key.slice(0, slash + 1)) === -1) {
      this._refreshSoon();
    }
  }

  /**
   * Lists the folder again at once, after a change of ours, and points at a row of it.
   *
   * @param focus - A key; null for the row that is now at the place of the focused one.
   */
  async follow(focus: string | null): Promise<void> {
    const { model } = this._options.context;
    const { location } = model;
    clearTimeout(this._settling);
    await model.refresh();
    if (focus === null || location === null || model.location !== location) {
      return;
    }
    const index = model.rows.indexOf(focus);
    if (index !== -1) {
      model.select(index, 'only');
    } else if (parentPrefix(focus) === location.key && (!model.complete || model.filter)) {
      await model.go(location, focus);
    }
  }

  /** Gives the keyboard to the list where a dialog or a menu has left it nowhere. */
  keepKeyboard(): void {
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) {
        this._focusList();
      }
    });
  }

  /** The folder that a drop on this element means: that of its row or breadcrumb, else the one shown. */
  folderAt(element: Element): ILocation | null {
    const { location } = this._options.context.model;
    const crumb = element.closest<HTMLElement>('.jp-BucketCrumbs [data-prefix]')?.dataset.prefix;
    if (location && crumb !== undefined) {
      return { bucket: location.bucket, key: crumb };
    }
    const key = element.closest<HTMLElement>('.jp-BucketRow')?.dataset.key;
    // A file of one's own has no place inside a data set: it goes beside it.
    return location && key?.endsWith('/') && !isDataset({ kind: 'folder', name: basename(key) })
      ? { bucket: location.bucket, key }
      : location;
  }

  /** Shows where a drop would go, and what it would do. */
  point(target: IDropTarget | null): void {
    const { folder, act } = this._dropTarget ?? {};
    if (folder?.key !== target?.folder.key || act !== target?.act) {
      this._dropTarget = target;
      this._targetChanged.emit();
    }
  }

  protected onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._freshen();
  }

  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._freshen();
    }
  }

  protected onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    // After the command palette has handed the keyboard back to the document it came from.
    requestAnimationFrame(() => this._focusList());
  }

  private _focusList(): void {
    // The list itself while it has no rows; it hands the keyboard on.
    const grid = this._view.node.querySelector<HTMLElement>('[role="grid"]');
    (grid?.querySelector<HTMLElement>('[tabindex="0"]') ?? grid)?.focus();
  }

  /** A menu takes the keyboard and leaves it nowhere when nothing was chosen. */
  private _onMenuClosed(): void {
    if (this._hasMenu) {
      this._hasMenu = false;
      this.keepKeyboard();
    }
  }

  /** Names in or below a folder came, went or changed. */
  private _changed({ bucket, key }: ILocation): void {
    const { location } = this._options.context.model;
    const isNear =
      location?.bucket === bucket && (location.key.startsWith(key) || key.startsWith(location.key));
    if (isNear) {
      this._refreshSoon();
    }
  }

  private _refreshSoon(): void {
    clearTimeout(this._settling);
    this._settling = setTimeout(() => void this._options.context.model.refresh(), SETTLE);
  }

  /** Lists the folder if it was not yet, or long ago. */
  private _freshen(): void {
    const { model } = this._options.context;
    if (model.buckets === null) {
      if (!model.loading) {
        void this._options.start();
      }
    } else if (!model.loading && Date.now() - model.listedAt > STALE) {
      void model.refresh();
    }
  }

  /** The folder shown once the buckets are known; null when there is none. */
  private _firstFolder(): Promise<ILocation | null> {
    const { model } = this._options.context;
    return new Promise(resolve => {
      const look = () => {
        if (model.location || (model.buckets && !model.loading) || model.problem) {
          model.changed.disconnect(look);
          resolve(model.location);
        }
      };
      model.changed.connect(look);
      look();
    });
  }

  private readonly _view: ReactWidget;
  private readonly _files: IDisposable;
  private readonly _keys: IDisposable;
  private readonly _targetChanged = new Signal<this, void>(this);
  private _dropTarget: IDropTarget | null = null;
  /** Whether the context menu was opened here. */
  private _hasMenu = false;
  private _settling: ReturnType<typeof setTimeout> | undefined;
}

export namespace BucketPanel {
  export interface IOptions {
    readonly context: IBrowseContext;
    readonly contextMenu: Menu;
    readonly jobs: IJobs;
    readonly transfers: ITransfers;
    /** Finds the buckets and shows the first folder. */
    readonly start: () => Promise<void>;
  }
}
