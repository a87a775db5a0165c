import { ReadError, type ObjectReader } from './objectReader';
import type { INode } from './zarrArray';
import { describeGroups } from './zarrGroups';
import { isObject, own, ownObject, parseJson, type JsonObject } from './zarrJson';
import type { IFailure, ISummary } from './zarrProtocol';

/** Larger metadata is refused: the page would stall. */
const MAX_METADATA_BYTES = 64 * 1024 * 1024;
/** Without consolidated metadata: so many pages of the folder are listed, */
const MAX_PAGES = 5;
/** and so many of its folders are looked into. */
const MAX_NODES = 300;

/** A Zarr store: its metadata, read once and kept. */
export class ZarrStore {
  constructor(readonly reader: ObjectReader) {}

  /** What the store holds. Two requests where the metadata is consolidated. */
  async summary(): Promise<ISummary> {
    const found = await this._read();
    this._nodes = new Map(found.nodes.map(node => [node.path, node]));
    return {
      format: found.format,
      consolidated: found.consolidated,
      groups: describeGroups(found.nodes),
      unread: found.unread,
      truncated: found.truncated,
      cost: this.reader.cost
    };
  }

  /** The metadata of an array that the summary had. */
  array(path: string): INode {
    const node = this._nodes.get(path);
    if (node?.kind !== 'array') {
      throw new Error(`The summary has no array ${JSON.stringify(path)}.`);
    }
    return node;
  }

  private async _read(): Promise<IFound> {
    // Which format it is, and the consolidated metadata of both, in one round trip.
    const [v3, v2] = await Promise.all([this._json('zarr.json'), this._json('.zmetadata')]);
    if (v3) {
      const root = nodeV3('', v3);
      const inline = own(v3, 'consolidated_metadata');
      if (isObject(inline)) {
        const nodes = Object.entries(ownObject(inline, 'metadata')).flatMap(([path, metadata]) =>
          isObject(metadata) ? [nodeV3(trimmed(path), metadata)] : []
        );
        return { format: 3, consolidated: true, nodes: [root, ...nodes], ...ALL_READ };
      }
      return this._walk(root, path => this._nodeV3(path));
    }
    if (v2) {
      const nodes = consolidatedV2(ownObject(v2, 'metadata'));
      return { format: 2, consolidated: true, nodes, ...ALL_READ };
    }
    const root = await this._nodeV2('');
    if (!root) {
      throw await this._notZarr();
    }
    return this._walk(root, path => this._nodeV2(path));
  }

  /** Without consolidated metadata: the nodes are the folders that hold metadata. */
  private async _walk(root: INode, look: (path: string) => Promise<INode | null>): Promise<IFound> {
    const { format } = root;
    if (root.kind === 'array') {
      return { format, consolidated: false, nodes: [root], ...ALL_READ };
    }
    const { folders, truncated } = await this._folders();
    const looked = folders.slice(0, MAX_NODES);
    const nodes = await Promise.all(looked.map(look));
    const found = nodes.filter(node => node !== null);
    return {
      format,
      consolidated: false,
      nodes: [root, ...found.filter(({ kind }) => kind === 'array')],
      unread: found.filter(({ kind }) => kind === 'group').map(({ path }) => path),
      truncated: truncated || folders.length > looked.length
    };
  }

  private async _folders(): Promise<{ folders: string[]; truncated: boolean }> {
    const folders: string[] = [];
    let pageToken: string | null = null;
    for (let page = 0; page < MAX_PAGES; page++) {
      const listed = await this.reader.list('', pageToken);
      folders.push(...listed.entries.filter(({ kind }) => kind === 'folder').map(at => at.name));
      pageToken = listed.nextPageToken;
      if (pageToken === null || folders.length > MAX_NODES) {
        break;
      }
    }
    return { folders, truncated: pageToken !== null };
  }

  private async _nodeV3(path: string): Promise<INode | null> {
    const metadata = await this._json(`${path}/zarr.json`);
    return metadata && nodeV3(path, metadata);
  }

  private async _nodeV2(path: string): Promise<INode | null> {
    const lead = path && `${path}/`;
    const [array, attributes] = await Promise.all([
      this._json(`${lead}.zarray`),
      this._json(`${lead}.zattrs`)
    ]);
    const metadata = array ?? (await this._json(`${lead}.zgroup`));
    return (
      metadata && {
        kind: array ? 'array' : 'group',
        format: 2,
        path,
        metadata,
        attributes: attributes ?? {}
      }
    );
  }

  /** A metadata file as an object; null when there is none. */
  private async _json(path: string): Promise<JsonObject | null> {
    const bytes = await this.reader.get(path, { atMost: MAX_METADATA_BYTES });
    if (!bytes) {
      return null;
    }
    const key = this.reader.place.prefix + path;
    try {
      const value = parseJson(bytes);
      if (isObject(value)) {
        return value;
      }
    } catch (error) {
      throw new ReadError({ ...failure('bad-metadata', key), message: (error as Error).message });
    }
    throw new ReadError(failure('bad-metadata', key));
  }

  /** Tells a folder without metadata from one that is not there. */
  private async _notZarr(): Promise<ReadError> {
    const { entries } = await this.reader.list('', null, 1);
    const reason = entries.length > 0 ? 'not-zarr' : 'empty-folder';
    return new ReadError(failure(reason, this.reader.place.prefix));
  }

  private _nodes = new Map<string, INode>();
}

interface IFound extends Pick<ISummary, 'format' | 'consolidated' | 'unread' | 'truncated'> {
  readonly nodes: readonly INode[];
}

const ALL_READ = { unread: [], truncated: false };

function nodeV3(path: string, metadata: JsonObject): INode {
  return {
    kind: own(metadata, 'node_type') === 'array' ? 'array' : 'group',
    format: 3,
    path,
    metadata,
    attributes: ownObject(metadata, 'attributes')
  };
}

/** `.zmetadata` holds the files of all nodes by their paths. */
function consolidatedV2(files: JsonObject): INode[] {
  return Object.entries(files).flatMap(([file, metadata]): INode[] => {
    const cut = file.lastIndexOf('/');
    const name = file.slice(cut + 1);
    if ((name !== '.zarray' && name !== '.zgroup') || !isObject(metadata)) {
      return [];
    }
    const attributes = ownObject(files, `${file.slice(0, cut + 1)}.zattrs`);
    const kind = name === '.zarray' ? 'array' : 'group';
    return [{ kind, format: 2, path: trimmed(file.slice(0, cut + 1)), metadata, attributes }];
  });
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function failure(reason: string, key: string): IFailure {
  return { status: 0, reason, key, message: '', hint: '' };
}
