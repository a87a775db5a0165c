import * as zarr from 'zarrita';
import { ReadError, type ObjectReader } from './objectReader';
import { describeArray, type INode } from './zarrArray';
import { own, type JsonObject } from './zarrJson';
import { limitDecoding, MAX_PREVIEW_BYTES } from './zarrLimits';
import type { IPreview } from './zarrProtocol';
import { elementV2, elementV3 } from './zarrTypes';
import { repairedMetadata } from './zarrRepair';

limitDecoding();

/** So many first values are shown; an array hardly longer is shown whole. */
const SHOWN = 5;

/**
 * The first values of a one-dimensional array, by reading its first chunk alone.
 *
 * @throws ReadError, with reason `unsupported` for what zarrita cannot decode.
 */
export async function preview(reader: ObjectReader, node: INode): Promise<IPreview> {
  const { shape, chunks } = describeArray(node);
  const [size] = shape;
  if (size === 0) {
    return { values: [], last: null, more: false };
  }
  const chunk = await firstChunk(reader, node);
  const show = formatter(node);
  const at = (index: number) => show(chunk.data, index);
  const whole = size <= (chunks?.[0] ?? 0);
  const shown = size <= SHOWN + 1 ? size : SHOWN;
  const values = Array.from({ length: whole ? shown : Math.min(shown, chunks?.[0] ?? 0) }, (_, i) =>
    at(i)
  );
  const more = values.length < size;
  return { values, last: whole && more ? at(size - 1) : null, more };
}

async function firstChunk(reader: ObjectReader, node: INode): Promise<zarr.Chunk<zarr.DataType>> {
  try {
    const place = zarr.root(new ArrayFiles(reader, node));
    const open = node.format === 2 ? zarr.open.v2 : zarr.open.v3;
    const array = await open(place, { kind: 'array' });
    return await array.getChunk([0]);
  } catch (error) {
    // zarrita wraps what the store threw.
    const cause = error instanceof Error ? error.cause : null;
    let message = error instanceof Error ? error.message : String(error);
    for (const thrown of [error, cause]) {
      if (thrown instanceof ReadError && thrown.failure.reason === 'too-large') {
        message = `more than ${MAX_PREVIEW_BYTES / 1024 ** 2} MB would have to be read or decoded`;
      } else if (thrown instanceof ReadError || (thrown as Error)?.name === 'AbortError') {
        throw thrown;
      }
    }
    const key = reader.place.prefix + node.path;
    throw new ReadError({ status: 0, reason: 'unsupported', key, message, hint: '' });
  }
}

/**
 * One array as a store of its own: zarrita does not escape `#`, `%` and `?` in the names of nodes,
 * and never sees them so. The metadata comes from memory, repaired.
 */
class ArrayFiles implements zarr.AsyncReadable {
  constructor(
    private readonly _reader: ObjectReader,
    private readonly _node: INode
  ) {
    const { format, attributes } = _node;
    const files: [string, JsonObject][] =
      format === 2
        ? [
            ['/.zarray', repairedMetadata(_node)],
            ['/.zattrs', attributes]
          ]
        : [['/zarr.json', repairedMetadata(_node)]];
    this._files = new Map(
      files.map(([name, json]) => [name, new TextEncoder().encode(JSON.stringify(json))])
    );
  }

  async get(key: string, options: zarr.GetOptions = {}): Promise<Uint8Array | undefined> {
    return this._files.get(key) ?? this._read(key, options);
  }

  getRange(
    key: string,
    range: zarr.RangeQuery,
    options: zarr.GetOptions = {}
  ): Promise<Uint8Array | undefined> {
    return this._read(key, { ...options, range });
  }

  private _read(
    key: string,
    options: { range?: zarr.RangeQuery; signal?: AbortSignal }
  ): Promise<Uint8Array | undefined> {
    const path = this._node.path === '' ? key.slice(1) : this._node.path + key;
    return this._reader.get(path, { ...options, atMost: MAX_PREVIEW_BYTES });
  }

  private readonly _files: ReadonlyMap<string, Uint8Array>;
}

/** How values become texts: times as dates, floats to six digits, packing undone. */
function formatter(node: INode): (data: zarr.TypedArray<zarr.DataType>, index: number) => string {
  const { format, metadata, attributes } = node;
  const type =
    format === 2
      ? elementV2(own(metadata, 'dtype'), own(metadata, 'filters')).name
      : elementV3(own(metadata, 'data_type')).name;
  const date = /^datetime64\[(.*)\]$/.exec(type);
  const scale = own(attributes, 'scale_factor');
  const offset = own(attributes, 'add_offset');
  const packed = typeof scale === 'number' || typeof offset === 'number';
  return (data, index) => {
    const value: unknown = 'get' in data ? data.get(index) : data[index];
    if (date && typeof value === 'bigint') {
      return formatDate(value, date[1]);
    }
    if (packed && (typeof value === 'number' || typeof value === 'bigint')) {
      return formatFloat(Number(value) * (Number(scale ?? 1) || 1) + Number(offset ?? 0));
    }
    return typeof value === 'number' && type.startsWith('float')
      ? formatFloat(value)
      : String(value);
  };
}

function formatFloat(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Milliseconds of NumPy's units that have a fixed length. */
const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  D: 86_400_000,
  W: 604_800_000
};

const NOT_A_TIME = -(2n ** 63n);

function formatDate(value: bigint, unit: string): string {
  if (value === NOT_A_TIME) {
    return 'NaT';
  }
  const date = new Date(Number(value) * (UNITS[unit] ?? NaN));
  return Number.isNaN(date.getTime())
    ? `${value} ${unit}`
    : date.toISOString().replace(/(T00:00:00)?(\.000)?Z$/, '');
}
