/**
 * Runs a command sequence: component index, parameters, try-each and run-sequence (draft §6.4 to §6.7, §8.4.10).
 * Strictly one command after the other, with an explicit return stack.
 *
 * Points that the draft leaves open, as decided here: a try-each or run-sequence that fails with a condition's failure
 * is a failed condition to the sequence it stands in; a nested sequence leaves its parent's component index as it was;
 * parameters set in a branch that failed stay set.
 *
 * @module
 */

import { commandCode } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { isCondition } from './commands.ts';
import { failureOf } from './conditions.ts';
import { customCommand } from './custom.ts';
import { perform } from './directives.ts';
import { readIndex, selectedAt, selectedCount } from './index-argument.ts';
import { closeLane, openLane, passBarrier } from './marks.ts';
import { override } from './override.ts';
import { frame, isOutermost, mode, popFrame, pushFrame, read, readParent, write } from './return-stack.ts';
import { mayUse } from './rights.ts';
import { field, get, type Run, refuse, set } from './run.ts';
import { goTo, major, nextHead, skipItem } from './walk.ts';

const nilByte = 0xf6;

/** `at`: the head of the sequence's byte string, whose structure has been checked. */
export function runSequence(run: Run, at: number): boolean {
  const bottom = run.arena.top;
  // draft §6.2, §7: a lone component needs no index.
  if (!pushFrame(run, 0, 0) || !start(run, at)) return false;
  while (run.arena.top > bottom) {
    const isFine = read(run, frame.left) === 0 ? finishPass(run) : runCommand(run);
    // The step limit can be reached where only a number is returned.
    if (!isFine || run.reason !== undefined) return false;
  }
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

function runCommand(run: Run): boolean {
  const { parser } = run;
  goTo(run, read(run, frame.next));
  if (!nextHead(run)) return false;
  const isKnown = parser.argumentHigh === 0;
  const code = parser.major === major.uint ? parser.argumentLow : -1 - parser.argumentLow;
  const at = parser.headStart;
  const argument = parser.position;
  if (!skipItem(run)) return false;
  write(run, frame.next, parser.position);
  write(run, frame.left, read(run, frame.left) - 1);
  // draft §6.1: a manifest with a command that the recipient does not have is not for it.
  if (!isKnown || !run.recipient.capabilities.commands.includes(code)) {
    return refuse(run, 'command-unsupported', at);
  }
  if (code === commandCode.setComponentIndex) return setIndex(run, argument);
  if (get(run, field.componentCount) === 0) return refuse(run, 'index-missing', at);
  // draft §8.4.11: a custom command that the recipient has; without a meaning of its own it has no effect.
  if (code < 0 && customCommand(run, code) === undefined) return true;
  switch (code) {
    case commandCode.overrideParameters:
      passBarrier(run);
      return override(run, argument);
    case commandCode.tryEach:
    case commandCode.runSequence:
      return pushFrame(run, 0, argument) && startPass(run, code);
    default:
      return runOnEach(run, code, at);
  }
}

function setIndex(run: Run, argument: number): boolean {
  const indexing = read(run, frame.mode);
  if ((indexing & mode.indexNever) !== 0) return refuse(run, 'order-violation', argument);
  if ((indexing & mode.indexOnce) !== 0) {
    write(run, frame.mode, (indexing & ~mode.indexOnce) | mode.indexNever);
  }
  passBarrier(run);
  goTo(run, argument);
  const selection = readIndex(run);
  if (selection === undefined) return false;
  write(run, frame.selection, selection);
  return true;
}

/** draft §6.5: for each selected component in turn; all must succeed. */
function runOnEach(run: Run, code: number, at: number): boolean {
  const selection = read(run, frame.selection);
  const count = selectedCount(run, selection);
  for (let i = 0; i < count; i++) {
    const component = selectedAt(run, selection, i);
    if (run.reason !== undefined) return false;
    if (isCondition(code) || customCommand(run, code)?.does === 'check') {
      const reason = failureOf(run, code, component);
      if (run.reason !== undefined) return false;
      if (reason !== undefined) return failCondition(run, reason, at);
    } else if (!mayUse(run, code, component, at) || !perform(run, code, component, at)) {
      // draft §6.4: a directive that fails ends everything, soft-failure or not.
      return false;
    }
  }
  return true;
}

/** draft §8.4.8.15: a failed condition ends the sequences around it, up to one that takes it softly. */
function failCondition(run: Run, first: Reason, at: number): boolean {
  let reason = first;
  for (;;) {
    if (isOutermost(run)) return refuse(run, reason, at);
    const isSoft = (read(run, frame.mode) & mode.soft) !== 0;
    const isTryEach = read(run, frame.branch) !== 0;
    if (isSoft && !isTryEach) return finishPass(run);
    if (isSoft && read(run, frame.branchesLeft) > 0) return startBranch(run);
    if (isSoft) reason = 'try-exhausted';
    if (!leaveRun(run)) return false;
    popFrame(run);
  }
}

/** The sequence of the top frame has ended: the next component's turn, or back to the parent. */
function finishPass(run: Run): boolean {
  if (isOutermost(run)) {
    popFrame(run);
    return true;
  }
  if (!leaveRun(run)) return false;
  const pass = read(run, frame.pass) + 1;
  if (pass === selectedCount(run, readParent(run, frame.selection))) {
    popFrame(run);
    return true;
  }
  write(run, frame.pass, pass);
  return startPass(run, read(run, frame.branch) === 0 ? commandCode.runSequence : commandCode.tryEach);
}

/** draft §6.5: the argument is run with the index of one component at a time, whatever a pass before set. */
function startPass(run: Run, code: number): boolean {
  const argument = read(run, frame.argument);
  if (code === commandCode.runSequence) {
    selectPass(run);
    return start(run, argument) && beginRun(run);
  }
  goTo(run, argument);
  if (!nextHead(run)) return false;
  write(run, frame.branchesLeft, run.parser.argumentLow);
  write(run, frame.branch, run.parser.position);
  return startBranch(run);
}

function startBranch(run: Run): boolean {
  const branch = read(run, frame.branch);
  selectPass(run);
  write(run, frame.mode, inheritedIndexing(run) | mode.soft);
  write(run, frame.branchesLeft, read(run, frame.branchesLeft) - 1);
  goTo(run, branch);
  if (!skipItem(run)) return false;
  write(run, frame.branch, run.parser.position);
  if (run.bytes[branch] !== nilByte) return start(run, branch);
  write(run, frame.left, 0);
  return true;
}

/** draft §6.7: what a run-sequence may do with the index where the order is free; within it the order is strict. */
function beginRun(run: Run): boolean {
  if (get(run, field.freeOrder) === 0) {
    write(run, frame.mode, inheritedIndexing(run));
    return true;
  }
  set(run, field.freeOrder, 0);
  const isSingle = readParent(run, frame.selection) >= 0;
  // Inside a sequence that runs beside others, a further one counts as a part of it.
  const lane = get(run, field.lane) === 0 ? mode.lane : 0;
  if (lane !== 0) openLane(run);
  write(run, frame.mode, mode.wasFree | lane | (isSingle ? mode.indexOnce : mode.indexNever));
  return !isSingle || beginsWithIndex(run) || refuse(run, 'order-violation');
}

function beginsWithIndex(run: Run): boolean {
  const isEmpty = read(run, frame.left) === 0;
  goTo(run, read(run, frame.next));
  return isEmpty || (nextHead(run) && run.parser.argumentLow === commandCode.setComponentIndex);
}

function inheritedIndexing(run: Run): number {
  return readParent(run, frame.mode) & (mode.indexOnce | mode.indexNever);
}

/** The order is again as it was; false after the refusal of a race. */
function leaveRun(run: Run): boolean {
  const modes = read(run, frame.mode);
  if ((modes & mode.wasFree) !== 0) set(run, field.freeOrder, 1);
  return (modes & mode.lane) === 0 || closeLane(run);
}

function selectPass(run: Run): void {
  write(run, frame.selection, selectedAt(run, readParent(run, frame.selection), read(run, frame.pass)));
}
