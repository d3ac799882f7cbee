/**
 * Sig_structure and MAC_structure, written into the arena (RFC 9052 §4.4, §6.3).
 *
 * @module
 */

import type { Structure } from '../../cose/structures.ts';
import type { Arena } from './arena.ts';
import { allocate, type Run } from './run.ts';
import { major } from './walk.ts';

const contexts = {
  sign1: new TextEncoder().encode('Signature1'),
  sign: new TextEncoder().encode('Signature'),
  mac0: new TextEncoder().encode('MAC0'),
  mac: new TextEncoder().encode('MAC'),
} as const;

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The structure's stretch of the arena; undefined after a refusal. external_aad is empty. COSE_Sign has two protected
 * headers, the body's and the signature's.
 */
export function toBeSigned(
  run: Run,
  structure: Structure,
  protectedHeaders: readonly Stretch[],
  payload: Stretch,
): Stretch | undefined {
  const context = contexts[structure];
  const { bytes } = run;
  // RFC 9052 §4.4: an empty map sent as h'a0' is authenticated as the empty string.
  const headerEnd = ({ start, end }: Stretch) => (end - start === 1 && bytes[start] === 0xa0 ? start : end);
  let size = 1 + sized(context.length) + 1 + sized(payload.end - payload.start);
  for (const header of protectedHeaders) size += sized(headerEnd(header) - header.start);
  const at = allocate(run, size);
  if (at < 0) return undefined;

  const { arena } = run;
  let next = putHead(arena, at, major.array, 3 + protectedHeaders.length);
  next = putHead(arena, next, major.tstr, context.length);
  arena.bytes.set(context, next);
  next += context.length;
  for (const header of protectedHeaders) next = putString(run, next, header.start, headerEnd(header));
  next = putHead(arena, next, major.bstr, 0);
  next = putString(run, next, payload.start, payload.end);
  return { start: at, end: next };
}

function putString(run: Run, at: number, start: number, end: number): number {
  const next = putHead(run.arena, at, major.bstr, end - start);
  run.arena.bytes.set(run.bytes.subarray(start, end), next);
  return next + end - start;
}

/** Writes a head with its argument in the fewest bytes; the offset after it. */
function putHead({ bytes }: Arena, at: number, type: number, argument: number): number {
  const width = widthFor(argument);
  if (width === 0) {
    bytes[at] = (type << 5) | argument;
    return at + 1;
  }
  bytes[at] = (type << 5) | (24 + Math.log2(width));
  for (let i = 0; i < width; i++) bytes[at + 1 + i] = argument >>> (8 * (width - 1 - i));
  return at + 1 + width;
}

function widthFor(argument: number): 0 | 1 | 2 | 4 {
  if (argument < 24) return 0;
  if (argument <= 0xff) return 1;
  return argument <= 0xffff ? 2 : 4;
}

function sized(length: number): number {
  return 1 + widthFor(length) + length;
}
