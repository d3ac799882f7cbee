/**
 * Ordinary decoding and encoding by cbor-x, as many devices' tool chains would do it.
 *
 * The way from bytes to items by cbor-x loses what JavaScript values cannot say, and that is its use here:
 * widths, the order of duplicate keys, the difference between 2.0 and 2. Where cbor-x interprets a tag, the
 * item shows the value after that interpretation.
 *
 * @module
 */

import { Decoder, Encoder, Tag } from 'cbor-x';
import { double } from './float.ts';
import { fromHex } from './hex.ts';
import { bool, bstr, type Item, int, nil, tag, tstr } from './item.ts';

export type DecodeResult =
  | { readonly ok: true; readonly item: Item }
  | { readonly ok: false; readonly message: string };

/** Decodes exactly one item the way cbor-x sees it; what it throws becomes the message. */
export function decodeWithCborX(bytes: Uint8Array): DecodeResult {
  try {
    // A view of its own: cbor-x leaves a `dataView` property on what it is given.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value: unknown = new Decoder({ mapsAsObjects: false, useRecords: false }).decode(view);
    return { ok: true, item: toItem(value, { values: bytes.length }, 0) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Encodes numbers, bigints, strings, Uint8Arrays, arrays, Maps (as plain maps), booleans, null and undefined.
 *
 * A bigint always takes eight bytes of argument: give a number where the shortest form is wanted.
 */
export function encodeWithCborX(value: unknown): Uint8Array {
  const options = { mapsAsObjects: false, useRecords: false, tagUint8Array: false, useTag259ForMaps: false };
  return new Uint8Array(new Encoder(options).encode(value));
}

const maxDepth = 1000;

/**
 * Tags for sharing make cbor-x build values that contain themselves, or one value many times over. No more
 * values than bytes, and a bounded depth, keep this walk finite. It throws where cbor-x gave what is no data
 * item; that is caught above, together with cbor-x's own exceptions.
 */
function toItem(value: unknown, left: { values: number }, depth: number): Item {
  left.values -= 1;
  if (left.values < 0) throw new Error('cbor-x gave more values than there are bytes: shared or cyclic');
  if (depth > maxDepth) throw new Error(`cbor-x gave values nested deeper than ${maxDepth}`);
  const inside = (child: unknown): Item => toItem(child, left, depth + 1);

  if (Array.isArray(value)) return { kind: 'array', items: value.map(inside) };
  if (value instanceof Map) {
    return { kind: 'map', entries: Array.from(value, ([k, v]) => [inside(k), inside(v)] as const) };
  }
  if (value instanceof Tag) return tag(value.tag, inside(value.value));
  if (value instanceof Date) return tag(1, inside(value.getTime() / 1000));
  if (value instanceof Set) return tag(258, { kind: 'array', items: Array.from(value, inside) });
  return leafItem(value);
}

function leafItem(value: unknown): Item {
  switch (typeof value) {
    case 'number':
      return fitsHead(value) ? int(value) : double(value);
    case 'bigint':
      return fitsHead(value) ? int(value) : bignum(value);
    case 'string':
      return tstr(value);
    case 'boolean':
      return bool(value);
    case 'undefined':
      return { kind: 'simple', value: 23 };
    default:
      if (value === null) return nil;
      if (value instanceof Uint8Array) return bstr(value);
      throw new Error(`cbor-x gave ${Object.prototype.toString.call(value)}, which is no data item`);
  }
}

function fitsHead(value: number | bigint): boolean {
  return (typeof value === 'bigint' || Number.isInteger(value)) && value < 2n ** 64n && value >= -(2n ** 64n);
}

/** RFC 8949 §3.4.3. */
function bignum(value: bigint): Item {
  const size = value < 0n ? -1n - value : value;
  const digits = size.toString(16);
  return tag(value < 0n ? 3 : 2, bstr(fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)));
}
