import type { INode } from './zarrArray';
import { isObject, own, ownObject, type JsonObject } from './zarrJson';
import type { Json } from './zarrProtocol';
import { elementV2, elementV3 } from './zarrTypes';

/**
 * An array's metadata with what xarray really writes turned into what zarrita reads: types that it
 * does not know but whose bytes it can decode, and fill values.
 */
export function repairedMetadata({ format, metadata }: INode): JsonObject {
  const repaired = { ...metadata };
  if (format === 2) {
    const dtype = own(metadata, 'dtype');
    if (typeof dtype === 'string') {
      repaired.dtype = dtype.replace(/^([<>])[Mm]8.*$/, '$1i8').replace(/^=/, '<');
    }
    const { name } = elementV2(dtype, own(metadata, 'filters'));
    repaired.fill_value = repairedFill(own(metadata, 'fill_value'), name);
    return repaired;
  }
  const dataType = own(metadata, 'data_type');
  const { name } = elementV3(dataType);
  if (isObject(dataType)) {
    const length = Number(own(ownObject(dataType, 'configuration'), 'length_bytes'));
    repaired.data_type =
      {
        fixed_length_utf32: `v2:U${length / 4}`,
        null_terminated_bytes: `v2:S${length}`,
        'numpy.datetime64': 'int64',
        'numpy.timedelta64': 'int64'
      }[String(own(dataType, 'name'))] ?? dataType;
  }
  repaired.fill_value = repairedFill(own(metadata, 'fill_value'), name);
  return repaired;
}

/** Fill values that zarrita takes for a number as they are, or fails on. */
function repairedFill(fill: Json | undefined, type: string): Json {
  if (/^(datetime|timedelta)64/.test(type) && fill === 'NaT') {
    return String(-(2n ** 63n));
  }
  const bits = /^float(32|64)/.exec(type)?.[1];
  if (bits && typeof fill === 'string' && /^0x[0-9a-f]{8,16}$/i.test(fill)) {
    return floatOfBits(BigInt(fill), Number(bits));
  }
  if (fill === null || fill === undefined) {
    return /^(<|>|\||string|object)/.test(type) ? '' : 0;
  }
  return fill;
}

function floatOfBits(bits: bigint, width: number): Json {
  const view = new DataView(new ArrayBuffer(8));
  if (width === 32) {
    view.setUint32(0, Number(BigInt.asUintN(32, bits)));
  } else {
    view.setBigUint64(0, bits);
  }
  const value = width === 32 ? view.getFloat32(0) : view.getFloat64(0);
  return Number.isFinite(value) ? value : String(value);
}
