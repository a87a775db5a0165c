import { Signal, type ISignal } from '@lumino/signaling';
import type { ConnectionClient, IConnection, INewConnection, ITrial } from '../store/connections';
import { StoreError } from '../store/errors';

/** The pod of the Open Storage Network that holds LEAP's published data. */
export const OSN_ENDPOINT = 'https://nyu1.osn.mghpcc.org';

/** The fields of the form. */
export type Field = keyof INewConnection;

/** A refusal, and the field that it is about; null where it is about none. */
export interface IProblem {
  readonly field: Field | null;
  readonly text: string;
}

/** The connections of the server, what tests of them said, and changes. It holds no key at any time. */
export class Connections {
  constructor(
    private readonly _client: Pick<ConnectionClient, 'list' | 'add' | 'test' | 'remove'>,
    /** Looks for places again, since a connection has come or gone. */
    private readonly _findPlaces: () => Promise<void>
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** All of them; null until they are known. */
  all: readonly IConnection[] | null = null;
  /** Why they are not known. */
  problem: StoreError | null = null;

  /** What the last test of this connection said; null while one goes on, undefined before the first. */
  trial(name: string): ITrial | null | undefined {
    return this._trials.get(name);
  }

  async load(): Promise<void> {
    try {
      this.all = await this._client.list();
      this.problem = null;
    } catch (error) {
      this.problem = asStoreError(error);
    }
    this._changed.emit();
  }

  /** Adds one and tests it. The answer is why it was not added, or null. */
  async add(connection: INewConnection): Promise<IProblem | null> {
    try {
      await this._client.add(connection);
    } catch (error) {
      return problemOf(asStoreError(error));
    }
    await this.load();
    void this._places();
    void this.test(connection.name);
    return null;
  }

  async test(name: string): Promise<void> {
    this._trials.set(name, null);
    this._changed.emit();
    let said: ITrial;
    try {
      said = await this._client.test(name);
    } catch (error) {
      said = { ok: false, buckets: [], message: asStoreError(error).advice };
    }
    this._trials.set(name, said);
    this._changed.emit();
  }

  /** The answer is why it was not removed, or null. */
  async remove(name: string): Promise<string | null> {
    try {
      await this._client.remove(name);
    } catch (error) {
      return asStoreError(error).advice;
    }
    this._trials.delete(name);
    await this.load();
    void this._places();
    return null;
  }

  private async _places(): Promise<void> {
    await this._findPlaces();
    this._changed.emit();
  }

  private readonly _trials = new Map<string, ITrial | null>();
  private _changed = new Signal<this, void>(this);
}

/** Text with commas, blanks or new lines between names. */
export function names(text: string): string[] {
  return text.split(/[\s,]+/).filter(name => name !== '');
}

/** `bad-access-key-id` is about the field `accessKeyId`. */
function problemOf({ reason, advice }: StoreError): IProblem {
  if (reason === 'connection-exists') {
    return { field: 'name', text: advice };
  }
  const field = /^bad-(.*)$/
    .exec(reason)?.[1]
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { field: FIELDS.find(one => one === field) ?? null, text: advice };
}

const FIELDS: readonly Field[] = [
  'name',
  'endpoint',
  'region',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'buckets'
];

function asStoreError(error: unknown): StoreError {
  return error instanceof StoreError ? error : new StoreError(String(error), 0, 'unknown');
}
