/**
 * What the procedure knows of each component's content, one word a component: was it checked since it was written, can
 * it be checked at all, and which components are read and written while the order is free (draft §6.3, §6.7).
 *
 * @module
 */

import { marksOf } from './components.ts';
import { field, get, type Run, refuse, set } from './run.ts';

/**
 * Bits of the word; above them the number of the fetch that the content came by, 0 for none. `target`, `source`: since
 * the last barrier. `lane…`: by the parallel sequence that runs; `outer…`: beside it, before it began.
 */
const mark = {
  checked: 1,
  unknown: 2,
  target: 4,
  source: 8,
  laneTarget: 16,
  laneSource: 32,
  outerTarget: 64,
  outerSource: 128,
} as const;

const originShift = 8;
const outerShift = 4;
const laneShift = 2;
const accesses = mark.target | mark.source;
/** What belongs to the content, whichever component it is in. */
const ofContent = mark.unknown | (-1 << originShift);

/** A condition has matched the content: this component's, and every copy of the same fetch is as good as known. */
export function markChecked(run: Run, component: number): void {
  const { words } = run.arena;
  const at = marksOf(run, component);
  const origin = words[at]! >> originShift;
  words[at]! |= mark.checked;
  for (let i = 0; i < get(run, field.componentCount); i++) {
    const other = marksOf(run, i);
    // What was not fetched is not unknown either.
    if (words[other]! >> originShift === origin) words[other]! &= ~mark.unknown;
  }
}

/** draft §4.2: what is invoked was checked in this procedure, after it was last written. */
export function isChecked(run: Run, component: number): boolean {
  return (run.arena.words[marksOf(run, component)]! & mark.checked) !== 0;
}

/** The content was written just now, with bytes that the manifest itself has. */
export function markWritten(run: Run, component: number): void {
  setContent(run, component, 0);
}

/** The content was fetched just now. `isKnown`: a digest is set that it can be checked against. */
export function markFetched(run: Run, component: number, { isKnown }: { isKnown: boolean }): void {
  const number = get(run, field.fetched) + 1;
  set(run, field.fetched, number);
  setContent(run, component, (number << originShift) | (isKnown ? 0 : mark.unknown));
}

/** The content is that of the other component. */
export function markCopied(run: Run, component: number, source: number): void {
  setContent(run, component, contentMarks(run, source));
}

export function markExchanged(run: Run, component: number, other: number): void {
  const marks = contentMarks(run, component);
  setContent(run, component, contentMarks(run, other));
  setContent(run, other, marks);
}

function contentMarks(run: Run, component: number): number {
  return run.arena.words[marksOf(run, component)]! & ofContent;
}

/** Other content is not checked yet. */
function setContent(run: Run, component: number, marks: number): void {
  const at = marksOf(run, component);
  run.arena.words[at] = (run.arena.words[at]! & ~(ofContent | mark.checked)) | marks;
}

/** The component is about to be written. False after the refusal of a race. */
export function markTarget(run: Run, component: number): boolean {
  const lane = get(run, field.lane) === 0 ? 0 : mark.laneTarget;
  run.arena.words[marksOf(run, component)]! |= mark.target | lane;
  return hasNoRace(run);
}

/** The component is about to be read as a source. */
export function markSource(run: Run, component: number): boolean {
  const lane = get(run, field.lane) === 0 ? 0 : mark.laneSource;
  run.arena.words[marksOf(run, component)]! |= mark.source | lane;
  return hasNoRace(run);
}

/** draft §6.7: while the order is free, no component is both a target and a source. */
function hasNoRace(run: Run): boolean {
  if (get(run, field.freeOrder) === 0) return true;
  for (let i = 0; i < get(run, field.componentCount); i++) {
    if ((run.arena.words[marksOf(run, i)]! & accesses) === accesses) return refuse(run, 'order-violation');
  }
  return true;
}

/** draft §6.7: at a barrier everything issued before is complete. */
export function passBarrier(run: Run): void {
  for (let i = 0; i < get(run, field.componentCount); i++) {
    run.arena.words[marksOf(run, i)]! &= ~accesses;
  }
}

/** A sequence begins that may run beside others: what it reads and writes is noted apart. */
export function openLane(run: Run): void {
  const { words } = run.arena;
  set(run, field.lane, 1);
  for (let i = 0; i < get(run, field.componentCount); i++) {
    const at = marksOf(run, i);
    words[at] = (words[at]! & ~accesses) | ((words[at]! & accesses) << outerShift);
  }
}

/** It has ended. draft §6.7: what it reads is not written beside it, nor the reverse; barriers inside are its own. */
export function closeLane(run: Run): boolean {
  const { words } = run.arena;
  set(run, field.lane, 0);
  for (let i = 0; i < get(run, field.componentCount); i++) {
    const at = marksOf(run, i);
    const marks = words[at]!;
    const [lane, outer] = [(marks >> laneShift) & accesses, (marks >> outerShift) & accesses];
    const isRace =
      (lane & mark.target && outer & mark.source) !== 0 || (lane & mark.source && outer & mark.target) !== 0;
    if (isRace) return refuse(run, 'order-violation');
    const inner = accesses | (accesses << laneShift) | (accesses << outerShift);
    words[at] = (marks & ~inner) | lane | outer;
  }
  return true;
}

/** draft §6.3, RFC 9124 §4.3.4: what came from outside can be checked against a known digest in the end. */
export function areAllKnown(run: Run): boolean {
  for (let i = 0; i < get(run, field.componentCount); i++) {
    if ((run.arena.words[marksOf(run, i)]! & mark.unknown) !== 0) return refuse(run, 'not-validated', 0);
  }
  return true;
}
