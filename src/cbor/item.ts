/**
 * A lossless CBOR data item: everything an encoder may choose is in the value (RFC 8949 §3).
 *
 * `write(read(bytes))` gives back the same bytes. An item may also *lie* (a claimed length or count
 * other than the real one) or be `raw` bytes, so that a writer can emit what is not well-formed.
 *
 * @module
 */

/** Bytes of argument after the initial byte: 0 = in the initial byte. Left out: the shortest that fits. */
export type Width = 0 | 1 | 2 | 4 | 8;

/** Where an item stood in the bytes it was read from, `end` excluded; `write` ignores it. */
interface Read {
  readonly start?: number;
  readonly end?: number;
}

export interface Uint extends Read {
  readonly kind: 'uint';
  readonly value: bigint;
  readonly width?: Width;
}

/** `value` is the negative number itself (-1n is major type 1 with argument 0). */
export interface Nint extends Read {
  readonly kind: 'nint';
  readonly value: bigint;
  readonly width?: Width;
}

/** One chunk of an indefinite-length string. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly width?: Width;
}

interface StringForm extends Read {
  readonly bytes: Uint8Array;
  readonly width?: Width;
  /** The length the head claims, where it is not the real one. */
  readonly claims?: bigint;
  /** Present: indefinite length, in these chunks (their concatenation is `bytes`). */
  readonly chunks?: readonly Chunk[];
}

export interface Bstr extends StringForm {
  readonly kind: 'bstr';
}

/** `bytes` are the UTF-8 bytes as they are, valid or not. */
export interface Tstr extends StringForm {
  readonly kind: 'tstr';
}

/** A byte string whose content is encoded CBOR (`bstr .cbor`); only for writing, `read` yields `bstr`. */
export interface Wrapped extends Read {
  readonly kind: 'wrapped';
  /** One item, or several where an attack appends one. */
  readonly items: readonly Item[];
  readonly width?: Width;
  readonly claims?: bigint;
}

export interface List extends Read {
  readonly kind: 'array';
  readonly items: readonly Item[];
  readonly width?: Width;
  readonly claims?: bigint;
  readonly indefinite?: true;
}

export type Entry = readonly [key: Item, value: Item];

export interface CborMap extends Read {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly width?: Width;
  readonly claims?: bigint;
  readonly indefinite?: true;
}

export interface Tag extends Read {
  readonly kind: 'tag';
  readonly tag: bigint;
  readonly item: Item;
  readonly width?: Width;
}

/** Simple values: false 20, true 21, null 22, undefined 23. */
export interface Simple extends Read {
  readonly kind: 'simple';
  readonly value: number;
  readonly width?: 0 | 1;
}

/** `bits` is the IEEE 754 pattern of `width` bytes. */
export interface Float extends Read {
  readonly kind: 'float';
  readonly bits: bigint;
  readonly width: 2 | 4 | 8;
}

/** Bytes emitted as they are: foreign, or not well-formed on purpose. `read` never yields it. */
export interface Raw extends Read {
  readonly kind: 'raw';
  readonly bytes: Uint8Array;
}

export type Item = Uint | Nint | Bstr | Tstr | Wrapped | List | CborMap | Tag | Simple | Float | Raw;

const utf8 = new TextEncoder();

/** An integer in its shortest form, unsigned or negative. */
export function int(value: bigint | number): Uint | Nint {
  const big = BigInt(value);
  return big >= 0n ? { kind: 'uint', value: big } : { kind: 'nint', value: big };
}

export function bstr(bytes: Uint8Array): Bstr {
  return { kind: 'bstr', bytes };
}

export function tstr(text: string): Tstr {
  return { kind: 'tstr', bytes: utf8.encode(text) };
}

export function wrapped(...items: readonly Item[]): Wrapped {
  return { kind: 'wrapped', items };
}

export function array(...items: readonly Item[]): List {
  return { kind: 'array', items };
}

export function map(...entries: readonly Entry[]): CborMap {
  return { kind: 'map', entries };
}

export function tag(number: bigint | number, item: Item): Tag {
  return { kind: 'tag', tag: BigInt(number), item };
}

export function bool(value: boolean): Simple {
  return { kind: 'simple', value: value ? 21 : 20 };
}

export const nil: Simple = { kind: 'simple', value: 22 };

/** The entry's value under an integer key, the first if there are several. */
export function valueAt(container: CborMap, key: bigint | number): Item | undefined {
  const wanted = bigintOf(key);
  for (const [k, value] of container.entries) if (isInt(k, wanted)) return value;
  return undefined;
}

/** What most integers are, made once. */
const smallIntegers: readonly bigint[] = Array.from({ length: 256 }, (_, value) => BigInt(value));

export function bigintOf(value: bigint | number): bigint {
  return typeof value === 'bigint' ? value : (smallIntegers[value] ?? BigInt(value));
}

/** Is it this integer, whatever its width? */
export function isInt(item: Item, value: bigint | number): boolean {
  if (item.kind !== 'uint' && item.kind !== 'nint') return false;
  if (typeof value === 'bigint') return item.value === value;
  // Beyond 2^53 a number stands for several integers.
  return Number(item.value) === value && (Number.isSafeInteger(value) || item.value === BigInt(value));
}
