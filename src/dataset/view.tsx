import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { isAbort } from '../store/errors';
import type { ILocation } from '../store/path';
import type { IPreview, ISummary } from '../worker/zarrProtocol';
import type { DatasetReader, IDataset } from './reader';
import { Problem } from './problem';
import type { Preview } from './arrays';
import { Summary } from './summary';
import { explain } from './words';

/** The content of a data set's document: its summary, or why there is none. */
export class DatasetView extends ReactWidget {
  constructor(private readonly _options: DatasetView.IOptions) {
    super();
    this.addClass('jp-BucketDataset');
    this.node.tabIndex = 0;
    this.node.setAttribute('aria-label', _options.trans.__('Data set %1', _options.name));
    this.node.setAttribute('role', 'region');
    if (_options.place) {
      this._dataset = _options.reader.open({
        bucket: _options.place.bucket,
        prefix: _options.place.key
      });
    }
    _options.uri?.then(
      uri => {
        this._uri = uri;
        this.update();
      },
      // Only an ornament: what is wrong with the bucket is told by the reading.
      () => undefined
    );
    void this.load();
  }

  dispose(): void {
    this._dataset?.close();
    super.dispose();
  }

  /** Reads the data set, again if it was read before. */
  async load(): Promise<void> {
    if (!this._dataset) {
      return;
    }
    const dataset = this._dataset;
    const turn = ++this._turn;
    this._summary = null;
    this._error = null;
    this._previews = new Map();
    this.update();
    try {
      const summary = await dataset.summary();
      if (turn === this._turn) {
        this._summary = summary;
        this.update();
        this._preview(dataset, summary, turn);
      }
    } catch (error) {
      if (turn === this._turn && !isAbort(error)) {
        this._error = error;
        this.update();
      }
    }
  }

  protected render(): JSX.Element {
    const { name, openFolder, place, trans } = this._options;
    if (!place) {
      return (
        <Problem
          title={trans.__('Only data sets in buckets are shown here')}
          detail={trans.__('"%1" is not in a bucket. Open it in a notebook with xarray.', name)}
          trans={trans}
        />
      );
    }
    if (this._error) {
      const { title, detail, retry } = explain(this._error, trans);
      return (
        <Problem
          title={title}
          detail={detail}
          openFolder={openFolder}
          retry={retry ? () => void this.load() : undefined}
          trans={trans}
        />
      );
    }
    if (!this._summary) {
      return (
        <p className="jp-BucketDataset-loading" role="status">
          {trans.__('Reading %1…', name)}
        </p>
      );
    }
    return (
      <Summary
        name={name}
        uri={this._uri}
        summary={this._summary}
        previews={this._previews}
        openGroup={this._options.openGroup}
        trans={trans}
      />
    );
  }

  protected onActivateRequest(): void {
    this.node.focus();
  }

  /** Reads the first values of the coordinates of the root, a few requests of small chunks. */
  private _preview(dataset: IDataset, { groups }: ISummary, turn: number): void {
    const few = groups[0].coordinates.filter(array => array.previewable).slice(0, MOST_PREVIEWS);
    for (const { path } of few) {
      const show = (preview: Preview) => {
        if (turn === this._turn && !this.isDisposed) {
          this._previews = new Map(this._previews).set(path, preview);
          this.update();
        }
      };
      dataset.preview(path).then(
        (values: IPreview) => show({ values }),
        error => isAbort(error) || show({ problem: explain(error, this._options.trans).detail })
      );
    }
  }

  private readonly _dataset: IDataset | null = null;
  private _turn = 0;
  private _uri: string | null = null;
  private _summary: ISummary | null = null;
  private _error: unknown = null;
  private _previews: ReadonlyMap<string, Preview> = new Map();
}

const MOST_PREVIEWS = 12;

export namespace DatasetView {
  export interface IOptions {
    readonly name: string;
    /** The store's bucket and prefix; null for a folder that is not in a bucket. */
    readonly place: ILocation | null;
    /** Shown once it is known. */
    readonly uri: Promise<string | null> | null;
    readonly reader: DatasetReader;
    readonly openFolder: () => void;
    /** Opens a group by its path in the store. */
    readonly openGroup: (path: string) => void;
    readonly trans: TranslationBundle;
  }
}
