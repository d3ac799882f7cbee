/**
 * Reads the basic types of the draft's CDDL from items, strictly: an item of another type is a failure.
 *
 * @module
 */

import type { CborMap, Item } from '../cbor/item.ts';
import { bad, type Failure, good, type Result } from './problem.ts';
import type { Reason } from './stage.ts';

/** What to call the item in a message, and the reason given if its type is wrong. */
export interface Expectation {
  readonly what: string;
  readonly reason: Reason;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readUint(item: Item, e: Expectation): Result<bigint> {
  return item.kind === 'uint' ? good(item.value) : mismatch(item, e, 'an unsigned integer');
}

/** An integer that a number can hold. */
export function readInt(item: Item, e: Expectation): Result<number> {
  if (item.kind !== 'uint' && item.kind !== 'nint') return mismatch(item, e, 'an integer');
  const value = Number(item.value);
  return Number.isSafeInteger(value) ? good(value) : bad(e.reason, `${e.what} is beyond 2^53`, item);
}

export function readBool(item: Item, e: Expectation): Result<boolean> {
  if (item.kind !== 'simple' || (item.value !== 20 && item.value !== 21))
    return mismatch(item, e, 'a boolean');
  return good(item.value === 21);
}

export function readBytes(item: Item, e: Expectation): Result<Uint8Array> {
  return item.kind === 'bstr' ? good(item.bytes) : mismatch(item, e, 'a byte string');
}

export function readText(item: Item, e: Expectation): Result<string> {
  if (item.kind !== 'tstr') return mismatch(item, e, 'a text string');
  const text = decodeText(item.bytes);
  return text === undefined ? bad('cbor-invalid', `${e.what} is not valid UTF-8`, item) : good(text);
}

export function readList(item: Item, e: Expectation): Result<readonly Item[]> {
  return item.kind === 'array' ? good(item.items) : mismatch(item, e, 'an array');
}

/** A map whose keys differ (RFC 8949 §5.6). */
export function readMap(item: Item, e: Expectation): Result<CborMap> {
  if (item.kind !== 'map') return mismatch(item, e, 'a map');
  const seen = new Set<string>();
  for (const [key] of item.entries) {
    const name = identity(key);
    if (seen.has(name)) return bad('cbor-invalid', `${e.what} has a key twice`, key);
    seen.add(name);
  }
  return good(item);
}

/** The entries of a map whose keys are integers that differ. */
export function readIntKeyed(item: Item, e: Expectation): Result<readonly (readonly [bigint, Item])[]> {
  const map = readMap(item, e);
  if (!map.ok) return map;
  return each(map.value.entries, ([key, value]) => {
    if (key.kind !== 'uint' && key.kind !== 'nint') return mismatch(key, e, 'a map with integer keys');
    return good([key.value, value] as const);
  });
}

/** Reads every element, up to the first that fails. */
export function each<A, B>(elements: readonly A[], read: (element: A) => Result<B>): Result<B[]> {
  const values: B[] = [];
  for (const element of elements) {
    const result = read(element);
    if (!result.ok) return result;
    values.push(result.value);
  }
  return good(values);
}

/** Reads an element that may be missing. */
export function maybe<A, B>(element: A | undefined, read: (element: A) => Result<B>): Result<B | undefined> {
  return element === undefined ? good(undefined) : read(element);
}

export function mapped<A, B>(result: Result<A>, change: (value: A) => B): Result<B> {
  return result.ok ? good(change(result.value)) : result;
}

/** The text, unless the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The item without places and choices of encoding, as the model holds it. */
export function plain(item: Item): Item {
  switch (item.kind) {
    case 'uint':
    case 'nint':
      return { kind: item.kind, value: item.value };
    case 'bstr':
    case 'tstr':
      return { kind: item.kind, bytes: item.bytes };
    case 'array':
      return { kind: 'array', items: item.items.map(plain) };
    case 'map':
      return { kind: 'map', entries: item.entries.map(([k, v]) => [plain(k), plain(v)] as const) };
    case 'tag':
      return { kind: 'tag', tag: item.tag, item: plain(item.item) };
    case 'simple':
      return { kind: 'simple', value: item.value };
    case 'float':
      return { kind: 'float', bits: item.bits, width: item.width };
    case 'wrapped':
      return { kind: 'wrapped', items: item.items.map(plain) };
    case 'raw':
      return { kind: 'raw', bytes: item.bytes };
  }
}

function mismatch(item: Item, e: Expectation, wanted: string): Failure {
  return bad(e.reason, `${e.what} is not ${wanted}`, item);
}

/** Equal for keys that mean the same, however they are encoded. */
function identity(key: Item): string {
  return JSON.stringify(plain(key), (_, value) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
}
