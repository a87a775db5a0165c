import type { Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Precondition, StoreClient } from '../store/client';
import type { IObject } from '../store/entry';
import { StoreError } from '../store/errors';
import { isDataset } from '../store/kind';
import { DRIVE_NAME, basename, fromLocalPath, keyProblem, parentPrefix } from '../store/path';
import type { IJobs } from '../tokens';
import { writeContent } from './content';
import { ModelReader } from './reader';
import { isMissing, refusal, toRefusal } from './refusal';

/**
 * The buckets as a drive of JupyterLab, so that documents open and save natively:
 * `buckets:<bucket id>/<key>`. Every failure is a `ServerConnection.ResponseError`.
 *
 * A save replaces only the generation that this drive last told for the path. JupyterLab asks for
 * it right before it saves and compares it with the document's own: if they differ it shows its
 * conflict dialog, and a write that comes in between is refused by the store.
 */
export class BucketDrive implements Contents.IDrive {
  constructor(private readonly _options: BucketDrive.IOptions) {
    this._reader = new ModelReader(_options);
  }

  readonly name = DRIVE_NAME;

  get serverSettings(): ServerConnection.ISettings {
    return this._client.settings;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  async get(
    localPath: string,
    options: Contents.IFetchOptions = { content: true }
  ): Promise<Contents.IModel> {
    const path = bare(localPath);
    const saved = this._justSaved.get(path);
    if (saved && !options.content) {
      return saved;
    }
    // Else a save of our own, still under way, would look like somebody else's.
    await this._saving.get(path);
    return this._refusing(this._get(path, options));
  }

  async save(
    localPath: string,
    options: Partial<Contents.IModel> & Contents.IContentProvisionOptions = {}
  ): Promise<Contents.IModel> {
    const path = bare(localPath);
    const work = this._refusing(this._save(path, options));
    const settled = work.then(
      () => undefined,
      () => undefined
    );
    this._saving.set(path, settled);
    try {
      return await work;
    } finally {
      if (this._saving.get(path) === settled) {
        this._saving.delete(path);
      }
    }
  }

  async delete(localPath: string): Promise<void> {
    const path = bare(localPath);
    return this._refusing(this._delete(path));
  }

  getDownloadUrl(localPath: string): Promise<string> {
    const { bucket, key } = fromLocalPath(bare(localPath));
    return Promise.resolve(this._client.objectUrl(bucket, key));
  }

  newUntitled(): Promise<Contents.IModel> {
    const { trans } = this._options;
    return this._impossible(
      trans.__('Make the file in your home folder, then upload it to the bucket.')
    );
  }

  /** Gives an object, or a data set, another name or place in its bucket: the server moves it. */
  async rename(oldLocalPath: string, newLocalPath: string): Promise<Contents.IModel> {
    const [path, newPath] = [bare(oldLocalPath), bare(newLocalPath)];
    let newValue: Contents.IModel;
    try {
      newValue = await this._refusing(this._rename(path, newPath));
    } catch (error) {
      const { message, response } = error as ServerConnection.ResponseError;
      if (response.status !== 409) {
        // JupyterLab swallows it.
        this._options.tell(message);
      }
      throw error;
    }
    this._fileChanged.emit({ type: 'rename', oldValue: { path }, newValue });
    return newValue;
  }

  copy(): Promise<Contents.IModel> {
    const { trans } = this._options;
    return this._impossible(
      trans.__('Files in a bucket cannot be copied here. Copy it in the panel "Cloud buckets".')
    );
  }

  // Buckets have no checkpoints; documents want to have made one all the same.

  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return Promise.resolve({ id: 'none', last_modified: new Date().toISOString() });
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return Promise.resolve();
  }

  deleteCheckpoint(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Tells the documents that are open that what they show is elsewhere now: the object of this path,
   * or all below it. Asks the store only about those that were opened.
   */
  async moved(from: string, to: string): Promise<void> {
    const opened = [...this._known.keys()].filter(
      path => path === from || path.startsWith(`${from}/`)
    );
    await Promise.all(
      opened.map(async path => {
        this._known.delete(path);
        try {
          const newValue = await this.get(to + path.slice(from.length), { content: false });
          this._fileChanged.emit({ type: 'rename', oldValue: { path }, newValue });
        } catch {
          // It is not there: its document says so when it is saved.
        }
      })
    );
  }

  private get _client(): StoreClient {
    return this._options.store.client;
  }

  /** What the store has there now; its generation is remembered for the next save. */
  private async _get(path: string, options: Contents.IFetchOptions): Promise<Contents.IModel> {
    try {
      const model = await this._reader.read(fromLocalPath(path), options);
      this._known.set(path, model.hash ?? 0);
      return model;
    } catch (error) {
      if (isMissing(error)) {
        this._known.set(path, 0);
      }
      throw error;
    }
  }

  private async _save(path: string, options: Partial<Contents.IModel>): Promise<Contents.IModel> {
    // Before anything else: what is asked meanwhile must not become this save's condition.
    const condition = this._known.get(path) ?? 0;
    const { trans } = this._options;
    const place = fromLocalPath(path);
    const name = basename(place.key);
    const problem = keyProblem(place.key);
    if (problem !== null) {
      throw refusal(400, problem);
    }
    const body = writeContent(options, trans);
    const bucket = await this._reader.bucket(place.bucket);
    let object: IObject;
    try {
      object = await this._client.write(place.bucket, place.key, body, condition, {
        contentType: this._options.mimetype(name)
      });
    } catch (error) {
      if (error instanceof StoreError && error.status === 412) {
        throw refusal(
          409,
          trans.__(
            '"%1" was changed by somebody else just now. Nothing was overwritten: save again to choose between the two.',
            name
          )
        );
      }
      throw error;
    }
    const model = this._reader.describe(bucket, object);
    this._known.set(path, object.generation);
    this._answerNextWith(path, model);
    this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return model;
  }

  /**
   * Lets the question that JupyterLab asks in the same turn, after each save, be answered with the
   * generation that was written. The store's answer could already be somebody else's next one, which
   * the document would take for its own and overwrite.
   */
  private _answerNextWith(path: string, model: Contents.IModel): void {
    this._justSaved.set(path, model);
    setTimeout(() => this._justSaved.delete(path));
  }

  private async _rename(path: string, newPath: string): Promise<Contents.IModel> {
    const { jobs, trans } = this._options;
    const [from, to] = [fromLocalPath(path), fromLocalPath(newPath)];
    if (!jobs || from.bucket !== to.bucket) {
      throw refusal(501, trans.__('Copy it in the panel "Cloud buckets", then open the copy.'));
    }
    const problem = keyProblem(to.key);
    if (problem !== null) {
      throw refusal(400, problem);
    }
    const isFolder = isDataset({ kind: 'folder', name: basename(from.key) });
    const { state, failures } = await jobs.run(
      {
        kind: 'move',
        source: { bucket: from.bucket, keys: [isFolder ? `${from.key}/` : from.key] },
        destination: {
          bucket: to.bucket,
          prefix: parentPrefix(to.key),
          name: basename(to.key)
        }
      },
      {
        title: trans.__('Renaming "%1" to "%2"', basename(from.key), basename(to.key)),
        handles: ['already-exists']
      }
    );
    if (state !== 'succeeded') {
      const [failure] = failures;
      // JupyterLab asks whether to replace what is there.
      throw refusal(
        failure?.reason === 'already-exists' ? 409 : 500,
        failure?.message ?? trans.__('"%1" was not renamed.', basename(from.key))
      );
    }
    this._known.delete(path);
    return this._get(newPath, { content: false });
  }

  private async _delete(path: string): Promise<void> {
    const { trans } = this._options;
    const place = fromLocalPath(path);
    if (place.key === '' || isDataset({ kind: 'folder', name: basename(place.key) })) {
      throw refusal(501, trans.__('Folders in a bucket cannot be deleted here.'));
    }
    const bucket = await this._reader.bucket(place.bucket);
    const generation =
      this._known.get(path) || (await this._reader.head(bucket, place.key)).generation;
    await this._client.delete(place.bucket, place.key, generation);
    this._known.set(path, 0);
    this._fileChanged.emit({ type: 'delete', oldValue: { path }, newValue: null });
  }

  private _impossible(message: string): Promise<never> {
    return Promise.reject(refusal(501, message));
  }

  private async _refusing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw toRefusal(error);
    }
  }

  private readonly _reader: ModelReader;
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  private _isDisposed = false;
  /** The generation last told for a path; 0 where there was nothing. */
  private readonly _known = new Map<string, Precondition>();
  private readonly _saving = new Map<string, Promise<void>>();
  private readonly _justSaved = new Map<string, Contents.IModel>();
}

export namespace BucketDrive {
  export interface IOptions extends ModelReader.IOptions {
    /** Who has the server move objects; null where nobody does. */
    readonly jobs: Pick<IJobs, 'run'> | null;
    /** Tells a person what JupyterLab would not. */
    readonly tell: (message: string) => void;
  }
}

/** JupyterLab asks with and without slashes at the ends. */
function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
