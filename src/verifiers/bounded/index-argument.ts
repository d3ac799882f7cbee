/**
 * Set-component-index: which components the commands after it act on, as one word (draft §6.5, §8.4.10.1).
 *
 * @module
 */

import { field, get, type Run, refuse } from './run.ts';
import { goTo, isDefinite, isMajor, major, nextHead } from './walk.ts';

/**
 * A selection: the index of one component, `every`, or the offset of an array of indices, negated. An array's
 * offset is never 0 or 1, so that the three are told apart.
 */
export type Selection = number;

const every: Selection = -1;

const simpleTrue = 21;

/** The form of the argument that stands next; the parser stands after it. */
export function checkIndex(run: Run): boolean {
  if (!nextHead(run)) return false;
  const { parser } = run;
  if (parser.major === major.simple && parser.info === simpleTrue) return true;
  if (parser.major === major.uint) return true;
  if (!isDefinite(run, major.array, 'index-type')) return false;
  const count = parser.argumentLow;
  if (count === 0) return refuse(run, 'index-type');
  for (let i = 0; i < count; i++) {
    if (!nextHead(run) || !isMajor(run, major.uint, 'index-type')) return false;
  }
  return true;
}

/** Reads the argument that stands next, whose form has been checked; `undefined` after a refusal. */
export function readIndex(run: Run): Selection | undefined {
  if (!nextHead(run)) return undefined;
  const { parser } = run;
  if (parser.major === major.simple) return every;
  if (parser.major === major.uint) return isInRange(run) ? parser.argumentLow : undefined;
  const at = parser.headStart;
  const count = parser.argumentLow;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run) || !isInRange(run)) return undefined;
  }
  return -at;
}

/** How many components are selected; 0 after a refusal. Moves the parser. */
export function selectedCount(run: Run, selection: Selection): number {
  if (selection >= 0) return 1;
  if (selection === every) return get(run, field.componentCount);
  goTo(run, -selection);
  return nextHead(run) ? run.parser.argumentLow : 0;
}

/** The component at this place of the selection; the first after a refusal. Moves the parser. */
export function selectedAt(run: Run, selection: Selection, place: number): number {
  if (selection >= 0) return selection;
  if (selection === every) return place;
  goTo(run, -selection);
  // The array's head, then its items up to the one wanted.
  for (let i = -1; i <= place; i++) {
    if (!nextHead(run)) return 0;
  }
  return run.parser.argumentLow;
}

function isInRange(run: Run): boolean {
  const { argumentHigh, argumentLow } = run.parser;
  const isThere = argumentHigh === 0 && argumentLow < get(run, field.componentCount);
  return isThere || refuse(run, 'index-range');
}
