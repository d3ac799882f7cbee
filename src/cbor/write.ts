/**
 * Writes items as bytes, exactly as told: widths, claims, chunks, indefinite lengths (RFC 8949 §3).
 *
 * It does not check that the result is well-formed, since an attack may want it not to be. It refuses
 * only what no bytes can say, such as an argument wider than the width asked for.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { join } from './hex.ts';
import type { Bstr, CborMap, Float, Item, List, Simple, Tag, Tstr, Width, Wrapped } from './item.ts';

/** The encoding of one item. */
export function write(item: Item): Uint8Array {
  return writeAll([item]);
}

/** The encoded items inside a wrapped byte string, without the string's own head. */
export function contentOf(wrapped: Wrapped): Uint8Array {
  return writeAll(wrapped.items);
}

/** The fewest bytes of argument that hold it (RFC 8949 §4.1, preferred serialisation). */
export function shortestWidth(argument: bigint): Width {
  if (argument < 24n) return 0;
  if (argument < 0x100n) return 1;
  if (argument < 0x1_0000n) return 2;
  return argument < 0x1_0000_0000n ? 4 : 8;
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

const indefinite = 31;
const breakByte = Uint8Array.of(0xff);

/** Works from a stack of what is still to be written, so that deep nesting costs memory, not the call stack. */
function writeAll(items: readonly Item[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const pending: (Item | Uint8Array)[] = items.toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof Uint8Array) parts.push(next);
    else writeOne(next, parts, pending);
  }
  return join(parts);
}

function writeOne(item: Item, parts: Uint8Array[], pending: (Item | Uint8Array)[]): void {
  switch (item.kind) {
    case 'uint':
      parts.push(writeHead(0, item.value, item.width));
      return;
    case 'nint':
      parts.push(writeHead(1, -1n - item.value, item.width));
      return;
    case 'bstr':
      writeString(2, item, parts);
      return;
    case 'tstr':
      writeString(3, item, parts);
      return;
    case 'wrapped': {
      const content = contentOf(item);
      parts.push(writeHead(2, item.claims ?? BigInt(content.length), item.width), content);
      return;
    }
    case 'array':
      writeContainer(4, item, item.items, item.items.length, parts, pending);
      return;
    case 'map':
      writeContainer(5, item, item.entries.flat(), item.entries.length, parts, pending);
      return;
    case 'tag':
      writeTag(item, parts, pending);
      return;
    case 'simple':
      parts.push(writeSimple(item));
      return;
    case 'float':
      parts.push(writeFloat(item));
      return;
    case 'raw':
      parts.push(item.bytes);
      return;
  }
}

/** An indefinite-length string has no length to lie about: `width` and `claims` mean nothing there. */
function writeString(major: 2 | 3, item: Bstr | Tstr, parts: Uint8Array[]): void {
  if (item.chunks === undefined) {
    parts.push(writeHead(major, item.claims ?? BigInt(item.bytes.length), item.width), item.bytes);
    return;
  }
  parts.push(Uint8Array.of((major << 5) | indefinite));
  for (const chunk of item.chunks) {
    parts.push(writeHead(major, BigInt(chunk.bytes.length), chunk.width), chunk.bytes);
  }
  parts.push(breakByte);
}

function writeContainer(
  major: 4 | 5,
  container: List | CborMap,
  children: readonly Item[],
  count: number,
  parts: Uint8Array[],
  pending: (Item | Uint8Array)[],
): void {
  if (container.indefinite) {
    parts.push(Uint8Array.of((major << 5) | indefinite));
    pending.push(breakByte);
  } else {
    parts.push(writeHead(major, container.claims ?? BigInt(count), container.width));
  }
  for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]!);
}

function writeTag(item: Tag, parts: Uint8Array[], pending: (Item | Uint8Array)[]): void {
  parts.push(writeHead(6, item.tag, item.width));
  pending.push(item.item);
}

/** A simple value has one byte at most, and below 32 the two-byte form is not well-formed (RFC 8949 §3.3). */
function writeSimple(item: Simple): Uint8Array {
  const width = item.width ?? (item.value < 24 ? 0 : 1);
  return writeHead(7, BigInt(item.value), width);
}

function writeFloat(item: Float): Uint8Array {
  return writeHead(7, item.bits, item.width);
}

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
