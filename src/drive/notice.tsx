import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { PathExt } from '@jupyterlab/coreutils';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { Contents } from '@jupyterlab/services';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';
import type { BucketList } from '../store/buckets';
import type { IBucket } from '../store/entry';
import { foreignOwner, fromDrivePath, parentPrefix, toUri } from '../store/path';
import { readNotebook } from './convert';

const SEEN = 'jupyterlab-leap-buckets:notices-seen';
/** So many of a person's own notebooks are remembered as explained. */
const MOST_SEEN = 500;

/**
 * Says above a notebook from a bucket where it runs and where it is saved. In somebody else's
 * folder at every opening; for a notebook of one's own until it was dismissed once.
 */
export class NotebookNotices implements DocumentRegistry.IWidgetExtension<
  NotebookPanel,
  INotebookModel
> {
  constructor(private readonly _options: NotebookNotices.IOptions) {}

  createNew(panel: NotebookPanel, context: DocumentRegistry.IContext<INotebookModel>): void {
    void context.ready.then(() => this._add(panel, context));
  }

  private async _add(
    panel: NotebookPanel,
    context: DocumentRegistry.IContext<INotebookModel>
  ): Promise<void> {
    const { buckets, trans } = this._options;
    const place = fromDrivePath(context.path);
    const bucket = place && (await buckets.get(place.bucket));
    if (!place || !bucket || panel.isDisposed) {
      return;
    }
    const owner = foreignOwner(place.key, bucket.home);
    if (owner === null && (await this._seen()).includes(context.path)) {
      return;
    }
    const notice = new Notice({
      text: explain(bucket, place.key, owner, !!context.contentsModel?.writable, trans),
      copy: () => void this._copyHome(context),
      dismiss: () => {
        notice.dispose();
        void this._remember(context.path);
      },
      trans
    });
    panel.contentHeader.addWidget(notice);
  }

  /** Saves what is shown as a new notebook in the home folder, and opens it. */
  private async _copyHome(context: DocumentRegistry.IContext<INotebookModel>): Promise<void> {
    const { commands, contents, trans } = this._options;
    try {
      const path = await this._freeName(PathExt.basename(context.localPath));
      // As a person trusts it here, it must not be signed as trusted there.
      const content = readNotebook(context.model.toString());
      await contents.save(path, { type: 'notebook', format: 'json', content });
      await commands.execute('docmanager:open', { path });
    } catch (error) {
      await showErrorMessage(trans.__('Cannot copy the notebook'), error as Error);
    }
  }

  /** `x.ipynb`, or with `-Copy1` and so on: the first name that the home folder does not have. */
  private async _freeName(name: string): Promise<string> {
    const { content } = await this._options.contents.get('', { content: true });
    const taken = new Set((content as Contents.IModel[]).map(file => file.name));
    const extension = PathExt.extname(name);
    const stem = PathExt.basename(name, extension);
    let free = name;
    for (let count = 1; taken.has(free); count++) {
      free = `${stem}-Copy${count}${extension}`;
    }
    return free;
  }

  private async _seen(): Promise<string[]> {
    return ((await this._options.state?.fetch(SEEN)) as string[] | undefined) ?? [];
  }

  private async _remember(path: string): Promise<void> {
    const seen = await this._seen();
    await this._options.state?.save(SEEN, [...seen, path].slice(-MOST_SEEN));
  }
}

export namespace NotebookNotices {
  export interface IOptions {
    readonly buckets: BucketList;
    readonly commands: CommandRegistry;
    readonly contents: Contents.IManager;
    readonly state: IStateDB | null;
    readonly trans: TranslationBundle;
  }
}

function explain(
  bucket: IBucket,
  key: string,
  owner: string | null,
  writable: boolean,
  trans: TranslationBundle
): string {
  const folder = toUri(bucket.uri, parentPrefix(key));
  const place =
    owner === null
      ? trans.__('This notebook runs in your home folder.')
      : trans.__("Somebody else's code, from %1. It runs in your home folder.", folder);
  const saving = writable
    ? trans.__('Saves go to %1.', folder)
    : trans.__('It cannot be saved in the bucket.');
  return `${place} ${saving}`;
}

interface INoticeOptions {
  readonly text: string;
  readonly copy: () => void;
  readonly dismiss: () => void;
  readonly trans: TranslationBundle;
}

/** The line above the notebook: as high as its text, which wraps where the notebook is narrow. */
class Notice extends ReactWidget {
  constructor(private readonly _options: INoticeOptions) {
    super();
    this.addClass('jp-BucketNotice');
  }

  dispose(): void {
    this._resized.disconnect();
    super.dispose();
  }

  protected render(): JSX.Element {
    const { text, copy, dismiss, trans } = this._options;
    return (
      <div role="note" aria-label={trans.__('Notebook from a bucket')} ref={this._measure}>
        <span>{text}</span>
        <Button small onClick={copy}>
          {trans.__('Copy to home')}
        </Button>
        <Button small minimal onClick={dismiss}>
          {trans.__('Dismiss')}
        </Button>
      </div>
    );
  }

  private readonly _measure = (line: HTMLElement | null): void => {
    if (line) {
      this._resized.observe(line);
    }
  };

  // A box panel gives a widget its minimal height, and cannot see that of its content.
  private readonly _resized = new ResizeObserver(([{ target }]) => {
    this.node.style.minHeight = `${(target as HTMLElement).offsetHeight}px`;
    this.parent?.fit();
  });
}
