import { isObject, own, ownObject, type JsonObject } from './zarrJson';
import type { Attributes, IArray, Json } from './zarrProtocol';
import { elementV2, elementV3, type IElement } from './zarrTypes';

/** The metadata of one node as it was read: an array or a group, and for format 2 `.zattrs`. */
export interface INode {
  readonly kind: 'array' | 'group';
  readonly format: 2 | 3;
  /** From the store's root, without slashes at the ends; empty for the root. */
  readonly path: string;
  /** `.zarray`, `.zgroup` or `zarr.json`. */
  readonly metadata: JsonObject;
  readonly attributes: JsonObject;
}

/** Chunks of a coordinate are read for a preview up to so many bytes without compression. */
const PREVIEW_BYTES = 1024 * 1024;

const HIDDEN_ATTRIBUTES = ['_ARRAY_DIMENSIONS', '_NCZARR_ARRAY', '_nczarr_array', '_NCZARR_ATTR'];

/**
 * What an array is, from its metadata alone; no part that is unknown makes the rest unreadable.
 *
 * @throws Error with what is wrong, when not even the shape can be told.
 */
export function describeArray(node: INode): IArray {
  const { format, metadata, path } = node;
  const shape = sizes(own(metadata, 'shape'));
  if (!shape) {
    throw new Error('its "shape" is not a list of whole numbers');
  }
  const element =
    format === 2
      ? elementV2(own(metadata, 'dtype'), own(metadata, 'filters'))
      : elementV3(own(metadata, 'data_type'));
  const { chunks, shards } = grid(node, shape.length);
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    dims: dimensions(node, shape.length),
    shape,
    dtype: element.name,
    chunks,
    chunkCount: chunks && count(shape, chunks),
    shards,
    shardCount: shards && count(shape, shards),
    bytes: element.size === null ? null : product(shape) * element.size,
    attributes: shownAttributes(node),
    previewable: shape.length === 1 && isSmall(chunks, element)
  };
}

/** Without what is shown elsewhere, and with the fill value readable. */
export function shownAttributes({ attributes, format, metadata }: INode): Attributes {
  return Object.entries(attributes)
    .filter(([name]) => !HIDDEN_ATTRIBUTES.includes(name))
    .map(([name, value]) =>
      name === '_FillValue' && format === 3 && /^float/.test(String(own(metadata, 'data_type')))
        ? [name, fillValue(value)]
        : [name, value]
    );
}

/** In format 3 xarray writes that of a float as the base64 of a little-endian double. */
function fillValue(value: Json): Json {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]{11}=$/.test(value)) {
    return value;
  }
  const bytes = Uint8Array.from(atob(value), char => char.charCodeAt(0));
  const fill = new DataView(bytes.buffer).getFloat64(0, true);
  return Number.isFinite(fill) ? fill : String(fill);
}

function isSmall(chunks: readonly number[] | null, { size }: IElement): boolean {
  // Strings without a fixed size count as long ones, and empty ones take space once decoded.
  return chunks !== null && product(chunks) * Math.max(size ?? 256, 1) <= PREVIEW_BYTES;
}

/** What one read decodes, and what one object holds where it holds more than that. */
function grid(
  { format, metadata }: INode,
  rank: number
): { chunks: readonly number[] | null; shards: readonly number[] | null } {
  const one = (value: Json | undefined) => {
    const found = sizes(value);
    return found && found.length === rank && found.every(size => size > 0) ? found : null;
  };
  if (format === 2) {
    return { chunks: one(own(metadata, 'chunks')), shards: null };
  }
  const chunkGrid = ownObject(metadata, 'chunk_grid');
  if (own(chunkGrid, 'name') !== 'regular') {
    return { chunks: null, shards: null };
  }
  const outer = one(own(ownObject(chunkGrid, 'configuration'), 'chunk_shape'));
  const codecs = own(metadata, 'codecs');
  const sharding = (Array.isArray(codecs) ? codecs : []).find(
    (codec): codec is JsonObject => isObject(codec) && own(codec, 'name') === 'sharding_indexed'
  );
  const inner = sharding && one(own(ownObject(sharding, 'configuration'), 'chunk_shape'));
  return inner ? { chunks: inner, shards: outer } : { chunks: outer, shards: null };
}

/** Names as xarray finds them, made up as `dim_0` where there are none. */
function dimensions({ format, metadata, attributes }: INode, rank: number): string[] {
  const named =
    format === 3
      ? own(metadata, 'dimension_names')
      : (own(attributes, '_ARRAY_DIMENSIONS') ?? netcdfDimensions(metadata, attributes));
  const names = Array.isArray(named) && named.length === rank ? named : [];
  return Array.from({ length: rank }, (_, axis) => {
    const name = names[axis];
    return typeof name === 'string' ? name : `dim_${axis}`;
  });
}

/** NCZarr keeps them as paths such as `/lat`. */
function netcdfDimensions(metadata: JsonObject, attributes: JsonObject): Json | undefined {
  const place = own(metadata, '_NCZARR_ARRAY') ?? own(attributes, '_nczarr_array');
  const references = isObject(place)
    ? (own(place, 'dimrefs') ?? own(place, 'dimension_references'))
    : undefined;
  return Array.isArray(references)
    ? references.map(path => String(path).slice(String(path).lastIndexOf('/') + 1))
    : undefined;
}

function sizes(value: Json | undefined): number[] | null {
  return Array.isArray(value) &&
    value.every((size): size is number => Number.isSafeInteger(size) && Number(size) >= 0)
    ? value
    : null;
}

function count(shape: readonly number[], chunks: readonly number[]): number {
  return product(shape.map((size, axis) => Math.ceil(size / chunks[axis])));
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all * number, 1);
}
