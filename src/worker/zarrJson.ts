import type { Json } from './zarrProtocol';

/** A JSON object whose names are somebody else's: never read by a plain `object[name]`. */
export type JsonObject = { [name: string]: Json };

/**
 * Parses JSON as Python writes it. Bare `NaN` and `Infinity`, which xarray leaves in attributes,
 * become the texts that Zarr itself writes for them; integers that a double cannot hold become
 * texts too, so that none is shown wrong.
 *
 * @throws SyntaxError
 */
export function parseJson(bytes: Uint8Array): Json {
  return JSON.parse(
    new TextDecoder().decode(bytes).replace(TOKEN, token => {
      return /^-?[NI]/.test(token) || isUnsafe(token) ? `"${token}"` : token;
    })
  );
}

/** Strings are matched whole, so that nothing inside them is. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|-?\b(?:NaN|Infinity)\b|-?\b\d[\d.eE+-]*/g;

function isUnsafe(token: string): boolean {
  return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value of a name, even of `constructor` or `__proto__`. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;
}

/** The object's own value of a name if it is an object, else an empty one. */
export function ownObject(object: JsonObject, name: string): JsonObject {
  const value = own(object, name);
  return isObject(value) ? value : {};
}
