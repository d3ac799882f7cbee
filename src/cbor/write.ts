/**
 * Writes items as bytes, exactly as told: widths, claims, chunks, indefinite lengths (RFC 8949 §3).
 *
 * It does not check that the result is well-formed, since an attack may want it not to be. It refuses
 * only what no bytes can say, such as an argument wider than the width asked for.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { Backwards } from './backwards.ts';
import type { Bstr, CborMap, Item, List, Tstr, Width, Wrapped } from './item.ts';

/** The encoding of one item. */
export function write(item: Item): Uint8Array {
  return writeAll([item]);
}

/** The encoded items inside a wrapped byte string, without the string's own head. */
export function contentOf(wrapped: Wrapped): Uint8Array {
  return writeAll(wrapped.items);
}

/** The fewest bytes of argument that hold it (RFC 8949 §4.1, preferred serialisation). */
export function shortestWidth(argument: bigint | number): Width {
  if (argument < 24) return 0;
  if (argument < 0x100) return 1;
  if (argument < 0x1_0000) return 2;
  return argument < 0x1_0000_0000 ? 4 : 8;
}

/** A head: initial byte and argument, in the shortest form unless a width is given. */
export function writeHead(
  major: number,
  argument: bigint,
  width: Width = shortestWidth(argument),
): Uint8Array {
  const fits = width === 0 ? argument < 24n : argument < 1n << BigInt(8 * width);
  if (argument < 0n || !fits) {
    throw new BenchError(
      'width-too-small',
      `${argument} does not fit a head with ${width} bytes of argument`,
      {
        blame: 'bench',
      },
    );
  }
  if (width === 0) return Uint8Array.of((major << 5) | Number(argument));
  return initialAndArgument((major << 5) | (24 + Math.log2(width)), argument, width);
}

/** As `writeHead`, without an array of its own where the argument is an ordinary number in its shortest form. */
function putHead(out: Backwards, major: number, argument: bigint | number, width: Width | undefined): void {
  const small = Number(argument);
  const shortest = small < 24 ? 0 : small < 0x100 ? 1 : small < 0x1_0000 ? 2 : 4;
  if (small < 0 || small >= 0x1_0000_0000 || (width ?? shortest) !== shortest) {
    out.put(writeHead(major, BigInt(argument), width));
  } else if (shortest === 0) {
    out.putByte((major << 5) | small);
  } else {
    out.putNumber(small, shortest);
    out.putByte((major << 5) | (24 + Math.log2(shortest)));
  }
}

const indefinite = 31;
const breakByte = Uint8Array.of(0xff);

/** A head whose argument is the length of what stands behind it, up to the position given. */
interface LengthHead {
  readonly kind: 'length';
  readonly width: Width | undefined;
  readonly end: number;
}

/**
 * From the last item to the first, so that a wrapped item's length is known when its head's turn comes, and every byte
 * is written once. Works from a stack of what is still to be written: deep nesting costs memory, not the call stack.
 */
function writeAll(items: readonly Item[]): Uint8Array {
  const out = new Backwards();
  const pending: Pending[] = items.slice();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof Uint8Array) out.put(next);
    else if (next.kind === 'length') putHead(out, 2, out.written - next.end, next.width);
    else writeOne(next, out, pending);
  }
  return out.take();
}

type Pending = Item | Uint8Array | LengthHead;

function writeOne(item: Item, out: Backwards, pending: Pending[]): void {
  switch (item.kind) {
    case 'uint':
      putHead(out, 0, item.value, item.width);
      return;
    case 'nint':
      putHead(out, 1, -1n - item.value, item.width);
      return;
    case 'bstr':
      writeString(2, item, out);
      return;
    case 'tstr':
      writeString(3, item, out);
      return;
    case 'wrapped':
      if (item.claims === undefined) pending.push({ kind: 'length', width: item.width, end: out.written });
      else pending.push(writeHead(2, item.claims, item.width));
      for (const one of item.items) pending.push(one);
      return;
    case 'array':
      beginContainer(4, item, item.items.length, out, pending);
      for (const one of item.items) pending.push(one);
      return;
    case 'map':
      beginContainer(5, item, item.entries.length, out, pending);
      for (const [key, value] of item.entries) pending.push(key, value);
      return;
    case 'tag':
      pending.push(writeHead(6, item.tag, item.width), item.item);
      return;
    case 'simple':
      // A simple value has one byte at most, and below 32 the two-byte form is not well-formed (RFC 8949 §3.3).
      putHead(out, 7, item.value, item.width ?? (item.value < 24 ? 0 : 1));
      return;
    case 'float':
      putHead(out, 7, item.bits, item.width);
      return;
    case 'raw':
      out.put(item.bytes);
      return;
  }
}

/** An indefinite-length string has no length to lie about: `width` and `claims` mean nothing there. */
function writeString(major: 2 | 3, item: Bstr | Tstr, out: Backwards): void {
  if (item.chunks === undefined) {
    out.put(item.bytes);
    putHead(out, major, item.claims ?? item.bytes.length, item.width);
    return;
  }
  out.put(breakByte);
  for (const chunk of item.chunks.toReversed()) {
    out.put(chunk.bytes);
    putHead(out, major, chunk.bytes.length, chunk.width);
  }
  out.put(Uint8Array.of((major << 5) | indefinite));
}

/** Its end is written, its head is left for after its children. */
function beginContainer(
  major: 4 | 5,
  container: List | CborMap,
  count: number,
  out: Backwards,
  pending: Pending[],
): void {
  if (container.indefinite) {
    out.put(breakByte);
    pending.push(Uint8Array.of((major << 5) | indefinite));
  } else if (container.claims === undefined && container.width === undefined && count < 24) {
    pending.push(shortHeads[(major << 5) | count] as Uint8Array);
  } else pending.push(writeHead(major, container.claims ?? BigInt(count), container.width));
}

/** Heads of one byte. */
const shortHeads: readonly Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

function initialAndArgument(initial: number, argument: bigint, width: 1 | 2 | 4 | 8): Uint8Array {
  const head = new Uint8Array(1 + width);
  head[0] = initial;
  let rest = argument;
  for (let i = width; i > 0; i--) {
    head[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return head;
}
