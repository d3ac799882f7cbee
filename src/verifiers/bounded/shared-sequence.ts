/**
 * Runs the shared sequence: conditions, parameters, component index, try-each and run-sequence (draft §6.4, §6.5,
 * §8.4.10), with an explicit return stack in the arena.
 *
 * Points that the draft leaves open, as decided here: a nested sequence that fails hard, or of which every branch
 * fails, ends the run whatever encloses it; a nested sequence leaves its parent's component index as it was; parameters
 * set in a branch that failed stay set.
 *
 * @module
 */

import { commandCode, parameterKey } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { setParameter } from './components.ts';
import { failureOf } from './conditions.ts';
import { readIndex, type Selection, selectedAt, selectedCount } from './index-argument.ts';
import { allocate, field, get, type Run, refuse } from './run.ts';
import { goTo, major, nextHead, skipItem } from './walk.ts';

/** A frame of the return stack, in words. */
const frame = {
  /** Commands of this sequence that are still to be run. */
  left: 0,
  /** Where the next of them is. */
  next: 1,
  /** 1: a failing condition ends only this sequence (draft §8.4.8.15). */
  soft: 2,
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

const frameWords = 8;

const nilByte = 0xf6;
const simpleTrue = 21;

/** `at`: the head of the sequence's byte string, whose structure has been checked. */
export function runSequence(run: Run, at: number): boolean {
  const bottom = run.arena.top;
  if (!pushFrame(run, 0, 0)) return false;
  if (!start(run, at)) return false;
  while (run.arena.top > bottom) {
    const isFine = read(run, frame.left) === 0 ? finishPass(run, bottom) : runCommand(run, bottom);
    // The step limit can be reached where only a number is returned.
    if (!isFine || run.reason !== undefined) return false;
  }
  return true;
}

function top(run: Run): number {
  return run.arena.top / 4 - frameWords;
}

function read(run: Run, which: number): number {
  return run.arena.words[top(run) + which]!;
}

function write(run: Run, which: number, value: number): void {
  run.arena.words[top(run) + which] = value;
}

function readParent(run: Run, which: number): number {
  return run.arena.words[top(run) - frameWords + which]!;
}

function pushFrame(run: Run, selection: Selection, argument: number): boolean {
  const at = allocate(run, frameWords * 4);
  if (at < 0) return false;
  run.arena.words.fill(0, at / 4, at / 4 + frameWords);
  write(run, frame.selection, selection);
  write(run, frame.argument, argument);
  return true;
}

/** Makes the byte string's sequence the one of the top frame. */
function start(run: Run, at: number): boolean {
  const { parser } = run;
  goTo(run, at);
  if (!nextHead(run)) return false;
  goTo(run, parser.contentStart);
  if (!nextHead(run)) return false;
  write(run, frame.left, parser.argumentLow / 2);
  write(run, frame.next, parser.position);
  return true;
}

function runCommand(run: Run, bottom: number): boolean {
  const { parser } = run;
  goTo(run, read(run, frame.next));
  if (!nextHead(run)) return false;
  const code = parser.argumentLow;
  const argument = parser.position;
  if (!skipItem(run)) return false;
  write(run, frame.next, parser.position);
  write(run, frame.left, read(run, frame.left) - 1);
  switch (code) {
    case commandCode.setComponentIndex: {
      goTo(run, argument);
      const selection = readIndex(run);
      if (selection === undefined) return false;
      write(run, frame.selection, selection);
      return true;
    }
    case commandCode.overrideParameters:
      return override(run, argument, read(run, frame.selection));
    case commandCode.tryEach:
    case commandCode.runSequence:
      return pushFrame(run, 0, argument) && startPass(run, code);
    default:
      return runCondition(run, code, bottom);
  }
}

/** Sets each parameter for each selected component (draft §8.4.10.3). */
export function override(run: Run, argument: number, selection: Selection): boolean {
  const { parser } = run;
  const count = selectedCount(run, selection);
  for (let i = 0; i < count; i++) {
    const component = selectedAt(run, selection, i);
    goTo(run, argument);
    if (!nextHead(run)) return false;
    const entries = parser.argumentLow;
    for (let j = 0; j < entries; j++) {
      if (!nextHead(run)) return false;
      const key = parser.major === major.uint ? parser.argumentLow : -1;
      const value = parser.position;
      if (!skipItem(run)) return false;
      if (key === parameterKey.softFailure)
        write(run, frame.soft, run.bytes[value] === 0xe0 + simpleTrue ? 1 : 0);
      else setParameter(run, component, key, value);
    }
  }
  return true;
}

/** draft §6.5: for each selected component in turn; all must hold. */
function runCondition(run: Run, code: number, bottom: number): boolean {
  const selection = read(run, frame.selection);
  const count = selectedCount(run, selection);
  for (let i = 0; i < count; i++) {
    const reason = failureOf(run, code, selectedAt(run, selection, i));
    if (run.reason !== undefined) return false;
    if (reason !== undefined) return failCondition(run, reason, bottom);
  }
  return true;
}

/** draft §8.4.8.15: what a failed condition ends depends on the sequence it stands in. */
function failCondition(run: Run, reason: Reason, bottom: number): boolean {
  const at = run.parser.headStart;
  if (top(run) === bottom / 4) return refuse(run, reason, at);
  if (read(run, frame.soft) === 0) return refuse(run, 'condition-failed', at);
  if (read(run, frame.branch) === 0) return finishPass(run, bottom);
  return read(run, frame.branchesLeft) > 0 ? startBranch(run) : refuse(run, 'try-exhausted', at);
}

/** The sequence of the top frame has ended: the next component's turn, or back to the parent. */
function finishPass(run: Run, bottom: number): boolean {
  if (top(run) === bottom / 4) {
    run.arena.release(bottom);
    return true;
  }
  const pass = read(run, frame.pass) + 1;
  if (pass === selectedCount(run, readParent(run, frame.selection))) {
    run.arena.release(run.arena.top - frameWords * 4);
    return true;
  }
  write(run, frame.pass, pass);
  return startPass(run, read(run, frame.branch) === 0 ? commandCode.runSequence : commandCode.tryEach);
}

/** draft §6.5: the argument is run with the index of one component at a time, whatever a pass before set. */
function startPass(run: Run, code: number): boolean {
  const argument = read(run, frame.argument);
  if (code === commandCode.tryEach) {
    goTo(run, argument);
    if (!nextHead(run)) return false;
    write(run, frame.branchesLeft, run.parser.argumentLow);
    write(run, frame.branch, run.parser.position);
    return startBranch(run);
  }
  selectPass(run);
  write(run, frame.soft, 0);
  return start(run, argument);
}

function startBranch(run: Run): boolean {
  const branch = read(run, frame.branch);
  selectPass(run);
  write(run, frame.soft, 1);
  write(run, frame.branchesLeft, read(run, frame.branchesLeft) - 1);
  goTo(run, branch);
  if (!skipItem(run)) return false;
  write(run, frame.branch, run.parser.position);
  if (run.bytes[branch] !== nilByte) return start(run, branch);
  write(run, frame.left, 0);
  return true;
}

function selectPass(run: Run): void {
  write(run, frame.selection, selectedAt(run, readParent(run, frame.selection), read(run, frame.pass)));
}

/** Runs the shared sequence if there is one. */
export function runShared(run: Run): boolean {
  const shared = get(run, field.shared);
  return shared === 0 || runSequence(run, shared);
}
