/**
 * Ordinary CBOR decoders behind one face: what they make of the bytes, as data items again.
 *
 * The way through JavaScript values loses what those cannot say, and that is its use here: widths, positions, the
 * order of duplicate keys, the difference between 2.0 and 2, between a bignum and an integer. Where a decoder
 * interprets a tag, the item shows the value after that interpretation.
 *
 * @module
 */
import { double } from './float.ts';
import { fromHex } from './hex.ts';
import { bool, bstr, type Item, int, nil, tag, tstr } from './item.ts';

export interface Codec {
  /** The package's name. */
  readonly name: string;
  /** The one item that the bytes are, as the package's own values; throws what the package throws. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The same by one decoder that is kept, for timing; absent: `decode` keeps nothing anew. */
  readonly kept?: (bytes: Uint8Array) => unknown;
  /** Number and content, where the value is the package's form of a tag. */
  readonly tagOf: (value: object) => readonly [number: bigint | number, content: unknown] | undefined;
  /** The number, where the value is the package's form of a simple value without a meaning. */
  readonly simpleOf?: (value: object) => number | undefined;
}

export type DecodeResult =
  | { readonly ok: true; readonly item: Item }
  | { readonly ok: false; readonly message: string };

/** Decodes exactly one item the way the package sees it; what it throws becomes the message. */
export function decodeWith(codec: Codec, bytes: Uint8Array): DecodeResult {
  try {
    // A copy of its own: some decoders write into what they are given, or leave properties on it.
    const value = codec.decode(new Uint8Array(bytes));
    return { ok: true, item: toItem(codec, value, { values: Math.min(bytes.length, maxValues) }, 0) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Far deeper than anything valid; a decoder that has no limit of its own is given this one. */
export const maxDepth = 1000;
/** As many as the lossless reader takes. */
const maxValues = 100_000;

/**
 * Tags for sharing make a decoder build values that contain themselves, or one value many times over. No more
 * values than bytes, and a bounded depth, keep this walk finite. It throws where the decoder gave what is no data
 * item; that is caught above, together with the decoder's own exceptions.
 */
function toItem(codec: Codec, value: unknown, left: { values: number }, depth: number): Item {
  left.values -= 1;
  if (left.values < 0)
    throw new Error(`${codec.name} gave too many values: shared, cyclic or above ${maxValues}`);
  if (depth > maxDepth) throw new Error(`${codec.name} gave values nested deeper than ${maxDepth}`);
  if (typeof value !== 'object' || value === null) return primitiveItem(codec, value);
  const inside = (child: unknown): Item => toItem(codec, child, left, depth + 1);

  if (Array.isArray(value)) return { kind: 'array', items: value.map(inside) };
  if (value instanceof Map) {
    return { kind: 'map', entries: Array.from(value, ([k, v]) => [inside(k), inside(v)] as const) };
  }
  if (value instanceof Uint8Array)
    return bstr(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  const tagged = codec.tagOf(value);
  if (tagged !== undefined) return tag(tagged[0], inside(tagged[1]));
  const simple = codec.simpleOf?.(value);
  if (simple !== undefined) return { kind: 'simple', value: simple };
  return interpreted(codec, value, inside);
}

/** The classes that decoders make of RFC 8949 §3.4 and registered tags. */
function interpreted(codec: Codec, value: object, inside: (child: unknown) => Item): Item {
  if (value instanceof Date) return tag(1, inside(value.getTime() / 1000));
  if (value instanceof Set) return tag(258, { kind: 'array', items: Array.from(value, inside) });
  if (value instanceof URL) return tag(32, inside(value.href));
  if (value instanceof RegExp) return tag(35, inside(value.source));
  throw notAnItem(codec, value);
}

function primitiveItem(codec: Codec, value: unknown): Item {
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
      throw notAnItem(codec, value);
  }
}

function notAnItem(codec: Codec, value: unknown): Error {
  return new Error(`${codec.name} gave ${Object.prototype.toString.call(value)}, which is no data item`);
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
