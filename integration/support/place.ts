import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServerConnection } from '@jupyterlab/services';
import { StoreClient } from '../../src/store/client';
import type { IBucket, IUploadSession } from '../../src/store/entry';
import { answers, freePort, type IServer, start, stop } from '../../ui-tests/support/processes';
import { SCRATCH } from '../../ui-tests/support/gcs';
import { StandIn } from '../../ui-tests/support/standIn';
import { FaultProxy } from './faultProxy';

export const HOME = 'jovyan/';

/** Where bytes go, and by which road: a cloud through the server, a cloud straight from the page, the server's disk. */
export type Road = 'relay' | 'direct' | 'disk';

/** Seconds after which silence counts, for tests that wait for it. */
export const SILENCE = 1;

/** Bytes of the pieces here: a few of them in a file that is quickly made. */
export const PIECE = 512 * 1024;

/** An upload session as the stand-in keeps it; one that is done made an object. */
export interface IStoreSession {
  readonly name: string;
  readonly received: number;
  readonly done: boolean;
}

const PROXIES = { relay: ['front', 'back'], direct: ['back'], disk: ['front'] } as const;

/** A server with our extension between two proxies that commit faults: page - front - server - back - store. */
export class Place {
  /** Those that bytes pass by a road. */
  static proxies(road: Road): readonly ('front' | 'back')[] {
    return PROXIES[road];
  }

  static async start(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'leap-faults-'));
    await Promise.all(['home', 'root', 'disk'].map(name => mkdir(join(folder, name))));
    const [standIn, port] = await Promise.all([StandIn.start(), freePort()]);
    const back = await FaultProxy.start(standIn.url);
    const front = await FaultProxy.start(`http://127.0.0.1:${port}`);
    const buckets = [{ id: 'local', label: 'Local', path: join(folder, 'disk') }];
    await writeFile(
      join(folder, 'config.py'),
      [
        `c.LeapBuckets.buckets = ${JSON.stringify(buckets)}`,
        `c.LeapBuckets.pieceTimeout = c.LeapBuckets.readTimeout = ${SILENCE}`,
        'c.LeapBuckets.retryDeadline = 2'
      ].join('\n')
    );
    const place = new Place(folder, port, standIn, front, back);
    await place.startAgain();
    return place;
  }

  private constructor(
    private readonly _folder: string,
    private readonly _port: number,
    readonly standIn: StandIn,
    readonly front: FaultProxy,
    readonly back: FaultProxy
  ) {}

  bucket(road: Road): string {
    return road === 'disk' ? 'local' : SCRATCH;
  }

  about(road: Road): IBucket {
    return {
      id: this.bucket(road),
      uri: road === 'disk' ? `file://${this._disk}` : `gs://${SCRATCH}`,
      provider: road === 'disk' ? 'local' : 'gcs',
      label: 'A bucket',
      home: road === 'disk' ? '' : HOME,
      access: 'read-write',
      expiresAfterDays: null,
      error: null
    };
  }

  /** The page's client. The server offers the direct road to pages, which tell where they come from. */
  client(road: Road, piece = PIECE): StoreClient {
    const settings = ServerConnection.makeSettings({
      baseUrl: `${this.front.url}/`,
      fetch: input => {
        const request = new Request(input);
        if (road === 'direct') {
          request.headers.set('Origin', this.front.url);
        }
        return fetch(request);
      }
    });
    return new SmallPieces(settings, piece);
  }

  /** The bytes under a key, past all that is under test; null when there are none. */
  async stored(road: Road, key: string): Promise<Buffer | null> {
    if (road === 'disk') {
      return readFile(join(this._disk, key)).catch(() => null);
    }
    const path = `/storage/v1/b/${SCRATCH}/o/${encodeURIComponent(key)}?alt=media`;
    const response = await fetch(this.standIn.url + path);
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? bytes : null;
  }

  /** What there is below a folder, by key. */
  async keys(road: Road, prefix: string): Promise<string[]> {
    if (road !== 'disk') {
      return this.standIn.keys(SCRATCH, prefix);
    }
    const options = { recursive: true, withFileTypes: true } as const;
    const found = await readdir(join(this._disk, prefix), options).catch(() => []);
    return found
      .filter(entry => entry.isFile())
      .map(({ path, name }) => join(path, name).slice(this._disk.length + 1));
  }

  /** Sessions that have not come to an end, on the store; unfinished files, on the disk. */
  async leftovers(): Promise<string[]> {
    const sessions = (await (
      await fetch(`${this.standIn.url}/standin/sessions`)
    ).json()) as IStoreSession[];
    const open = sessions.filter(({ done }) => !done).map(({ name }) => `session for ${name}`);
    const temporary = await readdir(join(this._disk, '.leap-buckets-temporary')).catch(() => []);
    return [...open, ...temporary.map(name => `temporary file ${name}`)];
  }

  /** The files in which the server keeps its sessions. */
  async records(): Promise<string[]> {
    const base = join(this._folder, 'home');
    const found = await readdir(base, { recursive: true });
    return found.filter(name => /uploads\/.*\.json$/.test(name)).map(name => join(base, name));
  }

  get log(): string {
    return this._server!.output();
  }

  /** Resolves when the server answers, at once while it is not killed. */
  ready: Promise<void> = Promise.resolve();

  /** How often it was since the last `clear`. */
  killed = 0;

  /** As after a crash: no time to put anything in order. */
  async kill(): Promise<void> {
    this.killed++;
    this.ready = new Promise(resolve => (this._isReady = resolve));
    const child = this._server!.process;
    const ended = new Promise(exit => child.once('exit', exit));
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }

  /** On the same port, with the same disk. */
  async startAgain(): Promise<void> {
    const python = process.env.LEAP_PYTHON ?? 'python3';
    const home = join(this._folder, 'home');
    this._server = start(
      python,
      [
        ...['-m', 'jupyter_server', '--no-browser', '--allow-root', '--ip=127.0.0.1'],
        ...[`--port=${this._port}`, '--ServerApp.port_retries=0', '--IdentityProvider.token='],
        ...[
          '--ServerApp.disable_check_xsrf=True',
          `--ServerApp.root_dir=${join(this._folder, 'root')}`
        ],
        ...["--ServerApp.jpserver_extensions={'jupyterlab_leap_buckets': True}"],
        `--config=${join(this._folder, 'config.py')}`
      ],
      {
        cwd: this._folder,
        env: {
          ...process.env,
          HOME: home,
          JUPYTER_NO_CONFIG: '1',
          JUPYTER_DATA_DIR: join(home, 'data'),
          JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
          JUPYTERHUB_USER: dirname(`${HOME}x`),
          SCRATCH_BUCKET: `gs://${SCRATCH}/${dirname(`${HOME}x`)}`,
          STORAGE_EMULATOR_HOST: this.back.url,
          NO_GCE_CHECK: 'true'
        }
      }
    );
    await answers(this._server, `http://127.0.0.1:${this._port}/api`);
    this._isReady();
  }

  /** No faults, and nothing in the buckets. */
  async clear(): Promise<void> {
    this.front.calm();
    this.back.calm();
    this.killed = 0;
    const keys = await this.standIn.keys(SCRATCH);
    await inTurns(keys, name => this.standIn.delete(SCRATCH, name));
    await this.standIn.clear();
    await fetch(`${this.standIn.url}/standin/sessions`, { method: 'DELETE' });
    for (const name of await readdir(this._disk)) {
      await rm(join(this._disk, name), { recursive: true });
    }
  }

  async stop(): Promise<void> {
    await stop(this._server!);
    await Promise.all([this.front.stop(), this.back.stop(), this.standIn.stop()]);
    await rm(this._folder, { recursive: true, force: true });
  }

  private get _disk(): string {
    return join(this._folder, 'disk');
  }

  private _server: IServer | null = null;
  private _isReady: () => void = () => undefined;
}

/** As of a server that asks for pieces of another size. */
class SmallPieces extends StoreClient {
  constructor(
    settings: ServerConnection.ISettings,
    private readonly _piece: number
  ) {
    super(settings);
  }

  override async startUpload(
    ...args: Parameters<StoreClient['startUpload']>
  ): Promise<IUploadSession> {
    return { ...(await super.startUpload(...args)), partSize: this._piece };
  }
}

/** Does the same for many, a few at once. */
export async function inTurns<T>(
  all: readonly T[],
  act: (one: T, index: number) => Promise<unknown>
): Promise<void> {
  const left = [...all.entries()];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      await act(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}
