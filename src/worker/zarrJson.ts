import type { Json } from './zarrProtocol';

/** A JSON object whose names are somebody else's: never read by a plain `object[name]`. */
export type JsonObject = { [name: string]: Json };

/** Deeper values are refused: neither `postMessage` nor `JSON.stringify` takes any depth. */
const MAX_DEPTH = 200;

/**
 * Parses JSON as Python writes it. Bare `NaN` and `Infinity`, which xarray leaves in attributes,
 * become the texts that Zarr itself writes for them; integers that a double cannot hold become
 * texts too, so that none is shown wrong.
 *
 * @throws SyntaxError; RangeError for what is nested too deeply.
 */
export function parseJson(bytes: Uint8Array): Json {
  const text = new TextDecoder().decode(bytes);
  const parts: string[] = [];
  let depth = 0;
  // Strings are found by hand: a pattern that matches them whole fails on long ones.
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const between = text.slice(at, quote < 0 ? undefined : quote);
    depth = depthAfter(between, depth);
    parts.push(between.replace(TOKEN, quoted));
    if (quote < 0) {
      break;
    }
    at = stringEnd(text, quote);
    parts.push(text.slice(quote, at));
  }
  return JSON.parse(parts.join(''));
}

const TOKEN = /-?\b(?:NaN|Infinity)\b|-?\b\d[\d.eE+-]*/g;

function quoted(token: string): string {
  return /^-?[NI]/.test(token) || isUnsafe(token) ? `"${token}"` : token;
}

/** Where the string that starts at `quote` is over; the text's end if it never is. */
function stringEnd(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') {
      at++;
    } else if (text[at] === '"') {
      return at + 1;
    }
  }
  return text.length;
}

/** How deep it is after a text without strings. */
function depthAfter(text: string, depth: number): number {
  for (const char of text) {
    if (char === '[' || char === '{') {
      depth++;
    } else if (char === ']' || char === '}') {
      depth--;
    }
    if (depth > MAX_DEPTH) {
      throw new RangeError(`It is nested more than ${MAX_DEPTH} levels deep.`);
    }
  }
  return depth;
}

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
