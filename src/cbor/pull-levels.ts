/**
 * The levels of the pull parser: how far each open item is from its end; and the quick way through heads of one byte.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { fail } from './pull-head.ts';
import { beforeKey, beforeValue, fixedWords, pullCode, untilBreak, word } from './pull-state.ts';

/** Opens a level; `limit-depth` where the state has no more room. */
export function push(state: Int32Array, level: number): number {
  const depth = state[word.depth]!;
  if (fixedWords + depth >= state.length) return fail(state, pullCode['limit-depth'], state[word.headStart]!);
  state[fixedWords + depth] = level;
  state[word.depth] = depth + 1;
  if (depth + 1 > state[word.deepest]!) state[word.deepest] = depth + 1;
  return pullCode.ok;
}

/** Closes the innermost level; what it held. */
export function pop(state: Int32Array): number {
  const depth = state[word.depth]!;
  if (depth === 0) throw new BenchError('pull-leave', 'no byte string has been entered', { blame: 'bench' });
  state[word.depth] = depth - 1;
  return state[fixedWords + depth - 1]!;
}

/** An item is complete: takes it off what its parents miss, closing those that now miss nothing. */
export function countItem(state: Int32Array, base: number): void {
  while (state[word.depth]! > base) {
    const top = fixedWords + state[word.depth]! - 1;
    const level = state[top]!;
    if (level === untilBreak) return;
    if (level < 0) {
      state[top] = level === beforeKey ? beforeValue : beforeKey;
      return;
    }
    state[top] = level - 1;
    if (level > 1) return;
    pop(state);
  }
}

/**
 * Skips an item as far as its heads are of one byte, which most are: nothing is noted of them but levels and steps.
 * True: no item above `base` is open any more. False before any other head, and before what is to be refused.
 */
export function passShortHeads(bytes: Uint8Array, state: Int32Array, base: number): boolean {
  if (state[word.error] !== pullCode.ok) return false;
  const end = state[word.end]!;
  const maxSteps = state[word.maxSteps]!;
  let position = state[word.position]!;
  let steps = state[word.steps]!;
  let isDone = false;
  while (!isDone && position < end && steps < maxSteps) {
    const info = bytes[position]! & 0x1f;
    const major = bytes[position]! >> 5;
    const left = end - position - 1;
    if (info > 23) break;
    if (major >= 4 && major <= 6) {
      const missing = major === 6 ? 1 : info * (major - 3);
      if ((major !== 6 && missing > left) || fixedWords + state[word.depth]! >= state.length) break;
      position += 1;
      steps += 1;
      push(state, missing);
      if (missing > 0) continue;
      pop(state);
    } else {
      const length = major === 2 || major === 3 ? info : 0;
      if (length > left) break;
      position += 1 + length;
      steps += 1;
    }
    countItem(state, base);
    isDone = state[word.depth] === base;
  }
  state[word.position] = position;
  state[word.steps] = steps;
  return isDone;
}
