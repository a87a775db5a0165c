import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IBucket, IObject } from '../store/entry';
import { StoreError } from '../store/errors';
import { MAX_DOCUMENT_BYTES, isDataset } from '../store/kind';
import { basename, toLocalPath, type ILocation } from '../store/path';
import type { IStore } from '../tokens';
import { formatBytes } from '../ui/format';
import { readContent } from './content';
import { entryModel, folderModel, objectModel } from './model';
import { isMissing, refusal } from './refusal';

/** What the store has, in JupyterLab's models. Asks anew each time and remembers nothing. */
export class ModelReader {
  constructor(private readonly _options: ModelReader.IOptions) {}

  /**
   * What is at a place: with its content if that is asked for, a folder with its first page.
   * A place that no object has is a folder if something lies in it.
   */
  async read(place: ILocation, options: Contents.IFetchOptions): Promise<Contents.IModel> {
    const name = basename(place.key);
    const { type, format, content, contentProviderId } = options;
    if (
      place.key === '' ||
      type === 'directory' ||
      (type === undefined && isDataset({ kind: 'folder', name }))
    ) {
      return this._folder(place, !!content);
    }
    // Players stream from the download address: a film must not come as base64 too.
    const streamed = format === 'base64' && contentProviderId !== undefined;
    const bucket = await this.bucket(place.bucket);
    try {
      return content && !streamed
        ? await this._document(bucket, place.key, options)
        : this.describe(bucket, await this.head(bucket, place.key));
    } catch (error) {
      if (type === undefined && isMissing(error) && (await this._isFolder(place))) {
        return this._folder(place, !!content);
      }
      throw error;
    }
  }

  async head(bucket: IBucket, key: string): Promise<IObject> {
    const { store } = this._options;
    try {
      return await store.client.head(bucket.id, key);
    } catch (error) {
      throw isMissing(error) ? this._missing(bucket, key) : error;
    }
  }

  /** @throws A refusal with status 404 when this server has no such bucket. */
  async bucket(id: string): Promise<IBucket> {
    const { store, trans } = this._options;
    const found = await store.buckets.get(id);
    if (!found) {
      throw refusal(
        404,
        trans.__(
          'This server has no bucket "%1". Those it has are under "Cloud buckets" in the left sidebar.',
          id
        )
      );
    }
    return found;
  }

  describe(bucket: IBucket, object: IObject): Contents.IModel {
    return objectModel(bucket, object, this._options.mimetype(basename(object.key)));
  }

  private async _document(
    bucket: IBucket,
    key: string,
    options: Contents.IFetchOptions
  ): Promise<Contents.IModel> {
    const { store, trans } = this._options;
    const name = basename(key);
    try {
      const { object, bytes } = await store.client.read(bucket.id, key, {
        atMost: MAX_DOCUMENT_BYTES
      });
      return { ...this.describe(bucket, object), ...readContent(bytes, name, options, trans) };
    } catch (error) {
      if (isMissing(error)) {
        throw this._missing(bucket, key);
      }
      if (error instanceof StoreError && error.reason === 'too-large') {
        throw refusal(
          413,
          trans.__(
            '"%1" has more than the %2 that can be opened here. Read it in Python: "Insert in Notebook" in its context menu writes the code.',
            name,
            formatBytes(MAX_DOCUMENT_BYTES)
          )
        );
      }
      throw error;
    }
  }

  private _missing(bucket: IBucket, key: string): Error {
    const { trans } = this._options;
    return refusal(
      404,
      trans.__('There is no file "%1" in %2. It may have been moved or deleted.', key, bucket.uri)
    );
  }

  /** A folder, or all buckets; with the first page of what it holds. */
  private async _folder(place: ILocation, content: boolean): Promise<Contents.IModel> {
    const { store, mimetype } = this._options;
    const path = toLocalPath(place, 'folder');
    const name = place.key === '' ? place.bucket : basename(place.key);
    if (!content) {
      return folderModel(path, name, null);
    }
    if (place.bucket === '') {
      const buckets = await store.buckets.all();
      return folderModel(
        path,
        name,
        buckets.map(({ id }) => folderModel(id, id, null))
      );
    }
    const bucket = await this.bucket(place.bucket);
    const { entries } = await store.client.list(place.bucket, prefixOf(place));
    return folderModel(
      path,
      name,
      entries.map(entry => entryModel(bucket, entry, mimetype))
    );
  }

  private async _isFolder(place: ILocation): Promise<boolean> {
    const { client } = this._options.store;
    const page = await client.list(place.bucket, prefixOf(place), { limit: 1 });
    return page.entries.length > 0;
  }
}

export namespace ModelReader {
  export interface IOptions {
    readonly store: IStore;
    /** The MIME type of a file of this name. */
    readonly mimetype: (name: string) => string;
    readonly trans: TranslationBundle;
  }
}

function prefixOf({ key }: ILocation): string {
  return key && `${key}/`;
}
