import { isObject, own, ownObject, type JsonObject } from './zarrJson';
import type { Json } from './zarrProtocol';

/** An element type: its name, and its bytes without compression where they are fixed. */
export interface IElement {
  readonly name: string;
  readonly size: number | null;
}

const KINDS: Record<string, string> = {
  b: 'bool',
  i: 'int',
  u: 'uint',
  f: 'float',
  c: 'complex',
  M: 'datetime64',
  m: 'timedelta64'
};

/** An element type of Zarr format 2: NumPy's own spelling, such as `<f4` or `|S3`. */
export function elementV2(dtype: Json | undefined, filters: Json | undefined): IElement {
  if (Array.isArray(dtype)) {
    return { name: `structured ${JSON.stringify(dtype)}`, size: null };
  }
  const parsed = typeof dtype === 'string' ? /^([<>|=]?)([a-zA-Z])(\d*)(.*)$/.exec(dtype) : null;
  if (!parsed) {
    return { name: describe(dtype), size: null };
  }
  const [whole, order, kind, digits, unit] = parsed;
  const count = Number(digits);
  if (kind === 'O') {
    const codec = Array.isArray(filters) && isObject(filters[0]) ? own(filters[0], 'id') : null;
    return { name: codec === 'vlen-utf8' ? 'string' : 'object', size: null };
  }
  if (kind === 'U' || kind === 'S' || kind === 'V') {
    return { name: whole, size: kind === 'U' ? count * 4 : count };
  }
  if (!(kind in KINDS) || digits === '') {
    return { name: whole, size: null };
  }
  const bits = kind === 'b' || kind === 'M' || kind === 'm' ? '' : String(count * 8);
  const end = order === '>' && count > 1 ? ' (big-endian)' : '';
  return { name: `${KINDS[kind]}${bits}${unit}${end}`, size: count };
}

const SIMPLE = /^(?:u?int|float|complex|r)(\d+)$/;

/** An element type of Zarr format 3: a name, or a name with a configuration. */
export function elementV3(dataType: Json | undefined): IElement {
  const configured = isObject(dataType) ? ownObject(dataType, 'configuration') : {};
  const name = isObject(dataType) ? own(dataType, 'name') : dataType;
  if (typeof name !== 'string') {
    return { name: describe(dataType), size: null };
  }
  const simple = SIMPLE.exec(name);
  if (simple) {
    return { name, size: Number(simple[1]) / 8 };
  }
  const length = Number(own(configured, 'length_bytes'));
  switch (name) {
    case 'bool':
      return { name, size: 1 };
    case 'bfloat16':
      return { name, size: 2 };
    case 'fixed_length_utf32':
      return { name: `<U${length / 4}`, size: length };
    case 'null_terminated_bytes':
      return { name: `|S${length}`, size: length };
    case 'raw_bytes':
      return { name: `|V${length}`, size: length };
    case 'numpy.datetime64':
    case 'numpy.timedelta64':
      return { name: `${name.slice('numpy.'.length)}[${timeUnit(configured)}]`, size: 8 };
  }
  return { name: isObject(dataType) ? `${name}${options(configured)}` : name, size: null };
}

function timeUnit(configured: JsonObject): string {
  const factor = own(configured, 'scale_factor');
  return `${typeof factor === 'number' && factor !== 1 ? factor : ''}${own(configured, 'unit') ?? 'generic'}`;
}

function options(configured: JsonObject): string {
  return Object.keys(configured).length > 0 ? ` ${JSON.stringify(configured)}` : '';
}

function describe(type: Json | undefined): string {
  return type === undefined ? 'unknown type' : JSON.stringify(type);
}
