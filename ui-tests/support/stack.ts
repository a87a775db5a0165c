import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Gcs, PERSISTENT, SCRATCH } from './gcs';
import { answers, freePort, start, stop, type IServer } from './processes';

// What the stub, a script, calls.
const TOOLS = ['cat', 'date', 'sleep'];
const UI_TESTS = resolve(__dirname, '..');
const STUB_GCLOUD = resolve(UI_TESTS, '../jupyterlab_leap_buckets/tests/stub_gcloud/gcloud');

/** The user of the tests; her folders are `gs://leap-scratch/jovyan` and its sister. */
export const USER = 'jovyan';
export const HOME = `${USER}/`;

/** How the stub `gcloud` on the server's PATH behaves; `absent` removes it. */
export type GcloudMode =
  'fresh' | 'slow' | 'nearly-expired' | 'personal' | 'failing' | 'hanging' | 'absent';

/** A JupyterLab server with our extension, on an emulated cloud of its own. */
export class Stack {
  /**
   * Starts both; LEAP_PYTHON is the Python that has JupyterLab and the extension.
   *
   * @param cloud - Starts the cloud.
   * @param localBucket - A folder that is one bucket more.
   * @param isDirect - Whether pages may send straight to the cloud.
   */
  static async start(
    cloud: () => Promise<Gcs> = () => Gcs.start(),
    localBucket?: string,
    isDirect = false
  ): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), 'leap-ui-'));
    const [gcs, port] = await Promise.all([cloud(), freePort()]);
    const python = process.env.LEAP_PYTHON ?? 'python3';
    const bin = join(folder, 'bin');
    await Promise.all(['bin', 'root', 'home', 'tmp'].map(name => mkdir(join(folder, name))));
    await Promise.all(TOOLS.map(tool => symlink(`/bin/${tool}`, join(bin, tool))));
    const modeFile = join(folder, 'gcloud-mode');
    const config = join(UI_TESTS, 'jupyter_server_test_config.py');
    const begin = () =>
      start(python, ['-m', 'jupyterlab', '--config', config, '--debug'], {
        cwd: folder,
        env: {
          ...process.env,
          // Only these: a gcloud of the machine must not answer in the stub's place.
          PATH: `${bin}:${dirname(python)}`,
          HOME: join(folder, 'home'),
          TMPDIR: join(folder, 'tmp'),
          JUPYTERLAB_GALATA_ROOT_DIR: join(folder, 'root'),
          JUPYTER_CONFIG_DIR: join(folder, 'home', 'config'),
          LEAP_TEST_PORT: String(port),
          JUPYTERHUB_USER: USER,
          SCRATCH_BUCKET: `gs://${SCRATCH}/${USER}`,
          PERSISTENT_BUCKET: `gs://${PERSISTENT}/${USER}`,
          PANGEO_SCRATCH: `gs://${SCRATCH}/${USER}`,
          STORAGE_EMULATOR_HOST: gcs.endpoint,
          LEAP_TOKEN_EXCHANGE: gcs.tokenExchange,
          STUB_GCLOUD_MODE_FILE: modeFile,
          // Else google-auth waits for a metadata server that no laptop has.
          NO_GCE_CHECK: 'true',
          ...(localBucket && { LEAP_TEST_LOCAL_BUCKET: localBucket }),
          ...(isDirect && { LEAP_DIRECT_UPLOADS: '1' })
        }
      });
    const stack = new Stack(`http://127.0.0.1:${port}`, folder, gcs, begin);
    await stack.gcloud('fresh');
    await answers(stack._server, `${stack.url}/api`);
    return stack;
  }

  private constructor(
    readonly url: string,
    private readonly _folder: string,
    readonly gcs: Gcs,
    private readonly _begin: () => IServer
  ) {
    this._server = _begin();
  }

  /** The server's own folder: what the file browser shows. */
  get root(): string {
    return join(this._folder, 'root');
  }

  /** Everything the server has logged, at debug level. */
  get log(): string {
    return this._server.output();
  }

  async gcloud(mode: GcloudMode): Promise<void> {
    const program = join(this._folder, 'bin', 'gcloud');
    if (mode === 'absent') {
      await rm(program, { force: true });
      return;
    }
    await copyFile(STUB_GCLOUD, program);
    await writeFile(join(this._folder, 'gcloud-mode'), mode);
  }

  /** As a server that ran out of memory: it has no time to put anything in order. */
  async kill(): Promise<void> {
    const { process: child } = this._server;
    const ended = new Promise(exit => child.once('exit', exit));
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }

  /** Starts it again where it was, with the same disk. */
  async startAgain(): Promise<void> {
    this._server = this._begin();
    await answers(this._server, `${this.url}/api`);
  }

  /** As a culled server: every request fails until the next stack. */
  async stop(): Promise<void> {
    await stop(this._server);
    await this.gcs.stop();
    await rm(this._folder, { recursive: true, force: true });
  }

  private _server: IServer;
}
