import { type IDropped, type IFound, readDrop, readFiles, readHandles } from './dropped';

/** A folder of the desktop as a browser hands it over: a hundred entries at a time, in its own order. */
class Folder {
  readonly isFile = false;
  readonly isDirectory = true;
  readonly kind = 'directory';

  constructor(
    readonly name: string,
    readonly inside: readonly (Folder | Leaf)[],
    readonly isForbidden = false
  ) {}

  createReader() {
    const left = [...this.inside];
    return {
      readEntries: (resolve: (found: unknown[]) => void, reject: (error: Error) => void) =>
        this.isForbidden ? reject(new Error('no')) : resolve(left.splice(0, 100))
    };
  }

  async *values() {
    if (this.isForbidden) {
      throw new Error('no');
    }
    yield* this.inside;
  }
}

class Leaf {
  readonly isFile = true;
  readonly isDirectory = false;
  readonly kind = 'file';

  constructor(
    readonly name: string,
    readonly isForbidden = false
  ) {}

  file(resolve: (file: File) => void, reject: (error: Error) => void): void {
    this.getFile().then(resolve, reject);
  }

  async getFile(): Promise<File> {
    if (this.isForbidden) {
      throw new Error('no');
    }
    return new File(['x'], this.name);
  }
}

function item(thing: Folder | Leaf | string): DataTransferItem {
  const isFile = typeof thing !== 'string';
  return {
    kind: isFile ? 'file' : 'string',
    type: '',
    // A folder also gives a File, of a few bytes that cannot be read.
    getAsFile: () => (isFile ? new File(['x'], thing.name) : null),
    getAsString: () => undefined,
    webkitGetAsEntry: () => (isFile ? (thing as unknown as FileSystemEntry) : null)
  };
}

const drop = (...things: (Folder | Leaf | string)[]) =>
  readDrop({
    items: things.map(item) as unknown as DataTransferItemList
  } as DataTransfer);

async function all(dropped: IDropped): Promise<IFound[]> {
  const found: IFound[] = [];
  for await (const some of dropped.walk()) {
    found.push(...some);
  }
  return found;
}

const paths = async (dropped: IDropped) =>
  (await all(dropped)).map(({ path, file }) => (file ? path : `unreadable ${path}`)).sort();

it('takes files and folders, and leaves text out', async () => {
  const dropped = drop(new Leaf('a.csv'), new Folder('runs', [new Leaf('1')]), 'text');
  expect(dropped.roots).toEqual([
    { name: 'a.csv', isFolder: false },
    { name: 'runs', isFolder: true }
  ]);
  expect(await paths(dropped)).toEqual(['a.csv', 'runs/1']);
});

it('takes a file that has no entry, as one made by a program', async () => {
  const made = { ...item(new Leaf('a.csv')), webkitGetAsEntry: () => null };
  const data = { items: [made] as unknown as DataTransferItemList } as DataTransfer;
  expect(await paths(readDrop(data))).toEqual(['a.csv']);
});

const TREE = new Folder('ocean.zarr', [
  new Folder(
    'c',
    Array.from({ length: 350 }, (_, index) => new Leaf(String(index)))
  ),
  new Leaf('.zgroup'),
  new Folder('empty', []),
  new Folder('secret', [], true),
  new Leaf('locked', true)
]);

it.each([
  ['entries', () => drop(TREE)],
  ['handles', () => readHandles([TREE as unknown as FileSystemHandle])]
])('walks all of a folder by %s, and tells what it cannot read', async (_, dropped) => {
  const found = await paths(dropped());
  expect(found).toHaveLength(353);
  expect(found).toContain('ocean.zarr/c/349');
  expect(found).toContain('ocean.zarr/.zgroup');
  expect(found).toContain('unreadable ocean.zarr/secret/');
  expect(found).toContain('unreadable ocean.zarr/locked');
});

it('walks lazily', async () => {
  let read = 0;
  const leaves = Array.from({ length: 5000 }, (_, index) => {
    const leaf = new Leaf(String(index));
    return Object.assign(leaf, { getFile: () => (read++, Promise.resolve(new File([], ''))) });
  });
  const walk = drop(new Folder('many', leaves)).walk()[Symbol.asyncIterator]();
  await walk.next();
  expect(read).toBe(100);
});

it('knows the folders of files that were chosen with theirs', async () => {
  const file = Object.assign(new File([], 'b'), { webkitRelativePath: 'runs/a/b' });
  const dropped = readFiles([file, new File([], 'c')]);
  expect(dropped.roots).toEqual([
    { name: 'runs', isFolder: true },
    { name: 'c', isFolder: false }
  ]);
  expect(await paths(dropped)).toEqual(['c', 'runs/a/b']);
});
