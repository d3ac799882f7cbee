/**
 * COSE header maps, read in place (RFC 9052 §3, §3.1).
 *
 * @module
 */

import { allocate, type Run, refuse } from './run.ts';
import { compareSpans, goTo, isDefinite, major, nextHead, open, skipItem } from './walk.ts';

/** Labels of RFC 9052 §3.1. */
const label = { alg: 1, crit: 2, kid: 4 } as const;

/** Labels that one header map may hold. */
const maxLabels = 32;

/** What the checks need of one map: offsets of the values' heads, 0 for absent. One record of words in the arena. */
const part = { alg: 0, crit: 1, kid: 2, start: 3 } as const;

const partCount = 4;

/** The offset of a record in the arena, in words; -1 after a refusal. `at`: the map's head; 0: an empty map. */
export function readHeaders(run: Run, at: number): number {
  const record = allocate(run, partCount * 4);
  if (record < 0) return -1;
  const { words } = run.arena;
  const base = record / 4;
  words.fill(0, base, base + partCount);
  words[base + part.start] = at;
  if (at === 0) return base;

  goTo(run, at);
  const count = open(run, major.map, 'auth-malformed');
  if (count < 0) return -1;
  if (count > maxLabels) return refused(run, 'limit-count');
  // Where the labels stand: to go over the values again for each would take an outsider's large one 32 times.
  const mark = run.arena.top;
  const labels = allocate(run, Math.max(0, count - 1) * 4) / 4;
  if (labels < 0) return -1;
  for (let i = 0; i < count; i++) {
    const { parser } = run;
    const key = parser.position;
    if (!nextHead(run)) return -1;
    if (parser.major > major.nint && !isDefinite(run, major.tstr, 'auth-malformed')) return -1;
    const which =
      parser.major === major.uint && parser.argumentHigh === 0 ? partOf(parser.argumentLow) : undefined;
    const value = parser.position;
    // RFC 9052 §3: labels are unique, however their integers are encoded.
    const earlier = findLabel(run, labels, i, key);
    if (earlier < 0) return -1;
    if (earlier > 0) return refused(run, 'cbor-invalid');
    if (which !== undefined) words[base + which] = value;
    if (i < count - 1) words[labels + i] = key;
    goTo(run, value);
    if (!skipItem(run)) return -1;
  }
  run.arena.release(mark);
  return base;
}

/** Offset of the algorithm's value, as of the two below; 0: absent. */
export function algOf(run: Run, headers: number): number {
  return run.arena.words[headers + part.alg]!;
}

export function kidOf(run: Run, headers: number): number {
  return run.arena.words[headers + part.kid]!;
}

function critOf(run: Run, headers: number): number {
  return run.arena.words[headers + part.crit]!;
}

/** RFC 9052 §3.1: what crit names must be understood and protected; crit itself must be protected and not empty. */
export function areUnderstood(run: Run, protectedHeaders: number, unprotectedHeaders: number): boolean {
  const both = (a: number, b: number) => a !== 0 && b !== 0;
  // RFC 9052 §3: a label must not occur in both buckets.
  if (both(algOf(run, protectedHeaders), algOf(run, unprotectedHeaders))) return false;
  if (both(kidOf(run, protectedHeaders), kidOf(run, unprotectedHeaders))) return false;
  if (critOf(run, unprotectedHeaders) !== 0) return false;
  const crit = critOf(run, protectedHeaders);
  if (crit === 0) return true;

  goTo(run, crit);
  const { parser } = run;
  if (parser.readHead() !== 0 || !isHeadOf(run, major.array)) return false;
  const count = parser.argumentLow;
  for (let i = 0; i < count; i++) {
    if (parser.readHead() !== 0 || !isHeadOf(run, major.uint)) return false;
    const isHere =
      (parser.argumentLow === label.alg && algOf(run, protectedHeaders) !== 0) ||
      (parser.argumentLow === label.kid && kidOf(run, protectedHeaders) !== 0);
    if (!isHere) return false;
  }
  return count > 0;
}

/** Of the type, definite, and with an argument of at most 32 bits. */
function isHeadOf({ parser }: Run, wanted: number): boolean {
  return parser.major === wanted && parser.info !== 31 && parser.argumentHigh === 0;
}

function partOf(name: number): number | undefined {
  if (name === label.alg) return part.alg;
  if (name === label.crit) return part.crit;
  return name === label.kid ? part.kid : undefined;
}

/** Is the label at `key` among the first `count`, whose places are noted from the word `labels` on? 1, 0, or -1 after a refusal. */
function findLabel(run: Run, labels: number, count: number, key: number): number {
  const { parser, bytes } = run;
  goTo(run, key);
  if (!nextHead(run)) return -1;
  const { major: type, argumentHigh: high, argumentLow: low, contentStart, contentEnd } = parser;
  for (let i = 0; i < count; i++) {
    goTo(run, run.arena.words[labels + i]!);
    if (!nextHead(run)) return -1;
    const isSame =
      parser.major === type &&
      parser.argumentHigh === high &&
      parser.argumentLow === low &&
      compareSpans(bytes, parser.contentStart, parser.contentEnd, contentStart, contentEnd) === 0;
    if (isSame) return 1;
  }
  return 0;
}

function refused(run: Run, reason: 'limit-count' | 'cbor-invalid'): -1 {
  refuse(run, reason);
  return -1;
}
