import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ServerConnection } from '@jupyterlab/services';
import { percentEncoded, shellWord } from '../src/credential/quote';
import { renewingSnippet } from '../src/credential/renewing';
import {
  addresses,
  type ITarget,
  loginSnippets,
  TEST_STORE,
  type Tool,
  uploadSnippet
} from '../src/credential/snippets';
import { StoreClient } from '../src/store/client';
import { literal } from '../src/store/snippet';
import { BoundedGcs } from '../ui-tests/support/boundedGcs';
import { PERSISTENT } from '../ui-tests/support/gcs';
import { HOME, Stack } from '../ui-tests/support/stack';
import { GoogleProxy } from './support/googleProxy';

/**
 * Every snippet that the dialog can make, run as it is copied by the real tools, on a computer that knows nothing of
 * us: a home of its own and a Python without our package. Its environment alone leads it to the emulated cloud.
 */
const PYTHON = resolve(process.env.LEAP_SNIPPETS_PYTHON ?? '.cache/env-snippets/bin/python');

/** Emulators have no gRPC, by which newer gcsfs asks for the layout of a bucket, for a minute. */
const NO_LAYOUT = { GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT: 'false' };

let stack: Stack;
let gcs: BoundedGcs;
let ours: StoreClient;
let google: GoogleProxy;
let folder: string;
let elsewhere: Computer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leap-snippets-'));
  stack = await Stack.start(() => BoundedGcs.start());
  gcs = stack.gcs as BoundedGcs;
  ours = new StoreClient(ServerConnection.makeSettings({ baseUrl: `${stack.url}/` }));
  google = await GoogleProxy.start(gcs.endpoint, 'ya29.signed-in', folder);
}, 120_000);
afterAll(async () => {
  google?.stop();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await gcs.clear();
  elsewhere = await Computer.make(folder);
});

/** The other computer. */
class Computer {
  static async make(above: string): Promise<Computer> {
    const computer = new Computer(await mkdtemp(join(above, 'elsewhere-')));
    await Promise.all(['bin', 'home'].map(name => mkdir(join(computer.folder, name))));
    return computer;
  }

  private constructor(readonly folder: string) {}

  async put(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), content);
  }

  /** A program before the real one of its name, which keeps its arguments, and then does what is said. */
  async watch(program: string, then: string): Promise<() => Promise<string>> {
    const path = join(this.folder, 'bin', program);
    const kept = join(this.folder, `${program}-arguments`);
    await writeFile(path, `#!/bin/bash\nprintf '%s\\0' "$@" >>${shellWord(kept)}\n${then}\n`);
    await chmod(path, 0o755);
    return () => readFile(kept, 'utf8');
  }

  /** Runs code in a file of its own; resolves with all that it said, and rejects when it fails. */
  async run(
    program: string,
    code: string,
    { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {}
  ): Promise<string> {
    await this.put('code', code);
    // Without a terminal, so that a question for a secret is answered from the input.
    const child = spawn(program, ['code'], {
      cwd: this.folder,
      detached: true,
      env: {
        PATH: `${join(this.folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
        HOME: join(this.folder, 'home'),
        NO_GCE_CHECK: 'true',
        PYTHONWARNINGS: 'ignore',
        STORAGE_EMULATOR_HOST: gcs.endpoint,
        ...google.environment,
        ...env
      }
    });
    let said = '';
    child.stdout.on('data', chunk => (said += chunk));
    child.stderr.on('data', chunk => (said += chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const code_ = await new Promise(ended => child.once('close', ended));
    if (code_ !== 0) {
      throw new Error(`${program} ended with ${code_}:\n${said}`);
    }
    return said;
  }
}

const target = (prefix: string): ITarget => ({ uri: `gs://${PERSISTENT}`, prefix });

async function limited(prefix: string): Promise<string> {
  return (await ours.token({ bucket: PERSISTENT, prefix })).accessToken;
}

function codeOf(tool: Tool, prefix: string): string {
  const { code } = uploadSnippet(tool, target(prefix));
  expect(code).not.toBeNull();
  return code!;
}

/** What is in the first variable of a data set, read as on the hub. */
function valuesOf(store: string): string {
  const read = `import sys, xarray as xr
ds = xr.open_dataset(sys.argv[1], engine="zarr", storage_options={"token": "anon"}, consolidated=None)
print(ds["test"].values.tolist())`;
  const env = { ...process.env, STORAGE_EMULATOR_HOST: gcs.url, ...NO_LAYOUT };
  return execFileSync(PYTHON, ['-W', 'ignore', '-c', read, store], { env }).toString().trim();
}

const store = (prefix: string) => addresses(target(prefix)).store;

describe.each([
  ['2', '.zmetadata'],
  ['3', 'zarr.json']
])('Python, Zarr format %s', (format, metadata) => {
  it('writes with a limited token from its file', async () => {
    await elsewhere.put('token.txt', `${await limited(HOME)}\n`);
    const env = { ZARR_DEFAULT_ZARR_FORMAT: format };
    const said = await elsewhere.run(PYTHON, codeOf('python', HOME), { env });
    expect(said).toContain(`Written: ${store(HOME)}`);
    expect(await gcs.keys(PERSISTENT)).toContain(`${HOME}${TEST_STORE}/${metadata}`);
    expect(valuesOf(store(HOME))).toBe('[1, 4, 6]');
    // Once more over its own.
    await elsewhere.run(PYTHON, codeOf('python', HOME), { env });
  });
});

it('Python asks for the token where there is no file', async () => {
  await elsewhere.run(PYTHON, codeOf('python', HOME), { input: `${await limited(HOME)}\n` });
  expect(valuesOf(store(HOME))).toBe('[1, 4, 6]');
});

it("a token of one folder does nothing in another's", async () => {
  await elsewhere.put('token.txt', await limited(HOME));
  await expect(elsewhere.run(PYTHON, codeOf('python', 'ada/'))).rejects.toThrow(/403|denies/);
  await expect(elsewhere.run('bash', codeOf('rclone', 'ada/'))).rejects.toThrow(/403|denies/);
  await expect(elsewhere.run('bash', codeOf('curl', 'ada/'))).rejects.toThrow(/403/);
  expect(await gcs.keys(PERSISTENT)).toEqual([]);
});

const TEST_FILES = ['.zgroup', 'test/.zarray', 'test/.zattrs', 'test/0'].map(
  name => `${TEST_STORE}/${name}`
);

describe('rclone', () => {
  it('writes the test, then a folder', async () => {
    const token = await limited(HOME);
    const seen = await elsewhere.watch('rclone', 'exec /usr/bin/rclone "$@"');
    const code = codeOf('rclone', HOME);
    const said = await elsewhere.run('bash', code, { input: `${token}\n` });
    expect(said).toContain('put your own data in place of my_data');
    expect(said).not.toContain(token);
    expect(await gcs.keys(PERSISTENT)).toEqual(TEST_FILES.map(name => HOME + name));
    expect(valuesOf(store(HOME))).toBe('[1]');

    await elsewhere.put('my_data/one.nc', 'one');
    await elsewhere.put('my_data/a folder/two #?.nc', 'two');
    await elsewhere.put('token.txt', token);
    await elsewhere.run('bash', code);
    expect((await gcs.get(PERSISTENT, `${HOME}my_data/one.nc`)).toString()).toBe('one');
    expect((await gcs.get(PERSISTENT, `${HOME}my_data/a folder/two #?.nc`)).toString()).toBe('two');
    expect(await seen()).not.toContain(token);
  });
});

describe('curl', () => {
  it('writes the test, then a file', async () => {
    const token = await limited(HOME);
    const seen = await elsewhere.watch('curl', 'exec /usr/bin/curl "$@"');
    const code = codeOf('curl', HOME);
    const said = await elsewhere.run('bash', code, { input: `${token}\n` });
    expect(said).toContain('put your own data in place of my_data.nc');
    expect(said).not.toContain(token);
    expect(await gcs.keys(PERSISTENT)).toEqual(TEST_FILES.map(name => HOME + name));
    expect(valuesOf(store(HOME))).toBe('[1]');

    await elsewhere.put('my_data.nc', 'one');
    await elsewhere.put('token.txt', token);
    await elsewhere.run('bash', code);
    expect((await gcs.get(PERSISTENT, `${HOME}my_data.nc`)).toString()).toBe('one');
    expect(await seen()).not.toContain(token);
  });
});

describe('gcloud, which is not here: its place is taken by one that keeps what it was told', () => {
  it.each([HOME, `${HOME}it's $(a) "folder"\n\t🧪/`])('is told %j', async prefix => {
    const seen = await elsewhere.watch(
      'gcloud',
      `for word; do case $word in --access-token-file=*) cat "\${word#*=}" >>told ;; esac; done`
    );
    await elsewhere.put('my_data/one.nc', 'one');
    await elsewhere.run('bash', codeOf('gcloud', prefix), { input: 'ya29.typed\n' });
    const words = (await seen()).split('\0').slice(0, -1);
    expect(words).toHaveLength(12);
    expect(words.slice(0, 3)).toEqual(['storage', 'cp', '--recursive']);
    expect(words[4]).toMatch(new RegExp(`/${TEST_STORE}$`));
    expect(words[5]).toBe(`gs://${PERSISTENT}/${prefix}`);
    expect(words.slice(10)).toEqual(['my_data', `gs://${PERSISTENT}/${prefix}`]);
    expect(words.join()).not.toContain('ya29.typed');
    expect(await readFile(join(elsewhere.folder, 'told'), 'utf8')).toBe('ya29.typedya29.typed');
  });
});

it("one's own account: what gcloud leaves in its file is used", async () => {
  const file = { client_id: 'a', client_secret: 'b', refresh_token: 'c', type: 'authorized_user' };
  const path = 'home/.config/gcloud/application_default_credentials.json';
  await elsewhere.put(path, JSON.stringify(file));
  await elsewhere.run(PYTHON, loginSnippets(target(HOME)).write, { env: NO_LAYOUT });
  expect(valuesOf(store(HOME))).toBe('[1, 4, 6]');
});

it('an upload grant: the code renews by itself', async () => {
  const { grant } = await ours.createGrant({
    bucket: PERSISTENT,
    prefix: HOME,
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    keepAwake: true
  });
  const code = renewingSnippet({
    ...addresses(target(HOME)),
    url: ours.url('grants/token'),
    keepAwake: true
  });
  await elsewhere.put('grant.txt', `${grant}\n`);
  await elsewhere.run(PYTHON, code);
  expect(valuesOf(store(HOME))).toBe('[1, 4, 6]');
  const { calls } = await gcs.seen();
  expect(calls.filter(({ path }) => path.includes('name=')).length).toBeGreaterThan(0);
});

/** Folders that somebody could have called so. */
const HOSTILE = [
  `it's "quoted" \`id\` $(id) \${HOME}`,
  ' -rf --config=/etc/passwd; id & | > x ',
  'back\\slash \\n \\u0041 %41 %s %d',
  'tab\tescape\u001b[31m delete\u007f',
  '#?&+=;!{}[]*~^,:@',
  '🧪 mesures d’été e\u0301 \u202e',
  '\u2400\u240a\uff0f\uff0e\u201b'
];

describe.each(HOSTILE)('the folder %j', name => {
  const prefix = `${HOME}${name}/`;

  it.each(['rclone', 'curl'] as const)('is what %s writes to, and nothing else', async tool => {
    if (tool === 'rclone' && name.includes('\uff0f')) {
      expect(uploadSnippet(tool, target(prefix)).problem).toBe('names');
      return;
    }
    await elsewhere.put('token.txt', await limited(prefix));
    await elsewhere.run('bash', codeOf(tool, prefix));
    expect(await gcs.keys(PERSISTENT)).toEqual(TEST_FILES.map(file => prefix + file));
  });

  it('is what Python writes to, and nothing else, or is told to be too much for it', async () => {
    if (/[*?[]/.test(name)) {
      expect(uploadSnippet('python', target(prefix)).problem).toBe('wildcards');
      return;
    }
    await elsewhere.put('token.txt', await limited(prefix));
    await elsewhere.run(PYTHON, codeOf('python', prefix));
    const keys = await gcs.keys(PERSISTENT);
    expect(keys).toContain(`${prefix}${TEST_STORE}/zarr.json`);
    expect(keys.filter(key => !key.startsWith(`${prefix}${TEST_STORE}/`))).toEqual([]);
  });
});

/** Texts of everything that a shell, Python or a URL could take for something else. */
function* texts(count: number): Generator<string> {
  const parts = [
    ...`'"\`\\$(){}[]<>|&;#!*?~^%@:,=+- \t\n\r\u0000\u0007\u001b\u007f\u0085\u2028\u202e`,
    ...['$(id)', '${HOME}', '`id`', '\\n', '\\x41', "'''", '"""', '🧪', 'e\u0301', 'a', '1', '7']
  ];
  // Always the same ones.
  let state = 1;
  const next = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  for (let at = 0; at < count; at++) {
    yield Array.from({ length: 1 + next(9) }, () => parts[next(parts.length)]).join('');
  }
}

describe('any text', () => {
  const all = [...texts(3000)];

  it('is one word for bash', () => {
    // Neither a key nor an argument of a program can have a NUL.
    const words = all.map(text => text.replaceAll('\0', ''));
    const code = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    const said = execFileSync('bash', ['-s'], { input: code, maxBuffer: 1 << 24 }).toString();
    expect(said.split('\0').slice(0, -1)).toEqual(words);
    expect(code).not.toMatch(/\p{Cc}/u);
  });

  it('is one text for Python', () => {
    const code = `import json\nprint(json.dumps([${all.map(literal).join(', ')}]))`;
    const said = execFileSync(PYTHON, ['-'], { input: code, maxBuffer: 1 << 24 }).toString();
    expect(JSON.parse(said)).toEqual(all);
  });

  it('is one part of an address', () => {
    for (const text of all) {
      expect(percentEncoded(text)).toMatch(/^[A-Za-z0-9%._~-]*$/);
      expect(decodeURIComponent(percentEncoded(text))).toBe(text);
    }
  });
});
