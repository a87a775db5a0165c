import { literal } from '../store/snippet';

/** What the script copies. */
export interface IScript {
  /** Addresses, one a line; blank lines do not count. */
  readonly addresses: string;
  /** What the libraries take for the folder, such as `gs://bucket/ada/era5`. */
  readonly folder: string;
}

/** Python that copies files of the web into a folder, checks each, and skips what an earlier run has copied. */
export function fetchScript({ addresses, folder }: IScript): string {
  const urls = addresses
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  const lines = urls.length > 0 ? urls : ['https://archive.example.org/file.nc'];
  return `import shutil

import fsspec

urls = [
${lines.map(url => `    ${literal(url)},`).join('\n')}
]
folder = ${literal(folder)}

fs, root = fsspec.url_to_fs(folder)
for url in urls:
    with fsspec.open(url, "rb") as source:
        name = url.split("?")[0].rstrip("/").rpartition("/")[2]
        path = f"{root}/{name}"
        if fs.exists(path) and fs.size(path) == source.size:
            print("there already:", name)
            continue
        with fs.open(path, "wb") as target:
            shutil.copyfileobj(source, target, 16 * 1024**2)
    if source.size is not None and fs.size(path) != source.size:
        fs.rm(path)
        raise OSError(f"{name} did not arrive whole, and was removed: run this again.")
    print("copied:", name)`;
}
