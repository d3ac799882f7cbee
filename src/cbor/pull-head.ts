/**
 * Heads for the pull parser: as `head.ts` reads them, but into words of state and without bigint (RFC 8949 §3).
 *
 * Two steps, since a chunk's major type is to be looked at before its length.
 *
 * @module
 */

import { pullCode, word } from './pull-state.ts';

/** Reads the head at the position into the state, and leaves the position. */
export function decodeHead(bytes: Uint8Array, state: Int32Array): number {
  if (state[word.error] !== pullCode.ok) return state[word.error]!;
  const start = state[word.position]!;
  const end = state[word.end]!;
  if (state[word.steps]! >= state[word.maxSteps]!) return fail(state, pullCode['limit-count'], start);
  state[word.steps]! += 1;
  if (start >= end) return fail(state, pullCode.truncated, start);

  const major = bytes[start]! >> 5;
  const info = bytes[start]! & 0x1f;
  state[word.major] = major;
  state[word.info] = info;
  state[word.headStart] = start;
  state[word.contentStart] = start + 1;
  state[word.high] = 0;
  state[word.low] = info < 24 ? info : 0;
  if (info < 24) return pullCode.ok;
  if (info === 31) {
    return major === 0 || major === 1 || major === 6
      ? fail(state, pullCode['reserved-info'], start)
      : pullCode.ok;
  }
  if (info > 27) return fail(state, pullCode['reserved-info'], start);
  const width = 1 << (info - 24);
  if (width > end - start - 1) return fail(state, pullCode.truncated, end);
  readArgument(bytes, start + 1, width, state);
  state[word.contentStart] = start + 1 + width;
  return major === 7 && width === 1 && state[word.low]! < 32
    ? fail(state, pullCode['bad-simple'], start + 1)
    : pullCode.ok;
}

/**
 * Goes past the head, and past the content of a string of definite length, if the bytes can hold what the head
 * claims.
 */
export function checkContent(state: Int32Array): number {
  const major = state[word.major]!;
  const after = state[word.contentStart]!;
  const left = state[word.end]! - after;
  let length = 0;
  if (major >= 2 && major <= 5 && state[word.info] !== 31) {
    const room = major === 5 ? left >> 1 : left;
    if (state[word.high] !== 0 || state[word.low]! >>> 0 > room) {
      return fail(state, pullCode[major <= 3 ? 'length-over' : 'count-over'], state[word.headStart]!);
    }
    if (major <= 3) length = state[word.low]!;
  }
  state[word.contentEnd] = after + length;
  state[word.position] = after + length;
  return pullCode.ok;
}

/** Notes the error, which ends all parsing. */
export function fail(state: Int32Array, code: number, offset: number): number {
  state[word.error] = code;
  state[word.errorOffset] = offset;
  return code;
}

/** Reads the big-endian argument of 1, 2, 4 or 8 bytes into the state. */
function readArgument(bytes: Uint8Array, at: number, width: number, state: Int32Array): void {
  let high = 0;
  let low = 0;
  for (let i = 0; i < width; i++) {
    if (width === 8 && i < 4) high = (high << 8) | bytes[at + i]!;
    else low = (low << 8) | bytes[at + i]!;
  }
  state[word.high] = high;
  state[word.low] = low;
}
