/**
 * Steps over the bytes that the verifier's checks are made of: open an array, go into a byte string, compare heads.
 *
 * `checkItem` proves a stretch well-formed before anything in it is interpreted, so that the typed steps after it
 * meet only well-formed items; their tests of the parser's result still hold for the step limit.
 *
 * @module
 */

import type { Reason } from '../../suit/stage.ts';
import { type Run, refuse, refuseParse } from './run.ts';
import { isUtf8 } from './utf8.ts';

/** Major types (RFC 8949 §3.1). */
export const major = { uint: 0, nint: 1, bstr: 2, tstr: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

const indefinite = 31;

/** Continues at this byte. */
export function goTo(run: Run, at: number): void {
  run.parser.restart(at, run.bytes.length);
}

export function nextHead(run: Run): boolean {
  return run.parser.readHead() === 0 || refuseParse(run);
}

/** The unsigned integer at this byte: exact up to 2^53, beyond that still more than any size; 0 after a refusal. */
export function readUint(run: Run, at: number): number {
  goTo(run, at);
  return nextHead(run) ? run.parser.argumentHigh * 2 ** 32 + run.parser.argumentLow : 0;
}

/** Skips one item. */
export function skipItem(run: Run): boolean {
  return run.parser.skip() === 0 || refuseParse(run);
}

/** Skips what is left of the item whose head was read last. */
export function skipRest(run: Run): boolean {
  return run.parser.skipRest() === 0 || refuseParse(run);
}

/** Is the head read last of this major type? A tag in its place is named as what it is. */
export function isMajor(run: Run, wanted: number, otherwise: Reason): boolean {
  const { parser } = run;
  if (parser.major === wanted) return true;
  // Authentication blocks are tagged themselves: there a tag only shows that the byte string around it is missing.
  const isWrongTag = parser.major === major.tag && otherwise !== 'auth-malformed';
  return refuse(run, isWrongTag ? 'wrong-tag' : otherwise);
}

/** The head read last must be of this type and of definite length. */
export function isDefinite(run: Run, wanted: number, otherwise: Reason): boolean {
  if (!isMajor(run, wanted, otherwise)) return false;
  // draft §8.1, RFC 8949 §4.2.1: every length in a manifest is known when it is made.
  return run.parser.info !== indefinite || refuse(run, 'non-deterministic');
}

/** Reads the head of an array or map; the number of its items or entries, -1 after a refusal. */
export function open(run: Run, wanted: number, otherwise: Reason): number {
  return nextHead(run) && isDefinite(run, wanted, otherwise) ? run.parser.argumentLow : -1;
}

/** Exactly one well-formed item with valid text from `start` to `end`? Afterwards the parser stands at `start`. */
export function checkItem(run: Run, start: number, end: number, otherwise?: Reason): boolean {
  const { parser, bytes } = run;
  parser.restart(start, end);
  if (parser.skip() !== 0 || parser.finish() !== 0) return refuseParse(run, otherwise);
  // Well-formed now: every head in turn, without a stack.
  parser.restart(start, end);
  while (!parser.atEnd) {
    if (parser.readHead() !== 0) return refuseParse(run, otherwise);
    if (parser.major === major.tstr && !isUtf8(bytes, parser.contentStart, parser.contentEnd)) {
      return refuse(run, 'cbor-invalid');
    }
  }
  goTo(run, start);
  return true;
}

/** Goes into the byte string whose head was read last: `bstr .cbor`, exactly one item (draft §8.1, C.2). */
export function enter(run: Run, notWrapped: Reason): boolean {
  if (!isDefinite(run, major.bstr, notWrapped)) return false;
  return checkItem(run, run.parser.contentStart, run.parser.contentEnd);
}

/** Goes into the byte string whose head is at this byte. */
export function enterAt(run: Run, at: number, notWrapped: Reason): boolean {
  goTo(run, at);
  return nextHead(run) && enter(run, notWrapped);
}

/** Is the argument of the head read last in the fewest bytes (RFC 8949 §4.2.1)? */
export function isShortest({ parser }: Run): boolean {
  const { argumentHigh: high, argumentLow: low } = parser;
  const width = parser.contentStart - parser.headStart - 1;
  if (width === 0) return true;
  if (width === 1) return low >= 24;
  if (width === 2) return low > 0xff;
  return width === 4 ? low > 0xffff : high > 0;
}

/** Bytewise, as RFC 8949 §4.2.1 orders keys: negative, zero or positive. */
export function compareSpans(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const length = Math.min(aEnd - a, bEnd - b);
  for (let i = 0; i < length; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - a - (bEnd - b);
}

/** Are these the bytes of the stretch? */
export function spanEquals(run: Run, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false;
  let difference = 0;
  for (let i = 0; i < wanted.length; i++) difference |= run.bytes[start + i]! ^ wanted[i]!;
  return difference === 0;
}

/**
 * The key whose head was read last must come after the previous one, which starts at `previous` (0: none) and is as
 * long as its encoding says; draft §8.1. Only for keys without children.
 */
export function followsKey(run: Run, previous: number, previousEnd: number): boolean {
  const { parser, bytes } = run;
  if (!isShortest(run) || parser.info === indefinite) return refuse(run, 'non-deterministic');
  if (previous === 0) return true;
  const order = compareSpans(bytes, previous, previousEnd, parser.headStart, parser.contentEnd);
  if (order === 0) return refuse(run, 'cbor-invalid');
  return order < 0 || refuse(run, 'non-deterministic');
}
