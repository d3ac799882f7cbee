/**
 * The return stack of the interpreter, in the arena: one frame for the section that runs and one for each try-each or
 * run-sequence that is under way in it.
 *
 * @module
 */

import type { Selection } from './index-argument.ts';
import { allocate, type Run } from './run.ts';

/** A frame, in words. */
export const frame = {
  /** Commands of this sequence that are still to be run. */
  left: 0,
  /** Where the next of them is. */
  next: 1,
  /** Bits of `mode`. */
  mode: 2,
  /** What the commands act on. */
  selection: 3,
  /** Which place of the parent's selection this pass is for. */
  pass: 4,
  /** try-each: where the branch after this one is, and how many there are. */
  branch: 5,
  branchesLeft: 6,
  /** Where the argument of the directive is; 0 in the outermost frame. */
  argument: 7,
} as const;

type FrameField = (typeof frame)[keyof typeof frame];

export const mode = {
  /** A failing condition ends only this sequence (draft §8.4.8.15). */
  soft: 1,
  /** draft §6.7: set-component-index comes first and never again, or not at all. */
  indexOnce: 2,
  indexNever: 4,
  /** The order was free when this sequence began, and is again when it ends. */
  wasFree: 8,
  /** It runs beside others, and its reads and writes are noted apart. */
  lane: 16,
} as const;

const frameWords = 8;

export function pushFrame(run: Run, selection: Selection, argument: number): boolean {
  const at = allocate(run, frameWords * 4);
  if (at < 0) return false;
  run.arena.words.fill(0, at / 4, at / 4 + frameWords);
  write(run, frame.selection, selection);
  write(run, frame.argument, argument);
  return true;
}

export function popFrame(run: Run): void {
  run.arena.release(run.arena.top - frameWords * 4);
}

/** Is the frame on top the section's own? */
export function isOutermost(run: Run): boolean {
  return read(run, frame.argument) === 0;
}

export function read(run: Run, which: FrameField): number {
  return run.arena.words[top(run) + which]!;
}

export function write(run: Run, which: FrameField, value: number): void {
  run.arena.words[top(run) + which] = value;
}

export function readParent(run: Run, which: FrameField): number {
  return run.arena.words[top(run) - frameWords + which]!;
}

function top(run: Run): number {
  return run.arena.top / 4 - frameWords;
}
