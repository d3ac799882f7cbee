/**
 * The state of the pull parser: how it lies in memory, and the codes it ends with.
 *
 * In 32-bit words (four bytes each):
 *
 *     0 position       next byte            7 argument, low 32 bits
 *     1 end            of what is parsed    8 start of the head
 *     2 steps          heads read so far    9 start of the content
 *     3 step limit                         10 end of the content
 *     4 major type                         11 error code, 0 = none
 *     5 additional information             12 offset of the error
 *     6 argument, high 32 bits             13 depth now    14 greatest depth so far
 *     15 …             one word a level: items missing, or the outer end of an entered byte string
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import type { CborErrorCode } from './error.ts';

/** `CborErrorCode` as small integers. */
export const pullCode = {
  ok: 0,
  truncated: 1,
  'length-over': 2,
  'count-over': 3,
  'reserved-info': 4,
  'bad-simple': 5,
  'stray-break': 6,
  'bad-chunk': 7,
  'odd-map': 8,
  'trailing-data': 9,
  'limit-depth': 10,
  'limit-count': 11,
} as const satisfies Record<CborErrorCode | 'ok', number>;

const names = Object.keys(pullCode) as (CborErrorCode | 'ok')[];

/** The name of a code. */
export function pullCodeName(code: number): CborErrorCode | 'ok' {
  const name = names[code];
  if (name === undefined)
    throw new BenchError('pull-code', `no pull parser code ${code}`, { blame: 'bench' });
  return name;
}

/** Words of state before the first level. */
export const fixedWords = 15;

/** Words that a parser with this many levels needs. */
export function stateWords(maxDepth: number): number {
  return fixedWords + maxDepth;
}

/** Where each field lies in the state. */
export const word = {
  position: 0,
  end: 1,
  steps: 2,
  maxSteps: 3,
  major: 4,
  info: 5,
  high: 6,
  low: 7,
  headStart: 8,
  contentStart: 9,
  contentEnd: 10,
  error: 11,
  errorOffset: 12,
  depth: 13,
  deepest: 14,
} as const;

/** Marks of a level that only a break ends. A map changes between its two after each item. */
export const untilBreak = -1;
export const beforeKey = -2;
export const beforeValue = -3;
